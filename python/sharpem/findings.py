"""Findings: what is odd about an input, in one sentence, and what to do about it, in another.

A finding has a code that never changes its meaning, so that scripts can look for it. The codes are
listed here once; `docs/findings.md` has an entry for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

__all__ = ["ABOUT", "CODES", "SEVERITIES", "Finding", "finding", "lines_of", "unique"]

SEVERITIES = ("note", "warning", "error")
"""A note informs; a warning says that the answer may be worse; an error that there is none."""
ABOUT = ("map", "half maps", "mask", "model", "reflections", "file")

CODES: dict[str, tuple[str, str]] = {
    # The map's history.
    "masked": ("note", "map"),
    "filtered": ("warning", "map"),
    "locally-filtered": ("warning", "map"),
    "sharpened": ("note", "map"),
    "own-output": ("warning", "map"),
    "density-modified": ("warning", "map"),
    "inverted": ("warning", "map"),
    "cut-molecule": ("warning", "map"),
    "composite": ("warning", "map"),
    "empty-directions": ("warning", "map"),
    "anisotropic": ("note", "map"),
    "is-a-mask": ("warning", "map"),
    # Its resolution and its numbers.
    "resolution-too-fine": ("warning", "map"),
    "resolution-too-coarse": ("warning", "map"),
    "resolution-at-grid-limit": ("note", "map"),
    "b-unknown": ("warning", "map"),
    "composition-doubtful": ("note", "map"),
    "offset": ("warning", "map"),
    "quantised": ("warning", "map"),
    "left-alone": ("warning", "map"),
    # Where it stands.
    "voxel-size-doubtful": ("warning", "map"),
    "placement-doubtful": ("warning", "map"),
    "header-repaired": ("note", "file"),
    # Half maps, their FSC, masks.
    "halves-not-independent": ("warning", "half maps"),
    "halves-shifted": ("error", "half maps"),
    "halves-mirrored": ("error", "half maps"),
    "halves-scale": ("note", "half maps"),
    "halves-processed": ("warning", "half maps"),
    "halves-uneven": ("warning", "half maps"),
    "halves-left-out": ("warning", "half maps"),
    "full-map-foreign": ("error", "half maps"),
    "fsc-hole": ("warning", "half maps"),
    "fsc-spike": ("warning", "half maps"),
    "mask-inverted": ("error", "mask"),
    "mask-misplaced": ("error", "mask"),
    "mask-doubtful": ("warning", "mask"),
    # Models, reflections.
    "model-incomplete": ("warning", "model"),
    "model-misplaced": ("warning", "model"),
    "model-odd-atoms": ("note", "model"),
    "columns-guessed": ("note", "reflections"),
    "missing-reflections": ("warning", "reflections"),
}
"""Every code, with its usual severity and what it is usually about."""


@dataclass(frozen=True)
class Finding:
    """One thing that is odd about an input.

    Attributes
    ----------
    code : str
        One of :data:`CODES`.
    severity : {"note", "warning", "error"}
    about : {"map", "half maps", "mask", "model", "reflections", "file"}
    text : str
        One sentence: what was found.
    do : str
        One sentence: what the user can do, or what the program did about it.
    """

    code: str
    severity: str
    about: str
    text: str
    do: str

    def to_dict(self) -> dict[str, str]:
        """As in the JSON."""
        return asdict(self)


def finding(
    code: str, text: str, do: str, *, severity: str | None = None, about: str | None = None
) -> Finding:
    """Make a finding with the usual severity and subject of its code, unless others are given.

    Raises
    ------
    KeyError
        The code is not in :data:`CODES`.
    """
    usual_severity, usual_about = CODES[code]
    return Finding(code, severity or usual_severity, about or usual_about, text, do)


def lines_of(findings: Iterable[Finding], warnings: Iterable[str] = ()) -> list[tuple[str, str]]:
    """What a page or the terminal says: severity and both sentences, warnings before notes.

    Parameters
    ----------
    findings : iterable of Finding
    warnings : iterable of str
        Further warnings; those that are findings are left out.
    """
    found = list(findings)
    texts = {one.text for one in found}
    told = [(one.severity, f"{one.text} {one.do}") for one in found]
    told += [("warning", text) for text in dict.fromkeys(warnings) if text not in texts]
    return sorted(told, key=lambda line: line[0] == "note")


def unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in their order, each sentence once."""
    kept: dict[str, Finding] = {}
    for found in findings:
        kept.setdefault(found.text, found)
    return tuple(kept.values())
