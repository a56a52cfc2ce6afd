"""How amplitudes fall off with resolution and direction (section 2.2), and what to remove of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from sharpem import _core
from sharpem.analysis.molecular_volume import MolecularVolume
from sharpem.analysis.signal_and_noise import (
    gain_of_isotropy,
    raised_noise,
    with_measured_noise,
    with_stated_limit,
)
from sharpem.maps.arrays import Numbers
from sharpem.maps.crystal import symmetrised
from sharpem.maps.density import DensityMap
from sharpem.spectra.filters import Anisotropy
from sharpem.spectra.reference import OverallB
from sharpem.spectra.shells import ShellTable, coarsest

__all__ = ["FallOff", "fall_off", "remove", "signal_and_noise"]

_LARGEST_B = 1000.0  # A^2; no map's fall-off is as steep
_OF_FOLDS = 0.1  # d^3 A^2: anisotropy of model maps at one B, rms of a component
_ATOM_VOLUME = 17.0  # A^3 of a protein's dry volume
_MANY_ATOMS = 2000.0  # of the models that show it; fewer show more, by the law of large numbers


@dataclass(frozen=True, eq=False)
class FallOff:
    """The fit of six B's to a map.

    Attributes
    ----------
    fit : sharpem._core.WilsonFit
    noise : ndarray or None
        Mean |F|^2 of the noise per shell that the fit took into account.
    anisotropy : Anisotropy
        As found.
    """

    fit: _core.WilsonFit
    noise: Numbers | None
    anisotropy: Anisotropy


def fall_off(
    density: DensityMap,
    spectrum: _core.Spectrum,
    shells: ShellTable,
    noise: Numbers | None,
    limit: float,
) -> FallOff:
    """Fit six B's above the noise, or, where what the solvent shows does not fit, without it.

    Parameters
    ----------
    density, spectrum, shells
        The map, its Fourier coefficients, and the table of its shells.
    noise : ndarray or None
        Mean |F|^2 of the noise per shell.
    limit : float
        Finest resolution to take part, A.
    """
    fit = _wilson_fit(spectrum, shells.with_noise(noise), limit)
    if noise is not None and not (fit.converged and abs(fit.b_iso) < _LARGEST_B):
        noise = None
        fit = _wilson_fit(spectrum, shells, limit)
    return FallOff(fit, noise, _by_symmetry(Anisotropy(_six(fit.b)), density))


def remove(
    found: FallOff,
    density: DensityMap,
    spectrum: _core.Spectrum,
    shells: ShellTable,
    *,
    limit: float,
    volume: MolecularVolume,
) -> tuple[Anisotropy, Numbers | None]:
    """Remove from the Fourier coefficients, in place, what of the anisotropy is worth it.

    Returns
    -------
    Anisotropy, ndarray or None
        What was removed, and the noise's power per shell after that.
    """
    noise = found.noise
    pairs = signal_and_noise(shells.with_noise(noise), limit, volume.fraction, found.fit)
    removed = _by_symmetry(_part_to_remove(shells, limit, found.fit, pairs, volume), density)
    _core.apply_anisotropy(spectrum, removed.b_cartesian, 1.0)
    return removed, None if noise is None else noise * raised_noise(removed, shells.s)


def signal_and_noise(
    shells: ShellTable, resolution: float, fraction: float, fit: _core.WilsonFit | OverallB
) -> list[tuple[Numbers, Numbers]]:
    """What is thought possible of signal and noise about the molecule: pairs of mean |F|^2."""
    if shells.noise is None:
        return with_stated_limit(shells, resolution)
    return [with_measured_noise(shells, fraction, fit.b_iso, fit.ln_scale)]


def _wilson_fit(spectrum: _core.Spectrum, shells: ShellTable, limit: float) -> _core.WilsonFit:
    """Six B's by maximum likelihood, about the typical fall-off and the noise (section 2.2)."""
    known = shells.noise is not None
    return _core.fit_wilson(
        spectrum,
        shells.s,
        shells.ln_reference + shells.ln_solvent,
        noise_s=shells.s if known else None,
        noise=shells.noise,
        d_max=coarsest(limit),
        d_min=limit,
        anisotropic=True,
    )


def _part_to_remove(
    shells: ShellTable,
    limit: float,
    fit: _core.WilsonFit,
    pairs: list[tuple[Numbers, Numbers]],
    volume: MolecularVolume,
) -> Anisotropy:
    """Find the anisotropy that is the map's, not the fold's or chance, and worth removing.

    Model maps at one B show 0.1 d^3 A^2 of anisotropy (rms of a component), from the directions of
    helices and strands, and small molecules more, as 1 / N^1/2; the part that this and the fit's
    own error explain is left (James & Stein 1961). Of the rest, what removing it gains depends on
    the noise: `gain_of_isotropy`.
    """
    b = np.array(fit.b)
    deviation = b - fit.b_iso * np.array([1, 1, 1, 0, 0, 0])
    found = float(deviation[:3] @ deviation[:3] + 2 * deviation[3:] @ deviation[3:]) / 5
    few = max(1.0, _MANY_ATOMS * _ATOM_VOLUME / max(volume.angstrom3, 1.0))
    chance = (_OF_FOLDS * limit**3) ** 2 * few + 3.0 * fit.b_iso_error**2
    certain = max(0.0, 1.0 - chance / found) if found > 0 else 0.0
    gain = np.mean([gain_of_isotropy(shells, limit, *pair) for pair in pairs])
    return Anisotropy(_six(b - (1.0 - certain * float(gain)) * deviation))


def _by_symmetry(anisotropy: Anisotropy, density: DensityMap) -> Anisotropy:
    """Free the tensor of a crystal from what rounding has put in against its symmetry."""
    if not density.periodic:
        return anisotropy
    return Anisotropy(_six(symmetrised(np.array(anisotropy.b_cartesian), density)))


def _six(b: ArrayLike) -> tuple[float, float, float, float, float, float]:
    b11, b22, b33, b12, b13, b23 = np.asarray(b, dtype=np.float64).tolist()
    return b11, b22, b33, b12, b13, b23
