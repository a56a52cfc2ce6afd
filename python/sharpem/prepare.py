"""From a map to what every method needs: Fourier terms, spectrum, overall B, molecular volume."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sharpem import _core
from sharpem.checks import map_oddities
from sharpem.density import DensityMap
from sharpem.errors import InputError
from sharpem.filters import Anisotropy
from sharpem.molecule import LocalVariance, MolecularVolume, box_volume, local_variance
from sharpem.noise import noise_power, solvent_window
from sharpem.spectrum import D_MAX, ShellTable, band_limit, overall_b, shell_table

__all__ = ["D_MIN_RATIO", "Prepared", "prepare"]

D_MIN_RATIO = 0.833
"""Terms beyond this times the resolution are dropped (the published program's convention)."""

_FEWEST_SHELLS = 10
_COARSE_VOXEL = 0.4  # of the resolution: carries all terms to D_MIN_RATIO x resolution


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
        Standard deviation of ``b_signal``, A^2 (mostly how far proteins differ from the typical one).
    signal_ln_scale : float
        Logarithm of the scale of the signal's intensities against the reference, for ``b_signal``.
    volume : MolecularVolume
        How much of the map is molecule.
    warnings : tuple of str
        One sentence each.
    fit_limit : float
        Resolution (A) to which amplitudes were fitted: as stated, or where a filter cut the map off.
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
        Remove the anisotropy, so that the map is isotropic at its mean B (section 2.1 of the paper).

    Raises
    ------
    InputError
        The resolution is finer than the grid can hold, or so low that too few shells remain.
    """
    check_resolution(density, resolution)
    d_min = D_MIN_RATIO * resolution
    spectrum = _core.analyse(density.data, density.cell, d_min)
    shells = shell_table(spectrum)
    if shells.s.size < _FEWEST_SHELLS:
        raise InputError(
            f"{_name(density)}: {shells.s.size} resolution shells to {resolution:g} A in a box of "
            f"{max(density.cell[:3]):.0f} A, expected at least {_FEWEST_SHELLS}"
        )
    variance = _variance(spectrum, resolution)
    volume = volume or _estimated_volume(density, variance)
    noise = _noise(density, spectrum, shells, variance, resolution)
    limit = band_limit(shells, resolution)
    anisotropy = _anisotropy(spectrum, shells.with_noise(noise), limit)
    removed = None
    if correct_anisotropy:
        removed = _certain_part(anisotropy, resolution, noise_known=noise is not None)
        _core.apply_anisotropy(spectrum, removed.b_cartesian, 1.0)
    shells = shell_table(spectrum).with_noise(noise)
    whole = overall_b(shells, limit)
    signal = whole if noise is None else overall_b(shells, limit, signal=True)
    return Prepared(
        density,
        resolution,
        d_min,
        spectrum,
        shells,
        anisotropy,
        removed,
        whole.b_iso,
        signal.b_iso,
        signal.error,
        signal.ln_scale,
        volume,
        (*map_oddities(density), *_cut_short(limit, resolution)),
        limit,
    )


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
        raise InputError(f"resolution {resolution:g} A, expected a positive number of A")
    nyquist = 2 * max(density.voxel_size)
    if resolution < 0.999 * nyquist:
        raise InputError(
            f"{_name(density)}: resolution {resolution:g} A is finer than the {nyquist:.2f} A that "
            f"voxels of {max(density.voxel_size):.3f} A can hold, expected at least that"
        )


def _name(density: DensityMap) -> str:
    return str(density.path) if density.path else "map"


def _coarse_grid(spectrum: _core.Spectrum, voxel: float) -> tuple[int, int, int]:
    """Smallest quick grid with voxels no larger than this (A), not finer than the map's."""
    nz, ny, nx = spectrum.grid
    a, b, c = spectrum.cell[:3]
    z, y, x = (
        min(n, _quick_size(edge / voxel))
        for n, edge in zip((nz, ny, nx), (c, b, a), strict=True)
    )
    return z, y, x


def _quick_size(least: float) -> int:
    """Smallest even product of 2, 3 and 5 not below `least`: quick to transform."""
    n = 2 * max(2, int(np.ceil(least / 2)))
    while True:
        rest = n
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return n
        n += 2


def _variance(spectrum: _core.Spectrum, resolution: float) -> LocalVariance:
    """Split into molecule and solvent, on a grid as coarse as the resolution allows."""
    grid = _coarse_grid(spectrum, _COARSE_VOXEL * resolution)
    coarse = _core.synthesise(_core.resampled(spectrum, grid, resolution))
    coarse -= np.float32(spectrum.mean)
    return local_variance(coarse, spectrum.cell, resolution)


def _estimated_volume(density: DensityMap, variance: LocalVariance) -> MolecularVolume:
    fraction = variance.fraction
    return MolecularVolume(fraction, fraction * box_volume(density), "estimated")


def _noise(
    density: DensityMap,
    spectrum: _core.Spectrum,
    shells: ShellTable,
    variance: LocalVariance,
    resolution: float,
) -> np.ndarray[tuple[int], np.dtype[np.float64]] | None:
    """Mean |F|^2 of the noise per shell; None where there is no solvent to tell it."""
    window = solvent_window(density, variance, spectrum.cell, resolution)
    if window is None:
        return None
    coarse = _core.resampled(spectrum, window.shape, spectrum.d_min)
    return noise_power(coarse, shells, window)


def _anisotropy(spectrum: _core.Spectrum, shells: ShellTable, resolution: float) -> Anisotropy:
    """Six B's by maximum likelihood, about the typical fall-off and the noise (section 2.2)."""
    noise = {} if shells.noise is None else {"noise_s": shells.s, "noise": shells.noise}
    fit = _core.fit_wilson(
        spectrum,
        shells.s,
        shells.ln_reference,
        d_max=D_MAX,
        d_min=resolution,
        anisotropic=True,
        **noise,
    )
    return Anisotropy(tuple(fit.b))


def _certain_part(anisotropy: Anisotropy, resolution: float, *, noise_known: bool) -> Anisotropy:
    """The anisotropy that is the map's and not the fold's, and that is worth removing.

    Model maps at one B show 0.1 d^3 A^2 of anisotropy (rms of a component), from the directions of
    helices and strands; the part that this explains is left (James & Stein 1961). Where the noise is
    not known, what falls off fast in a direction is weak signal there as well, and half is removed:
    docs/choice.md.
    """
    b = np.array(anisotropy.b_cartesian)
    deviation = b - anisotropy.b_iso * np.array([1, 1, 1, 0, 0, 0])
    found = float(deviation[:3] @ deviation[:3] + 2 * deviation[3:] @ deviation[3:]) / 5
    by_fold = (0.1 * resolution**3) ** 2
    share = max(0.0, 1.0 - by_fold / found) if found > 0 else 0.0
    if not noise_known:
        share *= 0.5
    part = b - (1.0 - share) * deviation
    return Anisotropy(tuple(map(float, part)))
