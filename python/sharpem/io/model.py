"""Atomic models: PDB and mmCIF files, plain or packed, as plain arrays."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import gemmi
import numpy as np

from sharpem.errors import InputError
from sharpem.findings import Finding, finding
from sharpem.io.contents import contents
from sharpem.io.pdb_cards import Mended, mended
from sharpem.maps.composition import VOLUME_PER_DALTON
from sharpem.maps.model import Model

__all__ = ["leave_out", "model_from_structure", "read_model", "read_structure"]

_EXPECTED = "an atomic model (PDB or mmCIF)"
_LARGEST = 2**30  # bytes; the largest capsids take half of it
_PDB_RECORD = re.compile(rb"^(ATOM  |HETATM|CRYST1|HEADER|REMARK|MTRIX|MODEL |END\s)", re.MULTILINE)
# Hydrogens are seldom in the file: mass with them over mass without, from the mean composition of
# proteins (C4.9 H7.8 N1.4 O1.5 per residue) and of nucleotides (C9.8 H12 N3.8 O7 P).
_HYDROGENS = {"protein": 1.075, "nucleic": 1.038}
_GEMMI_ERRORS = (ArithmeticError, LookupError, OSError, RuntimeError, TypeError, ValueError)


def read_model(
    path: str | os.PathLike[str],
    *,
    hydrogens: bool = False,
    waters: bool = False,
    all_models: bool = False,
) -> Model:
    """Read the first model of a PDB or mmCIF file, or all of them.

    All alternate conformations are kept, with their occupancies: together they are what the
    density shows. Crystal symmetry is not applied. Atoms of unknown element are left out.

    Parameters
    ----------
    path : path
        Plain, gzip or bzip2; what it is, is told by what is in it, not by its name.
    hydrogens, waters : bool
        Keep them. Most maps show neither.
    all_models : bool
        Take all models together: those of a biological assembly are parts of one molecule.

    Raises
    ------
    InputError
        The file cannot be read, is no model, or holds no atoms that scatter.
    """
    path = Path(path)
    structure, findings = _read(path)
    return model_from_structure(
        structure,
        path,
        findings,
        hydrogens=hydrogens,
        waters=waters,
        all_models=all_models,
    )


def read_structure(path: Path) -> gemmi.Structure:
    """Read a file as gemmi has it: all models, waters, hydrogens, symmetry.

    Raises
    ------
    InputError
        The file cannot be read, or is no model.
    """
    return _read(path)[0]


def _read(path: Path) -> tuple[gemmi.Structure, tuple[Finding, ...]]:
    raw = contents(path, _EXPECTED, largest=_LARGEST)
    findings: tuple[Finding, ...] = ()
    form = _format(raw, path)
    if form == gemmi.CoorFormat.Pdb:
        text = mended(raw, str(path))
        raw, findings = text.text, _mended_findings(text)
    else:
        raw = raw.decode("utf-8", "replace").encode()
    try:
        structure = gemmi.read_structure_string(raw, merge_chain_parts=False, format=form)
    except _GEMMI_ERRORS as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: not a PDB or mmCIF file ({reason})") from None
    name = path.name.partition(".")[0]
    structure.name = structure.name or name.encode("utf-8", "replace").decode()
    return structure, findings


def _format(raw: bytes, path: Path) -> gemmi.CoorFormat:
    """Tell the format by the first line that says something."""
    start = raw[: 2**16].lstrip(b"\xef\xbb\xbf \t\r\n")
    lines = (line.lower() for line in start.splitlines())
    first = next((line for line in lines if line.strip() and not line.startswith(b"#")), b"")
    if not first:
        raise InputError(f"{path}: no atoms in an empty file, expected {_EXPECTED}")
    if first.startswith((b"data_", b"global_", b"loop_", b"_")):
        return gemmi.CoorFormat.Mmcif
    if b"\0" in start or not _PDB_RECORD.search(raw):
        found = "binary" if b"\0" in start else "text with no atoms"
        raise InputError(f"{path}: not a PDB or mmCIF file ({found}), expected {_EXPECTED}")
    return gemmi.CoorFormat.Pdb


def _mended_findings(text: Mended) -> tuple[Finding, ...]:
    found = []
    if text.no_occupancy:
        found.append(
            finding(
                "model-odd-atoms",
                f"{text.no_occupancy} of {text.atoms} atoms have no occupancy: counted as 1.",
                "Nothing, if this is meant.",
            )
        )
    if text.renamed:
        found.append(
            finding(
                "model-odd-atoms",
                f"{text.renamed} of {text.atoms} atoms have no element, and names that begin in "
                "column 13: the element was found by name and residue.",
                "Nothing, if the model has no unusual ligands.",
            )
        )
    return tuple(found)


def leave_out(structure: gemmi.Structure, *, hydrogens: bool, waters: bool) -> int:
    """Remove what is not to be kept, as :func:`read_model` does.

    Returns
    -------
    int
        How many atoms were removed because their element is unknown.
    """
    structure.setup_entities()
    if not hydrogens:
        structure.remove_hydrogens()
    if not waters:
        structure.remove_waters()
    removed = 0
    for model in structure:
        for chain in model:
            for residue in chain:
                for n in reversed(range(len(residue))):
                    if not _scatters(residue[n].element):
                        del residue[n]
                        removed += 1
    return removed


def _scatters(element: gemmi.Element) -> bool:
    """Whether the scattering of an element is known, for X-rays and electrons."""
    factors = (element.it92, element.c4322)  # None where there are none
    return element.atomic_number > 0 and all(found is not None for found in factors)


def model_from_structure(
    structure: gemmi.Structure,
    path: Path | None = None,
    findings: tuple[Finding, ...] = (),
    *,
    hydrogens: bool = False,
    waters: bool = False,
    all_models: bool = False,
) -> Model:
    """Take the atoms out of a structure, which is changed: :func:`leave_out`.

    Parameters
    ----------
    structure : gemmi.Structure
    path : Path, optional
        Where it came from.
    findings : tuple of Finding
        What is known of the file already.
    hydrogens, waters, all_models : bool
        As for :func:`read_model`.

    Raises
    ------
    InputError
        There are no atoms that scatter.
    """
    if not all_models:
        findings += _first_taken(structure)
        del structure[1:]
    total = sum(model.count_atom_sites() for model in structure)
    unknown = leave_out(structure, hydrogens=hydrogens, waters=waters)
    atoms = [cra.atom for model in structure for cra in model.all()]
    if not atoms:
        what = f"{unknown} of {total} atoms are of unknown element" if unknown else "no atoms"
        raise InputError(f"{path or 'model'}: {what}, expected {_EXPECTED}")
    if unknown:
        findings += (_left_out(unknown, total),)
    masses = dict.fromkeys(_HYDROGENS, 0.0)
    for model in structure:
        _add_masses(model, masses)
    return Model(
        positions=np.array([atom.pos.tolist() for atom in atoms], dtype=np.float64),
        elements=tuple(str(atom.element.name) for atom in atoms),
        occupancies=np.array([atom.occ for atom in atoms], dtype=np.float64),
        b_iso=np.array([atom.b_iso for atom in atoms], dtype=np.float64),
        mass=sum(masses.values()),
        dry_volume=sum(VOLUME_PER_DALTON[kind] * mass for kind, mass in masses.items()),
        path=path,
        findings=findings,
        nucleic=masses["nucleic"] / max(sum(masses.values()), 1e-9),
    )


def _first_taken(structure: gemmi.Structure) -> tuple[Finding, ...]:
    if len(structure) < 2:
        return ()
    found = finding(
        "model-odd-atoms",
        f"The file holds {len(structure)} models; the first was taken.",
        "Give --all-models if they are the parts of one assembly.",
    )
    return (found,)


def _left_out(unknown: int, total: int) -> Finding:
    verb = "is" if unknown == 1 else "are"
    return finding(
        "model-odd-atoms",
        f"{unknown} of {total} atoms {verb} of unknown element, and left out.",
        "Nothing, if they are few: what they scatter is not known.",
    )


def _add_masses(model: gemmi.Model, masses: dict[str, float]) -> None:
    """Mass of nucleotides and of everything else, Da, hydrogens included."""
    for chain in model:
        for residue in chain.first_conformer():
            nucleic = gemmi.find_tabulated_residue(residue.name).is_nucleic_acid()
            kind = "nucleic" if nucleic else "protein"
            masses[kind] += _HYDROGENS[kind] * sum(_heavy_weights(residue))


def _heavy_weights(residue: gemmi.Residue) -> Iterator[float]:
    for atom in residue.first_conformer():
        if not atom.is_hydrogen():
            yield float(atom.element.weight)
