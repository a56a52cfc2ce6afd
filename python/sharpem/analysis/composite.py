"""Maps put together from regions on different scales, such as those of separate refinements.

Where all that is outside the molecule is empty, two classes of local power mean two scales if both
show a molecule: the weaker is neither noise, which is symmetric about its mean, nor the rim of a
mask, which has more empty places about it than the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sharpem import _core
from sharpem.findings import Finding, finding
from sharpem.maps.arrays import Map, Mask, Numbers
from sharpem.maps.checks import flat_value
from sharpem.maps.density import DensityMap

__all__ = ["composite"]

_EMPTY = 0.1  # of the box, at least
_BLOCK = 4.0  # A; powers are summed over cubes of about this side
_RADIUS = 12.0  # A; sphere that holds several elements of secondary structure
_HALF = 0.5  # of the fullest sphere: where the power is that of the molecule
_FEWEST = 100  # blocks
_POWERS_DIFFER = 3.0  # mean square density of the stronger class over the weaker's
_MOLECULE = 0.3  # skewness; that of noise is 0
_RIM = 0.1  # of a full sphere: so much emptier is it about the weaker class
_PART = 0.1  # of the molecule, either class


@dataclass(frozen=True, eq=False)
class _Blocks:
    """Voxels that are not empty, their number and sums of powers of their density, by blocks."""

    count: Numbers
    sums: tuple[Numbers, Numbers, Numbers]
    cell: tuple[float, ...]

    def skewness(self, chosen: Mask) -> float:
        """Third standardised moment of the voxels of the chosen blocks."""
        total = float(self.count[chosen].sum())
        mean, square, cube = (float(one[chosen].sum()) / total for one in self.sums)
        variance = square - mean**2
        third = cube - 3 * mean * square + 2 * mean**3
        return third / variance**1.5 if variance > 0 else 0.0


def composite(density: DensityMap) -> Finding | None:
    """Recognise two regions of one molecule on different scales, where all else is empty."""
    empty, fraction = flat_value(density)
    if density.periodic or not _EMPTY < fraction < 1:
        return None
    blocks = _blocks(density, empty)
    fullness = _smeared(blocks.count, blocks.cell)
    inside = (blocks.count > 0) & (fullness > _HALF * fullness.max())
    if np.count_nonzero(inside) < _FEWEST:
        return None
    power = _smeared(blocks.sums[1], blocks.cell)
    level = np.log(np.maximum(power[inside], 1e-30) / fullness[inside])
    strong = inside.copy()
    strong[inside] = level > _threshold(level)
    weak = inside & ~strong
    part = float(np.count_nonzero(weak)) / np.count_nonzero(inside)
    if not _PART < part < 1 - _PART or blocks.skewness(weak) < _MOLECULE:
        return None
    full = fullness / fullness.max()
    ratio = float(np.exp(level[strong[inside]].mean() - level[weak[inside]].mean()))
    if ratio < _POWERS_DIFFER or full[strong].mean() - full[weak].mean() > _RIM:
        return None
    return finding(
        "composite",
        f"The map seems put together from regions on different scales: in {100 * part:.0f} % of "
        f"the molecule densities are {ratio**0.5:.1f} times weaker than in the rest.",
        "One filter cannot suit both: sharpen the maps that it was made from one by one, or use "
        "--local.",
    )


def _blocks(density: DensityMap, empty: float) -> _Blocks:
    z, y, x = (
        min(n, max(1, round(_BLOCK / step)))
        for n, step in zip(density.shape, density.voxel_size[::-1], strict=True)
    )
    found = density.statistics
    most = max(found.maximum - empty, empty - found.minimum, 1e-30)
    count, *sums = _core.block_sums(density.data, (z, y, x), empty, 1 / most)
    lengths = [
        length * blocks * side / whole
        for length, blocks, side, whole in zip(
            density.cell[:3], count.shape[::-1], (x, y, z), density.shape[::-1], strict=True
        )
    ]
    return _Blocks(count, (sums[0], sums[1], sums[2]), (*lengths, *density.cell[3:]))


def _smeared(values: Numbers, cell: tuple[float, ...]) -> Map:
    """Mean in a sphere about each block of values that are not negative."""
    roots = np.sqrt(values).astype(np.float32)
    return np.asarray(_core.local_mean_square(roots, cell, _RADIUS, 0.0))


def _threshold(values: Map) -> float:
    """Value that parts two classes with the largest variance between them (Otsu, 1979)."""
    counts, edges = np.histogram(values, 128)
    middle = 0.5 * (edges[1:] + edges[:-1])
    weight = np.cumsum(counts) / counts.sum()
    moment = np.cumsum(counts * middle) / counts.sum()
    between = (moment[-1] * weight - moment) ** 2 / np.maximum(weight * (1 - weight), 1e-12)
    return float(middle[int(between[:-1].argmax())])
