"""What a crystal's symmetry means for a map, a tensor and a model.

A crystal's map covers the whole unit cell in P1; its header keeps the space group, and the symmetry
operators as CCP4 writes them, so that other programs know the crystal again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import gemmi
import numpy as np
from numpy.typing import NDArray

from sharpem.maps.arrays import Cell
from sharpem.maps.density import DensityMap
from sharpem.maps.model import Model

__all__ = [
    "OPERATOR_LENGTH",
    "lattice_points",
    "space_group_of",
    "symmetrised",
    "with_symmetry_mates",
]

_SAME_PLACE = 0.5  # A; an atom on a symmetry axis and its mate are one atom


def space_group_of(density: DensityMap) -> gemmi.SpaceGroup:
    """Space group of a map: by the operators in its header, else by its number, else P 1."""
    placement = density.placement
    text = placement.extended_header.decode("ascii", "replace")
    starts = range(0, len(text), OPERATOR_LENGTH)
    lines = [text[i : i + OPERATOR_LENGTH].strip("\0 ") for i in starts]
    try:
        operators = gemmi.GroupOps([gemmi.Op(line) for line in lines if line])
        found = gemmi.find_spacegroup_by_ops(operators) if any(lines) else None
    except (RuntimeError, ValueError):
        found = None
    by_number = gemmi.find_spacegroup_by_number(placement.space_group)
    return found or cast("gemmi.SpaceGroup | None", by_number) or gemmi.SpaceGroup("P 1")


def lattice_points(density: DensityMap) -> int:
    """Lattice points in the unit cell of a crystal: 1 if primitive; 1 for a map in a box too."""
    return len(space_group_of(density).operations().cen_ops) if density.periodic else 1


def symmetrised(b: NDArray[np.float64], density: DensityMap) -> NDArray[np.float64]:
    """Average a Cartesian tensor over the point group of a crystal.

    Parameters
    ----------
    b : ndarray, shape (6,)
        B11, B22, B33, B12, B13, B23, A^2.
    density : DensityMap
        Of the crystal.
    """
    tensor = np.array([[b[0], b[3], b[4]], [b[3], b[1], b[5]], [b[4], b[5], b[2]]])
    rotations = _rotations(space_group_of(density), density.full_cell)
    mean = np.mean([turn @ tensor @ turn.T for turn in rotations], axis=0)
    return np.asarray(mean[(0, 1, 2, 0, 0, 1), (0, 1, 2, 1, 2, 2)])


def _rotations(group: gemmi.SpaceGroup, cell: Cell) -> list[NDArray[np.float64]]:
    """Rotations of the space group in the Cartesian frame."""
    to_cartesian = np.array(gemmi.UnitCell(*cell).orth.mat.tolist())
    to_fraction = np.linalg.inv(to_cartesian)
    turns = [np.array(op.rot) / gemmi.Op.DEN for op in group.operations().sym_ops]
    return [to_cartesian @ turn @ to_fraction for turn in turns]


def with_symmetry_mates(model: Model, density: DensityMap) -> Model:
    """Return all the atoms of a unit cell, from those of the asymmetric unit.

    Atoms on symmetry elements are kept once. Mass and volume are multiplied.

    Parameters
    ----------
    model : Model
    density : DensityMap
        Whole unit cell of the crystal.
    """
    cell = gemmi.UnitCell(*density.full_cell)
    to_cartesian = np.array(cell.orth.mat.tolist())
    fractions = np.linalg.solve(to_cartesian, model.positions.T).T
    mates: list[tuple[NDArray[np.float64], NDArray[np.bool_]]] = []
    for op in space_group_of(density).operations():
        turn, shift = np.array(op.rot) / gemmi.Op.DEN, np.array(op.tran) / gemmi.Op.DEN
        moved = fractions @ turn.T + shift
        new = np.ones(len(moved), dtype=bool)
        for earlier, kept in mates:
            apart = moved - earlier
            apart -= np.round(apart)
            new &= ~kept | (np.linalg.norm(apart @ to_cartesian.T, axis=1) > _SAME_PLACE)
        mates.append((moved, new))
    index = np.concatenate([np.flatnonzero(new) for _, new in mates])
    positions = np.concatenate([moved[new] for moved, new in mates]) @ to_cartesian.T
    share = index.size / len(model)
    return replace(
        model,
        positions=positions,
        elements=tuple(model.elements[i] for i in index),
        occupancies=model.occupancies[index],
        b_iso=model.b_iso[index],
        mass=model.mass * share,
        dry_volume=model.dry_volume * share,
    )


OPERATOR_LENGTH = 80
"""Characters of a symmetry operator in a map's extended header."""
