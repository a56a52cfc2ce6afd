"""From a map to what every method needs: Fourier terms, spectrum, overall B, molecular volume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sharpem import _core
from sharpem.analysis.local_variance import LocalVariance, contrast, map_variance
from sharpem.analysis.molecular_volume import MolecularVolume, box_volume
from sharpem.analysis.noise import noise_power, solvent_window
from sharpem.analysis.signal_and_noise import (
    gain_of_isotropy,
    raised_noise,
    with_measured_noise,
    with_stated_limit,
)
from sharpem.errors import InputError
from sharpem.maps.checks import map_oddities
from sharpem.maps.crystal import is_part_of_crystal, symmetrised
from sharpem.maps.density import DensityMap
from sharpem.spectra.filters import Anisotropy
from sharpem.spectra.reference import OverallB
from sharpem.spectra.shells import D_MAX, ShellTable, band_limit, overall_b, shell_table, signal_b

__all__ = ["D_MIN_RATIO", "Prepared", "prepare"]

D_MIN_RATIO = 0.833
"""Terms beyond this times the resolution are dropped (the published program's convention)."""

_FEWEST_SHELLS = 10
_SMALLEST = 1e-12  # rms density; powers of it must fit float32
_LARGEST_B = 1000.0  # A^2; no map's fall-off is as steep


@dataclass(frozen=True)
class Prepared:
    """What no method should compute twice.

    Attributes
    ----------
    density : DensityMap
        The input.
    resolution : float
        Of the map as stated, A.
    d_min : float
        Terms beyond this resolution (A) are dropped: 0.833 x resolution, or the grid's limit.
    spectrum : sharpem._core.Spectrum
        Fourier terms to ``d_min``, anisotropy removed where that was wanted.
    shells : ShellTable
        Amplitudes of ``spectrum`` against resolution, with the noise where the solvent shows it.
    anisotropy : Anisotropy
        As found.
    removed : Anisotropy or None
        What of it was removed; None where it was to stay.
    b_input, b_signal : float
        Overall B of the whole map and of the signal in it, A^2, physical scale.
    b_error : float
        Standard deviation of ``b_signal``, A^2 (mostly how far proteins differ from each other).
    signal_ln_scale : float
        Logarithm of the scale of the signal's intensities against the reference, for ``b_signal``.
    volume : MolecularVolume
        How much of the map is molecule.
    warnings : tuple of str
        One sentence each.
    fit_limit : float
        Resolution (A) to which amplitudes were fitted: as stated, or where a filter cut them off.
    signal_and_noise : tuple of pairs of ndarray
        Mean |F|^2 of signal and noise per shell as the molecule sees them: one pair where the noise
        was measured, several possible ones otherwise.
    molecule : ndarray of bool
        Where the molecule is, on a grid as coarse as the resolution allows over the same box.
    contrast : float
        How much more the local variance scatters than that of noise: `contrast`.
    """

    density: DensityMap
    resolution: float
    d_min: float
    spectrum: _core.Spectrum
    shells: ShellTable
    anisotropy: Anisotropy
    removed: Anisotropy | None
    b_input: float
    b_signal: float
    b_error: float
    signal_ln_scale: float
    volume: MolecularVolume
    warnings: tuple[str, ...]
    fit_limit: float
    signal_and_noise: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]
    molecule: NDArray[np.bool_]
    contrast: float = np.inf


