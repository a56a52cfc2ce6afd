"""How one map lies against another at low resolution: correlation, shift, hand, sign and scale.

Both are whitened up to the limit, so that the correlation is the mean of the FSC there and its
peak over shifts is sharp; a common envelope alone does not make two maps alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.maps.arrays import Indices, Numbers, Triple
from sharpem.maps.density import DensityMap

__all__ = ["Registration", "register"]

_LIMIT = 10.0  # A; every map of use agrees with its like to here
_VOXELS = 6.0  # per limit, at least
_SAMPLES = 3  # per limit on the coarse grid
_ALIKE = 0.7  # correlation from which no other shift or hand is looked for
_REACH = 3  # voxels about no shift that are looked at always
_FEWEST = 30  # Fourier coefficients without which a box tells nothing

Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class Registration:
    """How a second map lies against a first one.

    Attributes
    ----------
    correlation : float
        As they stand, -1 to 1: negative if one of them is inverted.
    shift : tuple of int
        Voxels along x, y, z by which the second map is moved, where it correlates best.
    offset : tuple of float
        The same to a fraction of a voxel.
    at_shift : float
        Correlation once the shift is undone.
    mirrored : float
        Best correlation with a mirror image at any shift; 0 where none was looked for.
    scale : float
        Amplitudes of the second over those of the first, extrapolated to s = 0.
    error : float
        Standard deviation of a correlation by chance.
    """

    correlation: float
    shift: Indices
    offset: Triple
    at_shift: float
    mirrored: float
    scale: float
    error: float


def register(one: DensityMap, two: DensityMap) -> Registration | None:
    """Find out how two maps on one grid lie against each other; None in a box too small to tell.

    Parameters
    ----------
    one, two : DensityMap
        On one grid. Terms to 10 A, or to six voxels, take part.
    """
    limit = max(_LIMIT, _VOXELS * max(one.voxel_size))
    grid = [
        min(n, int(np.ceil(_SAMPLES * n * size / limit)) + 1)
        for n, size in zip(one.shape, one.voxel_size[::-1], strict=True)
    ]
    step = [n / few for n, few in zip(one.shape, grid, strict=True)]
    first, second = (_coefficients(map_, limit, grid) for map_ in (one, two))
    s = _frequencies(first.shape, np.array(one.voxel_axes), step)
    shells = np.where((s > 0) & (s <= 1 / limit), (s * max(one.cell[:3])).astype(int), -1)
    count = int(np.count_nonzero(shells >= 0))
    if count < _FEWEST:
        return None
    powers = [_power(f, shells) for f in (first, second)]
    if min(float(power.max()) for power in powers) <= 0:
        return None
    white = [_white(f, shells, power) for f, power in zip((first, second), powers, strict=True)]
    product = np.conj(white[0]) * white[1] / count
    correlation = float(product.sum().real)
    peak, mirrored = _finest(product, step, (0, 0, 0), _REACH), 0.0
    if correlation < _ALIKE:
        peak = max(peak, _best(product, step), key=lambda found: found.correlation)
        mirrored = max(
            _best(np.conj(white[0]) * _mirrored(white[1], axes) / count, step).correlation
            for axes in ((0,), (1,), (2,), (0, 1, 2))
        )
    return Registration(
        correlation=correlation,
        shift=peak.shift[::-1],
        offset=peak.offset[::-1],
        at_shift=peak.correlation,
        mirrored=mirrored,
        scale=_scale(shells, powers, s),
        error=(2 / count) ** 0.5,
    )


def _coefficients(density: DensityMap, limit: float, grid: list[int]) -> Complex:
    """Fourier coefficients of the map cut at the limit (A), on a grid that just holds them."""
    low = _core.analyse(density.data, density.cell, limit)
    nz, ny, nx = grid
    coarse = _core.synthesise(_core.resampled(low, (nz, ny, nx), limit)).astype(np.float64)
    return np.asarray(np.fft.fftn(coarse - coarse.mean()) / coarse.size)


def _frequencies(shape: tuple[int, ...], axes: Numbers, step: list[float]) -> Numbers:
    """|s| (1/A) of the coefficients; axes: columns x, y, z of a voxel of the map, A.

    A step is that of the coarse grid, in voxels along z, y, x.
    """
    reciprocal = np.linalg.inv(axes * np.array(step[::-1]))  # rows: x, y, z
    z, y, x = np.meshgrid(*[np.fft.fftfreq(n) for n in shape], indexing="ij")
    return np.asarray(np.sqrt(sum(np.square(np.tensordot(reciprocal.T, [x, y, z], axes=1)))))


def _power(coefficients: Complex, shells: NDArray[np.int_]) -> Numbers:
    """Mean power by shell."""
    used = shells >= 0
    power = np.square(np.abs(coefficients[used]))
    count = np.maximum(np.bincount(shells[used]), 1)
    return np.asarray(np.bincount(shells[used], weights=power) / count)


def _white(coefficients: Complex, shells: NDArray[np.int_], power: Numbers) -> Complex:
    factor = np.where(power > 0, 1 / np.sqrt(np.where(power > 0, power, 1.0)), 0.0)
    return np.where(shells >= 0, coefficients * factor[np.maximum(shells, 0)], 0)


def _mirrored(coefficients: Complex, axes: tuple[int, ...]) -> Complex:
    """Coefficients of the map with some axes reversed."""
    return np.roll(np.flip(coefficients, axes), 1, axes)


class _Peak(NamedTuple):
    """A maximum of the correlation over shifts along z, y, x (voxels)."""

    shift: Indices
    offset: Triple
    correlation: float


def _best(product: Complex, step: list[float]) -> _Peak:
    """Find the shift with the highest correlation in the box."""
    correlation = np.fft.ifftn(product).real
    peak = np.unravel_index(int(np.argmax(correlation)), correlation.shape)
    signed = [
        round(int(p if p <= n // 2 else p - n) * k)
        for p, n, k in zip(peak, product.shape, step, strict=True)
    ]
    return _finest(product, step, signed, int(np.ceil(max(step))))


def _finest(
    product: Complex, step: list[float], about: tuple[int, ...] | list[int], reach: int
) -> _Peak:
    """Find the whole-voxel shift with the highest correlation within `reach` of another."""
    found: NDArray[np.complex128] = product
    for n, k, middle in zip(product.shape, step, about, strict=True):
        t = np.arange(middle - reach - 1, middle + reach + 2)
        phase = np.exp(2j * np.pi * np.outer(np.fft.fftfreq(n, k), t))
        found = np.tensordot(found, phase, axes=(0, 0))  # the next axis comes first
    correlation = found.real
    inner = correlation[1:-1, 1:-1, 1:-1]  # so that a parabola can be laid through its neighbours
    best = np.array(np.unravel_index(int(np.argmax(inner)), inner.shape))
    z, y, x = (best - reach + np.array(about)).tolist()
    top = float(inner[tuple(best)])
    offset = [z, y, x]
    for axis in range(3):
        before, after = (
            float(correlation[tuple(best + 1 + side * (np.arange(3) == axis))]) for side in (-1, 1)
        )
        curvature = before - 2 * top + after
        offset[axis] += 0.5 * (before - after) / curvature if curvature < 0 else 0.0
    return _Peak((z, y, x), (offset[0], offset[1], offset[2]), top)


def _scale(shells: NDArray[np.int_], powers: list[Numbers], s: Numbers) -> float:
    """Ratio of amplitudes at s = 0 of a straight line through its logarithm over s^2."""
    used = shells >= 0
    count = np.bincount(shells[used])
    s2 = np.bincount(shells[used], weights=np.square(s[used])) / np.maximum(count, 1)
    both = (count > 0) & (powers[0] > 0) & (powers[1] > 0)
    if np.count_nonzero(both) < 3:
        return float(np.sqrt(powers[1].sum() / powers[0].sum()))
    ratio = 0.5 * np.log(powers[1][both] / powers[0][both])
    return float(np.exp(np.polyfit(s2[both], ratio, 1, w=np.sqrt(count[both]))[1]))
