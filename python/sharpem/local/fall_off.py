"""How much faster or slower the signal falls off at a place than at a typical one.

The signal of place i in band k is taken as that of a typical place times exp(g_i - dB_i s_k^2 / 2):
g_i says how much molecule there is, dB_i how much more it is blurred. The fit is a maximum a
posteriori one: dB_i ~ N(0, tau^2), where tau, how much places differ at all, is read off the places
themselves. Where they differ by no more than their errors, all dB_i become 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharpem.local.fields import Fields

__all__ = ["FallOff", "fit_fall_off"]

Array = NDArray[np.float64]
Map = NDArray[np.float32]

_START_TAU, _LEAST_TAU = 50.0, 0.5  # A^2
_LARGEST_TAU, _LARGEST_TAU_GUESSED = 200.0, 60.0  # A^2; where the noise is known, and where not
_SCALE_SIGMA = 3.0  # of g: wide
_MOLECULE = 0.02  # of the signal of dense places: what is counted as molecule
_SOLVENT, _WITHIN = 0.0005, 0.1  # of the same: gains begin, and are full, on a logarithmic scale
_ROUNDS, _STEPS = 25, 25
_CHUNK = 20_000  # places fitted at a time
_NOTHING, _ALL = 0.1, 0.4
"""Fraction of the variance of dB that places tell: up to the first it counts as nothing, from the
second on as it is."""


@dataclass(frozen=True, eq=False)
class FallOff:
    """The fall-off of the signal at n places against a typical one.

    Attributes
    ----------
    typical : ndarray, shape (k,)
        Signal of a typical place in every band.
    x : ndarray, shape (k,)
        s^2 / 2 of the bands, 1/A^2.
    g, b, error : ndarray, shape (nz, ny, nx)
        Logarithm of the scale, 0 on average; dB and its standard deviation, A^2.
    inside : ndarray, shape (nz, ny, nx)
        1 in the molecule, 0 in the solvent, with a smooth edge.
    weight : ndarray, shape (nz, ny, nx)
        How much molecule is there; adds up to 1, 0 in the solvent.
    tau : float
        Standard deviation of dB among places, A^2.
    kept : float
        From 0, where places differ by no more than their errors, to 1.
    """

    typical: Array
    x: Array
    g: Array
    b: Array
    error: Array
    inside: Array
    weight: Array
    tau: float
    kept: float

    def signal(self, k: int, *, scaled: bool = True) -> Array:
        """Signal of every place in band k, shape (nz, ny, nx); or as if all had one scale."""
        scale = self.g if scaled else 0.0
        answer: Array = self.typical[k] * np.exp(scale - self.b * self.x[k])
        return answer

    @property
    def mean_signal(self) -> Array:
        """Signal of the molecule as a whole in every band, shape (k,)."""
        return np.array([float((self.signal(k) * self.weight).sum()) for k in range(self.x.size)])


def fit_fall_off(fields: Fields) -> FallOff | None:
    """Fit typical signal, tau, and g and dB of every place; None where there is no signal.

    Parameters
    ----------
    fields : Fields
    """
    bands, shape = fields.bands, fields.power.shape[1:]
    power, noise = (v.reshape(len(bands), -1).T for v in (fields.power, fields.noise))
    low = (power[:, bands.low] - noise[:, bands.low]).sum(axis=1, dtype=np.float64)
    amount = np.maximum(low, 0.0)
    amount = amount / max(float(np.quantile(amount, 0.995)), 1e-300)
    places = _independent(shape, bands.apart) & (amount > _MOLECULE)
    if np.count_nonzero(places) < 2:
        return None
    problem = _Problem(fields, *_doubles(power[places], noise[places]), amount[places])
    tau = problem.settle()
    g, b = np.log(np.maximum(amount, 1e-6)), np.zeros(amount.size)
    variance = np.full(amount.size, tau**2)
    filled = np.flatnonzero(amount > _SOLVENT)
    for chunk in np.split(filled, range(_CHUNK, filled.size, _CHUNK)):
        state, variance[chunk] = problem.posterior(*_doubles(power[chunk], noise[chunk]), tau)
        g[chunk], b[chunk] = state.T
    weight = np.where(amount > _MOLECULE, amount, 0.0)
    weight /= weight.sum()
    scale = float(weight @ np.exp(g))
    g -= np.log(scale)
    told = 1 - float(weight @ variance) / tau**2
    kept = float(np.clip((told - _NOTHING) / (_ALL - _NOTHING), 0.0, 1.0))
    return FallOff(
        scale * problem.typical,
        problem.x,
        g.reshape(shape),
        (kept * b).reshape(shape),
        np.sqrt(variance).reshape(shape),
        _inside(amount).reshape(shape),
        weight.reshape(shape),
        tau,
        kept,
    )


def _inside(amount: Array) -> Array:
    """Rise smoothly from 0 in the solvent to 1 in the molecule."""
    ln_amount = np.log(np.maximum(amount, _SOLVENT) / _SOLVENT)
    ramp = np.minimum(ln_amount / np.log(_WITHIN / _SOLVENT), 1.0)
    answer: Array = ramp * ramp * (3 - 2 * ramp)
    return answer


def _doubles(power: Map, noise: Map) -> tuple[Array, Array]:
    return power.astype(np.float64), noise.astype(np.float64)


def _independent(shape: tuple[int, ...], apart: int) -> NDArray[np.bool_]:
    """Points of a lattice that are far enough from each other, flat."""
    on = np.zeros(shape, dtype=np.bool_)
    on[::apart, ::apart, ::apart] = True
    return on.ravel()


class _Problem:
    """The typical signal and tau, found by turns from places that are independent."""

    def __init__(self, fields: Fields, power: Array, noise: Array, weight: Array) -> None:
        self.fields, self.power, self.noise = fields, power, noise
        self.x = 0.5 * fields.bands.centres**2
        mean = weight @ power / weight.sum()
        self.typical = np.maximum(weight @ (power - noise) / weight.sum(), 1e-3 * mean)

    def settle(self) -> float:
        """Return tau (A^2) once it changes no more."""
        tau = _START_TAU
        largest = _LARGEST_TAU if self.fields.known else _LARGEST_TAU_GUESSED
        for turn in range(_ROUNDS):
            state, variance = self.posterior(self.power, self.noise, tau)
            self._scale(state)
            found = np.sqrt(np.mean(state[:, 1] ** 2 + variance))
            found = float(np.clip(found, _LEAST_TAU, largest))
            if turn > 3 and abs(found - tau) < 0.01 * tau:
                break
            tau = found
        return tau

    def _scale(self, state: Array) -> None:
        """Let the typical signal follow the places: least squares, band by band."""
        signal = self._signal(state)
        noise = self.noise / self.typical
        weight = signal / self._variance(signal, noise)
        seen = (weight * (self.power / self.typical - noise)).sum(axis=0)
        self.typical = self.typical * np.maximum(seen / (weight * signal).sum(axis=0), 0.05)

    def _signal(self, state: Array) -> Array:
        answer: Array = np.exp(np.clip(state[:, :1] - state[:, 1:] * self.x, -30.0, 10.0))
        return answer

    def _variance(self, signal: Array, noise: Array) -> Array:
        fields = self.fields
        chance = (signal + noise) ** 2 / fields.bands.terms
        answer: Array = chance + (fields.fold * signal) ** 2 + (fields.noise_error * noise) ** 2
        return answer

    def posterior(self, power: Array, noise: Array, tau: float) -> tuple[Array, Array]:
        """Most probable (g, dB) of places by Gauss-Newton steps, and the variance of dB."""
        power, noise = power / self.typical, noise / self.typical
        start = (power - noise)[:, self.fields.bands.low].mean(axis=1)
        state = np.stack([np.log(np.maximum(start, 0.01)), np.zeros(len(power))], axis=1)
        precision, largest = np.array([_SCALE_SIGMA, tau]) ** -2.0, np.array([1.0, 40.0])
        for _ in range(_STEPS):
            signal = self._signal(state)
            slopes = np.stack([signal, -self.x * signal], axis=-1)
            weighted = slopes / self._variance(signal, noise)[..., None]
            pull = np.einsum("ki,kij->kj", power - signal - noise, weighted) - precision * state
            normal = np.einsum("kij,kil->kjl", slopes, weighted) + np.diag(precision)
            step = np.linalg.solve(normal, pull[..., None])[..., 0]
            state = state + step / np.maximum(1.0, np.abs(step / largest).max(axis=1))[:, None]
            if np.abs(step[:, 1]).max() < 0.1:
                break
        return state, np.linalg.inv(normal)[:, 1, 1]
