"""Choosing by the maximum of a score over overall B: what surface and kurtosis have in common.

The score's maximum is one source of the answer, the expected sharpening another. Each is a normal
distribution about its own best B; their product is the answer. `prior=False` is the bare maximum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sharpem.analysis.prepare import Prepared
from sharpem.methods.choice import NINETY_PERCENT, BIso, Choice, Curve, Verdict
from sharpem.methods.empirical import EXPECTED, why
from sharpem.methods.expectation import Expectation, expect
from sharpem.methods.left_alone import leave_alone
from sharpem.methods.scan import (
    OTHER_CONTOURS,
    Peak,
    Scan,
    ScanSettings,
    Score,
    find_peak,
    run_scan,
    spread,
    unusable,
)

__all__ = ["KURTOSIS", "SURFACE", "ScanMethod", "choose_by_scan"]

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
    error : float
        How far its maximum lies from the best B by experience, A^2 at 1 A; it grows as d^2
        (docs/choice.md).
    weighs_regions : bool
        Whether the score weighs connected regions against surface.
    """

    name: str
    label: str
    score: Score
    error: float
    weighs_regions: bool = False

    def sigma(self, resolution: float, *, noise_known: bool) -> float:
        """Standard deviation of the maximum about the best B, A^2.

        Without solvent what misleads the expectation misleads the score too (correlation 0.6 of
        their errors); twice the error gives the little weight that is left.
        """
        return self.error * resolution**2 * (1.0 if noise_known else 2.0)


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
        Where the score cannot judge the map, the verdict says so and the filter is the expected
        one.
    """
    if not prepared.b_known:
        return leave_alone(prepared, method.name, "Its overall B is not known.")
    scan = run_scan(prepared, settings, method.score, OTHER_CONTOURS)
    peak = find_peak(scan, settings, method.score)
    failures = unusable(
        scan,
        peak,
        settings,
        method.score,
        weighs_regions=method.weighs_regions,
        contrast=prepared.contrast,
    )
    outcome = _Outcome(prepared, settings, method, scan, peak, expect(prepared))
    if failures:
        return outcome.not_applicable(failures)
    tops = spread(prepared, settings, method.score, scan, peak, kurtosis=method is KURTOSIS)
    return outcome.combined(tops) if prior else outcome.bare(tops)


@dataclass(frozen=True)
class _Outcome:
    """A scan that was run, and the choices that can be made of it."""

    prepared: Prepared
    settings: ScanSettings
    method: ScanMethod
    scan: Scan
    peak: Peak
    expectation: Expectation

    @cached_property
    def expected(self) -> float:
        """Overall B that the expected b_sharpen leads to, A^2."""
        return self.prepared.b_signal - self.expectation.b_sharpen

    @property
    def _why(self) -> str:
        return why(self.expectation, self.prepared.resolution)

    @property
    def _found(self) -> str:
        return (
            f"The {self.method.label} is highest at an overall B of {self.peak.b_iso:.0f} A^2, "
            f"signal to noise {self.peak.signal_to_noise:.1f}."
        )

    def bare(self, tops: Array) -> Choice:
        """Take the maximum alone; `tops` (A^2) say where it goes under other assumptions."""
        error = self.method.error * self.prepared.resolution**2
        sigma = float(np.linalg.norm([error, np.ptp(tops) / 2, self.prepared.b_spread]))
        half = NINETY_PERCENT * sigma
        interval = (self.peak.b_iso - half, self.peak.b_iso + half)
        return self._choice(self.peak.b_iso, interval, (self._found,))

    def combined(self, tops: Array) -> Choice:
        """Take the product of two normal distributions: expectation and maximum of the score."""
        prior = self.expectation.sigma
        error = self.method.sigma(
            self.prepared.resolution, noise_known=self.expectation.from_solvent
        )
        sigma = float(np.hypot(error, np.ptp(tops) / 2))
        weight = prior**2 / (prior**2 + sigma**2)
        target = (1 - weight) * self.expected + weight * self.peak.b_iso
        width = sigma * float(np.sqrt(weight))
        half = NINETY_PERCENT * float(np.hypot(width, self.prepared.b_spread))
        share = (
            f"The two are combined by their errors: the {self.method.label} has a weight of "
            f"{100 * weight:.0f} %."
        )
        grid = np.linspace(self.scan.b_iso[0], self.scan.b_iso[-1], 161)
        curves = (
            _normal("prior", grid, self.expected, prior),
            _normal("likelihood", grid, self.peak.b_iso, sigma),
            _normal("posterior", grid, target, width),
        )
        reasons = (self._why, self._found, share)
        weights = ((EXPECTED, 1 - weight), (self.method.label, weight))
        choice = self._choice(target, (target - half, target + half), reasons, curves=curves)
        return replace(choice, weights=weights)

    def not_applicable(self, failures: tuple[str, ...]) -> Choice:
        """Fall back to the expectation, marked as such."""
        half = NINETY_PERCENT * float(np.hypot(self.expectation.sigma, self.prepared.b_spread))
        interval = (self.expected - half, self.expected + half)
        reasons = (*failures, self._why, "Half maps or a model would help to choose.")
        return self._choice(self.expected, interval, reasons, applicable=False)

    def _choice(
        self,
        target: float,
        interval: tuple[float, float],
        reasons: tuple[str, ...],
        *,
        applicable: bool = True,
        curves: tuple[Curve, ...] = (),
    ) -> Choice:
        b_iso = BIso(
            self.prepared.b_input,
            self.prepared.b_signal,
            target,
            interval,
            surface=self.peak.b_iso,
            expected=self.expected,
        )
        return Choice(
            self.method.name,
            self.settings.filter(self.prepared, target),
            Verdict(applicable, self.peak.signal_to_noise, reasons),
            b_iso,
            self.scan.trials,
            self.scan.region_weight,
            curves,
        )


def _normal(name: str, b: Array, mean: float, sigma: float) -> Curve:
    """Normal density, 1 at its maximum."""
    value = np.exp(-0.5 * ((b - mean) / sigma) ** 2)
    return Curve(name, tuple(map(float, b)), tuple(map(float, value)))


SURFACE = ScanMethod(
    "surface",
    "adjusted surface area",
    lambda trial: trial.adjusted_surface_area,
    error=3.0,
    weighs_regions=True,
)


KURTOSIS = ScanMethod("kurtosis", "kurtosis", lambda trial: trial.kurtosis, error=4.0)
