"""Atomic models with other positions, as PDB or mmCIF text."""

from __future__ import annotations

import os
from pathlib import Path

import gemmi
import numpy as np
from numpy.typing import ArrayLike

from sharpem.errors import InputError
from sharpem.io.model import leave_out, read_structure
from sharpem.maps.arrays import Cell
from sharpem.maps.model import Model

__all__ = ["model_ending", "model_text", "moved_model"]

_LARGEST = 9999.0  # A; what a PDB file can hold


def moved_model(
    path: str | os.PathLike[str], shift: ArrayLike, cell: Cell, *, ending: str | None = None
) -> tuple[str, str]:
    """Read a model and write it moved, in P 1: all its atoms, and its NCS and assemblies with them.

    Parameters
    ----------
    path : path
        PDB or mmCIF, plain or gzip.
    shift : array_like, shape (3,)
        What to add to the positions x, y, z, A.
    cell : tuple of float
        New unit cell: A, degrees.
    ending : {".pdb", ".cif"}, optional
        Format of the text. Default: that of the file.

    Returns
    -------
    text, ending : str

    Raises
    ------
    InputError
        The file cannot be read or is no model; or its positions do not fit a PDB file.
    """
    structure = read_structure(Path(path))
    _move(structure, np.asarray(shift, dtype=np.float64))
    return _text(structure, cell, ending or model_ending(structure))


def model_text(model: Model, cell: Cell) -> tuple[str, str]:
    """Write the file a model came from with the model's positions and B's, in P 1.

    Parameters
    ----------
    model : Model
        As :func:`sharpem.io.model.read_model` gave it, atoms moved or not: no hydrogens, no waters.
    cell : tuple of float
        Unit cell: A, degrees.

    Returns
    -------
    text, ending : str

    Raises
    ------
    InputError
        The file has other atoms now, or positions do not fit a PDB file.
    """
    path = Path(model.path or "model")
    structure = read_structure(path)
    leave_out(structure, hydrogens=False, waters=False)
    structure.meta = gemmi.Structure().meta  # how it was found, at what resolution: in another map
    structure.resolution = 0.0
    if structure[0].count_atom_sites() == len(model):  # else all models were read
        del structure[1:]
    atoms = [cra.atom for one in structure for cra in one.all()]
    if len(atoms) != len(model):
        raise InputError(f"{path}: {len(atoms)} atoms, expected the {len(model)} read before")
    for atom, position, b_iso in zip(atoms, model.positions, model.b_iso, strict=True):
        atom.pos = gemmi.Position(*position)
        atom.b_iso = b_iso
        atom.aniso = gemmi.SMat33f(0, 0, 0, 0, 0, 0)
    return _text(structure, cell, model_ending(structure))


def _text(structure: gemmi.Structure, cell: Cell, ending: str) -> tuple[str, str]:
    """Write in P 1, without what depends on the frame that was left."""
    structure.cell = gemmi.UnitCell(*cell)
    structure.spacegroup_hm = "P 1"
    structure.raw_remarks = []
    structure.has_origx = False
    structure.setup_cell_images()
    if ending == ".cif":
        structure.setup_entities()
        return structure.make_mmcif_document().as_string(), ending
    positions = [
        abs(v) for model in structure for cra in model.all() for v in cra.atom.pos.tolist()
    ]
    if max(positions, default=0.0) >= _LARGEST:
        raise InputError(f"{structure.name}: atoms further than {_LARGEST:g} A from the origin")
    return structure.make_pdb_string(), ending


def model_ending(structure: gemmi.Structure) -> str:
    """Ending of a file of the same format."""
    return ".pdb" if structure.input_format == gemmi.CoorFormat.Pdb else ".cif"


def _move(structure: gemmi.Structure, move: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    """Move the atoms; x' = R x + t about another origin has t + move - R move for t."""
    step = gemmi.Vec3(*move)
    for model in structure:
        for cra in model.all():
            cra.atom.pos += gemmi.Position(*move)
    transforms = [op.tr for op in structure.ncs]
    for assembly in structure.assemblies:
        for generator in assembly.generators:
            transforms += [op.transform for op in generator.operators]
    for transform in transforms:
        transform.vec.fromlist((transform.vec + step - transform.mat.multiply(step)).tolist())