def prepare(
    density: DensityMap,
    resolution: float,
    *,
    volume: MolecularVolume | None = None,
    correct_anisotropy: bool = True,
) -> Prepared:
    """Analyse a map once, for whichever method follows.

    Parameters
    ----------
    density : DensityMap
        Any grid, cell and placement.
    resolution : float
        Of the map, A.
    volume : MolecularVolume, optional
        How much of the map is molecule, where it is known; estimated otherwise.
    correct_anisotropy : bool
        Remove the anisotropy, as far as that is worth it (section 2.1 of the paper: all of it).

    Raises
    ------
    InputError
        The resolution is finer than the grid can hold, or so low that too few shells remain.
    """
    check_resolution(density, resolution)
    d_min = _finest(density, resolution)
    spectrum = _core.analyse(density.data, density.cell, d_min)
    shells = shell_table(spectrum, xray=density.xray)
    _check_shells(density, shells, resolution)
    molecule, found, stands_out = _molecule(density, spectrum, shells, resolution)
    volume = volume or found
    limit = max(band_limit(shells, resolution), d_min)
    noise = _noise(density, spectrum, shells, molecule, resolution)
    fit, noise = _fit_with_noise(spectrum, shells, noise, limit)
    removed = None
    if correct_anisotropy:
        pairs = _signal_and_noise(shells.with_noise(noise), resolution, volume.fraction, fit)
        removed = _by_symmetry(_part_to_remove(shells, resolution, fit, pairs), density)
        noise = _remove(removed, spectrum, shells, noise)
    shells = shell_table(spectrum, xray=density.xray).with_noise(noise)
    whole = _whole_b(density, shells, limit)
    signal = whole if noise is None else signal_b(shells, limit, fit.b_iso, fit.ln_scale)
    return Prepared(
        density=density,
        resolution=resolution,
        d_min=d_min,
        spectrum=spectrum,
        shells=shells,
        anisotropy=_by_symmetry(Anisotropy(_six(fit.b)), density),
        removed=removed,
        b_input=whole.b_iso,
        b_signal=signal.b_iso,
        b_error=signal.error,
        signal_ln_scale=signal.ln_scale,
        volume=volume,
        warnings=(*map_oddities(density), *_cut_short(limit, resolution)),
        fit_limit=limit,
        signal_and_noise=tuple(_signal_and_noise(shells, resolution, volume.fraction, signal)),
        molecule=molecule,
        contrast=stands_out,
    )


def _remove(
    anisotropy: Anisotropy,
    spectrum: _core.Spectrum,
    shells: ShellTable,
    noise: NDArray[np.float64] | None,
) -> NDArray[np.float64] | None:
    """Remove an anisotropy from the Fourier coefficients, in place; the noise that it leaves."""
    _core.apply_anisotropy(spectrum, anisotropy.b_cartesian, 1.0)
    return None if noise is None else noise * raised_noise(anisotropy, shells.s)


def _molecule(
    density: DensityMap, spectrum: _core.Spectrum, shells: ShellTable, resolution: float
) -> tuple[NDArray[np.bool_], MolecularVolume, float]:
    """Where the molecule is, its volume, and how much it stands out: all by the local variance.

    The variance itself is not kept: reading the noise needs several maps of its size.
    """
    variance = map_variance(spectrum, max(resolution, spectrum.d_min))
    stands_out = contrast(variance, shells, resolution)
    return variance.mask(), _estimated_volume(density, variance), stands_out


def _fit_with_noise(
    spectrum: _core.Spectrum,
    shells: ShellTable,
    noise: NDArray[np.float64] | None,
    limit: float,
) -> tuple[_core.WilsonFit, NDArray[np.float64] | None]:
    """Wilson fit above the noise, or, where what the solvent shows does not fit, without it."""
    fit = _wilson_fit(spectrum, shells.with_noise(noise), limit)
    if noise is not None and not (fit.converged and abs(fit.b_iso) < _LARGEST_B):
        return _wilson_fit(spectrum, shells, limit), None
    return fit, noise


def _check_shells(density: DensityMap, shells: ShellTable, resolution: float) -> None:
    if shells.s.size < _FEWEST_SHELLS:
        raise InputError(
            f"{_name(density)}: {shells.s.size} resolution shells to {resolution:g} A in a box of "
            f"{max(density.cell[:3]):.0f} A, expected at least {_FEWEST_SHELLS}"
        )
    rms = float(np.sqrt(shells.terms @ shells.power))
    if not _SMALLEST < rms < 1 / _SMALLEST:
        raise InputError(
            f"{_name(density)}: densities of about {rms:.1g}, expected {_SMALLEST:g} to "
            f"{1 / _SMALLEST:g}: multiply the map by a number"
        )


def _whole_b(density: DensityMap, shells: ShellTable, limit: float) -> OverallB:
    try:
        return overall_b(shells, limit)
    except InputError as error:
        raise InputError(
            f"{_name(density)}: overall B cannot be read: {error} (the map ends at {limit:.2f} A)"
        ) from None


def _finest(density: DensityMap, resolution: float) -> float:
    """Resolution (A) beyond which terms are dropped: no further than a crystal's reflections go."""
    known = density.reflections
    return max(D_MIN_RATIO * resolution, known.d_min * (1 - 1e-6) if known else 0.0)


