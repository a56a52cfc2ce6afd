"""A factor for amplitudes that depends on resolution and, smoothly, on direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sharpem import _core
from sharpem.errors import InputError
from sharpem.maps.arrays import Numbers

__all__ = ["Directional"]

_HARMONICS = 15
_LARGEST = 50.0  # of the logarithm of a factor


@dataclass(frozen=True, eq=False)
class Directional:
    """Factor exp(sum c(s) Y(u)) over real spherical harmonics Y of l = 0, 2 and 4 of direction u.

    Attributes
    ----------
    s : ndarray, shape (n,)
        1/A, ascending; the coefficients are linear in s in between and constant beyond.
    coefficients : ndarray, shape (n, 15)
        Of `sharpem._core.harmonics`.
    """

    s: Numbers
    coefficients: Numbers

    def apply_to(self, spectrum: _core.Spectrum) -> None:
        """Multiply the Fourier coefficients of a spectrum, in place."""
        _core.apply_directional(spectrum, self.s, self.coefficients)

    def __call__(self, vectors: ArrayLike) -> Numbers:
        """Factor at reciprocal vectors, Cartesian, 1/A, of shape (n, 3); 1 at 0."""
        vectors = np.asarray(vectors, dtype=np.float64)
        length = np.sqrt((vectors**2).sum(axis=1))
        units = vectors / np.where(length > 0, length, 1.0)[:, None]
        columns = [np.interp(length, self.s, column) for column in self.coefficients.T]
        exponent = (_core.harmonics(units) * np.stack(columns, axis=1)).sum(axis=1)
        answer: Numbers = np.where(length > 0, np.exp(np.clip(exponent, -80, 80)), 1.0)
        return answer

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the JSON."""
        return {"s": self.s.tolist(), "harmonics": self.coefficients.tolist()}

    @classmethod
    def from_dict(cls, values: Any) -> Directional:
        """Read it back.

        Raises
        ------
        InputError
            It is not what :meth:`to_dict` gives.
        """
        found = values if isinstance(values, Mapping) else {}
        try:
            s = np.asarray(found.get("s"), dtype=np.float64)
            coefficients = np.asarray(found.get("harmonics"), dtype=np.float64)
        except (TypeError, ValueError):
            s = coefficients = np.empty(0)
        whole = s.ndim == 1 and s.size > 0 and coefficients.shape == (s.size, _HARMONICS)
        if not whole or not bool(np.all(s > 0) and np.all(np.diff(s) > 0)):
            raise InputError(
                f"filter with directional {str(values)[:40]!r}, expected ascending s and "
                f"{_HARMONICS} harmonics for each"
            )
        if not bool((np.abs(coefficients) <= _LARGEST).all()):
            raise InputError(
                f"filter with directional harmonics beyond {_LARGEST:g}, expected less"
            )
        return cls(s, coefficients)
