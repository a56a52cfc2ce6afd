"""From one shift of b_sharpen per box to one map: two ways to blend.

`field` mixes maps that were filtered as a whole, voxel by voxel, by a smooth field of b_sharpen:
no box is ever cut out, so there is nothing that could make a seam. `boxes` is the paper's way: each
box is cut out, filtered on its own and averaged with the others by Eq. 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sharpem import _core
from sharpem.apply import curve_of
from sharpem.filters import RadialFilter
from sharpem.local.ground import Ground

__all__ = ["BLENDS", "Shifted", "Sites", "blended", "mixed"]

Array = NDArray[np.float64]
Map = NDArray[np.float32]

BLENDS = ("field", "boxes")

_OVERALL_WEIGHT = 1e-4
"""Weight of the overall filter everywhere: it rules 3 d0 and more from the nearest box."""
_STEP = 0.8  # times resolution^2: between nodes, A^2; a filter in between is met within 0.5 %
_LATTICE = 0.2  # of d0: distance of the points at which the field is computed
_PADDING = 3.0  # resolutions; a filter's effect reaches no further


@dataclass(frozen=True)
class Shifted:
    """A filter times exp(b s^2 / 4): the overall filter, sharper or blunter by b.

    Attributes
    ----------
    overall : RadialFilter
    b : float
        A^2; positive sharpens.
    s_end : float
        1/A; beyond it the factor rises and falls no further.
    """

    overall: RadialFilter
    b: float
    s_end: float

    def __call__(self, s: ArrayLike) -> Array:
        """Factor for amplitudes at s (1/A)."""
        s = np.asarray(s, dtype=np.float64)
        answer: Array = self.overall(s) * np.exp(0.25 * self.b * np.minimum(s, self.s_end) ** 2)
        return answer

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the JSON."""
        return {**self.overall.to_dict(), "shift": self.b, "shift_ends": 1 / self.s_end}


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
        step = max(1, round(_LATTICE * self.d0))
        nz, ny, nx = shape
        return _core.field(self.at, values, (nz, ny, nx), self.d0, _OVERALL_WEIGHT, step)


def mixed(ground: Ground, sites: Sites, shift: Array) -> Map:
    """Mix maps filtered as a whole by the field of `shift` (A^2, one per site)."""
    prepared = ground.prepared
    field = sites.field(shift, prepared.density.shape)
    low, high = min(0.0, float(shift.min())), max(0.0, float(shift.max()))
    below = -np.arange(-low, 0, -_STEP * prepared.resolution**2) if low < 0 else np.empty(0)
    above = np.arange(high, 0, -_STEP * prepared.resolution**2)[::-1] if high > 0 else np.empty(0)
    nodes = np.concatenate([below, [0.0], above])  # 0 among them: the overall map, exactly
    curves = [_curve(ground, b) for b in nodes]
    return _core.mix(prepared.spectrum, nodes, curves, field)


def blended(ground: Ground, d0: float, shift: Array) -> Map:
    """Filter every box on its own, by `shift` (A^2, one per box), and blend (Eq. 9).

    Where no box reaches stays the map after the overall filter.
    """
    prepared, boxes = ground.prepared, ground.boxes
    out = ground.overall.copy()
    padding = int(np.ceil(_PADDING * prepared.resolution / min(prepared.density.voxel_size)))
    curves = [_curve(ground, b) for b in shift]
    _core.blend_boxes(
        _core.synthesise(prepared.spectrum),
        out,
        prepared.spectrum.cell,
        boxes.as_set(max(1, min(boxes.shape) // 4)),
        padding,
        prepared.d_min,
        curves,
        d0,
        _OVERALL_WEIGHT,
    )
    return out


def _curve(ground: Ground, b: float) -> _core.RadialCurve:
    """Tabulate the overall filter, sharper by b."""
    prepared = ground.prepared
    s_end = 1 / max(prepared.resolution, prepared.fit_limit)
    radial = ground.filter if b == 0 else Shifted(ground.filter, float(b), s_end)
    return curve_of(radial, 1 / prepared.d_min)
