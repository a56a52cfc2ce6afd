"""From one shift of b_sharpen per box to one map: two ways to blend.

`field` mixes maps that were filtered as a whole, voxel by voxel, by a smooth field of b_sharpen:
no box is ever cut out, so there is nothing that could make a seam. `boxes` is the paper's way: each
box is cut out, filtered on its own and averaged with the others by Eq. 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sharpem import _core
from sharpem.analysis.prepare import Prepared
from sharpem.local.boxes import Ground
from sharpem.spectra.apply import curve_of, radial_curve
from sharpem.spectra.filters import RadialFilter, SharpenBlur

__all__ = ["BLENDS", "Sites", "blended", "mixed", "sharper"]

Array = NDArray[np.float64]
Map = NDArray[np.float32]

BLENDS = ("field", "boxes")

_OVERALL_WEIGHT = 1e-12
"""Weight of the overall filter everywhere: more than 3 d0 from the nearest box it rules."""
_STEP = 0.8  # times resolution^2, A^2: between nodes; filters in between are met within 0.5 %
_WIDTH = 0.65
"""Of the field's weights, in units of d0. In `boxes` the taper to the faces narrows them too, so
that both blends follow a change of B as closely (docs/local.md)."""
_LATTICE = 0.3  # of that width: distance of the points at which the field is computed
_PADDING = 3.0  # resolutions; a filter's effect reaches no further


@dataclass(frozen=True, eq=False)
class Sites:
    """Where a value is known, and how far it reaches.

    Attributes
    ----------
    at : ndarray, shape (n, 3)
        Voxels (z, y, x); outside the map too.
    d0 : float
        Voxels (Eq. 9).
    """

    at: Array
    d0: float

    def field(self, values: Array, shape: Sequence[int]) -> _core.Field:
        """Return a smooth field over a map of this shape that follows values at the sites."""
        width = _WIDTH * self.d0
        step = max(1, round(_LATTICE * width))
        nz, ny, nx = shape
        return _core.field(self.at, values, (nz, ny, nx), width, _OVERALL_WEIGHT, step)


def mixed(ground: Ground, sites: Sites, shift: Array) -> Map:
    """Mix maps filtered as a whole by the field of `shift` (A^2, one per site)."""
    prepared = ground.prepared
    field = sites.field(shift, prepared.density.shape)
    low, high = min(0.0, float(shift.min())), max(0.0, float(shift.max()))
    below = -np.arange(-low, 0, -_STEP * prepared.resolution**2) if low < 0 else np.empty(0)
    above = np.arange(high, 0, -_STEP * prepared.resolution**2)[::-1] if high > 0 else np.empty(0)
    nodes = np.concatenate([below, [0.0], above])  # 0 among them: the overall map, exactly
    curves = [curve_of(sharper(prepared, ground.filter, b), 1 / prepared.d_min) for b in nodes]
    return _core.mix(prepared.spectrum, nodes, curves, field)


def blended(ground: Ground, d0: float, shift: Array) -> Map:
    """Filter every box on its own, by `shift` (A^2, one per box), and blend (Eq. 9).

    Boxes are cut from the map after the overall filter, so that what is left to do to them is
    smooth and reaches no further than the padding. Where no box reaches that map stays.
    """
    prepared, boxes = ground.prepared, ground.boxes
    out = ground.overall.copy()
    padding = int(np.ceil(_PADDING * prepared.resolution / min(prepared.density.voxel_size)))
    window = boxes.as_set(max(1, min(boxes.shape) // 4))
    curves = [_what_is_left(ground, b) for b in shift]
    cell = prepared.spectrum.cell
    _core.blend_boxes(ground.overall, out, cell, window, padding, curves, d0, _OVERALL_WEIGHT)
    return out


@dataclass(frozen=True)
class _Times:
    """A filter times exp(b s^2 / 4) (A^2); beyond s_end (1/A) that rises and falls no further."""

    filter: RadialFilter
    b: float
    s_end: float

    def __call__(self, s: ArrayLike) -> Array:
        s = np.asarray(s, dtype=np.float64)
        answer: Array = self.filter(s) * np.exp(0.25 * self.b * np.minimum(s, self.s_end) ** 2)
        return answer

    def to_dict(self) -> dict[str, Any]:
        """As a filter of its own."""
        return {**self.filter.to_dict(), "times_b": self.b}


def sharper(prepared: Prepared, overall: RadialFilter, b: float) -> RadialFilter:
    """Return the overall filter, sharper by b (A^2).

    The soft limit that comes with sharpening (Eq. 4) may come in, but is not taken away again: what
    it has damped is lost.
    """
    if b == 0:
        return overall
    if isinstance(overall, SharpenBlur) and (overall.b_sharpen <= 0 or overall.b_sharpen + b > 0):
        return replace(overall, b_sharpen=overall.b_sharpen + b)
    return _Times(overall, float(b), 1 / max(prepared.resolution, prepared.fit_limit))


def _what_is_left(ground: Ground, b: float) -> _core.RadialCurve:
    """Return what a filter sharper by b does beyond the overall one."""
    wanted, overall = sharper(ground.prepared, ground.filter, b), ground.filter

    def ratio(s: Array) -> Array:
        answer: Array = wanted(s) / np.maximum(overall(s), 1e-30)
        return answer

    return radial_curve(ratio, 1 / ground.prepared.d_min)
