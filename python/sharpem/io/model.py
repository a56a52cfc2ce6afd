"""Atomic models: PDB and mmCIF files, plain or gzip, as plain arrays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import gemmi
import numpy as np

from sharpem.errors import InputError
from sharpem.maps.composition import VOLUME_PER_DALTON
from sharpem.maps.model import Model

__all__ = ["leave_out", "read_model", "read_structure"]

# Hydrogens are seldom in the file: mass with them over mass without, from the mean composition of
# proteins (C4.9 H7.8 N1.4 O1.5 per residue) and of nucleotides (C9.8 H12 N3.8 O7 P).
_HYDROGENS = {"protein": 1.075, "nucleic": 1.038}


def read_model(
    path: str | os.PathLike[str], *, hydrogens: bool = False, waters: bool = False
) -> Model:
    """Read the first model of a PDB or mmCIF file.

    All alternate conformations are kept, with their occupancies: together they are what the
    density shows. Crystal symmetry is not applied.

    Parameters
    ----------
    path : path
        Plain or gzip.
    hydrogens, waters : bool
        Keep them. Most maps show neither.

    Raises
    ------
    InputError
        The file cannot be read, is no model, holds no atoms, or atoms of unknown element.
    """
    path = Path(path)
    structure = read_structure(path)
    notes = _notes(structure)
    leave_out(structure, hydrogens=hydrogens, waters=waters)
    if len(structure) == 0 or structure[0].count_atom_sites() == 0:
        raise InputError(f"{path}: no atoms, expected an atomic model (PDB or mmCIF)")
    return _to_model(structure[0], path, notes)


def read_structure(path: Path) -> gemmi.Structure:
    """Read a file as gemmi has it: all models, waters, hydrogens, symmetry.

    Raises
    ------
    InputError
        The file cannot be read, or is no model.
    """
    if not path.is_file():
        found = "is a folder" if path.is_dir() else "no such file"
        raise InputError(f"{path}: {found}, expected an atomic model (PDB or mmCIF)")
    try:
        return gemmi.read_structure(str(path), merge_chain_parts=False)
    except (RuntimeError, ValueError, OSError, IndexError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: not a PDB or mmCIF file ({reason})") from error


def leave_out(structure: gemmi.Structure, *, hydrogens: bool, waters: bool) -> None:
    """Remove what is not to be kept, as :func:`read_model` does."""
    structure.setup_entities()
    if not hydrogens:
        structure.remove_hydrogens()
    if not waters:
        structure.remove_waters()


def _notes(structure: gemmi.Structure) -> tuple[str, ...]:
    if len(structure) < 2:
        return ()
    return (f"The file holds {len(structure)} models; the first was taken.",)


def _to_model(model: gemmi.Model, path: Path, notes: tuple[str, ...]) -> Model:
    atoms = [cra.atom for cra in model.all()]
    elements = tuple(str(atom.element.name) for atom in atoms)
    if unknown := elements.count("X"):
        raise InputError(
            f"{path}: {unknown} of {len(atoms)} atoms are of unknown element, expected a symbol "
            "for each (columns 77-78 of a PDB file, _atom_site.type_symbol)"
        )
    positions = np.array([atom.pos.tolist() for atom in atoms], dtype=np.float64)
    if not np.isfinite(positions).all():
        raise InputError(f"{path}: atoms without coordinates, expected three numbers for each")
    masses = _masses(model)
    return Model(
        positions=positions,
        elements=elements,
        occupancies=np.array([atom.occ for atom in atoms], dtype=np.float64),
        b_iso=np.array([atom.b_iso for atom in atoms], dtype=np.float64),
        mass=sum(masses.values()),
        dry_volume=sum(VOLUME_PER_DALTON[kind] * mass for kind, mass in masses.items()),
        path=path,
        notes=notes,
        nucleic=masses["nucleic"] / max(sum(masses.values()), 1e-9),
    )


def _masses(model: gemmi.Model) -> dict[str, float]:
    """Mass of nucleotides and of everything else, Da, hydrogens included."""
    masses = dict.fromkeys(_HYDROGENS, 0.0)
    for chain in model:
        for residue in chain.first_conformer():
            nucleic = gemmi.find_tabulated_residue(residue.name).is_nucleic_acid()
            kind = "nucleic" if nucleic else "protein"
            masses[kind] += _HYDROGENS[kind] * sum(_heavy_weights(residue))
    return masses


def _heavy_weights(residue: gemmi.Residue) -> Iterator[float]:
    for atom in residue.first_conformer():
        if not atom.is_hydrogen():
            yield float(atom.element.weight)
