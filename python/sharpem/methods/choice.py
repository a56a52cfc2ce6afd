"""What a method answers: a filter, a verdict on it, and the evidence it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sharpem.findings import Finding, unique
from sharpem.methods.shell_evidence import ShellEvidence
from sharpem.spectra.directional import Directional
from sharpem.spectra.filters import RadialFilter

__all__ = ["NINETY_PERCENT", "BIso", "Choice", "Curve", "Trial", "Verdict"]


@dataclass(frozen=True)
class Trial:
    """One row of the scan: what the map looks like under one filter.

    ``b_iso`` and ``b_sharpen`` in A^2; ``threshold`` in the units of the sharpened map;
    ``surface_area`` and ``regions`` count voxels and connected regions.
    """

    b_iso: float
    b_sharpen: float
    threshold: float
    surface_area: int
    regions: int
    adjusted_surface_area: float
    kurtosis: float


@dataclass(frozen=True)
class Verdict:
    """Whether the method can be trusted on this map, in words.

    Attributes
    ----------
    applicable : bool
        False: the filter is a fall-back, or there is none.
    signal_to_noise : float or None
        Of the score's maximum (section 2.5 of the paper); None where there was no scan.
    reasons : tuple of str
        Why it was chosen, or why the method does not apply. One sentence each.
    warnings : tuple of str
        What is odd about the input or the outcome. One sentence each.
    """

    applicable: bool
    signal_to_noise: float | None = None
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class BIso:
    """Overall B of the map on the physical scale (model maps at B = b read b), A^2.

    Attributes
    ----------
    input : float
        Of the whole map as it came.
    signal : float
        Of the signal in it; equal to ``input`` where the noise cannot be known.
    target : float
        That the chosen filter aims at: ``signal`` - b_sharpen.
    interval : tuple of float
        About 90 % range of the target.
    output : float or None
        Measured on the sharpened map; None if none was made.
    surface, expected : float or None
        The two sources of the target: the score's maximum and the prior.
    """

    input: float
    signal: float
    target: float
    interval: tuple[float, float]
    output: float | None = None
    surface: float | None = None
    expected: float | None = None


@dataclass(frozen=True)
class Curve:
    """A named curve over the overall target B, for the report: posterior, prior, likelihood."""

    name: str
    b_iso: tuple[float, ...]
    value: tuple[float, ...]


@dataclass(frozen=True)
class Choice:
    """A method's answer.

    ``filter`` is the radial part; the pipeline adds the resolution limit and the anisotropy.
    ``directional`` goes with it where the filter depends on direction.
    It is None where the method does not apply and no fall-back was wanted.
    ``weights`` names what decided, each with its weight (they add up to 1), where it was more than
    the method's own evidence.
    """

    method: str
    filter: RadialFilter | None
    verdict: Verdict
    b_iso: BIso
    trials: tuple[Trial, ...] = ()
    region_weight: float | None = None
    curves: tuple[Curve, ...] = ()
    shells: ShellEvidence | None = None
    findings: tuple[Finding, ...] = ()
    weights: tuple[tuple[str, float], ...] = ()
    directional: Directional | None = None

    @property
    def leaves_alone(self) -> bool:
        """Whether the answer is not to change the map."""
        return any(found.code == "left-alone" for found in self.findings)

    def noting(self, findings: tuple[Finding, ...]) -> Choice:
        """Return the same answer with more findings; what is more than a note is a warning too."""
        texts = tuple(found.text for found in findings if found.severity != "note")
        verdict = replace(self.verdict, warnings=(*self.verdict.warnings, *texts))
        return replace(self, verdict=verdict, findings=unique((*self.findings, *findings)))


NINETY_PERCENT = 1.645
"""Half width of the range that holds 90 % of a normal distribution, in standard deviations."""
