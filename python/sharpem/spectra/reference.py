"""How typical molecules scatter at B = 0, how far they differ, and the B scale that follows.

The tables, one for protein and one for nucleic acid, are made from real coordinates by
tools/make_reference.py; docs/reference-curve.md says how well they do. Powers of the two add by
mass: both tables are on one scale per Da. B is physical: a map computed from a model with all B = b
reads b.
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

_TABLES = ("reference.csv", "reference_nucleic.csv")
_WIDTH = 0.005  # 1/A; shells of the table, which the two numbers below go with
_INDEPENDENT = 0.003  # variance of ln I in such a shell that no mode explains, beside the table's
_FOLD_SCALE = 2.5  # molecules met in practice differ more than those of the tables: see the docs
_FEWEST_SHELLS = 3
_LARGEST_EVIDENCE = 3.0  # of a ln likelihood ratio: what no protein's data exceed
_OTHERWISE = ((0.5, 0.10), (1.0, 0.05))
"""What an unknown molecule may be beside protein: fraction of nucleic acid, and how probable."""


@cache
def _table(name: str) -> dict[str, Array]:
    text = resources.files("sharpem").joinpath("data", name).read_text("utf-8")
    rows = list(csv.reader(line for line in text.splitlines() if not line.startswith("#")))
    columns = np.array(rows[1:], dtype=np.float64).T
    columns.flags.writeable = False
    return dict(zip(rows[0], columns, strict=True))


def _column(name: str, nucleic: bool, s: ArrayLike) -> Array:
    table = _table(_TABLES[nucleic])
    return np.interp(np.asarray(s, dtype=np.float64), table["s"], table[name])


def reference_curve(*, xray: bool = False) -> tuple[Array, Array]:
    """Return the protein's whole table: s (1/A) and :func:`ln_reference` there, of shape (n,)."""
    table = _table(_TABLES[0])
    return table["s"], table["ln_xray" if xray else "ln_electron"]


def ln_reference(s: ArrayLike, *, xray: bool = False, nucleic: float | None = 0.0) -> Array:
    """Logarithm of a typical molecule's mean intensity at B = 0.

    Parameters
    ----------
    s : array_like
        1/A; the tables cover 0.02 to 0.8, beyond their ends the curve is constant.
    xray : bool
        X-ray form factors instead of those for electrons.
    nucleic : float or None
        Fraction of the mass that is nucleic acid; a protein's curve where it is not known (None).

    Returns
    -------
    ndarray
        Of the shape of `s`, on an arbitrary scale.
    """
    parts = [
        _column("ln_xray" if xray else "ln_electron", kind, s) + np.log(fraction)
        for kind, fraction in _mixture(nucleic)
    ]
    return np.asarray(np.logaddexp.reduce(parts))


def _mixture(nucleic: float | None) -> list[tuple[bool, float]]:
    """Kinds of molecule, whether nucleic acid, with their fractions of the mass; none is 0."""
    fraction = nucleic or 0.0
    return [(kind, part) for kind, part in ((False, 1.0 - fraction), (True, fraction)) if part > 0]


def fold_modes(s: ArrayLike, *, nucleic: float | None = 0.0) -> Array:
    """Principal modes of the differences in ln intensity between molecules.

    Parameters
    ----------
    s : array_like, shape (n,)
        1/A.
    nucleic : float or None
        As for :func:`ln_reference`. The modes of either kind count by its part of the power.

    Returns
    -------
    ndarray, shape (modes, n)
        Each mode times its standard deviation; what is a change of scale or of B is taken out.
    """
    return np.array(
        [
            part * _column(name, kind, s)
            for kind, part in _parts_of_power(s, nucleic)
            for name in _table(_TABLES[kind])
            if name.startswith("mode_")
        ]
    )


def _parts_of_power(s: ArrayLike, nucleic: float | None) -> list[tuple[bool, Array]]:
    """Kinds of molecule with their parts of the mean intensity, each of the shape of `s`."""
    whole = ln_reference(s, nucleic=nucleic)
    return [
        (kind, np.exp(np.log(fraction) + _column("ln_electron", kind, s) - whole))
        for kind, fraction in _mixture(nucleic)
    ]


