"""Sums over the voxels of a map, taken piece by piece; correlations of two maps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sharpem import _core
from sharpem.errors import InputError
from sharpem.maps.arrays import Array, Numbers

__all__ = [
    "check_values",
    "correlate",
    "correlate_maps",
    "dot",
    "median",
    "pieces",
    "standardised",
]


_PIECE = 2**13  # voxels converted at a time: fits the cache, and BLAS starts no threads for it


def pieces(data: Array) -> Iterator[Array]:
    """Cut the voxels into consecutive 1-D pieces small enough to be copied."""
    flat = data.reshape(-1)
    for start in range(0, flat.size, _PIECE):
        yield flat[start : start + _PIECE]


def dot(one: Array, two: Array) -> float:
    """Sum of the products of two maps' voxels, piece by piece: no threads, no loss of digits."""
    return float(sum(float(np.dot(a, b)) for a, b in zip(pieces(one), pieces(two), strict=True)))


def check_values(data: Array, name: str) -> _core.Statistics:
    """Refuse a map that holds NaN or infinite values, or a single value only.

    Parameters
    ----------
    data : ndarray of float32, shape (nz, ny, nx)
    name : str
        What to call it in the message.

    Raises
    ------
    InputError
    """
    try:
        found = _core.statistics(data)
    except ValueError as error:  # SHARPEM_CPU names no instruction set that this processor has
        raise InputError(str(error)) from None
    if found.nonfinite:
        raise InputError(
            f"{name}: {found.nonfinite} of {data.size} values are NaN or infinite, expected numbers"
        )
    if found.minimum == found.maximum:
        raise InputError(f"{name}: all {data.size} values are {found.minimum:g}, expected a map")
    return found


def standardised(values: Array) -> Numbers:
    """Shift to mean 0 and scale to length 1, so that a sum of products is a correlation.

    Products are summed by NumPy, not by BLAS, whose threads cost more than they bring here.
    """
    centred = values - values.mean(dtype=np.float64)
    length = float(np.sqrt(np.square(centred, dtype=np.float64).sum()))
    return np.asarray(centred / length if length > 0 else centred, dtype=np.float64)


def correlate(one: Array, two: Array) -> float:
    """Correlation coefficient of two arrays of the same shape."""
    return float((standardised(one) * standardised(two)).sum())


def correlate_maps(one: Array, two: Array) -> float:
    """As :func:`correlate`, piece by piece: without copies of two large maps."""
    means = [float(data.mean(dtype=np.float64)) for data in (one, two)]
    sums = np.zeros(3)
    for pair in zip(pieces(one), pieces(two), strict=True):
        a, b = (piece.astype(np.float64) - mean for piece, mean in zip(pair, means, strict=True))
        sums += (np.dot(a, b), np.dot(a, a), np.dot(b, b))
    length = float(np.sqrt(sums[1] * sums[2]))
    return float(sums[0]) / length if length > 0 else 0.0


def median(values: Array | Numbers) -> float:
    """Median of numbers that are not NaN; that of NumPy imports numpy.ma, which takes longer."""
    ascending = np.sort(values, axis=None)
    middle = ascending[(ascending.size - 1) // 2] + ascending[ascending.size // 2]
    return float(middle / 2)
