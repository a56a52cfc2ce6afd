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
from sharpem.spectra.directional import Directional

__all__ = ["Anisotropy", "Filter", "RadialFilter", "SharpenBlur", "ShellFilter"]


_ONSET = 2.0  # of d_cut^2


class RadialFilter(Protocol):
    """An amplitude factor that depends on |s| only."""

    def __call__(self, s: ArrayLike) -> NDArray[np.float64]:
        """Factor for amplitudes at s (1/A); 1 at s = 0."""

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the JSON."""


@dataclass(frozen=True)
class SharpenBlur:
    """The paper's four-parameter filter (Terwilliger et al. 2018, Eq. 1-4).

    In the paper the blur beyond d_cut is there for every b_sharpen > 0 and for none below, so that
    output and score jump at 0. With an ``onset`` it grows from nothing at b_sharpen = -onset to the
    whole at 0: :meth:`continuous`, the form that sharpem chooses among.

    Attributes
    ----------
    b_sharpen : float
        A^2; positive sharpens, negative blurs. Rules where d > d_cut.
    d_cut : float
        A; where sharpening gives way to blurring.
    k : float
        1/A; steepness of the transition.
    b_blur : float
        A^2; rules where d < d_cut. Not used when ``b_sharpen`` <= -``onset``.
    onset : float
        A^2; range of b_sharpen below 0 in which the blur grows; 0 is the paper's form.
    """

    b_sharpen: float
    d_cut: float
    k: float = 10.0
    b_blur: float = 200.0
    onset: float = 0.0

    @classmethod
    def continuous(
        cls, b_sharpen: float, d_cut: float, k: float = 10.0, b_blur: float = 200.0
    ) -> SharpenBlur:
        """Return the filter whose blur beyond d_cut grows over 2 d_cut^2 below b_sharpen = 0.

        By then amplitudes at d_cut are lower by a factor of exp(-1/2), and losing the rest of them
        is no gain any more (docs/choice.md).
        """
        return cls(b_sharpen, d_cut, k, b_blur, _ONSET * d_cut**2)

    @classmethod
    def unchanged(cls, d_cut: float) -> SharpenBlur:
        """Return the filter that leaves every amplitude as it is."""
        return cls(0.0, d_cut, b_blur=0.0)

    def __call__(self, s: ArrayLike) -> NDArray[np.float64]:
        """Factor for amplitudes at s (1/A), Eq. 3; saturates at exp(80) instead of overflowing."""
        return self.family(self.b_sharpen, s)

    def family(self, b_sharpen: ArrayLike, s: ArrayLike) -> NDArray[np.float64]:
        """Factors of this filter with other values of b_sharpen (A^2) in its place.

        Returns
        -------
        ndarray of float64
            Of the shape of ``b_sharpen``, followed by that of ``s``.
        """
        s, b = np.asarray(s, dtype=np.float64), np.asarray(b_sharpen, dtype=np.float64)
        b = b.reshape(b.shape + (1,) * s.ndim)
        with np.errstate(divide="ignore"):
            d = 1.0 / s
        t = np.clip(self.k * (self.d_cut - d), -700, 700)
        ln_sharpen, ln_blur = -np.logaddexp(0, t), -np.logaddexp(0, -t)  # weights, Eq. 4a, 4b
        part, sharpen = self._blurred_part(b), 0.25 * b * s**2
        blur = (1 - part) * sharpen - part * 0.25 * self.b_blur * s**2
        both = np.logaddexp(ln_sharpen + sharpen, ln_blur + blur)
        answer: NDArray[np.float64] = np.exp(np.clip(np.where(part == 0, sharpen, both), -80, 80))
        return answer

    @property
    def blurred_part(self) -> float:
        """How much of the blur beyond d_cut is applied, 0 to 1."""
        return float(self._blurred_part(np.float64(self.b_sharpen)))

    def _blurred_part(self, b: ArrayLike) -> NDArray[np.float64]:
        grown = np.fmax(0.0, 1.0 + np.asarray(b) / self.onset) if self.onset > 0 else 0.0
        return np.where(np.asarray(b) > 0, 1.0, grown)

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the JSON; the onset is left out where it is 0."""
        answer = {
            "kind": "sharpen-blur",
            "b_sharpen": self.b_sharpen,
            "b_blur": self.b_blur,
            "d_cut": self.d_cut,
            "k": self.k,
        }
        return answer | ({"onset": self.onset} if self.onset else {})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SharpenBlur:
        """Read the filter back; InputError names the key at fault."""
        return cls(
            b_sharpen=_b(_number(values, "b_sharpen"), "b_sharpen"),
            d_cut=_positive(values, "d_cut"),
            k=_positive(values, "k"),
            b_blur=_number(values, "b_blur"),
            onset=_onset(values),
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
        if min(d) < _LEAST_D or any(first <= second for first, second in pairwise(d)):
            raise InputError("filter whose d do not descend to a positive number, expected A")
        if len(scale) != len(d):
            raise InputError(
                f"filter of {len(d)} d and {len(scale)} scale, expected as many of each"
            )
        if min(scale) < 0:
            raise InputError(f"filter with scale {min(scale):g}, expected factors of 0 or more")
        if max(scale) == 0:
            raise InputError("filter whose factors are all 0, expected one that leaves something")
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

    @classmethod
    def unknown(cls) -> Anisotropy:
        """Of a map that it cannot be read from."""
        return cls((np.nan,) * 6)

    @property
    def b_iso(self) -> float:
        """Mean of the three diagonal terms, A^2."""
        return sum(self.b_cartesian[:3]) / 3

    @property
    def spread(self) -> float:
        """Largest minus smallest principal B, A^2."""
        b11, b22, b33, b12, b13, b23 = self.b_cartesian
        if not np.isfinite(self.b_cartesian).all():  # not known
            return float("nan")
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
    directional : Directional or None
        A factor that depends on direction, applied beside the radial one.
    """

    radial: RadialFilter
    d_min: float
    anisotropy: Anisotropy | None = None
    directional: Directional | None = None

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the JSON under ``filter``; :meth:`from_dict` reads it back."""
        answer = self.radial.to_dict()
        answer["d_min"] = self.d_min
        if self.anisotropy is not None:
            answer["anisotropy"] = list(self.anisotropy.b_cartesian)
        if self.directional is not None:
            answer["directional"] = self.directional.to_dict()
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
        directional = values.get("directional")
        return cls(
            radial,
            _length(values, "d_min"),
            _tensor(values),
            None if directional is None else Directional.from_dict(directional),
        )


def _value(values: Mapping[str, Any], key: str) -> Any:
    if key not in values:
        raise InputError(f"filter without {key}, expected what sharpem writes as JSON")
    return values[key]


_LARGEST_B = 1e5  # A^2, either sign: beyond it nothing of a map is left, or nothing fits float32
_FINEST, _COARSEST = 0.1, 1e4  # A
_LEAST_ONSET = 1e-6  # A^2: b_sharpen / onset has to be a number
_LEAST_D = 1e-3  # A, of a shell: 1 / d has to be a number


def _b(value: float, key: str) -> float:
    if abs(value) > _LARGEST_B:
        raise InputError(f"filter with {key} {value:g}, expected at most {_LARGEST_B:g} A^2")
    return value


def _length(values: Mapping[str, Any], key: str) -> float:
    length = _positive(values, key)
    if not _FINEST <= length <= _COARSEST:
        raise InputError(f"filter with {key} {length:g}, expected {_FINEST:g} to {_COARSEST:g} A")
    return length


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


def _onset(values: Mapping[str, Any]) -> float:
    """Read the onset; 0 where there is none, as in filters of version 0.1."""
    number = _finite(values.get("onset", 0.0), "onset")
    if number < 0 or 0 < number < _LEAST_ONSET:
        raise InputError(f"filter with onset {number:g}, expected 0 A^2 or more")
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
    b11, b22, b33, b12, b13, b23 = (_b(value, "anisotropy") for value in tensor)
    return Anisotropy((b11, b22, b33, b12, b13, b23))
