"""Signal and noise as the voxels of the molecule see them: what filters are weighed against.

Only the voxels near atoms matter to a map. The whole signal is there, but of the noise in the box
no more than their share of the box. Where the solvent does not show the noise, the stated
resolution says how much there is at the limit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sharpem.spectra.filters import Anisotropy
from sharpem.spectra.shells import ShellTable

__all__ = [
    "NEAR_MOLECULE",
    "gain_of_isotropy",
    "raised_noise",
    "weights",
    "with_measured_noise",
    "with_stated_limit",
]

Array = NDArray[np.float64]

NEAR_MOLECULE = 1.7
"""The voxels that matter, within 3 A of an atom, in units of the molecule's dry volume."""

_CC_AT_LIMIT = (0.33, 0.5, 0.7)
"""Correlation of a map with the truth at its stated resolution: FSC = 0.143 between half maps means
CC* = 0.5 (Rosenthal & Henderson 2003), not known better than by a factor of about 1.5."""

_TRUE_BLUR = 75.0
"""B (A^2) by which signal falls off against white noise in a map whose solvent is lost."""


def with_measured_noise(
    shells: ShellTable, fraction: float, b_signal: float, ln_scale: float
) -> tuple[Array, Array]:
    """Mean |F|^2 of signal and noise, shape of ``shells.s``, from the noise that the solvent shows.

    Where noise hides the signal it is taken from its fitted fall-off.

    Parameters
    ----------
    shells : ShellTable
        With noise.
    fraction : float
        The molecule's share of the box.
    b_signal, ln_scale : float
        Fitted fall-off of the signal: A^2, and the logarithm of the intensities' scale.
    """
    assert shells.noise is not None
    fitted = np.exp(ln_scale + shells.ln_reference - 0.5 * b_signal * shells.s**2)
    seen = shells.signal > 3.0 * np.sqrt(2.0 / shells.terms) * shells.power
    signal = np.where(seen, shells.signal, np.minimum(fitted, shells.power))
    return signal, shells.noise * min(1.0, NEAR_MOLECULE * fraction)


def with_stated_limit(shells: ShellTable, resolution: float) -> list[tuple[Array, Array]]:
    """Signal and noise for several correlations at the limit, from the resolution (A) alone."""
    ln_limit = float(np.interp(1.0 / resolution, shells.s, shells.ln_reference))
    fall = shells.ln_reference - ln_limit - 0.5 * _TRUE_BLUR * (shells.s**2 - resolution**-2)
    answers = []
    for cc in _CC_AT_LIMIT:
        ratio = cc**2 / (1.0 - cc**2) * np.exp(fall)
        signal = shells.power * ratio / (1.0 + ratio)
        answers.append((signal, shells.power - signal))
    return answers


def weights(shells: ShellTable) -> Array:
    """Number of terms of each shell, low orders counting less, shape of ``shells.s``.

    A correlation leaves out the mean of its voxels, and a molecule of finite size hardly varies
    over more than about 10 A besides.
    """
    answer: Array = shells.terms * (1.0 - np.exp(-((10.0 * shells.s) ** 4)))
    return answer


def gain_of_isotropy(shells: ShellTable, resolution: float, signal: Array, noise: Array) -> float:
    """Share of an anisotropic fall-off of the signal that is worth removing, 0 to 1.

    The filter that correlates best with the truth is R S^1/2 / (S + N). Where the signal S is
    weaker by a factor in some direction it rises by the square root of that factor if S >> N, stays
    if S = N and falls if S << N: the share is the mean of (S - N) / (S + N) over what counts.
    """
    used = shells.s <= 1.0 / resolution
    total = signal + noise
    weight = weights(shells) * shells.s**2 * np.exp(shells.ln_reference) * signal / total
    mean = np.average(((signal - noise) / total)[used], weights=weight[used])
    return float(np.clip(mean, 0.0, 1.0))


def raised_noise(anisotropy: Anisotropy, s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Factor by which removing an anisotropy raises the power of isotropic noise, shape of s."""
    z = (np.arange(400) + 0.5) / 200 - 1  # even over the sphere: the golden spiral
    angle = np.pi * (1 + np.sqrt(5)) * np.arange(400)
    x, y = np.sqrt(1 - z**2) * np.cos(angle), np.sqrt(1 - z**2) * np.sin(angle)
    b11, b22, b33, b12, b13, b23 = anisotropy.b_cartesian
    q = b11 * x**2 + b22 * y**2 + b33 * z**2 + 2 * (b12 * x * y + b13 * x * z + b23 * y * z)
    raised: NDArray[np.float64] = np.exp(0.5 * np.multiply.outer(s**2, q - anisotropy.b_iso)).mean(
        axis=1
    )
    return raised
