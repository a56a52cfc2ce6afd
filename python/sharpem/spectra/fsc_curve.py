"""A Fourier shell correlation as a curve, and where it falls below a level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sharpem.maps.arrays import Numbers

__all__ = ["Crossing", "Fsc"]


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


class Fsc(NamedTuple):
    """Fourier shell correlation.

    Attributes
    ----------
    s : ndarray, shape (n,)
        Mean s of the shells, 1/A.
    value : ndarray, shape (n,)
        Correlation.
    """

    s: Numbers
    value: Numbers

    def crossing(self, level: float) -> Crossing:
        """Find where the curve falls below `level` for good, between shells by a straight line.

        Where it has been below before is left out of account: contrast with the solvent, and the
        edge of a cut-out map, spoil low shells.
        """
        above = np.flatnonzero(self.value >= level)
        if not above.size:
            return Crossing(None)
        last = int(above[-1])
        if last == self.value.size - 1:
            return Crossing(float(1 / self.s[-1]), beyond=True)
        high, low = self.value[last : last + 2]
        s = self.s[last] + (high - level) / (high - low) * (self.s[last + 1] - self.s[last])
        return Crossing(float(1 / s))
