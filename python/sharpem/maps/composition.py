"""What a molecule is made of: protein, nucleic acid, or both.

Nucleic acid is denser than protein and scatters otherwise between 10 and 3 A, so that its overall B
is read against another reference curve (docs/reference-curve.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sharpem.errors import InputError
from sharpem.maps.model import Model

__all__ = [
    "RESIDUE_MASS",
    "UNKNOWN",
    "VOLUME_PER_DALTON",
    "Composition",
    "as_composition",
    "composition_of_model",
    "composition_of_sequences",
    "is_nucleic",
]

VOLUME_PER_DALTON = {"protein": 1.23, "nucleic": 1.15}
"""Dry volume, A^3 per Da."""

RESIDUE_MASS = {"protein": 110.0, "nucleic": 330.0}
"""Mean mass of a residue, Da."""

_NAMED = {"protein": 0.0, "nucleic": 1.0}


@dataclass(frozen=True)
class Composition:
    """How much of a molecule is nucleic acid.

    Attributes
    ----------
    nucleic : float or None
        Fraction of the mass, 0 to 1; None where it is not known.
    source : {"given", "model", "sequence", "unknown"}
    """

    nucleic: float | None = None
    source: str = "unknown"

    @property
    def volume_per_dalton(self) -> float:
        """Dry volume, A^3 per Da; that of protein where the composition is not known."""
        nucleic = self.nucleic or 0.0
        return (1 - nucleic) * VOLUME_PER_DALTON["protein"] + nucleic * VOLUME_PER_DALTON["nucleic"]

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON."""
        return {"nucleic": self.nucleic, "source": self.source}


UNKNOWN = Composition()


def as_composition(value: Composition | str | float | None) -> Composition:
    """Read what a user says of the composition.

    Parameters
    ----------
    value : Composition, str, float or None
        ``protein``, ``nucleic``, or the fraction of the mass that is nucleic acid, 0 to 1.

    Raises
    ------
    InputError
        It is none of these.

    Examples
    --------
    >>> as_composition("nucleic")
    Composition(nucleic=1.0, source='given')
    """
    if value is None or isinstance(value, Composition):
        return value or UNKNOWN
    try:
        nucleic = _NAMED[value] if value in _NAMED else float(value)
    except (TypeError, ValueError):
        nucleic = -1.0
    if not 0 <= nucleic <= 1:
        raise InputError(f"composition {value!r}, expected protein, nucleic, or a number, 0 to 1")
    return Composition(nucleic, "given")


def composition_of_model(model: Model) -> Composition:
    """Composition by the residues of a model."""
    return Composition(model.nucleic, "model")


def composition_of_sequences(sequences: Iterable[tuple[str, int]]) -> Composition:
    """Composition by the letters of sequences and their copies: see :func:`is_nucleic`."""
    mass = {"protein": 0.0, "nucleic": 0.0}
    for letters, copies in sequences:
        kind = "nucleic" if is_nucleic(letters) else "protein"
        mass[kind] += len(letters) * copies * RESIDUE_MASS[kind]
    total = sum(mass.values())
    return Composition(mass["nucleic"] / total, "sequence") if total else UNKNOWN


def is_nucleic(letters: str) -> bool:
    """Whether a sequence is of the letters A, C, G, T, U and N alone."""
    return set(letters.upper()) <= set("ACGTUN")
