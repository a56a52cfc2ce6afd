"""Which columns of a reflection file are the coefficients of a map: by label and by type."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TypeAlias

import gemmi

from sharpem.errors import InputError
from sharpem.findings import Finding, finding

__all__ = ["Labels", "check_labels", "columns_listed", "find_labels"]

Labels: TypeAlias = tuple[str, str]

_PREFERRED: tuple[Labels, ...] = (
    ("FWT", "PHWT"),
    ("FWT", "PHIFWT"),
    ("FWT", "PHFWT"),
    ("2FOFCWT", "PH2FOFCWT"),
    ("2FOFCWT_no_fill", "PH2FOFCWT_no_fill"),
    ("2FOFCWT_fill", "PH2FOFCWT_fill"),
    ("FDM", "PHIDM"),
    ("parrot.F_phi.F", "parrot.F_phi.phi"),
)
# Differences, anomalous differences, and what is calculated from a model alone.
_NOT_A_MAP = re.compile(
    r"(PHI?F?_?)?(DEL|M?FOFC|MFO-?DFC|FO-?FC|F?_?DIFF|F?_?ANO|FAN|DANO|F_?CALC|F?C($|_|TOT|ALC)|"
    r"IC($|_|TOT)|F?-?MODEL|FBULK|FMASK|FPART)",
    re.IGNORECASE,
)


def find_labels(mtz: gemmi.Mtz, name: str) -> tuple[Labels, Finding]:
    """Find the columns of a map: those of a 2mFo-DFc map by the labels that programs give them.

    Without such, the one amplitude (type F) that is followed by a phase (type P) and is neither a
    difference map nor calculated from a model.

    Parameters
    ----------
    mtz : gemmi.Mtz
    name : str
        The file, for messages.

    Returns
    -------
    labels : (str, str)
    found : Finding
        Which columns were taken, of which.

    Raises
    ------
    InputError
        None, or several; the message lists the columns that there are.
    """
    known = [labels for labels in _PREFERRED if _is_map(mtz, labels)]
    others = [pair for pair in _pairs(mtz) if not any(map(_NOT_A_MAP.match, pair))]
    if known:
        chosen = known[0]
    elif len(others) == 1:
        chosen = others[0]
    else:
        found = (
            f"{len(others)} that may be ({'; '.join(map(','.join, others))})"
            if others
            else "no map coefficients known by name"
        )
        raise InputError(
            f"{name}: {found} among the columns {columns_listed(mtz)}; expected FWT,PHWT or "
            "2FOFCWT,PH2FOFCWT, or --mtz-labels F,PHI"
        )
    check_labels(mtz, name, chosen)
    note = finding(
        "columns-guessed",
        f"Map coefficients {','.join(chosen)} were taken, of the columns {columns_listed(mtz)}.",
        "Give --mtz-labels F,PHI if others are meant.",
    )
    return chosen, note


def check_labels(mtz: gemmi.Mtz, name: str, labels: Labels) -> Labels:
    """Refuse labels that are not there, stand for several columns, or are no amplitude and phase.

    Raises
    ------
    InputError
    """
    for label, kind, what in zip(labels, "FP", ("amplitudes", "phases"), strict=True):
        found = [column for column in mtz.columns if column.label == label]
        if not found:
            raise InputError(f"{name}: no column {label!r} among {columns_listed(mtz)}")
        if len(found) > 1:
            raise InputError(f"{name}: {len(found)} columns {label!r}, expected one")
        if found[0].type != kind:
            raise InputError(
                f"{name}: column {label!r} has type {found[0].type}, expected {kind} ({what})"
            )
    return labels


def columns_listed(mtz: gemmi.Mtz) -> str:
    """Labels and types of all columns, for messages."""
    columns = list(mtz.columns)[3:]  # h, k, l are the first
    return ", ".join(f"{column.label} ({column.type})" for column in columns)


def _pairs(mtz: gemmi.Mtz) -> list[Labels]:
    """Amplitudes that are followed by a phase."""
    columns = list(mtz.columns)
    return [
        (one.label, two.label)
        for one, two in pairwise(columns)
        if (one.type, two.type) == ("F", "P")
    ]


def _is_map(mtz: gemmi.Mtz, labels: Labels) -> bool:
    kinds = {column.label: column.type for column in mtz.columns}
    return [kinds.get(label) for label in labels] == ["F", "P"]
