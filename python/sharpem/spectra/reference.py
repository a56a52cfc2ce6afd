"""How a typical protein scatters at B = 0, how far proteins differ, and the B scale that follows.

The table is made from real coordinates by tools/make_reference.py; docs/reference-curve.md says how
well it does. B is physical: a map computed from a model with all B = b reads b.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sharpem.errors import InputError

__all__ = ["OverallB", "fit_overall_b", "fold_modes", "ln_reference", "reference_curve"]

Array = NDArray[np.float64]

_WIDTH = 0.005  # 1/A; shells of the table, which the two numbers below go with
_INDEPENDENT = 0.003  # variance of ln I in such a shell that no mode explains, beside the table's
_FOLD_SCALE = 2.5  # proteins met in practice differ more than those of the table: see the docs
_FEWEST_SHELLS = 3


@cache
def _table() -> dict[str, Array]:
    text = resources.files("sharpem").joinpath("data", "reference.csv").read_text("utf-8")
    rows = list(csv.reader(line for line in text.splitlines() if not line.startswith("#")))
    columns = np.array(rows[1:], dtype=np.float64).T
    columns.flags.writeable = False
    return dict(zip(rows[0], columns, strict=True))


def reference_curve(*, xray: bool = False) -> tuple[Array, Array]:
    """Return the whole table: s (1/A) and :func:`ln_reference` there, each of shape (n,)."""
    table = _table()
    return table["s"], table["ln_xray" if xray else "ln_electron"]


def ln_reference(s: ArrayLike, *, xray: bool = False) -> Array:
    """Logarithm of a typical protein's mean intensity at B = 0.

    Parameters
    ----------
    s : array_like
        1/A; the table covers 0.02 to 0.8, beyond its ends the curve is constant.
    xray : bool
        X-ray form factors instead of those for electrons.

    Returns
    -------
    ndarray
        Of the shape of `s`, on an arbitrary scale.
    """
    return np.interp(np.asarray(s, dtype=np.float64), *reference_curve(xray=xray))


def fold_modes(s: ArrayLike) -> Array:
    """Principal modes of the differences in ln intensity between proteins.

    Parameters
    ----------
    s : array_like, shape (n,)
        1/A.

    Returns
    -------
    ndarray, shape (modes, n)
        Each mode times its standard deviation; what is a change of scale or of B is taken out.
    """
    table = _table()
    names = [name for name in table if name.startswith("mode_")]
    return np.array([np.interp(np.asarray(s), table["s"], table[name]) for name in names])


@dataclass(frozen=True)
class OverallB:
    """Overall B of a map or model.

    Attributes
    ----------
    b_iso : float
        A^2, physical scale.
    error : float
        Standard deviation, A^2: how far proteins differ, and the given variance.
    ln_scale : float
        ln power = ln_scale + ln_reference(s) - b_iso s^2 / 2.
    """

    b_iso: float
    error: float
    ln_scale: float


def fit_overall_b(
    s: ArrayLike,
    ln_power: ArrayLike,
    variance: ArrayLike,
    *,
    d_min: float,
    d_max: float = 11.0,
    xray: bool = False,
) -> OverallB:
    """Fit scale and B to the logarithm of the mean intensity in shells.

    Generalised least squares. The covariance between shells is that between proteins
    (:func:`fold_modes`), so that a bump which proteins often have is not taken for a fall-off.

    Parameters
    ----------
    s : array_like, shape (n,)
        Mean s of the shells, 1/A, ascending.
    ln_power : array_like, shape (n,)
        Logarithm of the mean |F|^2 in the shells, any scale. Not-finite values are left out.
    variance : array_like, shape (n,) or ()
        Variance of `ln_power` that comes from the data (few terms, noise); 0 for model maps.
    d_min, d_max : float
        Shells with d_min <= d <= d_max (A) take part.
    xray : bool
        X-ray form factors instead of those for electrons.

    Raises
    ------
    InputError
        Fewer than three shells take part.
    """
    s, y = np.asarray(s, dtype=np.float64), np.asarray(ln_power, dtype=np.float64)
    used = (s >= (1 - 1e-9) / d_max) & (s <= (1 + 1e-9) / d_min) & np.isfinite(y)
    if np.count_nonzero(used) < _FEWEST_SHELLS:
        raise InputError(
            f"{np.count_nonzero(used)} resolution shells from {d_max:g} to {d_min:g} A, expected "
            f"at least {_FEWEST_SHELLS}: too small a box, or too low a resolution, to read B from"
        )
    covariance = _fold_covariance(s[used])
    covariance[np.diag_indices_from(covariance)] += np.broadcast_to(variance, s.shape)[used]
    design = np.stack([np.ones(len(covariance)), -0.5 * s[used] ** 2], axis=1)
    weighted = np.linalg.solve(covariance, design)
    errors = np.linalg.inv(design.T @ weighted)
    ln_scale, b_iso = errors @ (weighted.T @ (y[used] - ln_reference(s[used], xray=xray)))
    return OverallB(float(b_iso), float(np.sqrt(errors[1, 1])), float(ln_scale))


def _fold_covariance(s: Array) -> Array:
    """Covariance of ln intensity between proteins, shape (n, n)."""
    modes = fold_modes(s)
    width = np.gradient(s)
    rest = np.interp(s, _table()["s"], _table()["rest"]) ** 2
    diagonal = (rest + _INDEPENDENT) * _WIDTH / width  # wider shells average more of it out
    return np.asarray(_FOLD_SCALE**2 * (modes.T @ modes + np.diag(diagonal)))
