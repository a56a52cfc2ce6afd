"""What a method knows of every resolution shell: FSC curves, and the filter made from them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sharpem.maps.arrays import Numbers
from sharpem.spectra.fsc import HalfMapFsc
from sharpem.spectra.fsc_curve import FscCurve

__all__ = ["HalvesAlone", "ShellEvidence"]


@dataclass(frozen=True)
class HalvesAlone:
    """What a score chooses on each half map alone, A^2.

    Attributes
    ----------
    b_sharpen : tuple of float
        As it would be chosen.
    b_sharpen_score_alone : tuple of float
        Where the score is highest.
    apart : float
        Distance of the two maxima.
    """

    b_sharpen: tuple[float, ...]
    b_sharpen_score_alone: tuple[float, ...]
    apart: float


@dataclass(frozen=True, eq=False)
class ShellEvidence:
    """Curves by resolution shell that a filter was chosen from; arrays of shape (n,).

    Attributes
    ----------
    s, terms : ndarray
        Mean 1/d of the shells (1/A) and number of Fourier coefficients in them.
    cc_star : ndarray or None
        Expected correlation of the map with the truth; NaN beyond the end of the map.
    ratio : ndarray or None
        R: amplitudes of the molecule at B = 0 over those of the map; NaN beyond the end of the map.
    half_map_fsc : HalfMapFsc or None
    model_fsc : ndarray or None
        FSC of map and model.
    halves_alone : HalvesAlone or None
    """

    s: Numbers
    terms: Numbers
    cc_star: Numbers | None = None
    ratio: Numbers | None = None
    half_map_fsc: HalfMapFsc | None = None
    model_fsc: Numbers | None = None
    halves_alone: HalvesAlone | None = None

    @property
    def resolution(self) -> dict[str, float | None]:
        """Where the FSC falls below 0.143 and 0.5, A; for half maps unmasked too."""
        if (fsc := self.half_map_fsc) is not None:
            return {
                "0.143": fsc.resolution(),
                "0.5": fsc.resolution(0.5),
                "unmasked_0.143": fsc.resolution(masked=False),
                "unmasked_0.5": fsc.resolution(0.5, masked=False),
            }
        if self.model_fsc is not None:
            curve = FscCurve(self.s, self.model_fsc)
            found = {name: curve.crossing(float(name)).d for name in ("0.143", "0.5")}
            return {name: None if d is None else round(d, 2) for name, d in found.items()}
        return {}

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON; what is not known is left out."""
        answer: dict[str, Any] = {"s": self.s, "d": 1 / self.s, "terms": self.terms}
        if (fsc := self.half_map_fsc) is not None:
            answer |= {
                "fsc_unmasked": fsc.unmasked,
                "fsc_masked": fsc.masked,
                "fsc_randomised": fsc.randomised,
                "fsc_corrected": fsc.corrected,
                "randomised_from": fsc.randomised_from,
                "mask_share": fsc.mask_power,
                "plateau": fsc.plateau,
                "resolution_at_least": fsc.crossing().beyond,
            }
        answer |= {
            "fsc_model": self.model_fsc,
            "resolution": self.resolution or None,
            "cc_star": self.cc_star,
            "ratio": self.ratio,
        }
        if self.cc_star is not None and self.ratio is not None:
            answer["scale"] = self.ratio * self.cc_star
        if self.halves_alone is not None:
            answer["half_maps"] = asdict(self.halves_alone)
        return {
            key: value.tolist() if isinstance(value, np.ndarray) else value
            for key, value in answer.items()
            if value is not None
        }
