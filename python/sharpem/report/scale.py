"""From values to places along an axis, and where its ticks go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Scale", "Ticks", "resolution_ticks"]

_RESOLUTIONS = (20, 10, 7, 5, 4, 3.5, 3, 2.7, 2.4, 2.2, 2, 1.8, 1.6, 1.4, 1.3, 1.2, 1.1, 1)
_FEWEST, _APART = 5, 55.0  # about so many ticks on a short axis, so many px between on a long one
_MOST_DECADES = 7  # with a tick each

Ticks: TypeAlias = list[tuple[float, str]]
"""Values, and what is written there."""


@dataclass(frozen=True)
class Scale:
    """An axis from the value ``low`` at ``start`` to ``high`` at ``end``, both in px."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def __call__(self, values: ArrayLike) -> NDArray[np.float64]:
        """Places of values, px; on a logarithmic axis nothing lies below a thousandth of `low`."""
        value, ends = np.asarray(values, dtype=np.float64), np.array([self.low, self.high])
        if self.logarithmic:
            value, ends = np.log(np.maximum(value, 1e-3 * self.low)), np.log(ends)
        part = (value - ends[0]) / (ends[1] - ends[0])
        return np.asarray(self.start + part * (self.end - self.start))

    def ticks(self, *, whole: bool = False) -> Ticks:
        """Round values and how to write them; of a linear axis whole numbers only, if wanted."""
        if not self.logarithmic:
            most = max(_FEWEST, abs(self.end - self.start) / _APART)
            values = _round_values(self.low, self.high, most)
            return [(v, _short(v)) for v in values if not whole or float(v).is_integer()]
        return [(value, _power(value)) for value in _round_factors(self.low, self.high)]


def resolution_ticks(end: float) -> Ticks:
    """Ticks of an axis linear in s = 1/d that ends at `end` (1/A), labelled with d in A."""
    kept: list[float] = []
    for d in _RESOLUTIONS:
        if 1 / d <= end and (not kept or 1 / d - 1 / kept[-1] >= 0.085 * end):
            kept.append(d)
    return [(1 / d, f"{d:g}") for d in kept]


def _round_values(low: float, high: float, most: float) -> list[float]:
    rough = (high - low) / most
    unit = 10.0 ** np.floor(np.log10(rough))
    step = float(next(unit * n for n in (1, 2, 2.5, 5, 10) if unit * n >= 0.999 * rough))
    first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
    return [step * n for n in range(first, last + 1)]


def _round_factors(low: float, high: float) -> list[float]:
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    every = -(-(last - first) // _MOST_DECADES)
    digits: Sequence[int] = (1, 2, 5) if last - first <= 2 else (1,)
    values = [n * 10.0**decade for decade in range(first, last + 1, every) for n in digits]
    return [value for value in values if low <= value <= high]


def _short(value: float) -> str:
    """Write large numbers as 40k, 1.2M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.6g}{letter}"
    return f"{value:.6g}"


def _power(value: float) -> str:
    """Write numbers far from 1 as powers of ten."""
    if 0.999e-3 < value < 1e3:
        return f"{value:.6g}"
    decade = int(np.floor(np.log10(value) + 1e-9))
    factor = round(value / 10.0**decade)
    signs = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return (f"{factor}·" if factor > 1 else "") + "10" + str(decade).translate(signs)
