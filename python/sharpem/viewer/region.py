"""The part of two maps that is worth a look, small enough for a page."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.errors import InputError
from sharpem.maps.arrays import Array
from sharpem.maps.density import DensityMap
from sharpem.report.slices import window_of
from sharpem.viewer.pair import Pair

__all__ = ["FRACTIONS", "START", "Contour", "Region", "region_of"]

FRACTIONS = (0.05, 0.07, 0.1, 0.14, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Parts of the molecular volume that the contours enclose."""
START = FRACTIONS.index(0.2)
"""The one that a page opens with: as in the report and in ChimeraX's script."""
MOST_VOXELS = 3_000_000
"""Of each map in a page, about; one takes a byte or two there."""

_MARGIN = 5.0  # A about a model's trace


@dataclass(frozen=True)
class Contour:
    """Densities at which both maps enclose `angstrom3`, which is `fraction` of the molecule."""

    fraction: float
    angstrom3: float
    before: float
    after: float


@dataclass(frozen=True, eq=False)
class Region:
    """A box cut out of both maps.

    Attributes
    ----------
    before, after : ndarray of float32, shape (nz, ny, nx)
    axes : ndarray, shape (3, 3)
        Columns: steps (A) from a voxel to the next along x, y, z.
    origin : ndarray, shape (3,)
        Of the first voxel, A.
    contours : tuple of Contour
        Their levels are those of the whole maps: what is cut off is counted.
    sentences : tuple of str
        What was cut off or made coarser.
    """

    before: Array
    after: Array
    axes: NDArray[np.float64]
    origin: NDArray[np.float64]
    contours: tuple[Contour, ...]
    sentences: tuple[str, ...]


def region_of(pair: Pair, *, most: int = MOST_VOXELS) -> Region:
    """Cut both maps to the model, or to where the density is; make them coarser if need be.

    Raises
    ------
    InputError
        The model lies outside the map.
    """
    ranges = _ranges(pair)
    voxels = prod(len(one) for one in ranges)
    sentences = [_cut_sentence(pair, ranges)]
    factor = (voxels / most) ** (1 / 3)
    before, after, origin = pair.before, pair.after, np.array(pair.before.origin)
    if factor > 1:
        before, after = (_coarser(one, factor) for one in (before, after))
        step = [n / m for n, m in zip(pair.before.shape, before.shape, strict=True)]
        ranges = [_thinned(one, by) for one, by in zip(ranges, step, strict=True)]
        sentences.append(_coarse_sentence(pair.before, before))
    z, y, x = ranges
    first = np.array([x[0], y[0], z[0]])
    return Region(
        _cut(before, ranges),
        _cut(after, ranges),
        before.voxel_axes,
        origin + before.voxel_axes @ first,
        _contours(before, after, pair.fraction),
        tuple(sentences),
    )


def _ranges(pair: Pair) -> list[NDArray[np.int_]]:
    """Indices along z, y, x; those of a crystal's cell may go on beyond it."""
    density = pair.before
    if pair.trace is not None:
        return _about(density, pair.trace.points)
    voxels = max(1, round(FRACTIONS[START] * pair.fraction * density.voxels))
    _, slices = window_of(density, _core.contour(density.data, voxels)[0])
    return [np.arange(one.start, one.stop) for one in slices]


def _about(density: DensityMap, points: NDArray[np.float32]) -> list[NDArray[np.int_]]:
    index = np.linalg.solve(density.voxel_axes, (points - np.array(density.origin)).T)
    margin = _MARGIN / np.array(density.voxel_size)
    low = np.floor(index.min(axis=1) - margin).astype(int)
    high = np.ceil(index.max(axis=1) + margin).astype(int)
    if not density.periodic:
        low, high = np.maximum(low, 0), np.minimum(high, np.array(density.shape[::-1]) - 1)
    if (high - low < 2).any():
        raise InputError(
            f"the model is outside {density.path or 'the map'}, expected it at its place in the map"
        )
    return [np.arange(a, b + 1) for a, b in zip(low[::-1], high[::-1], strict=True)]


def _coarser(density: DensityMap, factor: float) -> DensityMap:
    """The same map with a larger voxel; finer Fourier terms are left out, not folded in."""
    shape = [max(8, int(n / factor)) for n in density.shape]
    limit = max(2 * edge / n for edge, n in zip(density.cell[:3], shape[::-1], strict=True))
    spectrum = _core.analyse(density.data, density.cell, limit)
    return DensityMap(_core.synthesise(_core.resampled(spectrum, shape, limit)), density.cell)


def _thinned(indices: NDArray[np.int_], step: float) -> NDArray[np.int_]:
    return np.arange(int(indices[0] / step), int(indices[-1] / step) + 1)


def _cut(density: DensityMap, ranges: list[NDArray[np.int_]]) -> Array:
    indices = [one % n for one, n in zip(ranges, density.shape, strict=True)]
    cut: Array = density.data[np.ix_(*indices)]
    return cut


def _contours(before: DensityMap, after: DensityMap, fraction: float) -> tuple[Contour, ...]:
    voxel = float(abs(np.linalg.det(before.voxel_axes)))
    found = []
    for part in FRACTIONS:
        voxels = max(1, round(part * fraction * before.voxels))
        levels = (_core.contour(one.data, voxels)[0] for one in (before, after))
        found.append(Contour(part, voxels * voxel, *levels))
    return tuple(found)


def _cut_sentence(pair: Pair, ranges: list[NDArray[np.int_]]) -> str:
    shown = " x ".join(str(len(one)) for one in ranges[::-1])
    whole = " x ".join(str(n) for n in pair.before.shape[::-1])
    where = f"within {_MARGIN:.0f} A of the model" if pair.trace else "about the density"
    return f"Shown: {shown} voxels {where}, of {whole}."


def _coarse_sentence(fine: DensityMap, coarse: DensityMap) -> str:
    return (
        f"The map was too large for a page: shown with voxels of {coarse.voxel_size[0]:.3g} A "
        f"instead of {fine.voxel_size[0]:.3g} A; its own files hold all detail."
    )
