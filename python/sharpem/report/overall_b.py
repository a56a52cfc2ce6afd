"""Why the overall B that is measured on the output is not the one that was aimed at."""

from __future__ import annotations

from math import isfinite

from sharpem.outcome import Sharpened
from sharpem.spectra.filters import SharpenBlur

__all__ = ["output_against_target"]

_SAME = 3.0  # A^2; less is not worth a word
_LOCAL = "the target is that of the overall filter, from which the local ones differ"


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
    """What the difference is made of."""
    radial = result.filter.radial if result.filter else None
    is_local = result.local is not None and bool(result.local.boxes)
    if not isinstance(radial, SharpenBlur):
        return _LOCAL if is_local else "the filter follows the evidence shell by shell, not one B"
    b = result.b_iso
    assert b.output is not None
    noise = b.input - b.signal
    blurring = f"about d_cut = {radial.d_cut:.3g} A, within the shells that are measured, the "
    blurring += "filter gives way to blurring"
    if is_local:
        return f"{_LOCAL}, and {blurring}"
    causes = []
    if (more := b.output - b.target - noise) >= 1:
        causes.append(f"{blurring} ({more:+.0f} A^2)")
    if noise <= -1:
        causes.append(f"the noise in the map falls off less than the signal ({noise:+.0f} A^2)")
    return "; ".join(causes) or "few shells are measured, and anisotropy was removed"
