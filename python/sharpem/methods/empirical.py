"""The expected sharpening alone, without looking at contours."""

from __future__ import annotations

import numpy as np

from sharpem.analysis.prepare import Prepared
from sharpem.methods.choice import NINETY_PERCENT, BIso, Choice, Verdict
from sharpem.methods.expectation import Expectation, expect
from sharpem.methods.left_alone import leave_alone
from sharpem.methods.scan import ScanSettings

__all__ = ["EXPECTED", "choose", "why"]

EXPECTED = "expected final B"
"""What this evidence is called in a summary."""


def why(expectation: Expectation, resolution: float) -> str:
    """Where the expectation comes from, in a sentence."""
    if expectation.crystal:
        source = (
            "from the fall-off of the whole map (a crystal's map coefficients are weighted by "
            "their errors already, so that an overall B of 0 is best)"
        )
    elif expectation.from_solvent:
        source = (
            "from the fall-off of the signal above the noise that the solvent shows; a map-model "
            f"correlation of about {expectation.correlation:.2f} at B = 0 is to be expected"
        )
    else:
        source = (
            f"from the fall-off of the whole map and the resolution of {resolution:g} A (the map "
            "has no solvent that would show its noise)"
        )
    return (
        f"Expected b_sharpen {expectation.b_sharpen:.0f} +- {expectation.sigma:.0f} A^2, {source}."
    )


def choose(prepared: Prepared, settings: ScanSettings) -> Choice:
    """Choose the expected b_sharpen (expectation.py).

    Parameters
    ----------
    prepared : Prepared
        The map.
    settings : ScanSettings
        For the other three filter parameters.
    """
    if not prepared.b_known:
        return leave_alone(prepared, "empirical", "Its overall B is not known.")
    expectation = expect(prepared)
    target = prepared.b_signal - expectation.b_sharpen
    half = NINETY_PERCENT * float(np.hypot(expectation.sigma, prepared.b_spread))
    b_iso = BIso(
        prepared.b_input,
        prepared.b_signal,
        target,
        (target - half, target + half),
        expected=target,
    )
    verdict = Verdict(True, None, (why(expectation, prepared.resolution),))
    return Choice("empirical", settings.filter(prepared, target), verdict, b_iso)
