"""How signal and noise of two half maps differ with direction.

Views that are not even measure some directions of Fourier space less often than others, which
raises the noise there at all resolutions; errors of alignment and motion let the signal fall off
faster in some directions than in others. Both are smooth in direction:

    ln S(s, u) - ln S(s) = sum (a + b s^2) Y(u),    ln N(s, u) - ln N(s) = sum (c + e s^2) Y(u),

with real spherical harmonics Y of l = 2 and 4. They are fitted to sums over resolution shells and
48 cells of direction, and kept as far as chance and the fold do not explain them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sharpem import _core
from sharpem.maps.arrays import Mask, Numbers
from sharpem.spectra.fsc import HalfMapFsc

__all__ = ["Directions", "find_directions"]

_ORDERS = (slice(0, 5), slice(5, 14))  # harmonics of l = 2 and of l = 4
_COUNT = 14
_BEYOND_CHANCE = 6.0  # standard deviations of chi^2
_COARSEST = 10.0  # A; below it the shape of the molecule rules the signal's directions
_LEAST_FSC = 0.05
_FOLD, _FOLD_SLOPE = 0.05, 0.03  # rms of a coefficient in ln S of model maps, and of its rise by d
_BEYOND = 1.15  # of 1 / resolution: where the fit of the noise, and what follows from it, ends
_STEP = 3.0  # largest exponent, and largest step of an iteration
_ITERATIONS = 8


@dataclass(frozen=True, eq=False)
class Directions:
    """What differs with direction, beyond chance.

    Attributes
    ----------
    units : ndarray, shape (48, 3)
        Unit vectors, one for each cell.
    resolution : float
        A; the coefficients' s^2 is in units of 1 / resolution^2.
    signal, noise : ndarray, shape (2, 14)
        Coefficients of the harmonics: constant part, and part that goes with s^2.
    """

    units: Numbers
    resolution: float
    signal: Numbers
    noise: Numbers

    def ln_signal(self, s: Numbers) -> Numbers:
        """Logarithm of the signal's power over its mean, shape (n, 48)."""
        return self._at(self.signal, s)

    def ln_noise(self, s: Numbers) -> Numbers:
        """Logarithm of the noise's power over its mean, shape (n, 48)."""
        return self._at(self.noise, s)

    def fsc(self, s: Numbers, fsc: Numbers | float) -> Numbers:
        """FSC in each direction, for the FSC of whole shells, shape (n, 48)."""
        value = np.clip(np.broadcast_to(fsc, s.shape), 1e-6, 1 - 1e-6)[:, None]
        ratio = value / (1 - value) * np.exp(self.ln_signal(s) - self.ln_noise(s))
        answer: Numbers = ratio / (1 + ratio)
        return answer

    def _at(self, coefficients: Numbers, s: Numbers) -> Numbers:
        exponent = _design(self.units, np.minimum(s * self.resolution, _BEYOND)) @ np.ravel(
            coefficients
        )
        exponent = np.clip(exponent, -_STEP, _STEP)
        answer: Numbers = exponent - np.log(np.exp(exponent).mean(axis=1, keepdims=True))
        return answer


class _Observed(NamedTuple):
    """Power of signal or noise in n shells.

    Attributes
    ----------
    value, terms : ndarray, shape (n, 48)
        Mean over a cell; number of independent terms in it.
    mean, other : ndarray, shape (n,)
        Of the whole shell; what is not the quantity itself, but makes its error larger.
    x : ndarray, shape (n,)
        s in units of 1 / resolution.
    """

    value: Numbers
    mean: Numbers
    other: Numbers
    terms: Numbers
    x: Numbers

    def of(self, used: Mask) -> _Observed:
        """Return the shells that are used."""
        return _Observed(*(one[used] for one in self))


