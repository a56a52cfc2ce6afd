"""Values on a lattice over a map: read between its points, and shared by symmetry."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from sharpem.analysis.symmetry import Symmetry
from sharpem.local.boxes import to_angstrom, to_voxels
from sharpem.maps.density import DensityMap

__all__ = ["read_at", "symmetrised"]

Array = NDArray[np.float64]


def read_at(values: Array, at: Array) -> Array:
    """Read values linearly between the points of a lattice, the last ones beyond it.

    Parameters
    ----------
    values : ndarray, shape (nz, ny, nx)
    at : ndarray, shape (n, 3)
        In units of the lattice, (z, y, x).
    """
    last = np.array(values.shape) - 1
    at = np.clip(at, 0, last)
    low = np.minimum(at.astype(np.int64), np.maximum(last - 1, 0))
    part = at - low
    answer = np.zeros(len(at))
    for corner in product((0, 1), repeat=3):
        weight = np.where(corner, part, 1 - part).prod(axis=1)
        answer += weight * values[tuple(np.minimum(low + corner, last).T)]
    return answer


def symmetrised(values: Array, step: int, density: DensityMap, symmetry: Symmetry) -> Array:
    """Give equivalent places one value: the mean over all operators, shape (nz, ny, nx)."""
    at = np.indices(values.shape).reshape(3, -1).T.astype(np.float64) * step
    images = symmetry.images(to_angstrom(density, at))
    mean = np.mean([read_at(values, to_voxels(density, one) / step) for one in images], axis=0)
    answer: Array = mean.reshape(values.shape)
    return answer
