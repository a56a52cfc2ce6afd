"""The colours of local b_sharpen: grey as the whole map, blue where blunter, red where sharper."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sharpem.local.localised import Localised

__all__ = ["COLOURS", "Palette", "palette_of"]

Array = NDArray[np.float64]

COLOURS = ("#3d86ff", "#e4e4e4", "#ff4f33")
"""At the low end, in the middle, at the high end."""

_LEAST = 5.0  # A^2 from the middle to an end: less is no difference, and shall not look like one


@dataclass(frozen=True)
class Palette:
    """Colours from ``middle - half`` to ``middle + half`` (A^2), in between linear in RGB."""

    middle: float
    half: float

    @property
    def ends(self) -> tuple[float, float, float]:
        """Values of the three colours, A^2."""
        return self.middle - self.half, self.middle, self.middle + self.half

    def __call__(self, values: NDArray[np.floating[Any]]) -> Array:
        """Red, green and blue, 0 to 1, of values (A^2); shape of values + (3,)."""
        known = [[int(colour[i : i + 2], 16) / 255 for colour in COLOURS] for i in (1, 3, 5)]
        return np.stack([np.interp(values, self.ends, channel) for channel in known], axis=-1)


def palette_of(local: Localised) -> Palette:
    """Palette about the overall b_sharpen, wide enough for every box."""
    away = max((abs(box.b_sharpen - local.b_sharpen) for box in local.boxes), default=0.0)
    return Palette(local.b_sharpen, max(_LEAST, float(math.ceil(away))))
