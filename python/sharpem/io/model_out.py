"""Atomic models moved to another frame, as PDB or mmCIF text."""

from __future__ import annotations

import os
from pathlib import Path

import gemmi
import numpy as np
from numpy.typing import ArrayLike

from sharpem.density import Cell
from sharpem.errors import InputError
from sharpem.io.model import read_structure

__all__ = ["moved_model"]

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
    ending = ending or model_ending(structure)
    move = np.asarray(shift, dtype=np.float64)
    _move(structure, move)
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
        raise InputError(f"{path}: atoms further than {_LARGEST:g} A from the origin once moved")
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
