"""What a study does to a pair, and which pairs count: section 2.9 of the paper."""

from __future__ import annotations

from dataclasses import dataclass

from sharpem.methods.choice import Verdict

__all__ = ["RULES", "Exclusion", "Protocol"]

RULES = {
    "resolution": "resolution not stated, or map and model differ in it",
    "limit": "resolution beyond the limit",
    "correlation": "map-model correlation too low",
    "signal-to-noise": "adjusted surface area has no clear maximum",
}
"""Why a pair can be left out, in the order in which it is asked."""


@dataclass(frozen=True)
class Exclusion:
    """Why a pair does not count: a key of :data:`RULES`, and a sentence with the numbers."""

    rule: str
    reason: str


@dataclass(frozen=True)
class Protocol:
    """Options of a study; the defaults are the paper's.

    Attributes
    ----------
    padding : float or None
        The map is cut to everything within so much of an atom, A; None: it stays whole.
    radius : float
        Voxels so near to atoms are compared with the model, A.
    least_correlation : float
        Of the map as it came with the model at B = 0.
    largest_difference : float
        Between the resolutions stated for map and model, A; from there on they disagree.
    worst_resolution : float
        A.
    """

    padding: float | None = 5.0
    radius: float = 3.0
    least_correlation: float = 0.3
    largest_difference: float = 0.2
    worst_resolution: float = 4.5

    def resolutions(self, of_map: float | None, of_model: float | None) -> Exclusion | None:
        """Compare what is stated; a model that states nothing is taken at the map's word.

        Examples
        --------
        >>> Protocol().resolutions(3.2, 3.4).reason
        'resolution of the map 3.2 A, of the model 3.4 A: they differ by 0.2 A or more'
        """
        if of_map is None:
            return Exclusion("resolution", "no resolution stated")
        # 3.4 - 3.2 is a little less than 0.2 to a computer
        if of_model is not None and abs(of_map - of_model) >= self.largest_difference - 1e-6:
            return Exclusion(
                "resolution",
                f"resolution of the map {of_map:g} A, of the model {of_model:g} A: they differ by "
                f"{self.largest_difference:g} A or more",
            )
        if of_map > self.worst_resolution:
            limit = f"{self.worst_resolution:g} A"
            return Exclusion("limit", f"resolution {of_map:g} A, the study ends at {limit}")
        return None

    def correlation(self, cc_mask: float) -> Exclusion | None:
        """Ask whether map and model show the same molecule."""
        if cc_mask >= self.least_correlation:
            return None
        return Exclusion(
            "correlation",
            f"map-model correlation {cc_mask:.2f}, below {self.least_correlation:g}",
        )

    def signal_to_noise(self, surface: Verdict) -> Exclusion | None:
        """Ask whether the bare maximum of adjusted surface area can be trusted (section 2.5)."""
        if surface.applicable:
            return None
        reason = surface.reasons[0] if surface.reasons else "adjusted surface area not applicable"
        return Exclusion("signal-to-noise", reason.rstrip("."))
