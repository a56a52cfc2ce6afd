"""Soft-edged zones about points: the voxels to keep near a model or in a mask."""

from __future__ import annotations

from typing import TypeAlias

import gemmi
import numpy as np
from numpy.typing import NDArray

from sharpem.maps.arrays import Array
from sharpem.maps.density import DensityMap

__all__ = ["reach", "soft_zone", "surface_points"]

Numbers: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]

_MOST_STEPS = 16


def reach(density: DensityMap, distance: float) -> Numbers:
    """How far the indices x, y, z go in a sphere of that radius (A), for any cell; shape (3,)."""
    return np.asarray(distance * np.linalg.norm(np.linalg.inv(density.voxel_axes), axis=1))


def soft_zone(box: DensityMap, points: Numbers, radius: float, soft: float) -> Array:
    """Weight of every voxel: 1 within `radius` of a point, then a raised cosine down to 0.

    Parameters
    ----------
    box : DensityMap
        Gives the grid, which is not periodic here.
    points : ndarray, shape (n, 3)
        Cartesian x, y, z, A.
    radius, soft : float
        A; radius of the zone, and width of the edge outside it.

    Returns
    -------
    ndarray of float32, shape (nz, ny, nx)
        The edge goes down in steps of half a voxel, or of a sixteenth of its width.
    """
    margin = np.ceil(reach(box, radius + soft)).astype(int) + 1
    counts = np.array(box.shape[::-1])
    index = np.linalg.solve(box.voxel_axes, (points - np.array(box.origin)).T).T + margin
    near = np.all((index >= 0) & (index <= counts + 2 * margin - 1), axis=1)
    grid = _empty_grid(box, counts + 2 * margin)
    positions = [gemmi.Position(*(box.voxel_axes @ where)) for where in index[near]]
    for distance, weight in _steps(radius, soft, 0.5 * min(box.voxel_size)):
        for position in positions:
            grid.set_points_around(position, distance, weight)
    inner = tuple(slice(m, m + n) for m, n in zip(margin[::-1], counts[::-1], strict=True))
    return np.ascontiguousarray(grid.array.T[inner])


def surface_points(mask: DensityMap, inside: Mask) -> Numbers:
    """Positions (A) of a mask's voxels with one of six neighbours outside it, shape (n, 3)."""
    padded = np.pad(inside, 1)
    deep = np.ones_like(inside)
    for axis in range(3):
        for step in (-1, 1):
            deep &= np.roll(padded, step, axis)[1:-1, 1:-1, 1:-1]
    index = np.argwhere(inside & ~deep)[:, ::-1]
    return np.asarray(index @ mask.voxel_axes.T + np.array(mask.origin), dtype=np.float64)


def _empty_grid(box: DensityMap, counts: NDArray[np.int_]) -> gemmi.FloatGrid:
    a, b, c = (counts * np.array(box.voxel_size)).tolist()
    grid = gemmi.FloatGrid(*(int(n) for n in counts))
    grid.set_unit_cell(gemmi.UnitCell(a, b, c, *box.cell[3:]))
    grid.spacegroup = gemmi.SpaceGroup("P 1")
    return grid


def _steps(radius: float, soft: float, finest: float) -> list[tuple[float, float]]:
    """Distances, descending, and the weights within them."""
    count = int(np.clip(np.ceil(soft / finest), 2, _MOST_STEPS)) if soft else 0
    edge = [
        (radius + soft * k / count, 0.5 + 0.5 * float(np.cos(np.pi * (k - 0.5) / count)))
        for k in range(count, 0, -1)
    ]
    return [*edge, (radius, 1.0)]
