"""The headline numbers of a study, and those of the paper beside them (sections 3.4 and 3.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sharpem.study.outcome import CaseOutcome, MethodOutcome

__all__ = [
    "NOTABLE",
    "PAPER",
    "REFERENCE",
    "MethodStatistics",
    "Preparation",
    "preparation",
    "statistics",
]

NOTABLE = 0.02
"""A gain or a loss of correlation that the paper counts."""
_WITHIN = 0.2
REFERENCE = "surface"
"""The method that others are held against: sharpem's default."""


@dataclass(frozen=True)
class MethodStatistics:
    """How one way to choose a filter does over many maps.

    Attributes
    ----------
    name, label : str
    maps : int
    improved : float or None
        Share of maps whose correlation rises.
    mean_gain : float or None
        Of correlation, over the map as it came.
    better, worse : float or None
        Shares that gain at least 0.02, and that lose more than 0.02.
    rms_delta_b, mean_delta_b : float or None
        b_sharpen less the one with the highest correlation, A^2; None for filters by shell.
    mean_regret, worst_regret : float or None
        Highest correlation of any b_sharpen less the one reached; negative where more than
        b_sharpen helps.
    surface_ahead : float or None
        Mean correlation of the method called surface less this one's, over the same maps.
    held : float or None
        Fraction of the maps whose best overall B lies in the method's 90 % interval.
    """

    name: str
    label: str
    maps: int
    improved: float | None = None
    mean_gain: float | None = None
    better: float | None = None
    worse: float | None = None
    rms_delta_b: float | None = None
    mean_delta_b: float | None = None
    mean_regret: float | None = None
    worst_regret: float | None = None
    surface_ahead: float | None = None
    held: float | None = None


PAPER = (
    MethodStatistics("surface-bare", "surface", 361, 0.65, 0.02, 0.28, 0.04, 32.0),
    MethodStatistics("half-map", "half maps", 59, surface_ahead=0.02),
    MethodStatistics("kurtosis-bare", "kurtosis", 361, surface_ahead=0.01),
    MethodStatistics("model", "model", 361, surface_ahead=0.0),
)
"""As published: 32 A^2 is over 345 of the 361 pairs; surface is ahead of the method named."""


@dataclass(frozen=True)
class Preparation:
    """How well what every method rests on is read off the maps.

    Attributes
    ----------
    volume_ratio : float
        Molecular volume found over the model's dry volume, median.
    volume_within : float
        Share of maps where they differ by less than 20 %.
    rms_b_error : float or None
        Overall B of the signal less the true one, A^2, where that is known.
    """

    volume_ratio: float
    volume_within: float
    rms_b_error: float | None


def preparation(cases: Iterable[CaseOutcome]) -> Preparation | None:
    """Sum up how well the maps were read; None where there is none."""
    counted = [case for case in cases if case.volume_ratio is not None]
    if not counted:
        return None
    ratio = np.array([case.volume_ratio for case in counted], dtype=np.float64)
    error = np.array(
        [
            case.b_signal - case.true_b
            for case in counted
            if case.b_signal is not None and case.true_b is not None
        ]
    )
    return Preparation(
        float(np.median(ratio)),
        float(np.mean(abs(ratio - 1) < _WITHIN)),
        float(np.sqrt(np.mean(error**2))) if error.size else None,
    )


def statistics(cases: Iterable[CaseOutcome]) -> tuple[MethodStatistics, ...]:
    """Sum up the cases that count, for every method that was tried on any of them."""
    counted = [case for case in cases if case.excluded is None]
    names = dict.fromkeys(method.name for case in counted for method in case.methods)
    return tuple(_statistics(name, counted) for name in names)


def _statistics(name: str, cases: Iterable[CaseOutcome]) -> MethodStatistics:
    tried = [(case, method) for case in cases if (method := case.method(name)) is not None]
    gain = np.array([method.cc_mask - (case.cc_mask or 0.0) for case, method in tried])
    regret = np.array([(case.best_cc or 0.0) - method.cc_mask for case, method in tried])
    rms, mean = _delta_b(tried)
    ahead = [
        surface.cc_mask - method.cc_mask
        for case, method in tried
        if (surface := case.method(REFERENCE)) is not None
    ]
    return MethodStatistics(
        name,
        tried[0][1].label,
        len(tried),
        improved=float(np.mean(gain > 0)),
        mean_gain=float(gain.mean()),
        better=float(np.mean(gain >= NOTABLE)),
        worse=float(np.mean(gain < -NOTABLE)),
        rms_delta_b=rms,
        mean_delta_b=mean,
        mean_regret=float(regret.mean()),
        worst_regret=float(regret.max()),
        surface_ahead=float(np.mean(ahead)) if ahead and name != REFERENCE else None,
        held=_held(tried),
    )


def _held(tried: list[tuple[CaseOutcome, MethodOutcome]]) -> float | None:
    held = [
        method.interval[0] <= case.b_signal - case.best_b_sharpen <= method.interval[1]
        for case, method in tried
        if method.interval and case.b_signal is not None and case.best_b_sharpen is not None
    ]
    return float(np.mean(held)) if held else None


def _delta_b(
    tried: list[tuple[CaseOutcome, MethodOutcome]],
) -> tuple[float | None, float | None]:
    delta = np.array(
        [
            method.b_sharpen - case.best_b_sharpen
            for case, method in tried
            if method.b_sharpen is not None and case.best_b_sharpen is not None
        ]
    )
    if not delta.size:
        return None, None
    return float(np.sqrt(np.mean(delta**2))), float(delta.mean())
