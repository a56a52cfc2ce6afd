"""What sharpening is to be expected, before any contour is drawn: the prior of the search.

For a map with known signal and noise the correlation with the true structure at B = 0 can be
foretold for every filter: per shell the filtered map correlates with the truth as far as it is signal,

    CC(A) = sum n A R S^1/2 / (sum n A^2 (S + N) sum n R^2)^1/2 ,

with n the number of terms, A the filter, S and N the power of signal and noise near the molecule and
R^2 a typical molecule's power at B = 0. The b_sharpen with the highest expected CC is the prior's
maximum. See docs/choice.md for how well it does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.filters import SharpenBlur
from sharpem.prepare import Prepared
from sharpem.spectrum import D_MAX, ShellTable

__all__ = ["Expectation", "expect", "expected_correlation", "rule_of_thumb", "settled"]

Array = NDArray[np.float64]

_NOISE_NEAR_MOLECULE = 1.7
"""The voxels that matter, within 3 A of an atom, in units of the molecule's dry volume."""

_CC_AT_LIMIT = (0.33, 0.5, 0.7)
"""Correlation of a map with the truth at its stated resolution: FSC = 0.143 between half maps means
CC* = 0.5 (Rosenthal & Henderson 2003), not known better than by a factor of about 1.5."""

_ABOVE_ZERO = 1.0  # A^2; as good as no sharpening, but with the soft resolution limit

_TRUE_BLUR = 75.0
"""B (A^2) by which signal falls off against white noise in a map whose solvent is lost."""


@dataclass(frozen=True)
class Expectation:
    """The expected b_sharpen.

    Attributes
    ----------
    b_sharpen : float
        A^2.
    sigma : float
        Its standard deviation by experience, A^2.
    from_solvent : bool
        Whether the noise was read off the solvent; otherwise from the stated resolution.
    """

    b_sharpen: float
    sigma: float
    from_solvent: bool


def expected_correlation(
    shells: ShellTable, resolution: float, b_sharpen: Array, signal: Array, noise: Array
) -> Array:
    """Expected map-model correlation at B = 0 near the molecule, shape of ``b_sharpen``.

    Parameters
    ----------
    shells : ShellTable
        n shells.
    resolution : float
        A; the correlation is taken over terms up to here.
    b_sharpen : ndarray, shape (m,)
        Candidates, A^2.
    signal, noise : ndarray, shape (n,)
        Mean |F|^2 of signal and noise as seen by the voxels of the molecule.
    """
    used = shells.s <= 1.0 / resolution
    s = shells.s[used]
    # The mean of the voxels near the molecule is no part of a correlation: low orders count less.
    n = shells.terms[used] * (1.0 - np.exp(-((10.0 * s) ** 4)))
    r = np.exp(0.5 * (shells.ln_reference[used] - shells.ln_reference[used].max()))
    a = np.array([SharpenBlur(float(b), resolution)(s) for b in b_sharpen])
    cross = a @ (n * r * np.sqrt(signal[used]))
    power = (a * a) @ (n * (signal + noise)[used])
    answer: Array = cross / np.sqrt(power * np.sum(n * r * r))
    return answer


def expect(prepared: Prepared) -> Expectation:
    """Find the b_sharpen that a map's signal and noise lead to expect."""
    d = prepared.resolution
    best = _best(prepared)
    if prepared.shells.noise is not None:
        return Expectation(best, max(4.0, 0.9 * d**2), from_solvent=True)
    b = settled(prepared, 0.5 * (best + rule_of_thumb(prepared)))
    return Expectation(b, max(4.0, 1.5 * d**2), from_solvent=False)


def settled(prepared: Prepared, b_sharpen: float) -> float:
    """Decide on which side of 0 a b_sharpen that is close to 0 had better be, A^2.

    Just above 0 the filter's soft resolution limit sets in, below it there is none (section 2.1): a
    jump that an average of two b_sharpen does not see. The expected correlation does.
    """
    if not -0.5 * prepared.resolution**2 < b_sharpen <= 0:
        return b_sharpen
    sides = np.array([b_sharpen, _ABOVE_ZERO])
    return float(sides[np.argmax(_expected(prepared, sides))])


def _best(prepared: Prepared) -> float:
    candidates = np.arange(-250.0, 601.0, 2.5)
    return float(candidates[np.argmax(_expected(prepared, candidates))])


def _expected(prepared: Prepared, b_sharpen: Array) -> Array:
    if prepared.shells.noise is not None:
        return _from_solvent(prepared, b_sharpen)
    return _from_resolution(prepared.shells, prepared.resolution, b_sharpen)


def _from_solvent(prepared: Prepared, b_sharpen: Array) -> Array:
    """Signal and noise as measured; where noise hides the signal, as its fitted fall-off says."""
    shells, noise = prepared.shells, prepared.shells.noise
    assert noise is not None
    fitted = np.exp(
        prepared.signal_ln_scale + shells.ln_reference - 0.5 * prepared.b_signal * shells.s**2
    )
    seen = shells.signal > 3.0 * np.sqrt(2.0 / shells.terms) * shells.power
    signal = np.where(seen, shells.signal, np.minimum(fitted, shells.power))
    near = noise * min(1.0, _NOISE_NEAR_MOLECULE * prepared.volume.fraction)
    return expected_correlation(shells, prepared.resolution, b_sharpen, signal, near)


def _from_resolution(shells: ShellTable, resolution: float, b_sharpen: Array) -> Array:
    """No solvent: the stated resolution says how much signal there is at the limit."""
    expected = np.zeros_like(b_sharpen)
    ln_limit = float(np.interp(1.0 / resolution, shells.s, shells.ln_reference))
    fall = shells.ln_reference - ln_limit - 0.5 * _TRUE_BLUR * (shells.s**2 - resolution**-2)
    for cc in _CC_AT_LIMIT:
        ratio = cc**2 / (1.0 - cc**2) * np.exp(fall)  # signal over noise
        share = ratio / (1.0 + ratio)
        signal = shells.power * share
        noise = shells.power - signal
        expected += expected_correlation(shells, resolution, b_sharpen, signal, noise)
    return expected / len(_CC_AT_LIMIT)


def rule_of_thumb(prepared: Prepared) -> float:
    """Rule of thumb for maps without solvent: sharpen to an overall B of 4 ln 2 d^2 = 2.8 d^2.

    A map best correlated with the truth has amplitudes R CC*; CC* = exp(-B s^2 / 4) that falls to
    1/2 at s = 1/d has this B. The map's own B is read by a plain Wilson fit.
    """
    shells = prepared.shells
    fit = _core.fit_wilson(
        prepared.spectrum, shells.s, shells.ln_reference, d_max=D_MAX, d_min=prepared.fit_limit
    )
    return float(fit.b_iso) - 4.0 * float(np.log(2.0)) * prepared.resolution**2
