"""Whether local sharpening is worth it: a quick look at places, for runs without it."""

from __future__ import annotations

from sharpem.analysis.local_variance import LEAST_CONTRAST
from sharpem.analysis.prepare import Prepared
from sharpem.local.fall_off import fit_fall_off
from sharpem.local.fields import rough_fields
from sharpem.local.gains import expected_rise, gains_of
from sharpem.maps.half_maps import HalfMaps
from sharpem.methods.choice import Choice

__all__ = ["worth_of_local"]

_WORTH = 0.005  # of correlation


def worth_of_local(prepared: Prepared, choice: Choice, halves: HalfMaps | None) -> str | None:
    """Say whether places differ enough that `--local` would help, and by how much.

    Parameters
    ----------
    prepared : Prepared
    choice : Choice
        The overall one.
    halves : HalfMaps or None

    Returns
    -------
    str or None
        One sentence; None where the noise is not known, or there is nothing to compare.
    """
    if choice.filter is None or choice.leaves_alone or prepared.density.periodic:
        return None
    if not prepared.b_known or prepared.contrast < LEAST_CONTRAST:
        return None
    fields = rough_fields(prepared, halves)
    found = None if fields is None else fit_fall_off(fields)
    if fields is None or found is None:
        return None
    rise = 0.0
    if found.kept > 0:
        gains = gains_of(prepared, choice.filter, fields, found)
        rise = expected_rise(prepared, choice.filter, fields, found, gains)
    if rise < _WORTH:
        return "Places of the map hardly differ: --local would gain next to nothing."
    return (
        f"Places of the map differ in B by {found.tau:.0f} A^2: --local should raise the "
        f"correlation with the truth by about {rise:.2g}."
    )
