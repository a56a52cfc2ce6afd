"""From a map to what every method needs: Fourier terms, spectrum, overall B, molecular volume."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.anisotropy import (
    FallOff,
    published_fall_off,
    read_fall_off,
    signal_and_noise,
)
from sharpem.analysis.claims import of_overall_b, of_resolution
from sharpem.analysis.gaps import clear_gaps
from sharpem.analysis.history import map_history
from sharpem.analysis.local_variance import LocalVariance, contrast, map_variance
from sharpem.analysis.molecular_volume import MolecularVolume, box_volume
from sharpem.errors import InputError
from sharpem.findings import Finding, unique
from sharpem.machine import give_memory_back
from sharpem.maps.composition import UNKNOWN, Composition
from sharpem.maps.crystal import lattice_points
from sharpem.maps.density import DensityMap
from sharpem.spectra.directional import Directional
from sharpem.spectra.filters import Anisotropy
from sharpem.spectra.shells import (
    ShellTable,
    band_limit,
    shell_table,
)

__all__ = ["D_MIN_RATIO", "Prepared", "prepare"]

D_MIN_RATIO = 0.833
"""Terms beyond this times the resolution are dropped (the published program's convention)."""

_PUBLISHED_RADIUS = 1.5  # resolutions (section 2.3)
_FEWEST_SHELLS = 3
_SMALLEST = 1e-12  # rms density; powers of it must fit float32


@dataclass(frozen=True, eq=False)
class Prepared:
    """What no method should compute twice.

    Attributes
    ----------
    density : DensityMap
        The input.
    resolution : float
        Of the map as stated, A.
    spectrum : sharpem._core.Spectrum
        Fourier coefficients to `d_min`, anisotropy removed where that was wanted.
    fall : FallOff
        How the amplitudes fall off: shells, overall B, anisotropy.
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
    findings : tuple of Finding
        What is odd about the map.
    directional : Directional or None
        What was applied to `spectrum` after the rest of this was found.
    """

    density: DensityMap
    resolution: float
    spectrum: _core.Spectrum
    fall: FallOff
    volume: MolecularVolume
    fit_limit: float
    signal_and_noise: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]
    molecule: NDArray[np.bool_]
    contrast: float = np.inf
    composition: Composition = UNKNOWN
    findings: tuple[Finding, ...] = ()
    directional: Directional | None = None

    def directed(self, directional: Directional | None) -> Prepared:
        """Apply a directional factor to the spectrum, in place; None changes nothing."""
        if directional is None:
            return self
        directional.apply_to(self.spectrum)
        return replace(self, directional=directional)

    @property
    def d_min(self) -> float:
        """Coefficients beyond this (A) are dropped: 0.833 x resolution, or the grid's limit."""
        return float(self.spectrum.d_min)

    @property
    def shells(self) -> ShellTable:
        """Amplitudes of `spectrum` by resolution, with the noise where the solvent shows it."""
        return self.fall.shells

    @property
    def anisotropy(self) -> Anisotropy:
        """As found."""
        return self.fall.anisotropy

    @property
    def removed(self) -> Anisotropy | None:
        """What of the anisotropy was removed; None where it was to stay."""
        return self.fall.removed

    @property
    def b_input(self) -> float:
        """Overall B of the whole map, A^2, physical scale; NaN where it cannot be read."""
        return self.fall.whole.b_iso

    @property
    def b_signal(self) -> float:
        """Overall B of the signal in it, A^2; NaN where it cannot be read."""
        return self.fall.signal.b_iso

    @property
    def b_error(self) -> float:
        """Standard deviation of `b_signal`, A^2 (mostly how far molecules differ)."""
        return self.fall.signal.error

    @property
    def b_spread(self) -> float:
        """What not knowing the composition adds to `b_error`, A^2."""
        return self.fall.signal.spread

    @property
    def signal_ln_scale(self) -> float:
        """Logarithm of the scale of the signal's intensities against the reference."""
        return self.fall.signal.ln_scale

    @property
    def b_known(self) -> bool:
        """Whether overall B could be read."""
        return self.fall.known

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about the map, one sentence each."""
        return tuple(found.text for found in self.findings)


def prepare(
    density: DensityMap,
    resolution: float,
    *,
    volume: MolecularVolume | None = None,
    correct_anisotropy: bool = True,
    composition: Composition = UNKNOWN,
    published: bool = False,
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
    published : bool
        Prepare the map as published: the whole anisotropy is removed, overall B is that of the map
        down to its resolution, and the sphere of the local variance has 1.5 times the resolution.

    Raises
    ------
    InputError
        The resolution is finer than the grid can hold, or coarser than the box.
    """
    spectrum, shells, gap = _shells(density, resolution, composition, keep=published)
    radius = _PUBLISHED_RADIUS * resolution if published else None
    molecule, found_volume, stands_out = _molecule(density, spectrum, shells, resolution, radius)
    volume = volume or found_volume
    edge = resolution if published else band_limit(shells, resolution)
    limit = max(edge, spectrum.d_min)
    history = map_history(density, spectrum, shells, molecule, resolution=resolution, limit=limit)
    give_memory_back()
    if published:
        fall = published_fall_off(density, spectrum, shells, limit)
    else:
        room = volume if correct_anisotropy else None
        noisy = shells.with_noise(history.noise)
        fall = read_fall_off(density, spectrum, noisy, limit=limit, volume=room)
    if fall.removed is not None and not fall.known:
        # What was taken for anisotropy left nothing that makes sense.
        return prepare(
            density, resolution, volume=volume, correct_anisotropy=False, composition=composition
        )
    pairs = signal_and_noise(fall.shells, resolution, volume.fraction, fall.signal)
    claims = _claims(density, resolution, limit, fall, pairs)
    return Prepared(
        density=density,
        resolution=resolution,
        spectrum=spectrum,
        fall=fall,
        volume=volume,
        fit_limit=limit,
        signal_and_noise=tuple(pairs),
        molecule=molecule,
        contrast=stands_out,
        composition=composition,
        findings=unique((*history.findings, *claims, *gap)),
    )


def _shells(
    density: DensityMap, resolution: float, composition: Composition, *, keep: bool
) -> tuple[_core.Spectrum, ShellTable, tuple[Finding, ...]]:
    """Fourier coefficients, their table by shells, and what of them is absent.

    Coefficients of next to nothing are set to exactly zero, unless all are to be kept as they are.
    """
    check_resolution(density, resolution)
    spectrum = _core.analyse(density.data, density.cell, _finest(density, resolution))
    gap = clear_gaps(spectrum, lattice_points(density), keep=keep)
    shells = shell_table(spectrum, xray=density.xray, nucleic=composition.nucleic)
    _check_shells(density, shells, resolution)
    return spectrum, shells, (gap,) if gap else ()


def _claims(
    density: DensityMap,
    resolution: float,
    limit: float,
    fall: FallOff,
    pairs: list[tuple[NDArray[np.float64], NDArray[np.float64]]],
) -> tuple[Finding, ...]:
    return (
        *of_overall_b(density, fall.shells, resolution, limit, fall.signal),
        *(of_resolution(density, fall.shells, resolution, pairs) if limit <= resolution else ()),
    )


def _molecule(
    density: DensityMap,
    spectrum: _core.Spectrum,
    shells: ShellTable,
    resolution: float,
    radius: float | None,
) -> tuple[NDArray[np.bool_], MolecularVolume, float]:
    """Where the molecule is, its volume, and how much it stands out: all by the local variance.

    The variance itself is not kept: reading the noise needs several maps of its size.
    """
    variance = map_variance(spectrum, max(resolution, spectrum.d_min), radius)
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
