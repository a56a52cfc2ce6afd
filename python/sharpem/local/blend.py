"""Boxes, the paper's way to blend: each is cut out, filtered on its own and averaged by Eq. 9."""

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

__all__ = ["BLENDS", "Sites", "blended", "sharper"]

Array = NDArray[np.float64]
Map = NDArray[np.float32]

BLENDS = ("bands", "boxes")

_OVERALL_WEIGHT = 1e-12
"""Weight of the overall filter everywhere: more than 3 d0 from the nearest box it rules."""
_WIDTH = 0.65
"""Of the weights of a map of the boxes' values, in units of d0."""
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


def blended(ground: Ground, d0: float, shift: Array, *, published: bool = False) -> Map:
    """Filter every box on its own, by `shift` (A^2, one per box), and blend (Eq. 9).

    Boxes are cut from the map after the overall filter, so that what is left to do to them is
    smooth and reaches no further than the padding; or, as `published`, before any filter. Where no
    box reaches, the map after the overall filter stays.
    """
    prepared, boxes = ground.prepared, ground.boxes
    out = ground.overall.copy()
    source = _core.synthesise(prepared.spectrum) if published else ground.overall
    curve = _whole_curve if published else _what_is_left
    padding = int(np.ceil(_PADDING * prepared.resolution / min(prepared.density.voxel_size)))
    window = boxes.as_set(max(1, min(boxes.shape) // 4))
    curves = [curve(ground, b) for b in shift]
    cell = prepared.spectrum.cell
    _core.blend_boxes(source, out, cell, window, padding, curves, d0, _OVERALL_WEIGHT)
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


def _whole_curve(ground: Ground, b: float) -> _core.RadialCurve:
    """Return the filter of Eq. 1-4 whose b_sharpen is that of the overall one and b."""
    overall = ground.filter
    assert isinstance(overall, SharpenBlur)
    wanted = replace(overall, b_sharpen=overall.b_sharpen + b)
    return curve_of(wanted, 1 / ground.prepared.d_min)


def _what_is_left(ground: Ground, b: float) -> _core.RadialCurve:
    """Return what a filter sharper by b does beyond the overall one."""
    wanted, overall = sharper(ground.prepared, ground.filter, b), ground.filter

    def ratio(s: Array) -> Array:
        answer: Array = wanted(s) / np.maximum(overall(s), 1e-30)
        return answer

    return radial_curve(ratio, 1 / ground.prepared.d_min)
