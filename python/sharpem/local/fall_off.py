"""How much faster or slower the signal falls off in a box than in the molecule as a whole.

The signal of box i in a shell is taken as the pooled signal of all boxes times
exp(g_i - dB_i s^2 / 2); a dB_i of 0 means that the box is like the rest. The fit is a maximum a
posteriori one: dB_i ~ N(0, tau^2), where tau, how much boxes differ at all, is read off the boxes
themselves. Where they differ by no more than their errors, tau and with it every dB_i goes to 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FOLD", "BoxPowers", "Falls", "fit_falls"]

Array = NDArray[np.float64]

FOLD = 0.3
"""Standard deviation of ln(signal) in a shell between boxes that have one B: folds differ."""
_START_TAU, _LARGEST_TAU, _LEAST_TAU = 50.0, 60.0, 0.5  # A^2
_SCALE_SIGMA = 3.0  # of g: wide
_ROUNDS = 30


@dataclass(frozen=True, eq=False)
class BoxPowers:
    """Power of n boxes in m shells, and what is known of signal and noise in them.

    Attributes
    ----------
    s, terms : ndarray, shape (m,)
        1/A; independent terms of a box.
    power : ndarray, shape (n, m)
        Mean |F|^2, in units of the pooled signal.
    noise : ndarray, shape (n, m)
        Expected noise in it.
    noise_error : float
        Standard deviation of the logarithm of a box's noise level.
    fold : float
        Standard deviation of the logarithm of the signal between boxes with one B.
    coherent : bool
        ``power`` is that which is in phase with a model: noise makes it scatter and adds nothing.
    """

    s: Array
    terms: Array
    power: Array
    noise: Array
    noise_error: float
    fold: float = FOLD
    coherent: bool = False

    def expected(self, signal: Array, noise: Array) -> tuple[Array, Array]:
        """Mean and variance of ``power``, shape (n, m)."""
        fold = (self.fold * signal) ** 2
        if self.coherent:
            return signal, 2 * signal * (noise + 0.1 * signal) / self.terms + fold
        total = signal + noise
        return total, total**2 / self.terms + fold


@dataclass(frozen=True, eq=False)
class Falls:
    """Fall-off of every box against the pooled signal, A^2; arrays of shape (n,).

    Attributes
    ----------
    b : ndarray
        Posterior mean: positive where the signal falls off faster than on the whole.
    error : ndarray
        Its standard deviation.
    tau : float
        Standard deviation among boxes.
    ln_noise : ndarray
        Logarithm of the noise level found over that expected.
    noise_ratio : ndarray, shape (n, m)
        Noise over signal as found, in the shells that were fitted.
    """

    b: Array
    error: Array
    tau: float
    ln_noise: Array
    noise_ratio: Array

    @property
    def told(self) -> NDArray[np.bool_]:
        """Whether a box's own data say more than what is known of all boxes."""
        return self.error < 0.8 * self.tau


def fit_falls(boxes: BoxPowers) -> Falls:
    """Fit g, dB and the noise level of every box, and tau.

    Parameters
    ----------
    boxes : BoxPowers
    """
    n = len(boxes.power)
    state = np.zeros((n, 3))
    noise = 0.0 if boxes.coherent else boxes.noise
    state[:, 0] = np.log(np.maximum((boxes.power - noise).mean(axis=1), 0.01))
    tau = _START_TAU
    variance = np.full(n, tau**2)
    for _ in range(_ROUNDS):
        precision = np.array([_SCALE_SIGMA, tau, boxes.noise_error]) ** -2.0
        state, variance = _posterior(boxes, state, precision)
        found = float(np.sqrt(np.mean(np.minimum(state[:, 1] ** 2, 4 * tau**2) + variance)))
        found = float(np.clip(found, _LEAST_TAU, _LARGEST_TAU))
        if abs(found - tau) < 0.02 * tau:
            break
        tau = found
    signal, noise = _expected(boxes, state)
    return Falls(state[:, 1], np.sqrt(variance), tau, state[:, 2], noise / signal)


def _expected(boxes: BoxPowers, state: Array) -> tuple[Array, Array]:
    """Signal and noise in every shell, shape (n, m), for states (g, dB, ln noise level)."""
    signal = np.exp(state[:, :1] - state[:, 1:2] * 0.5 * boxes.s**2)
    return signal, boxes.noise * np.exp(state[:, 2:])


def _posterior(boxes: BoxPowers, state: Array, precision: Array) -> tuple[Array, Array]:
    """Most probable (g, dB, ln noise level) by Gauss-Newton steps, and the variance of dB."""
    x = 0.5 * boxes.s**2
    largest = np.array([1.0, 30.0, 0.7])
    for _ in range(40):
        signal, noise = _expected(boxes, state)
        expected, variance = boxes.expected(signal, noise)
        slopes = np.stack([signal, -x * signal, expected - signal], axis=-1)
        weighted = slopes / variance[..., None]
        pull = np.einsum("ki,kij->kj", boxes.power - expected, weighted) - precision * state
        normal = np.einsum("kij,kil->kjl", slopes, weighted) + np.diag(precision)
        step = np.linalg.solve(normal, pull[..., None])[..., 0]
        state = state + step / np.maximum(1.0, np.abs(step / largest).max(axis=1))[:, None]
        if np.abs(step[:, 1]).max() < 0.01:
            break
    return state, np.linalg.inv(normal)[:, 1, 1]
