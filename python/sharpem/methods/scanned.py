"""Choosing by the maximum of a score over overall B: what surface and kurtosis have in common.

The score's maximum is one source of the answer, the expected sharpening another. Each is a normal
distribution about its own best B; their product is the answer. `prior=False` is the bare maximum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sharpem.choice import BIso, Choice, Curve, Verdict
from sharpem.expectation import Expectation, expect, settled
from sharpem.methods.empirical import NINETY_PERCENT, why
from sharpem.prepare import Prepared
from sharpem.search import Peak, Scan, ScanSettings, Score, find_peak, run_scan, spread, unusable

__all__ = ["ScanMethod", "choose_by_scan"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ScanMethod:
    """A way to choose that maximises a score.

    Attributes
    ----------
    name, label : str
        As in the JSON, and in a sentence.
    score : callable
        What is to be high, of a `Trial`.
    sigma : float
        How far its maximum lies from the best B by experience, A^2 (docs/choice.md).
    weighs_regions : bool
        Whether the score weighs connected regions against surface.
    """

    name: str
    label: str
    score: Score
    sigma: float
    weighs_regions: bool = False


def choose_by_scan(
    prepared: Prepared, settings: ScanSettings, method: ScanMethod, *, prior: bool = True
) -> Choice:
    """Scan overall B, judge the outcome and combine it with what is expected.

    Parameters
    ----------
    prepared : Prepared
        The map.
    settings : ScanSettings
        Grid, contour and the other filter parameters.
    method : ScanMethod
        The score and its record.
    prior : bool
        Whether the expected sharpening has a say.

    Returns
    -------
    Choice
        Where the score cannot judge the map, the verdict says so and the filter is the expected one.
    """
    scan = run_scan(prepared, settings, method.score)
    peak = find_peak(scan, settings, method.score)
    expectation = expect(prepared)
    failures = unusable(
        scan, peak, settings, method.score, weighs_regions=method.weighs_regions
    )
    if failures:
        return _not_applicable(prepared, settings, method, scan, peak, expectation, failures)
    tops = spread(prepared, settings, method.score, peak)
    if prior:
        return _combined(prepared, settings, method, scan, peak, tops, expectation)
    interval = (
        float(min(peak.interval[0], tops.min())),
        float(max(peak.interval[1], tops.max())),
    )
    b_iso = _b_iso(prepared, expectation, peak, peak.b_iso, interval)
    reasons = (_found(method, peak),)
    return _choice(prepared, settings, method, scan, Verdict(True, peak.signal_to_noise, reasons), b_iso)


def _combined(
    prepared: Prepared,
    settings: ScanSettings,
    method: ScanMethod,
    scan: Scan,
    peak: Peak,
    tops: Array,
    expectation: Expectation,
) -> Choice:
    """Product of two normal distributions: expectation and maximum of the score."""
    expected = prepared.b_signal - expectation.b_sharpen
    sigma = float(np.hypot(method.sigma, 0.5 * np.ptp(tops)))
    weight = expectation.sigma**2 / (expectation.sigma**2 + sigma**2)
    target = (1 - weight) * expected + weight * peak.b_iso
    target = prepared.b_signal - settled(prepared, prepared.b_signal - target)
    width = sigma * float(np.sqrt(weight))
    half = NINETY_PERCENT * width
    b_iso = _b_iso(prepared, expectation, peak, target, (target - half, target + half))
    reasons = (
        why(expectation, prepared.resolution),
        _found(method, peak),
        f"The two are combined by their errors: the {method.label} has a weight of "
        f"{100 * weight:.0f} %.",
    )
    verdict = Verdict(True, peak.signal_to_noise, reasons)
    grid = np.linspace(scan.b_iso[0], scan.b_iso[-1], 161)
    curves = (
        _normal("prior", grid, expected, expectation.sigma),
        _normal("likelihood", grid, peak.b_iso, sigma),
        _normal("posterior", grid, target, width),
    )
    choice = _choice(prepared, settings, method, scan, verdict, b_iso)
    return replace(choice, curves=curves)


def _not_applicable(
    prepared: Prepared,
    settings: ScanSettings,
    method: ScanMethod,
    scan: Scan,
    peak: Peak,
    expectation: Expectation,
    failures: tuple[str, ...],
) -> Choice:
    target = prepared.b_signal - expectation.b_sharpen
    half = NINETY_PERCENT * expectation.sigma
    b_iso = _b_iso(prepared, expectation, peak, target, (target - half, target + half))
    reasons = (*failures, "Half maps or a model would help to choose.")
    return _choice(
        prepared, settings, method, scan, Verdict(False, peak.signal_to_noise, reasons), b_iso
    )


def _found(method: ScanMethod, peak: Peak) -> str:
    return (
        f"The {method.label} is highest at an overall B of {peak.b_iso:.0f} A^2, signal to noise "
        f"{peak.signal_to_noise:.1f}."
    )


def _b_iso(
    prepared: Prepared,
    expectation: Expectation,
    peak: Peak,
    target: float,
    interval: tuple[float, float],
) -> BIso:
    return BIso(
        prepared.b_input,
        prepared.b_signal,
        target,
        interval,
        surface=peak.b_iso,
        expected=prepared.b_signal - expectation.b_sharpen,
    )


def _choice(
    prepared: Prepared,
    settings: ScanSettings,
    method: ScanMethod,
    scan: Scan,
    verdict: Verdict,
    b_iso: BIso,
) -> Choice:
    filter_ = settings.filter(prepared, b_iso.target)
    return Choice(method.name, filter_, verdict, b_iso, scan.trials, scan.region_weight)


def _normal(name: str, b: Array, mean: float, sigma: float) -> Curve:
    """Normal density, 1 at its maximum."""
    value = np.exp(-0.5 * ((b - mean) / sigma) ** 2)
    return Curve(name, tuple(map(float, b)), tuple(map(float, value)))
