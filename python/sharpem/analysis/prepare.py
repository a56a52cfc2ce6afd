"""From a map to what every method needs: Fourier terms, spectrum, overall B, molecular volume."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.anisotropy import fall_off, remove, signal_and_noise
from sharpem.analysis.gaps import clear_gaps
from sharpem.analysis.history import map_history, resolution_claim, sharpened
from sharpem.analysis.local_variance import LocalVariance, contrast, map_variance
from sharpem.analysis.molecular_volume import MolecularVolume, box_volume
from sharpem.errors import InputError
from sharpem.findings import Finding, finding, unique
from sharpem.maps.composition import UNKNOWN, Composition
from sharpem.maps.density import DensityMap
from sharpem.spectra.filters import Anisotropy
from sharpem.spectra.reference import OverallB
from sharpem.spectra.shells import (
    ShellTable,
    band_limit,
    overall_b,
    shell_table,
    signal_b,
)

__all__ = ["D_MIN_RATIO", "Prepared", "prepare"]

D_MIN_RATIO = 0.833
"""Terms beyond this times the resolution are dropped (the published program's convention)."""

_FEWEST_SHELLS = 3
_AT_LIMIT = 1.03  # of twice the voxel size
_SMALLEST = 1e-12  # rms density; powers of it must fit float32
_TELLING = 3.5  # A; from here on the likelihoods of protein and nucleic acid differ enough
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
        NaN where they cannot be read: `b_known`.
    b_error : float
        Standard deviation of ``b_signal``, A^2 (mostly how far molecules differ from each other).
    signal_ln_scale : float
        Logarithm of the scale of the signal's intensities against the reference, for ``b_signal``.
    volume : MolecularVolume
        How much of the map is molecule.
    fit_limit : float
        Resolution (A) to which amplitudes were fitted: as stated, or where a filter cut them off.
    signal_and_noise : tuple of pairs of ndarray
        Mean |F|^2 of signal and noise per shell as the molecule sees them: one pair where the noise
        was measured, several possible ones otherwise.
    molecule : ndarray of bool
        Where the molecule is, on a grid as coarse as the resolution allows over the same box.
    contrast : float
        How much more the local variance scatters than that of noise: `contrast`.
    composition : Composition
        What the molecule is made of.
    b_spread : float
        What not knowing the composition adds to ``b_error``, A^2.
    findings : tuple of Finding
        What is odd about the map.
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
    fit_limit: float
    signal_and_noise: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]
    molecule: NDArray[np.bool_]
    contrast: float = np.inf
    composition: Composition = UNKNOWN
    b_spread: float = 0.0
    findings: tuple[Finding, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about the map, one sentence each."""
        return tuple(found.text for found in self.findings)

    @property
    def b_known(self) -> bool:
        """Whether overall B could be read."""
        return bool(np.isfinite(self.b_signal))


def prepare(
    density: DensityMap,
    resolution: float,
    *,
    volume: MolecularVolume | None = None,
    correct_anisotropy: bool = True,
    composition: Composition = UNKNOWN,
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
    composition : Composition
        What the molecule is made of: its overall B is read against the curve of that.

    Raises
    ------
    InputError
        The resolution is finer than the grid can hold, or coarser than the box.
    """
    check_resolution(density, resolution)
    d_min = _finest(density, resolution)
    spectrum = _core.analyse(density.data, density.cell, d_min)
    gap = clear_gaps(spectrum)
    shells = shell_table(spectrum, xray=density.xray, nucleic=composition.nucleic)
    _check_shells(density, shells, resolution)
    molecule, found_volume, stands_out = _molecule(density, spectrum, shells, resolution)
    volume = volume or found_volume
    limit = max(band_limit(shells, resolution), d_min)
    history = map_history(density, spectrum, shells, molecule, resolution=resolution, limit=limit)
    removed, noise, anisotropy = None, history.noise, Anisotropy.unknown()
    whole = signal = overall_b(shells, limit)
    if np.isfinite(whole.b_iso):
        found = fall_off(density, spectrum, shells, noise, limit)
        noise, anisotropy = found.noise, found.anisotropy
        if correct_anisotropy:
            removed, noise = remove(found, density, spectrum, shells, limit=limit, volume=volume)
        shells = replace(
            shell_table(spectrum, xray=density.xray), noise=noise, nucleic=shells.nucleic
        )
        whole = overall_b(shells, limit)
        signal = (
            whole if noise is None else signal_b(shells, limit, found.fit.b_iso, found.fit.ln_scale)
        )
    if removed is not None and not np.isfinite(signal.b_iso):
        # What was taken for anisotropy left nothing that makes sense.
        return prepare(
            density, resolution, volume=volume, correct_anisotropy=False, composition=composition
        )
    pairs = signal_and_noise(shells, resolution, volume.fraction, signal)
    return Prepared(
        density=density,
        resolution=resolution,
        d_min=d_min,
        spectrum=spectrum,
        shells=shells,
        anisotropy=anisotropy if np.isfinite(signal.b_iso) else Anisotropy.unknown(),
        removed=removed,
        b_input=whole.b_iso,
        b_signal=signal.b_iso,
        b_error=signal.error,
        signal_ln_scale=signal.ln_scale,
        volume=volume,
        fit_limit=limit,
        signal_and_noise=tuple(pairs),
        molecule=molecule,
        contrast=stands_out,
        composition=composition,
        b_spread=signal.spread,
        findings=unique(
            (
                *history.findings,
                *_of_overall_b(density, shells, resolution, limit, signal),
                *_of_resolution(density, shells, resolution, pairs),
                *(() if gap is None else (gap,)),
            )
        ),
    )


def _molecule(
    density: DensityMap, spectrum: _core.Spectrum, shells: ShellTable, resolution: float
) -> tuple[NDArray[np.bool_], MolecularVolume, float]:
    """Where the molecule is, its volume, and how much it stands out: all by the local variance.

    The variance itself is not kept: reading the noise needs several maps of its size.
    """
    variance = map_variance(spectrum, max(resolution, spectrum.d_min))
    stands_out = contrast(variance, shells, resolution)
    return variance.mask(), _estimated_volume(density, variance), stands_out


def _check_shells(density: DensityMap, shells: ShellTable, resolution: float) -> None:
    if shells.s.size < _FEWEST_SHELLS:
        raise InputError(
            f"{_name(density)}: {shells.s.size} resolution shells to {resolution:g} A in a box of "
            f"{max(density.cell[:3]):.0f} A, expected at least {_FEWEST_SHELLS}: a finer resolution"
        )
    rms = float(np.sqrt(shells.terms @ shells.power))
    if not _SMALLEST < rms < 1 / _SMALLEST:
        raise InputError(
            f"{_name(density)}: densities of about {rms:.1g}, expected {_SMALLEST:g} to "
            f"{1 / _SMALLEST:g}: multiply the map by a number"
        )


def _of_overall_b(
    density: DensityMap, shells: ShellTable, resolution: float, limit: float, signal: OverallB
) -> tuple[Finding, ...]:
    """What the overall B says of the map, and of what it is made of."""
    if not np.isfinite(signal.b_iso):
        return (_b_unknown(density, resolution, limit),)
    found = (sharpened(shells, resolution, signal.b_iso), _maybe_nucleic(signal, limit))
    return tuple(one for one in found if one)


def _of_resolution(
    density: DensityMap,
    shells: ShellTable,
    resolution: float,
    pairs: list[tuple[NDArray[np.float64], NDArray[np.float64]]],
) -> tuple[Finding, ...]:
    """What the grid, the signal and the noise say of the resolution that is stated."""
    found = resolution_claim(shells, resolution, pairs)
    finest = 2 * max(density.voxel_size)
    if resolution > _AT_LIMIT * finest or density.reflections is not None:
        return (found,) if found else ()
    at_limit = finding(
        "resolution-at-grid-limit",
        f"The stated {resolution:g} A is about the finest that voxels of "
        f"{max(density.voxel_size):.3f} A can hold: the map may hold less, or have held more.",
        "Nothing, if the resolution was measured; a finer grid would tell.",
    )
    return (at_limit, found) if found else (at_limit,)


def _b_unknown(density: DensityMap, resolution: float, limit: float) -> Finding:
    ends = "" if limit <= resolution else f", and the map ends at {limit:.2f} A"
    return finding(
        "b-unknown",
        f"The overall B is not known: shells to {resolution:g} A in a box of "
        f"{max(density.cell[:3]):.0f} A do not show it well enough{ends}.",
        "The map is left as it is; --b-sharpen sets a sharpening, and half maps or a model show "
        "one.",
    )


def _maybe_nucleic(signal: OverallB, limit: float) -> Finding | None:
    if limit > _TELLING or not signal.for_nucleic > 0:
        return None
    return finding(
        "composition-doubtful",
        "The amplitudes fall off as those of nucleic acid do, not of protein.",
        "B was read as a protein's; --composition nucleic, or its fraction of the mass, reads it "
        "better.",
    )


def _finest(density: DensityMap, resolution: float) -> float:
    """Resolution (A) beyond which terms are dropped: no further than a crystal's reflections go."""
    known = density.reflections
    return max(D_MIN_RATIO * resolution, known.d_min * (1 - 1e-6) if known else 0.0)


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
