"""A Fourier shell correlation as a curve, and where it falls below a level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sharpem.maps.arrays import Numbers

__all__ = ["Crossing", "FscCurve", "never_rising"]


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
        a hole in front of good shells (a zero of the CTF, contrast with the solvent) nor a spike
        among noise decides.

        Examples
        --------
        >>> curve = FscCurve(np.array([0.1, 0.2, 0.3, 0.4]), np.array([1.0, 0.6, 0.4, 0.1]))
        >>> print(curve.crossing(0.5))
        4.00
        """
        above = np.flatnonzero(never_rising(self.value, np.square(self.s)) >= level)
        if not above.size:
            return Crossing(None)
        last = int(above[-1])
        if last == self.value.size - 1:
            return Crossing(float(1 / self.s[-1]), beyond=True)
        # The end of a pool lies above its mean and the start of the next one below its own.
        high, low = self.value[last : last + 2]
        s = self.s[last] + (high - level) / (high - low) * (self.s[last + 1] - self.s[last])
        return Crossing(float(1 / s))


def never_rising(value: Numbers, weight: Numbers) -> Numbers:
    """Fit the never-rising sequence closest to another by weighted least squares, shape (n,).

    Neighbours that rise are pooled until none does (Ayer et al. 1955, Ann. Math. Stat. 26, 641).

    Parameters
    ----------
    value, weight : ndarray, shape (n,)
        For the shells of an FSC, whose widths are alike, s^2 is as good a weight as the number of
        Fourier coefficients.
    """
    pools: list[tuple[float, float, int]] = []  # mean, weight, number of members
    for one_shell in zip(value.tolist(), weight.tolist(), [1] * value.size, strict=True):
        pools.append(one_shell)
        while len(pools) > 1 and pools[-2][0] < pools[-1][0]:
            (mean, total, count), (before, its_weight, members) = pools.pop(), pools.pop()
            both = total + its_weight
            pools.append(((mean * total + before * its_weight) / both, both, count + members))
    return np.repeat([mean for mean, _, _ in pools], [count for _, _, count in pools])