def _by_symmetry(anisotropy: Anisotropy, density: DensityMap) -> Anisotropy:
    """Free the tensor of a crystal from what rounding has put in against its symmetry."""
    if not density.periodic:
        return anisotropy
    return Anisotropy(_six(symmetrised(np.array(anisotropy.b_cartesian), density)))


def _cut_short(limit: float, resolution: float) -> tuple[str, ...]:
    if limit <= resolution:
        return ()
    return (
        f"The map holds next to nothing beyond {limit:.2f} A, although its resolution is stated as "
        f"{resolution:g} A: it was filtered before.",
    )


def check_resolution(density: DensityMap, resolution: float) -> None:
    """Refuse a resolution that is no resolution, or finer than the voxels can hold.

    Raises
    ------
    InputError
        With what was given and what the map can hold.
    """
    if not (np.isfinite(resolution) and resolution > 0):
        raise InputError(
            f"{_name(density)}: resolution {resolution:g} A, expected a positive number of A"
        )
    nyquist = 2 * max(density.voxel_size)
    if resolution < 0.999 * nyquist:
        raise InputError(
            f"{_name(density)}: resolution {resolution:g} A is finer than the {nyquist:.2f} A that "
            f"voxels of {max(density.voxel_size):.3f} A can hold, expected at least that"
        )


def _name(density: DensityMap) -> str:
    return str(density.path) if density.path else "map"


def _estimated_volume(density: DensityMap, variance: LocalVariance) -> MolecularVolume:
    fraction = variance.fraction
    return MolecularVolume(fraction, fraction * box_volume(density), "estimated")


def _noise(
    density: DensityMap,
    spectrum: _core.Spectrum,
    shells: ShellTable,
    molecule: NDArray[np.bool_],
    resolution: float,
) -> NDArray[np.float64] | None:
    """Mean |F|^2 of the noise per shell; None where there is no solvent to tell it."""
    if density.periodic or is_part_of_crystal(
        density
    ):  # the solvent of a crystal is no empty space
        return None
    window = solvent_window(density, molecule, spectrum.cell, resolution)
    return None if window is None else noise_power(spectrum, shells, window)


def _wilson_fit(spectrum: _core.Spectrum, shells: ShellTable, limit: float) -> _core.WilsonFit:
    """Six B's by maximum likelihood, about the typical fall-off and the noise (section 2.2)."""
    known = shells.noise is not None
    return _core.fit_wilson(
        spectrum,
        shells.s,
        shells.ln_reference + shells.ln_solvent,
        noise_s=shells.s if known else None,
        noise=shells.noise,
        d_max=D_MAX,
        d_min=limit,
        anisotropic=True,
    )


def _signal_and_noise(
    shells: ShellTable,
    resolution: float,
    fraction: float,
    fit: _core.WilsonFit | OverallB,
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """What is thought possible of signal and noise near the molecule."""
    if shells.noise is None:
        return with_stated_limit(shells, resolution)
    return [with_measured_noise(shells, fraction, fit.b_iso, fit.ln_scale)]


def _part_to_remove(
    shells: ShellTable,
    resolution: float,
    fit: _core.WilsonFit,
    pairs: list[tuple[NDArray[np.float64], NDArray[np.float64]]],
) -> Anisotropy:
    """Find the anisotropy that is the map's, not the fold's or chance, and worth removing.

    Model maps at one B show 0.1 d^3 A^2 of anisotropy (rms of a component), from the directions of
    helices and strands; the part that this and the fit's own error explain is left (James & Stein
    1961). Of the rest, what removing it gains depends on the noise: near.gain_of_isotropy.
    """
    b = np.array(fit.b)
    deviation = b - fit.b_iso * np.array([1, 1, 1, 0, 0, 0])
    found = float(deviation[:3] @ deviation[:3] + 2 * deviation[3:] @ deviation[3:]) / 5
    chance = (0.1 * resolution**3) ** 2 + 3.0 * fit.b_iso_error**2
    certain = max(0.0, 1.0 - chance / found) if found > 0 else 0.0
    gain = np.mean([gain_of_isotropy(shells, resolution, *pair) for pair in pairs])
    return Anisotropy(_six(b - (1.0 - certain * float(gain)) * deviation))


def _six(b: ArrayLike) -> tuple[float, float, float, float, float, float]:
    b11, b22, b33, b12, b13, b23 = np.asarray(b, dtype=np.float64).tolist()
    return b11, b22, b33, b12, b13, b23
