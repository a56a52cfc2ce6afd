"""The level at which the FSC of half maps that are not independent ends.

Where both halves hold a fraction q of the same noise, FSC = (S + q N) / (S + N) levels off at q,
and (FSC - q) / (1 - q) = S / (S + N) is the curve of independent halves.
"""

from __future__ import annotations

import numpy as np

from sharpem.maps.arrays import Numbers
from sharpem.spectra.fsc_curve import FscCurve, never_rising

__all__ = ["plateau", "without_plateau"]

_TAIL = 0.75  # of the grid's limit in s, from where a curve of noise is flat
_AHEAD = 0.5
_FEWEST_SHELLS = 4
_LEAST, _LARGEST = 0.05, 0.9
_FALL = 0.5  # of what the plateau leaves to 1, by which the curve came down to it
_FLAT = 0.25  # of ln S/N between the halves of the tail: a signal falls by more
_BY_CHANCE = 5.0  # standard deviations


def plateau(unmasked: FscCurve, terms: Numbers) -> float:
    """Level at which an unmasked FSC levels off up to the grid's end; 0 where it does not.

    Parameters
    ----------
    unmasked : FscCurve
    terms : ndarray, shape (n,)
        Number of Fourier coefficients in the shells, Friedel mates counted.
    """
    s, value = unmasked
    tail = s > _TAIL * s[-1]
    if np.count_nonzero(tail) < _FEWEST_SHELLS:
        return 0.0
    level, error = _mean(value[tail], terms[tail])
    if not max(_LEAST, _BY_CHANCE * error) < level < _LARGEST:
        return 0.0
    if never_rising(value).max() < level + _FALL * (1 - level):
        return 0.0
    ahead = (s > _AHEAD * s[-1]) & ~tail  # a curve that rises to its end does not level off
    if not ahead.any() or float(np.median(value[ahead])) < level - _BY_CHANCE * error:
        return 0.0
    middle = np.count_nonzero(tail) // 2
    before, after = (
        _mean(value[tail][part], terms[tail][part]) for part in (np.s_[:middle], np.s_[middle:])
    )
    fall = _log_ratio(before[0]) - _log_ratio(after[0])
    uncertain = float(np.hypot(before[1], after[1])) / (level * (1 - level))
    return after[0] if fall < _FLAT + 2 * uncertain else 0.0  # what signal is left comes before


def without_plateau(fsc: Numbers, level: float) -> Numbers:
    """Curve that independent half maps would have, for a plateau at `level`."""
    return fsc if level == 0 else (fsc - level) / (1 - level)


def _mean(value: Numbers, terms: Numbers) -> tuple[float, float]:
    """Mean FSC over shells and its standard deviation by chance."""
    return float(np.average(value, weights=terms)), float((2 / terms.sum()) ** 0.5)


def _log_ratio(fsc: float) -> float:
    """Logarithm of the ratio of signal and noise in a half map, FSC / (1 - FSC)."""
    clipped = min(max(fsc, 1e-3), 1 - 1e-3)
    return float(np.log(clipped / (1 - clipped)))
