"""Applying a filter to a map: one function, whatever method chose the filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.errors import InputError
from sharpem.maps.arrays import Numbers
from sharpem.maps.crystal import as_in_file, whole_cell
from sharpem.maps.density import DensityMap
from sharpem.spectra.filters import Filter, RadialFilter, SharpenBlur

__all__ = ["apply", "apply_directions", "curve_of", "curves_of", "filtered", "radial_curve"]

_LARGEST = 1e16  # density; sums of squares must fit float32


def apply(density: DensityMap, filter_: Filter) -> DensityMap:
    """Apply a filter to a map: same grid, placement and density scale.

    What a crystal's symmetry makes of the map is filtered with it, where the map holds enough.

    Parameters
    ----------
    density : DensityMap
        Any map; also a half map, or another map than the one the filter was chosen on.
    filter_ : Filter
        Radial factor, resolution limit, anisotropy to remove.

    Raises
    ------
    InputError
        The filtered map does not fit float32 (far too large a B), or the resolution limit leaves
        nothing of it.
    """
    if not isinstance(filter_, Filter):
        raise InputError(f"filter of type {type(filter_).__name__}, expected a Filter")
    longest = max(density.cell[:3])
    if not 0 < filter_.d_min <= longest:
        raise InputError(
            f"filter that ends at d_min {filter_.d_min:g} A, expected less than the "
            f"{longest:.4g} A of the map's box, and more than 0"
        )
    whole = whole_cell(density)
    spectrum = _core.analyse(whole.data, whole.cell, filter_.d_min)
    apply_directions(spectrum, filter_)
    answer = filtered(whole, spectrum, filter_.radial)
    return answer if whole is density else as_in_file(answer)


def apply_directions(spectrum: _core.Spectrum, filter_: Filter) -> None:
    """Apply what of a filter depends on direction, in place: all but its radial factor."""
    if filter_.anisotropy is not None:
        _core.apply_anisotropy(spectrum, filter_.anisotropy.b_cartesian, 1.0)
    if filter_.directional is not None:
        filter_.directional.apply_to(spectrum)


def filtered(density: DensityMap, spectrum: _core.Spectrum, radial: RadialFilter) -> DensityMap:
    """Return the map of a spectrum under a radial filter, at the place of `density`.

    Raises
    ------
    InputError
        It does not fit float32.
    """
    s_max = min(1.0 / spectrum.d_min, _corner(density))
    data: NDArray[np.float32] = _core.synthesise(spectrum, curve_of(radial, s_max))
    if not (data.min() > -_LARGEST and data.max() < _LARGEST):  # NaN is neither
        raise InputError("the filter makes densities too large to store, expected a smaller B")
    return density.with_data(data)


def _corner(density: DensityMap) -> float:
    """Largest s (1/A) of the map's grid: a table needs to go no further, and is finer so."""
    corners = np.stack(np.meshgrid(*3 * [(-0.5, 0.5)]), axis=-1).reshape(-1, 3)
    s = corners @ np.linalg.inv(density.voxel_axes)
    return float(np.sqrt((s**2).sum(axis=1).max())) * (1 + 1e-9)


def curve_of(radial: RadialFilter, s_max: float) -> _core.RadialCurve:
    """Tabulate a filter up to `s_max` (1/A) for the core."""
    if isinstance(radial, SharpenBlur):
        return _core.RadialCurve.sharpen_blur(
            radial.b_sharpen, radial.b_blur, radial.d_cut, radial.k, s_max, radial.onset
        )
    s = np.linspace(0.0, s_max, 4096)
    return _core.RadialCurve.table(s, radial(s), s_max)


def curves_of(filters: Sequence[SharpenBlur], s_max: float) -> list[_core.RadialCurve]:
    """Tabulate filters that differ in ``b_sharpen`` only, up to `s_max` (1/A)."""
    if not filters:
        return []
    one, b_sharpen = filters[0], [f.b_sharpen for f in filters]
    return _core.RadialCurve.sharpen_blurs(
        b_sharpen, one.b_blur, one.d_cut, one.k, s_max, one.onset
    )


def radial_curve(factor: Callable[[Numbers], Numbers], s_max: float) -> _core.RadialCurve:
    """Tabulate a factor for amplitudes, a function of s (1/A), up to `s_max` for the core."""
    s = np.linspace(0, s_max, 4096)
    return _core.RadialCurve.table(s, factor(s), s_max)
