"""Masks about the molecule for Fourier shell correlations, with soft edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.local_variance import local_variance
from sharpem.errors import InputError
from sharpem.findings import Finding, finding
from sharpem.maps.arrays import Array, Cell, Map, Mask
from sharpem.maps.density import DensityMap
from sharpem.maps.statistics import dot
from sharpem.spectra.apply import radial_curve

__all__ = ["check_mask", "in_unit_range", "raised_cosine", "soft_edge", "soft_mask", "widened"]


_EDGE = 1.5  # A; standard deviation of the Gaussian that softens a mask
_COARSE = 10.0  # A; cut to which a map varies by its molecule, not by its noise
_PERCENT = 100.0
_OVERSHOOT = 0.5  # beyond 0 to 1 that interpolation of a mask explains
_LITTLE_CONTRAST = 1.3  # of the variance inside over that outside


def soft_edge(mask: Mask, cell: Cell, *, sigma: float = _EDGE) -> Array:
    """Smear a mask's edge by a Gaussian of standard deviation `sigma` (A).

    Returns
    -------
    ndarray of float32, shape (nz, ny, nx)
        Between 0 and 1.
    """
    d_min = 1.2 * sigma  # where the Gaussian's transform has fallen to 1e-6
    curve = radial_curve(lambda s: np.exp(-2 * (np.pi * sigma * s) ** 2), 1 / d_min)
    return np.clip(_core.filter_map(mask.astype(np.float32), cell, d_min, curve), 0.0, 1.0)


def soft_mask(spectra: Sequence[_core.Spectrum], resolution: float) -> Map:
    """Mask of the molecule, from where the mean of maps varies, wide and with a soft edge.

    It is made on a grid as coarse as the resolution allows.

    Parameters
    ----------
    spectra : sequence of sharpem._core.Spectrum
        Of the half maps.
    resolution : float
        About that of the map, A.

    Returns
    -------
    ndarray of float32, shape (nz, ny, nx)
        0 to 1, the molecule widened by about 3 A + resolution, and a cosine edge about as wide as
        the resolution.
    """
    fine, cell = spectra[0].grid, spectra[0].cell
    grid = _core.coarse_grid(fine, cell, resolution)
    cut = sum(_core.synthesise(_core.resampled(one, grid, resolution)) for one in spectra)
    assert isinstance(cut, np.ndarray)
    cut -= np.float32(cut.mean(dtype=np.float64))
    inside = local_variance(cut, cell, resolution, overwrite=True).mask()
    del cut
    window = widened(inside, cell, resolution)
    d_min = 2 * max(edge / n for edge, n in zip(cell[:3], grid[::-1], strict=True))
    onto = _core.resampled(_core.analyse(window, cell, d_min), fine, d_min)
    finer = _core.synthesise(onto)
    return np.clip(finer, np.float32(0), np.float32(1), out=finer)


def widened(inside: NDArray[np.bool_], cell: Cell, resolution: float) -> Map:
    """Widen a mask by about 3 A + resolution (A) and give it a cosine edge; 0 to 1."""
    reach = _core.local_mean_square(inside.astype(np.float32), cell, 3.0 + resolution, 0.0)
    wide = (reach > 0.02).astype(np.float32)
    return raised_cosine(_core.local_mean_square(wide, cell, resolution, 0.0))


def raised_cosine(depth: Map) -> Map:
    """Window that rises from 0 where a depth is 0 to 1 where it is 1, float32."""
    window = (depth >= 1).astype(np.float32)
    edge = (depth > 0) & (depth < 1)  # a cosine takes long
    window[edge] = 0.5 - 0.5 * np.cos(np.pi * depth[edge])
    return window


def in_unit_range(mask: DensityMap) -> DensityMap:
    """Return a mask with values from 0 to 1; one in percent is divided by 100, and says so."""
    low, high = float(mask.data.min()), float(mask.data.max())
    if not (low >= 0 and 0.5 * _PERCENT < high <= 1.01 * _PERCENT):
        return mask
    found = finding(
        "mask-doubtful",
        f"The mask has values from {low:g} to {high:g}: taken for percent, and divided by 100.",
        "Nothing, if the mask is 100 about the molecule.",
        severity="note",
    )
    data = mask.data / np.float32(_PERCENT)
    return replace(mask.with_data(data), findings=(*mask.findings, found))


def check_mask(mask: DensityMap, density: DensityMap) -> tuple[Finding, ...]:
    """Check a mask that a user gives against the map: its place, its values, what it holds.

    Raises
    ------
    InputError
        Another grid or place, values that are not 0 to 1, nothing inside, or inverted.
    """
    name = str(mask.path) if mask.path else "mask"
    if difference := density.same_grid(mask):
        raise InputError(f"{name}: not on the map's grid, {difference}, expected the map's")
    low, high = float(mask.data.min()), float(mask.data.max())
    if low < -_OVERSHOOT or high > 1 + _OVERSHOOT:
        raise InputError(f"{name}: values from {low:g} to {high:g}, expected 0 to 1")
    window = np.clip(mask.data, 0.0, 1.0)
    inside = float(window.mean(dtype=np.float64))
    if inside == 0 or high < _OVERSHOOT:
        raise InputError(f"{name}: no voxel is inside, expected 1 about the molecule")
    if inside == 1:
        return mask.findings
    within, without = _variances(density, window)
    if without > within and inside > 0.5:
        raise InputError(
            f"{name}: inverted, the map varies {without / within:.1f} times as much outside the "
            f"mask as inside ({100 * inside:.0f} % of the box), expected 1 about the molecule"
        )
    if within > _LITTLE_CONTRAST * without:
        return mask.findings
    return (
        *mask.findings,
        finding(
            "mask-doubtful",
            f"The map varies {_ratio(within, without):.2f} times as much inside the mask as "
            "outside: the mask holds no more of the molecule than what it leaves out.",
            "Look at mask and map together; a mask about a part of the molecule is fine.",
        ),
    )


def _ratio(within: float, without: float) -> float:
    """Ratio of two variances; a map without contrast on either side varies alike on both."""
    return within / without if without > 0 else 1.0


def _variances(density: DensityMap, window: Map) -> tuple[float, float]:
    """Mean squared density inside and outside, relative, of the map cut where noise is low."""
    d_min = max(_COARSE, 6 * max(density.voxel_size))
    low = _core.synthesise(_core.analyse(density.data, density.cell, d_min))
    low -= np.float32(low.mean(dtype=np.float64))
    low /= np.abs(low).max() or np.float32(1)  # squares of the smallest values would be 0
    squares = np.square(low, out=low)
    total, inside = float(squares.sum(dtype=np.float64)), dot(squares, window)
    size = float(window.sum(dtype=np.float64))
    outside = max(total - inside, 1e-30 * total) / max(squares.size - size, 1e-30)
    return max(inside / size, 1e-30 * total), outside
