"""The noise of a single map, read off its solvent.

The solvent holds noise and nothing else. Its power spectrum, scaled to the whole box, is the
noise's share of every resolution shell; what is left is the signal's. No half maps are needed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.maps.checks import FLAT_ZONE, flat_value
from sharpem.maps.density import DensityMap
from sharpem.maps.statistics import dot, median
from sharpem.spectra.shells import ShellTable, shell_edges

__all__ = ["SolventNoise", "noise_power", "solvent_noise", "solvent_window"]

_ROUNDING = 1e-10  # of the strongest shell's power: weaker shells hold rounding errors

Array = NDArray[np.float64]
Map = NDArray[np.float32]

_LEAST_SOLVENT = 0.25  # share of the box below which its solvent is not believed
_LARGEST_KURTOSIS = 8.0
_LEAST_FRACTION = 0.2  # of the power at the resolution limit
_GAUSSIAN = 3.2  # kurtosis of even noise, with what chance adds; masks leave 3.4 and more
_WEAKEST = 0.08  # of the power at the limit, where it is even; ripples of a filter stay below


@dataclass(frozen=True, eq=False)
class SolventNoise:
    """What the solvent of a map holds; arrays of shape (n,), one value per resolution shell.

    Attributes
    ----------
    power : ndarray
        Mean |F|^2 of the noise, scaled to the whole box.
    fraction : ndarray
        The noise's fraction of the map's power.
    kurtosis : float
        Fourth moment over squared variance of the whitened solvent: 3 for Gaussian noise of one
        variance, up to about 7 where the variance differs between places.
    """

    power: Array
    fraction: Array
    kurtosis: float

    def is_noise(self, s: Array, resolution: float) -> bool:
        """Whether this is the noise of a reconstruction, and not what a mask has left.

        A mask that was filtered afterwards, or a flattened solvent, holds the tails of the
        molecule: far from Gaussian, and too weak. At the resolution limit (A) half maps correlate
        by 0.143, so that noise makes up most of the power of a box. Where it is Gaussian and even
        it may be weaker: the stated resolution is coarser than the map's.
        """
        least = _WEAKEST if self.kurtosis < _GAUSSIAN else _LEAST_FRACTION
        return self.kurtosis < _LARGEST_KURTOSIS and self.at_limit(s, resolution) > least

    def at_limit(self, s: Array, resolution: float) -> float:
        """Fraction of the power just before the resolution (A); 0 where no shell is there."""
        limit = (s >= 0.85 / resolution) & (s <= 1.0 / resolution)
        return median(self.fraction[limit]) if limit.any() else 0.0


def _kurtosis(map_: Map, inside: Map) -> float:
    """Of a map with mean 0 where a window is above a half; plane by plane, as maps are large."""
    count, second, fourth = 0, 0.0, 0.0
    for values, share in zip(map_, inside, strict=True):
        square = np.square(values[share > 0.5], dtype=np.float64)
        count += square.size
        second += float(square.sum())
        fourth += float(np.square(square).sum())
    return fourth * max(count, 1) / max(second**2, 1e-300)


def _local_mean(mask: NDArray[np.bool_], cell: tuple[float, ...], radius: float) -> Map:
    """Share of a sphere about each voxel that is inside a mask."""
    d_min = radius / 4  # beyond this the sphere's transform holds next to nothing
    sphere = _core.RadialCurve.sphere(radius, 1.001 / d_min)
    return _core.filter_map(mask.astype(np.float32), cell, d_min, sphere)


def solvent_window(
    density: DensityMap, molecule: NDArray[np.bool_], cell: tuple[float, ...], resolution: float
) -> Map | None:
    """Soft window that sees the solvent and nothing of the molecule.

    Parameters
    ----------
    density : DensityMap
        The map as it came.
    molecule : ndarray of bool, shape (nz, ny, nx)
        Where the molecule is, on any grid over the same box.
    cell, resolution
        Of the box (A, degrees) and the map (A).

    Returns
    -------
    ndarray of float32 or None
        On the grid of ``molecule``. None where too little solvent is left, or where part of the map
        is exactly constant: what a mask has left of the solvent does not show the molecule's noise.
    """
    if flat_value(density)[1] > FLAT_ZONE:
        return None
    far = _local_mean(molecule, cell, 5.0 + resolution) <= 0.02
    if np.count_nonzero(far) < _LEAST_SOLVENT * far.size:
        return None
    window = _local_mean(far, cell, max(resolution, 4.0))  # edge 0.5, inside 1
    window *= 2.0
    window -= 1.0
    np.square(np.clip(window, 0.0, 1.0, out=window), out=window)
    return window if dot(window, window) > 0.2 * _LEAST_SOLVENT * window.size else None


def _on_grid(spectrum: _core.Spectrum, grid: tuple[int, ...]) -> _core.Spectrum:
    """Return its terms on that grid (z, y, x); no copy where they are already."""
    if spectrum.grid == grid:
        return spectrum
    return _core.resampled(spectrum, grid, spectrum.d_min)


def noise_power(spectrum: _core.Spectrum, shells: ShellTable, window: Map) -> SolventNoise:
    """Measure the noise in every shell, shape of ``shells.s``.

    The map is whitened first, so that strong low-resolution terms do not leak through the window
    into the weak ones; the window's power makes the normalisation.

    Parameters
    ----------
    spectrum : sharpem._core.Spectrum
        The map's terms.
    shells : ShellTable
        Of the same terms.
    window : ndarray of float32, shape (nz, ny, nx)
        From `solvent_window`; overwritten.
    """
    power = np.maximum(shells.power, _ROUNDING * shells.power.max())
    white = _core.RadialCurve.table(shells.s, 1.0 / np.sqrt(power), 1.0 / spectrum.d_min)
    map_ = _core.synthesise(_on_grid(spectrum, window.shape), white)
    mean = dot(window, map_) / float(np.sum(window, dtype=np.float64))
    map_ -= np.float32(mean)
    kurtosis = _kurtosis(map_, window)
    per_voxel = window.size / dot(window, window)
    window *= map_
    del map_
    seen = _core.analyse(window, spectrum.cell, spectrum.d_min)
    _core.copy_gaps(spectrum, seen)  # the window smears the map into them
    sums = _core.shell_sums(seen, shell_edges(spectrum))
    used = sums.terms > 0
    fraction = np.interp(shells.s, sums.s[used], sums.power[used] / sums.terms[used]) * per_voxel
    return SolventNoise(fraction * power, fraction, kurtosis)


def solvent_noise(
    density: DensityMap,
    spectrum: _core.Spectrum,
    shells: ShellTable,
    molecule: NDArray[np.bool_],
    resolution: float,
) -> SolventNoise | None:
    """Measure what the solvent holds; None where there is too little of it.

    Parameters
    ----------
    density, spectrum, shells
        The map, its Fourier coefficients, and the table of its shells.
    molecule : ndarray of bool, shape (nz, ny, nx)
        Where the molecule is, on any grid over the same box.
    resolution : float
        Of the map, A.
    """
    window = solvent_window(density, molecule, spectrum.cell, resolution)
    return None if window is None else noise_power(spectrum, shells, window)
