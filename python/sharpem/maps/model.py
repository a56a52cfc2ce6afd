"""Atoms of a model: what maps are compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sharpem.errors import InputError
from sharpem.findings import Finding

__all__ = ["Model"]

_FARTHEST = 1e6  # A from the origin; no atom is farther


@dataclass(frozen=True, eq=False)
class Model:
    """Atoms as arrays. Immutable: the arrays refuse writing.

    Attributes
    ----------
    positions : ndarray of float64, shape (n, 3)
        Cartesian x, y, z, A.
    elements : tuple of str, length n
        Element symbols as gemmi writes them (``"C"``, ``"Zn"``).
    occupancies : ndarray of float64, shape (n,)
        As in the file.
    b_iso : ndarray of float64, shape (n,)
        A^2, as in the file.
    mass : float
        Da, hydrogens included whether or not the file has them; one conformer, full occupancy.
    dry_volume : float
        A^3: 1.23 A^3/Da, nucleotides 1.15 A^3/Da.
    path : Path or None
        The file it came from.
    nucleic : float
        Fraction of the mass that is nucleic acid, 0 to 1.
    findings : tuple of Finding
        What was odd about the file and how it was read.

    Raises
    ------
    InputError
        No atoms, arrays of different lengths, positions or B's that are no numbers, occupancies
        that are no numbers, negative, or all 0.
    """

    positions: NDArray[np.float64]
    elements: tuple[str, ...]
    occupancies: NDArray[np.float64]
    b_iso: NDArray[np.float64]
    mass: float
    dry_volume: float
    path: Path | None = None
    nucleic: float = 0.0
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        """Make the arrays read-only, without touching the caller's, and check them once."""
        for name in ("positions", "occupancies", "b_iso"):
            view = np.asarray(getattr(self, name), dtype=np.float64).view()
            view.flags.writeable = False
            object.__setattr__(self, name, view)
        if fault := self._fault():
            raise InputError(f"{self.path or 'model'}: {fault}")

    def _fault(self) -> str | None:
        """Say what keeps the atoms from scattering; None if nothing does."""
        count = len(self.elements)
        if count == 0:
            return "no atoms, expected an atomic model (PDB or mmCIF)"
        shapes = [array.shape for array in (self.positions, self.occupancies, self.b_iso)]
        if shapes != [(count, 3), (count,), (count,)]:
            return f"arrays of shapes {shapes}, expected those of {count} atoms"
        if not (np.abs(self.positions) <= _FARTHEST).all():
            return f"atoms without coordinates, expected three numbers up to {_FARTHEST:g} A each"
        if not np.isfinite(self.b_iso).all():
            return "atoms with a B that is no number, expected A^2"
        return self._occupancy_fault()

    def _occupancy_fault(self) -> str | None:
        count = len(self.elements)
        bad = ~((self.occupancies >= 0) & (self.occupancies < np.inf))
        if bad.any():
            return (
                f"{np.count_nonzero(bad)} of {count} atoms have an occupancy such as "
                f"{self.occupancies[bad][0]:g}, expected 0 to 1"
            )
        if not self.occupancies.any():
            return f"all {count} occupancies are 0, so that nothing scatters; expected up to 1"
        return None

    @property
    def notes(self) -> tuple[str, ...]:
        """What was odd about the file, one sentence each."""
        return tuple(found.text for found in self.findings)

    def __len__(self) -> int:
        """Number of atoms."""
        return len(self.elements)

    @property
    def centre(self) -> NDArray[np.float64]:
        """Middle of the box around the atoms, x, y, z, A."""
        return np.asarray((self.positions.min(axis=0) + self.positions.max(axis=0)) / 2)

    @property
    def extent(self) -> NDArray[np.float64]:
        """Size of the box around the atoms along x, y, z, A."""
        return np.asarray(np.ptp(self.positions, axis=0))

    def moved(self, shift: ArrayLike) -> Model:
        """Return the model with `shift` (x, y, z, A) added to all positions."""
        return replace(self, positions=self.positions + np.asarray(shift, dtype=np.float64))

    def selected(self, keep: NDArray[np.bool_]) -> Model:
        """Return the atoms where `keep`, shape (n,), is true; mass and volume as their share."""
        share = float(np.count_nonzero(keep)) / len(self)
        return replace(
            self,
            positions=self.positions[keep],
            elements=tuple(e for e, wanted in zip(self.elements, keep, strict=True) if wanted),
            occupancies=self.occupancies[keep],
            b_iso=self.b_iso[keep],
            mass=self.mass * share,
            dry_volume=self.dry_volume * share,
        )
