"""The filter: a phase-preserving, non-negative amplitude factor A(s), as a value.

Every method answers with a :class:`Filter`; applying one to a map is :func:`sharpem.apply`.
Units: s = 1/d in 1/A, B in A^2. Positive ``b_sharpen`` sharpens (the paper's and Phenix's sign;
RELION and cryoSPARC print the opposite sign).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sharpem.errors import InputError

__all__ = ["Anisotropy", "Filter", "RadialFilter", "SharpenBlur", "ShellFilter"]


class RadialFilter(Protocol):
    """An amplitude factor that depends on |s| only."""

    def __call__(self, s: ArrayLike) -> NDArray[np.float64]:
        """Factor for amplitudes at s (1/A); 1 at s = 0."""

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the JSON."""


@dataclass(frozen=True)
class SharpenBlur:
    """The paper's four-parameter filter (Terwilliger et al. 2018, Eq. 1-4).

    Attributes
    ----------
    b_sharpen : float
        A^2; positive sharpens, negative blurs. Rules where d > d_cut.
    d_cut : float
        A; where sharpening gives way to blurring.
    k : float
        1/A; steepness of the transition.
    b_blur : float
        A^2; rules where d < d_cut. Not used when ``b_sharpen`` <= 0.
    """

    b_sharpen: float
    d_cut: float
    k: float = 10.0
    b_blur: float = 200.0

    def __call__(self, s: ArrayLike) -> NDArray[np.float64]:
        """Factor for amplitudes at s (1/A), Eq. 3; saturates at exp(80) instead of overflowing."""
        s = np.asarray(s, dtype=np.float64)
        sharpen = 0.25 * self.b_sharpen * s**2
        if self.b_sharpen <= 0:
            return np.asarray(np.exp(np.clip(sharpen, -80, 80)), dtype=np.float64)
        with np.errstate(divide="ignore"):
            d = 1.0 / s
        t = np.clip(self.k * (self.d_cut - d), -700, 700)
        ln_sharpen, ln_blur = -np.logaddexp(0, t), -np.logaddexp(0, -t)  # weights, Eq. 4a, 4b
        ln_factor = np.logaddexp(ln_sharpen + sharpen, ln_blur - 0.25 * self.b_blur * s**2)
        answer: NDArray[np.float64] = np.exp(np.clip(ln_factor, -80, 80))
        return answer

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the JSON."""
        return {
            "kind": "sharpen-blur",
            "b_sharpen": self.b_sharpen,
            "b_blur": self.b_blur,
            "d_cut": self.d_cut,
            "k": self.k,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SharpenBlur:
        """Read the filter back; InputError names the key at fault."""
        return cls(
            b_sharpen=_number(values, "b_sharpen"),
            d_cut=_positive(values, "d_cut"),
            k=_positive(values, "k"),
            b_blur=_number(values, "b_blur"),
        )


@dataclass(frozen=True)
class ShellFilter:
    """A factor per resolution shell, linear in s in between (section 2.6 of the paper).

    Attributes
    ----------
    d : tuple of float
        Resolution of the shells, A, descending.
    scale : tuple of float
        Factor for amplitudes, >= 0, 1 in the first shell.
    """

    d: tuple[float, ...]
    scale: tuple[float, ...]

    def __call__(self, s: ArrayLike) -> NDArray[np.float64]:
        """Factor for amplitudes at s (1/A); constant beyond the first and last shell."""
        return np.interp(np.asarray(s, dtype=np.float64), 1.0 / np.array(self.d), self.scale)

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the JSON."""
        return {"kind": "shells", "d": list(self.d), "scale": list(self.scale)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ShellFilter:
        """Read the filter back; InputError names the key at fault."""
        d, scale = _numbers(values, "d"), _numbers(values, "scale")
        if min(d) <= 0 or any(first <= second for first, second in pairwise(d)):
            raise InputError("filter whose d do not descend to a positive number, expected A")
        if len(scale) != len(d):
            raise InputError(
                f"filter of {len(d)} d and {len(scale)} scale, expected as many of each"
            )
        if min(scale) < 0:
            raise InputError(f"filter with scale {min(scale):g}, expected factors of 0 or more")
        return cls(d, scale)


@dataclass(frozen=True)
class Anisotropy:
    """Overall anisotropy of a map; removing it makes the map isotropic at its mean B.

    Attributes
    ----------
    b_cartesian : tuple of float
        B11, B22, B33, B12, B13, B23 in A^2, Cartesian frame (a along x, b in the xy plane).
    """

    b_cartesian: tuple[float, float, float, float, float, float]

    @property
    def b_iso(self) -> float:
        """Mean of the three diagonal terms, A^2."""
        return sum(self.b_cartesian[:3]) / 3

    @property
    def spread(self) -> float:
        """Largest minus smallest principal B, A^2."""
        b11, b22, b33, b12, b13, b23 = self.b_cartesian
        eigenvalues = np.linalg.eigvalsh([[b11, b12, b13], [b12, b22, b23], [b13, b23, b33]])
        return float(eigenvalues[-1] - eigenvalues[0])


@dataclass(frozen=True)
class Filter:
    """What is done to a map: a radial factor, a resolution limit, an anisotropy removed, if any.

    Attributes
    ----------
    radial : RadialFilter
        Amplitude factor A(s).
    d_min : float
        Terms beyond this resolution (A) are dropped.
    anisotropy : Anisotropy or None
        Removed before the radial factor is applied: exp((s^T B s - b_iso s^2) / 4).
    """

    radial: RadialFilter
    d_min: float
    anisotropy: Anisotropy | None = None

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the JSON under ``filter``; :meth:`from_dict` reads it back."""
        answer = self.radial.to_dict()
        answer["d_min"] = self.d_min
        if self.anisotropy is not None:
            answer["anisotropy"] = list(self.anisotropy.b_cartesian)
        return answer

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Filter:
        """Read a filter back from the dictionary that :meth:`to_dict` gives.

        Raises
        ------
        InputError
            The dictionary is not a filter; the message says which key is at fault.
        """
        kind = values.get("kind")
        radial: RadialFilter
        if kind == "sharpen-blur":
            radial = SharpenBlur.from_dict(values)
        elif kind == "shells":
            radial = ShellFilter.from_dict(values)
        else:
            raise InputError(f"filter kind {kind!r}, expected sharpen-blur or shells")
        return cls(radial, _positive(values, "d_min"), _tensor(values))


def _value(values: Mapping[str, Any], key: str) -> Any:
    if key not in values:
        raise InputError(f"filter without {key}, expected what sharpem writes as JSON")
    return values[key]


def _finite(value: Any, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e100:
        raise InputError(f"filter with {key} {value!r:.40}, expected a finite number")
    return float(value)


def _number(values: Mapping[str, Any], key: str) -> float:
    return _finite(_value(values, key), key)


def _positive(values: Mapping[str, Any], key: str) -> float:
    number = _number(values, key)
    if number <= 0:
        raise InputError(f"filter with {key} {number:g}, expected a positive number")
    return number


def _numbers(values: Mapping[str, Any], key: str) -> tuple[float, ...]:
    found = _value(values, key)
    if not isinstance(found, list | tuple) or not found:
        raise InputError(f"filter with {key} {found!r:.40}, expected a list of numbers")
    return tuple(_finite(value, key) for value in found)


def _tensor(values: Mapping[str, Any]) -> Anisotropy | None:
    if values.get("anisotropy") is None:
        return None
    tensor = _numbers(values, "anisotropy")
    if len(tensor) != 6:
        raise InputError(f"filter with an anisotropy of {len(tensor)} numbers, expected 6")
    b11, b22, b33, b12, b13, b23 = tensor
    return Anisotropy((b11, b22, b33, b12, b13, b23))
