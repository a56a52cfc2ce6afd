"""Whether local sharpening is worth it: a quick look at places, for runs without it."""

from __future__ import annotations

from dataclasses import dataclass

from sharpem.analysis.local_variance import LEAST_CONTRAST
from sharpem.analysis.prepare import Prepared
from sharpem.local.estimate import expected_rise, gains_of
from sharpem.local.fall_off import FallOff, fit_fall_off
from sharpem.local.fields import Fields, rough_fields
from sharpem.maps.half_maps import HalfMaps
from sharpem.methods.choice import Choice

__all__ = ["Differences", "differences", "worth_of_local"]

_WORTH = 0.005  # of correlation


@dataclass(frozen=True, eq=False)
class Differences:
    """How the places of a map differ, at a quick look.

    Attributes
    ----------
    prepared : Prepared
    fields : Fields
    found : FallOff
    """

    prepared: Prepared
    fields: Fields
    found: FallOff

    def rise_over(self, choice: Choice) -> float | None:
        """Return the rise of the correlation with the truth that `--local` should bring.

        Parameters
        ----------
        choice : Choice
            The overall one, about which the gains depart.

        Returns
        -------
        float or None
            None where the choice has no filter, or leaves the map alone.
        """
        if choice.filter is None or choice.leaves_alone:
            return None
        if self.found.kept == 0:
            return 0.0
        gains = gains_of(self.prepared, choice.filter, self.fields, self.found)
        rise = expected_rise(self.prepared, choice.filter, self.fields, self.found, gains)
        return max(rise, 0.0)  # the overall filter stays where gains would not help


def differences(prepared: Prepared, halves: HalfMaps | None) -> Differences | None:
    """Look at the places of a map.

    Parameters
    ----------
    prepared : Prepared
    halves : HalfMaps or None

    Returns
    -------
    Differences or None
        None where the noise is not known, or there is nothing to compare.
    """
    if prepared.density.periodic or not prepared.b_known or prepared.contrast < LEAST_CONTRAST:
        return None
    fields = rough_fields(prepared, halves)
    found = None if fields is None else fit_fall_off(fields)
    return None if fields is None or found is None else Differences(prepared, fields, found)


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
    if choice.filter is None or choice.leaves_alone:
        return None
    seen = differences(prepared, halves)
    rise = None if seen is None else seen.rise_over(choice)
    if seen is None or rise is None:
        return None
    if rise < _WORTH:
        return "Places of the map hardly differ: --local would gain next to nothing."
    return (
        f"Places of the map differ in B by {seen.found.tau:.0f} A^2: --local should raise the "
        f"correlation with the truth by about {rise:.2g}."
    )
