"""Where a simulated map stands: a box about a model that stays at its place."""

from __future__ import annotations

import numpy as np

from sharpem.analysis.model_map import Grid
from sharpem.errors import InputError
from sharpem.maps.arrays import Indices, Triple
from sharpem.maps.density import DensityMap, Placement
from sharpem.maps.model import Model

__all__ = ["BOXES", "box_about", "placed"]

BOXES = ("full", "tight", "cut")
"""Kinds of box; see :func:`sharpem.simulate.simulate_map`."""

_MARGIN = 8.0  # A on each side
_FULL = 1.5  # edge of a full box over the largest extent of the model
_MOST_VOXELS = 2**31


def box_about(model: Model, step: float, box: str, padding: float | None) -> Grid:
    """Find a grid about a model; its first voxel is at multiples of the voxel size.

    Parameters
    ----------
    model : Model
    step : float
        Voxel size, A.
    box : {"full", "tight", "cut"}
    padding : float or None
        A on each side; None: 8 A, and for a full box 1.5 times the largest extent of the model.

    Returns
    -------
    shape, cell, origin

    Raises
    ------
    InputError
        The box would have more than 2^31 voxels.
    """
    lengths = model.extent + 2 * (_MARGIN if padding is None else padding)
    if box == "full":
        edge = lengths.max() if padding is not None else max(_FULL * model.extent.max(), *lengths)
        lengths = np.full(3, edge)
    nx, ny, nz = counts = [_good_size(int(np.ceil(length / step))) for length in lengths]
    if nx * ny * nz > _MOST_VOXELS:
        raise InputError(f"a box of {nx} x {ny} x {nz} voxels, expected at most 2^31 in all")
    first = np.round(model.centre / step - np.array(counts) / 2)
    cell = (nx * step, ny * step, nz * step, 90.0, 90.0, 90.0)
    return (nz, ny, nx), cell, _triple(first * step)


def placed(grid: Grid, data: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> DensityMap:
    """Make a map on a grid of :func:`box_about`; NSTART and ORIGIN both say where it stands."""
    (nz, ny, nx), cell, origin = grid
    steps = (cell[0] / nx, cell[1] / ny, cell[2] / nz)
    nstart = _indices(np.round(np.array(origin) / steps))
    return DensityMap(data, cell, Placement(nstart=nstart, origin_words=origin))


def _triple(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Triple:
    x, y, z = (float(v) for v in values)
    return x, y, z


def _indices(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Indices:
    x, y, z = (int(v) for v in values)
    return x, y, z


def _good_size(n: int) -> int:
    """Return the next even number without prime factors above 7: fast to transform."""
    n += n % 2
    while True:
        rest = n
        for prime in (2, 3, 5, 7):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return n
        n += 2
