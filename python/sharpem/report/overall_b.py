"""Why the overall B that is measured on the output is not the one that was aimed at."""

from __future__ import annotations

from math import isfinite

from sharpem.outcome import Sharpened
from sharpem.spectra.filters import SharpenBlur

__all__ = ["output_against_target"]

_SAME = 3.0  # A^2; less is not worth a word


def output_against_target(result: Sharpened) -> str:
    """One sentence, with A for angstrom; empty where target and output agree or are not known.

    The fall-off is measured with the noise in it, while the target is that of the signal; and it is
    measured to the resolution, about which the filter already blurs. So, of a sharpen-blur filter,

        output = target + (input - signal) + what the blurring adds.
    """
    b = result.b_iso
    if b.output is None or not all(map(isfinite, (b.output, b.target))):
        return ""
    if abs(b.output - b.target) < _SAME:
        return ""
    low, high = b.interval
    place = "within" if low <= b.output <= high else "outside"
    where = f", {place} the interval" if low < high else ""
    return f"Measured {b.output:.0f} A^2, target {b.target:.0f} A^2{where}: {_causes(result)}."


def _causes(result: Sharpened) -> str:
    if result.local is not None and result.local.boxes:
        return "the local filters differ from the overall one that the target is of"
    radial = result.filter.radial if result.filter else None
    if not isinstance(radial, SharpenBlur):
        return "the filter follows the evidence shell by shell, not one B"
    b = result.b_iso
    assert b.output is not None
    noise = b.input - b.signal
    blurring = b.output - b.target - noise
    causes = []
    if blurring >= 1:
        causes.append(
            f"the filter gives way to blurring about d_cut = {radial.d_cut:.3g} A, within the "
            f"shells that are measured ({blurring:+.0f} A^2)"
        )
    if noise <= -1:
        causes.append(
            f"the noise that the map holds falls off less than the signal ({noise:+.0f} A^2)"
        )
    return " and ".join(causes) or "a fit to few shells, and anisotropy that was removed"
