"""From signal and noise per shell to the filter R CC* (Terwilliger et al. 2018, section 2.6).

R brings the amplitudes of the map to those of the molecule at B = 0, CC* is the correlation of the
map with the truth. Both as the molecule sees them: the whole signal, and the noise where the
molecule is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sharpem.analysis.prepare import Prepared
from sharpem.analysis.signal_and_noise import weights
from sharpem.methods.choice import NINETY_PERCENT, BIso
from sharpem.methods.expectation import B_SHARPEN_RANGE
from sharpem.spectra.filters import SharpenBlur, ShellFilter
from sharpem.spectra.fsc_curve import never_rising

__all__ = [
    "b_of_filter",
    "decaying",
    "over_all",
    "shell_filter",
    "smooth_ratio",
    "without_floor",
]

Array = NDArray[np.float64]

_WIDTH = 0.08  # 1/A; standard deviation of the window in which ln R is a straight line in s^2
_LEAST_VARIANCE = 0.02  # of ln R, per shell: proteins differ from the typical one
_LARGEST_FLOOR = 0.2  # what stays above this at the end of an FSC is signal, not a floor
_TAIL = 0.2  # from here down an FSC is a smooth decay
_WELL_ABOVE = 0.4
_LAST_SHELLS = 3
_LEAST_ERROR = 4.0  # A^2, of a b_sharpen


def smooth_ratio(s: Array, ln_ratio: Array, variance: Array) -> Array:
    """Smooth a logarithm of intensity ratios: local straight lines in s^2, shape (n,).

    A blur falls off smoothly; what is left between neighbouring shells is how the fold differs from
    the typical one, and noise.

    Parameters
    ----------
    s, ln_ratio, variance : ndarray, shape (n,)
        1/A; the logarithm; its variance from the number of terms.
    """
    weight = np.exp(-0.5 * ((s[:, None] - s[None, :]) / _WIDTH) ** 2)
    weight /= (variance + _LEAST_VARIANCE)[None, :]
    x = s[None, :] ** 2 - s[:, None] ** 2
    w, wx, wxx = weight.sum(1), (weight * x).sum(1), (weight * x * x).sum(1)
    wy, wxy = weight @ ln_ratio, (weight * x) @ ln_ratio
    answer: Array = (wxx * wy - wx * wxy) / (w * wxx - wx * wx)
    return answer


def without_floor(fsc: Array) -> Array:
    """Take off the level at which an FSC ends, the mean of its last shells, if at most 0.2."""
    floor = float(np.clip(fsc[-_LAST_SHELLS:].mean(), 0.0, 0.99))
    return fsc if floor > _LARGEST_FLOOR else (fsc - floor) / (1 - floor)


def decaying(s: Array, fsc: Array) -> Array:
    """Replace the noisy tail of an FSC by an exponential decay, never rising, 0 to 1.

    From where the curve falls below 0.2 for good the curve is c0 exp(-a (s - s0)), with the a that
    fits best in the sum of absolute deviations: a single shell that sticks out has no say. A curve
    that never gets above 0.4, or never falls so low, is clipped only.

    Parameters
    ----------
    s, fsc : ndarray, shape (n,)
        1/A, ascending, and the curve.
    """
    fsc = np.clip(fsc, 0.0, 1.0)
    falling = never_rising(fsc)
    low = np.flatnonzero(falling < _TAIL)
    if not low.size or low[0] == 0 or falling[0] < _WELL_ABOVE:
        return fsc
    i = int(low[0])
    start = max(float(fsc[i - 1]), _TAIL)
    rates = np.geomspace(1.0, 1000.0, 300)
    tails = start * np.exp(-np.multiply.outer(rates, s[i:] - s[i - 1]))
    best = int(np.argmin(np.abs(tails - fsc[i:]).sum(1)))
    return np.concatenate([fsc[:i], tails[best]])


def shell_filter(prepared: Prepared, s: Array, ratio: Array, cc_star: Array) -> ShellFilter:
    """Make the filter R CC*, 1 in the first shell: the density keeps its scale.

    Beyond the resolution, or beyond where an earlier filter cut the map off, it rises no further:
    what is left there may be next to nothing.

    Parameters
    ----------
    prepared : Prepared
        The map to be filtered.
    s, ratio, cc_star : ndarray, shape (n,)
        1/A; R; CC*.
    """
    within = s <= (1 + 1e-9) / prepared.d_min
    s, scale = s[within], (ratio * cc_star)[within]
    beyond = s > 1 / prepared.fit_limit
    known = scale[~beyond] if not beyond.all() else scale[:1]
    scale[beyond] = np.minimum(scale[beyond], known[-1])
    first = scale[0] if scale[0] > 0 else max(float(scale.max()), 1e-30)
    return ShellFilter(tuple(map(float, 1 / s)), tuple(map(float, scale / first)))


def b_of_filter(prepared: Prepared, filter_: ShellFilter, error: float = 1.8) -> BIso:
    """Overall B's of a map before and after a shell filter, A^2.

    The target is that of the b_sharpen which does to the map what comes closest to the filter; the
    interval says how far that lies from the best b_sharpen by experience (docs/choice.md): `error`,
    a standard deviation in A^2 at 1 A, which grows as d^2.
    """
    target = prepared.b_signal - _like_b_sharpen(prepared, filter_)
    sigma = max(_LEAST_ERROR, error * prepared.resolution**2)
    half = NINETY_PERCENT * float(np.hypot(sigma, prepared.b_spread))
    return BIso(prepared.b_input, prepared.b_signal, target, (target - half, target + half))


def _like_b_sharpen(prepared: Prepared, filter_: ShellFilter) -> float:
    """b_sharpen (A^2) whose map correlates best with that of a shell filter, to the resolution."""
    shells, d = prepared.shells, prepared.resolution
    used = shells.s <= 1 / d
    s, power = shells.s[used], (weights(shells) * shells.power)[used]
    candidates = np.arange(B_SHARPEN_RANGE[0], B_SHARPEN_RANGE[1] + 1.0, 2.5)
    curves = np.array([SharpenBlur(float(b), d)(s) for b in candidates])
    lengths = np.sqrt((curves * curves) @ power)
    return float(candidates[np.argmax((curves @ (power * filter_(s))) / lengths)])


def over_all(b_iso: BIso) -> str:
    """How much a shell filter sharpens over all, to end a sentence; empty where B is not known."""
    b_sharpen = b_iso.signal - b_iso.target
    return (
        f"; over all this is like b_sharpen {b_sharpen:.0f} A^2" if np.isfinite(b_sharpen) else ""
    )
