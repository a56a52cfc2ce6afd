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
from sharpem.spectra.reference import OverallB, reference_curve
from sharpem.spectra.shells import (
    UNKNOWN_B,
    ShellTable,
    bulk_solvent,
    coarsest,
    overall_b,
    shell_table,
    signal_b,
)

__all__ = ["FallOff", "published_fall_off", "read_fall_off", "signal_and_noise"]

_LARGEST_B = 1000.0  # A^2; no map's fall-off is as steep
_OF_FOLDS = 0.1  # d^3 A^2: anisotropy of model maps at one B, rms of a component
_ATOM_VOLUME = 17.0  # A^3 of a protein's dry volume
_MANY_ATOMS = 2000.0  # of the models that show it; fewer show more, by the law of large numbers


@dataclass(frozen=True, eq=False)
class FallOff:
    """How the amplitudes of a map fall off.

    Attributes
    ----------
    shells : ShellTable
        After the removal of anisotropy, with the noise that the fit took into account.
    whole, signal : OverallB
        Overall B of the whole map, and of the signal in it.
    anisotropy : Anisotropy
        As found.
    removed : Anisotropy or None
        What of it was removed; None where it was to stay.
    """

    shells: ShellTable
    whole: OverallB
    signal: OverallB
    anisotropy: Anisotropy
    removed: Anisotropy | None = None

    @property
    def known(self) -> bool:
        """Whether overall B could be read."""
        return bool(np.isfinite(self.signal.b_iso))


def read_fall_off(
    density: DensityMap,
    spectrum: _core.Spectrum,
    shells: ShellTable,
    *,
    limit: float,
    volume: MolecularVolume | None,
) -> FallOff:
    """Read overall B and anisotropy, and remove from the spectrum, in place, what is worth it.

    Parameters
    ----------
    density, spectrum : DensityMap, sharpem._core.Spectrum
        The map and its Fourier coefficients.
    shells : ShellTable
        With the noise, where the solvent shows it.
    limit : float
        Finest resolution to take part, A.
    volume : MolecularVolume or None
        How much of the map is molecule; None where the anisotropy is to stay.
    """
    whole = overall_b(shells, limit)
    if not np.isfinite(whole.b_iso):
        return FallOff(shells.with_noise(None), whole, whole, Anisotropy.unknown())
    fit, noise = _fit(spectrum, shells, limit)
    found, removed = _by_symmetry(Anisotropy(_six(fit.b)), density), None
    if volume is not None:
        pairs = signal_and_noise(shells.with_noise(noise), limit, volume.fraction, fit)
        removed = _by_symmetry(_part_to_remove(shells, limit, fit, pairs, volume), density)
        _core.apply_anisotropy(spectrum, removed.b_cartesian, 1.0)
        noise = None if noise is None else noise * raised_noise(removed, shells.s)
    after = shell_table(spectrum, xray=shells.xray, nucleic=shells.nucleic).with_noise(noise)
    whole = signal = overall_b(after, limit)
    if noise is not None:
        signal = signal_b(after, limit, fit.b_iso, fit.ln_scale)
    found = found if np.isfinite(signal.b_iso) else Anisotropy.unknown()
    return FallOff(after, whole, signal, found, removed)


def published_fall_off(
    density: DensityMap, spectrum: _core.Spectrum, shells: ShellTable, limit: float
) -> FallOff:
    """Read six B's as published (sections 2.1 and 2.2), and remove the whole anisotropy in place.

    Overall B is the mean of the diagonal. Nothing is made of noise, nor of what a protein is not;
    `limit` is the finest resolution (A) to take part.
    """
    s, ln_reference = reference_curve(xray=shells.xray)
    if shells.xray:
        ln_reference = ln_reference + bulk_solvent(s)
    fit = _core.fit_wilson(
        spectrum, s, ln_reference, d_max=coarsest(limit), d_min=limit, anisotropic=True
    )
    if not (fit.converged and abs(fit.b_iso) < _LARGEST_B):
        return FallOff(shells.with_noise(None), UNKNOWN_B, UNKNOWN_B, Anisotropy.unknown())
    found = _by_symmetry(Anisotropy(_six(fit.b)), density)
    _core.apply_anisotropy(spectrum, found.b_cartesian, 1.0)
    after = shell_table(spectrum, xray=shells.xray, nucleic=shells.nucleic)
    whole = OverallB(fit.b_iso, fit.b_iso_error, fit.ln_scale)
    return FallOff(after, whole, whole, found, found)


def _fit(
    spectrum: _core.Spectrum, shells: ShellTable, limit: float
) -> tuple[_core.WilsonFit, Numbers | None]:
    """Six B's above the noise, or, where what the solvent shows does not fit, without it."""
    fit = _wilson_fit(spectrum, shells, limit)
    if shells.noise is None or (fit.converged and abs(fit.b_iso) < _LARGEST_B):
        return fit, shells.noise
    return _wilson_fit(spectrum, shells.with_noise(None), limit), None


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