@dataclass(frozen=True)
class OverallB:
    """Overall B of a map or model.

    Attributes
    ----------
    b_iso : float
        A^2, physical scale.
    error : float
        Standard deviation, A^2: how far molecules differ, the given variance, and ``spread``.
    ln_scale : float
        ln power = ln_scale + ln_reference(s) - b_iso s^2 / 2.
    spread : float
        A^2; what not knowing the composition adds to the error.
    for_nucleic : float
        Logarithm of the likelihood of nucleic acid over that of protein, where neither is known.
    """

    b_iso: float
    error: float
    ln_scale: float
    spread: float = 0.0
    for_nucleic: float = 0.0


def fit_overall_b(
    s: ArrayLike,
    ln_power: ArrayLike,
    variance: ArrayLike,
    *,
    d_min: float,
    d_max: float = 11.0,
    xray: bool = False,
    nucleic: float | None = 0.0,
) -> OverallB:
    """Fit scale and B to the logarithm of the mean intensity in shells.

    Generalised least squares. The covariance between shells is that between molecules
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
    nucleic : float or None
        Fraction of the mass that is nucleic acid. None, not known: B is read as a protein's, and
        the error holds what it would be for other molecules, by how well they fit.

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
    given = s[used], y[used], np.broadcast_to(variance, s.shape)[used]
    fit, ln_likelihood = _fit(*given, xray=xray, nucleic=nucleic or 0.0)
    if nucleic is not None:
        return fit
    others = [(weight, *_fit(*given, xray=xray, nucleic=f)) for f, weight in _OTHERWISE]
    excess = np.array([min(ln - ln_likelihood, _LARGEST_EVIDENCE) for _, _, ln in others])
    weights = np.array([weight for weight, _, _ in others]) * np.exp(excess)
    apart = np.array([other.b_iso for _, other, _ in others]) - fit.b_iso
    protein = 1.0 - sum(weight for _, weight in _OTHERWISE)
    spread = float(np.sqrt(weights @ apart**2 / (protein + weights.sum())))
    return OverallB(
        fit.b_iso,
        float(np.hypot(fit.error, spread)),
        fit.ln_scale,
        spread,
        others[-1][2] - ln_likelihood,
    )


def _fit(
    s: Array, y: Array, variance: Array, *, xray: bool, nucleic: float
) -> tuple[OverallB, float]:
    """Fit all shells given, arrays of shape (n,), against one composition; its ln likelihood."""
    covariance = _fold_covariance(s, nucleic)
    covariance[np.diag_indices_from(covariance)] += variance
    design = np.stack([np.ones(len(covariance)), -0.5 * s**2], axis=1)
    weighted = np.linalg.solve(covariance, design)
    errors = np.linalg.inv(design.T @ weighted)
    above = y - ln_reference(s, xray=xray, nucleic=nucleic)
    ln_scale, b_iso = errors @ (weighted.T @ above)
    left = above - design @ (ln_scale, b_iso)
    deviance = left @ np.linalg.solve(covariance, left) + np.linalg.slogdet(covariance)[1]
    fit = OverallB(float(b_iso), float(np.sqrt(errors[1, 1])), float(ln_scale))
    return fit, -0.5 * float(deviance)


def _fold_covariance(s: Array, nucleic: float) -> Array:
    """Covariance of ln intensity between molecules, shape (n, n)."""
    modes = fold_modes(s, nucleic=nucleic)
    width = np.gradient(s)
    parts = _parts_of_power(s, nucleic)
    rest = sum(part**2 * (_column("rest", kind, s) ** 2 + _INDEPENDENT) for kind, part in parts)
    diagonal = rest * _WIDTH / width  # wider shells average more of it out
    return np.asarray(_FOLD_SCALE**2 * (modes.T @ modes + np.diag(diagonal)))
