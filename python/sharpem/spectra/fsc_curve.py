"""A Fourier shell correlation as a curve, and where it falls below a level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sharpem.maps.arrays import Numbers

__all__ = ["Crossing", "FscCurve", "never_rising"]

_WIDEST_GAP = 0.125  # of all shells


@dataclass(frozen=True)
class Crossing:
    """Where an FSC curve falls below a level for good.

    Attributes
    ----------
    d : float or None
        Resolution, A; None where the curve never reaches the level.
    beyond : bool
        The curve is still above the level at its end, which is `d`.
    """

    d: float | None
    beyond: bool = False

    def __str__(self) -> str:
        """In A, two decimals.

        Examples
        --------
        >>> print(Crossing(3.214), Crossing(2.7, beyond=True), Crossing(None))
        3.21 < 2.70 none
        """
        if self.d is None:
            return "none"
        return f"< {self.d:.2f}" if self.beyond else f"{self.d:.2f}"


class FscCurve(NamedTuple):
    """Fourier shell correlation.

    Attributes
    ----------
    s : ndarray, shape (n,)
        Mean s of the shells, 1/A, ascending.
    value : ndarray, shape (n,)
        Correlation.
    """

    s: Numbers
    value: Numbers

    def crossing(self, level: float) -> Crossing:
        """Find where the curve falls below `level` for good, between shells by a straight line.

        Which shells lie above is taken from the never-rising curve that fits best, so that neither
        a narrow hole in front of good shells (a zero of the CTF) nor a spike among noise decides.
        Low shells may be below: contrast with the solvent spoils them.

        Examples
        --------
        >>> curve = FscCurve(np.array([0.1, 0.2, 0.3, 0.4]), np.array([1.0, 0.6, 0.4, 0.1]))
        >>> print(curve.crossing(0.5))
        4.00
        """
        above = np.flatnonzero(never_rising(self.value) >= level)
        if not above.size:
            return Crossing(None)
        last = self._before_a_wide_gap(level, int(above[-1]))
        if last == self.value.size - 1:
            return Crossing(float(1 / self.s[-1]), beyond=True)
        # The end of a pool lies above its mean and the start of the next one below its own.
        high, low = self.value[last : last + 2]
        s = self.s[last] + (high - level) / (high - low) * (self.s[last + 1] - self.s[last])
        return Crossing(float(1 / s))

    def _before_a_wide_gap(self, level: float, last: int) -> int:
        """Last shell above the level; what is high behind a wide gap is no signal."""
        above = np.flatnonzero(self.value[: last + 1] >= level)
        wide = np.flatnonzero(np.diff(above) - 1 > max(2.0, _WIDEST_GAP * self.value.size))
        return int(above[wide[0]]) if wide.size else last


def never_rising(value: Numbers) -> Numbers:
    """Fit the never-rising sequence with the least sum of absolute deviations, shape (n,).

    Neighbours that rise are pooled, and stand for their median, until none does (Ayer et al. 1955,
    Ann. Math. Stat. 26, 641); so a spike narrower than what it is pooled with has no say.
    """
    pools: list[tuple[int, int, float]] = []  # first member, one past the last, median
    for i in range(value.size):
        pools.append((i, i + 1, float(value[i])))
        while len(pools) > 1 and pools[-2][2] < pools[-1][2]:
            _, end, _ = pools.pop()
            start, _, _ = pools.pop()
            pools.append((start, end, float(np.median(value[start:end]))))
    return np.repeat([median for _, _, median in pools], [end - start for start, end, _ in pools])
