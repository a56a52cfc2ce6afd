"""A model as a thread through its chains: C-alpha atoms of proteins, P atoms of nucleic acids."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gemmi
import numpy as np
from numpy.typing import NDArray

from sharpem.errors import InputError
from sharpem.io.model import read_structure
from sharpem.maps.model import Model

__all__ = ["Trace", "trace_of"]

_ATOMS = {"CA": "C", "P": "P"}  # name: element; the element keeps calcium out
_FARTHEST = {"CA": 4.5, "P": 8.5}  # A between neighbours along a chain, else it has a gap


@dataclass(frozen=True, eq=False)
class Trace:
    """Points and the pairs of them that are joined.

    Attributes
    ----------
    points : ndarray of float32, shape (n, 3)
        x, y, z, A.
    bonds : ndarray of uint32, shape (m, 2)
        Indices of neighbours along a chain.
    """

    points: NDArray[np.float32]
    bonds: NDArray[np.uint32]


def trace_of(model: Model | str | os.PathLike[str] | gemmi.Structure) -> Trace:
    """Trace of the first model of a structure.

    Parameters
    ----------
    model : path, gemmi.Structure or Model
        A :class:`sharpem.maps.model.Model` is read again from its file, for names of atoms.

    Raises
    ------
    InputError
        It cannot be read, or has no C-alpha or P atoms.
    """
    structure, name = _structure(model)
    atoms = [atom for chain in structure[0] for atom in _atoms(chain)] if len(structure) else []
    if not atoms:
        raise InputError(f"{name}: no C-alpha or P atoms, expected a protein or a nucleic acid")
    points = np.array([position for _, _, position in atoms], dtype=np.float32)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    joined = [
        n
        for n, (one, two, step) in enumerate(zip(atoms, atoms[1:], steps, strict=False))
        if one[:2] == two[:2] and step <= _FARTHEST[one[1]]
    ]
    first = np.array(joined, dtype=np.uint32).reshape(-1, 1)
    return Trace(points, np.hstack([first, first + 1]).astype(np.uint32))


def _structure(model: Any) -> tuple[gemmi.Structure, str]:
    if isinstance(model, gemmi.Structure):
        return model, model.name or "model"
    if isinstance(model, Model):
        if model.path is None:
            raise InputError("a Model without its file, expected a path or a gemmi.Structure")
        model = model.path
    return read_structure(Path(model)), str(model)


def _atoms(chain: gemmi.Chain) -> list[tuple[str, str, list[float]]]:
    """Chain, name of the atom and position, in the order of the residues."""
    found = []
    for residue in chain:
        for name, element in _ATOMS.items():
            atom = next((a for a in residue if a.name == name and a.element.name == element), None)
            if atom is not None:
                found.append((chain.name, name, atom.pos.tolist()))
                break
    return found
