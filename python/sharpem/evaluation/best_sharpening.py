"""The b_sharpen that scores best: a scan, then a finer search."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sharpem.evaluation.measures import BestSharpening

__all__ = ["best_sharpening"]

_STEP = 25.0  # A^2
_ACCURACY = 1.0


def best_sharpening(
    score: Callable[[float], float], b_range: tuple[float, float]
) -> BestSharpening:
    """Find the b_sharpen with the highest score.

    Parameters
    ----------
    score : callable
        Of b_sharpen (A^2).
    b_range : (float, float)
        A^2.
    """
    found: dict[float, float] = {}

    def kept(b_sharpen: float) -> float:
        if b_sharpen not in found:
            found[b_sharpen] = score(b_sharpen)
        return found[b_sharpen]

    low, high = b_range
    steps = max(2, round((high - low) / _STEP))
    best = max(np.linspace(low, high, steps + 1).tolist(), key=kept)
    step = (high - low) / steps
    while step > _ACCURACY:
        step /= 2
        around = (best - step, best, best + step)
        best = max((b for b in around if low <= b <= high), key=kept)
    return BestSharpening(best, found[best], tuple(sorted(found.items())), best in (low, high))