def find_directions(fsc: HalfMapFsc, resolution: float) -> Directions | None:
    """Find what of signal and noise differs with direction; None where it is no more than chance.

    Parameters
    ----------
    fsc : HalfMapFsc
        With its sums by direction.
    resolution : float
        A.
    """
    sums = fsc.by_direction
    if sums is None:
        return None
    # Inside a mask so much of the terms is independent.
    terms = sums.terms * fsc.mask_power
    cross, power = (one / np.maximum(sums.terms, 1) for one in (sums.cross, sums.power))
    mean, whole = (np.average(one, axis=1, weights=terms + 1e-9) for one in (cross, power))
    far_enough, x = fsc.s > 1 / _COARSEST, fsc.s * resolution
    with_signal = far_enough & (x < 1) & (mean > _LEAST_FSC * whole)
    with_noise = far_enough & (x < _BEYOND) & (whole > mean)
    none, fold = np.zeros_like(mean), [_FOLD**2, (_FOLD_SLOPE * resolution) ** 2]
    of_signal = _Observed(cross, mean, whole - mean, terms, x).of(with_signal)
    of_noise = _Observed(power - cross, whole - mean, none, terms, x).of(with_noise)
    signal = _fitted(of_signal, sums.units, np.repeat(fold, _COUNT))
    noise = _fitted(of_noise, sums.units, np.zeros(2 * _COUNT))
    if not (signal.any() or noise.any()):
        return None
    return Directions(sums.units, resolution, signal, noise)


def _design(units: Numbers, x: Numbers) -> Numbers:
    """Values of the functions that are fitted, shape (n, 48, 28)."""
    harmonics = _core.harmonics(units)[:, 1:]
    flat = np.broadcast_to(harmonics, (x.size, *harmonics.shape))
    return np.concatenate([flat, (x**2)[:, None, None] * harmonics], axis=2)


def _fitted(seen: _Observed, units: Numbers, fold: Numbers) -> Numbers:
    """Coefficients of ln power, shape (2, 14): least squares with a logarithmic link.

    The mean product of n terms has the variance (P^2 + S^2) / n, with the power P and the
    signal S in it (its own variance is that of complex Gaussian numbers); where S is the noise,
    measured by itself, P is S.
    """
    if seen.x.size * units.shape[0] < 4 * 2 * _COUNT:
        return np.zeros((2, _COUNT))
    design, coefficients = _design(units, seen.x), np.zeros(2 * _COUNT)
    whole, other = seen.mean * seen.terms.sum(axis=1), seen.other[:, None]
    for _ in range(_ITERATIONS):
        exponent = design @ coefficients
        model = np.exp(np.clip(exponent, -_STEP, _STEP))
        model *= (whole / (model * seen.terms).sum(axis=1))[:, None]
        weight = seen.terms / (((other + model) ** 2 + model**2) / model**2)
        target = exponent + np.clip((seen.value - model) / model, -_STEP, _STEP)
        columns = design - _shell_mean(design, weight)
        target = target - _shell_mean(target[..., None], weight)[..., 0]
        weighted = (weight[..., None] * columns).reshape(-1, 2 * _COUNT).T
        normal = weighted @ columns.reshape(-1, 2 * _COUNT)
        normal += 1e-9 * np.trace(normal) / normal.shape[0] * np.eye(normal.shape[0])
        coefficients = np.linalg.solve(normal, weighted @ target.ravel())
    left = float(np.sum(weight * (target - columns @ coefficients) ** 2))
    excess = max(1.0, left / (weight.size - seen.x.size - 2 * _COUNT))
    covariance = np.linalg.inv(normal) * excess + np.diag(fold)
    return _beyond_chance(coefficients.reshape(2, _COUNT), covariance)


def _shell_mean(values: Numbers, weight: Numbers) -> Numbers:
    """Weighted mean over the cells of every shell, shape (n, 1, k)."""
    answer: Numbers = weight[:, None, :] @ values / weight.sum(axis=1)[:, None, None]
    return answer


def _beyond_chance(coefficients: Numbers, covariance: Numbers) -> Numbers:
    """Shrink the coefficients of each order by what chance explains (James & Stein 1961)."""
    answer = np.zeros_like(coefficients)
    for order in _ORDERS:
        members = np.arange(_COUNT)[order]
        index = np.concatenate([members, members + _COUNT])
        found = coefficients[:, order].ravel()
        chi_squared = float(found @ np.linalg.solve(covariance[np.ix_(index, index)], found))
        freedom = index.size
        if chi_squared > freedom + _BEYOND_CHANCE * (2 * freedom) ** 0.5:
            answer[:, order] = (1 - freedom / chi_squared) * coefficients[:, order]
    return answer
