"""Leaving a map as it is, where the evidence does not carry a change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sharpem.analysis.prepare import Prepared
from sharpem.findings import finding
from sharpem.methods.choice import BIso, Choice, Verdict
from sharpem.methods.expectation import B_SHARPEN_RANGE
from sharpem.spectra.filters import SharpenBlur

__all__ = ["leave_alone", "left_alone"]

_UNREADABLE = 40.0  # A^2: error of an overall B from which sharpening gained nothing on average
_STEP = 2.5  # A^2


def leave_alone(prepared: Prepared, method: str, reason: str) -> Choice:
    """Choose no change.

    Parameters
    ----------
    prepared : Prepared
        The map.
    method : str
        That which would have chosen.
    reason : str
        One sentence.
    """
    signal = prepared.b_signal
    choice = Choice(
        method,
        SharpenBlur.unchanged(prepared.resolution),
        Verdict(False, None, (reason,)),
        BIso(prepared.b_input, signal, signal, (signal, signal)),
    )
    about = finding(
        "left-alone",
        f"The map was left as it is: {reason[0].lower()}{reason[1:]}",
        "--b-sharpen sets a sharpening; half maps or a model would show one.",
    )
    return choice.noting((about,))


def left_alone(prepared: Prepared, choice: Choice) -> Choice:
    """Return a choice by one map alone as it is, or no change where there is a reason for it."""
    reason = _reason(prepared, choice)
    if reason is None:
        return choice
    alone = leave_alone(prepared, choice.method, reason)
    b_iso = replace(alone.b_iso, surface=choice.b_iso.surface, expected=choice.b_iso.expected)
    return replace(
        alone,
        b_iso=b_iso,
        trials=choice.trials,
        region_weight=choice.region_weight,
        curves=choice.curves,
    )


def _reason(prepared: Prepared, choice: Choice) -> str | None:
    codes = {found.code for found in prepared.findings}
    limit, resolution = prepared.fit_limit, prepared.resolution
    if "own-output" in codes:
        return "It was sharpened in this manner before."
    if limit > 1.02 * resolution and prepared.b_error > _UNREADABLE:
        return (
            f"What the earlier filter at {limit:.1f} A has left of it does not tell the overall B "
            f"(an error of {prepared.b_error:.0f} A^2)."
        )
    signal, low, high = choice.b_iso.signal, *B_SHARPEN_RANGE
    for target in (choice.b_iso.target, choice.b_iso.expected):
        sharpened = np.nan if target is None else signal - target
        if np.isfinite(sharpened) and not low + _STEP < sharpened < high - _STEP:
            return f"The search for b_sharpen ended at the end of its range ({sharpened:.0f} A^2)."
    return None
