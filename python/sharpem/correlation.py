"""How alike two maps are: over voxels, and by Fourier shells.

CC_mask, CC_box and CC_peaks as in Afonine et al. (2018), Acta Cryst. D74, 814-840.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.density import Array, Cell
from sharpem.modelmap import Mask, radial_curve

__all__ = ["Crossing", "Fsc", "correlate", "highest", "soft_edge", "standardised"]

Numbers: TypeAlias = NDArray[np.float64]

_EDGE = 1.5  # A; standard deviation of the Gaussian that softens a mask


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


def standardised(values: Array) -> Numbers:
    """Shift to mean 0 and scale to length 1, so that a sum of products is a correlation.

    Products are summed by NumPy, not by BLAS, whose threads cost more than they bring here.
    """
    centred = values - values.mean(dtype=np.float64)
    length = float(np.sqrt(np.square(centred, dtype=np.float64).sum()))
    return np.asarray(centred / length if length > 0 else centred, dtype=np.float64)


def correlate(one: Array, two: Array) -> float:
    """Correlation coefficient of two arrays of the same shape."""
    return float((standardised(one) * standardised(two)).sum())


def highest(one: Array, two: Array, voxels: int) -> Mask:
    """Mark the `voxels` highest voxels of either of two maps: the region of CC_peaks.

    Returns
    -------
    ndarray of bool
        Of the shape of the maps.
    """
    levels = [_core.contour(data, voxels)[0] for data in (one, two)]
    return np.asarray((one >= levels[0]) | (two >= levels[1]))


def soft_edge(mask: Mask, cell: Cell, *, sigma: float = _EDGE) -> Array:
    """Smear a mask's edge by a Gaussian of standard deviation `sigma` (A).

    Returns
    -------
    ndarray of float32, shape (nz, ny, nx)
        Between 0 and 1.
    """
    d_min = 1.2 * sigma  # where the Gaussian's transform has fallen to 1e-6
    spectrum = _core.analyse(mask.astype(np.float32), cell, d_min)
    curve = radial_curve(lambda s: np.exp(-2 * (np.pi * sigma * s) ** 2), 1 / spectrum.d_min)
    return np.clip(_core.synthesise(spectrum, curve), 0.0, 1.0)
