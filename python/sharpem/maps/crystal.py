"""What a crystal's symmetry means for a map, a tensor and a model.

A crystal's map covers the whole unit cell in P1; its header keeps the space group, and the symmetry
operators as CCP4 writes them, so that other programs know the crystal again. A file may hold less
of it, or more: where that is enough, symmetry makes the unit cell.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar, cast

import gemmi
import numpy as np
from numpy.typing import NDArray

from sharpem.findings import finding
from sharpem.machine import available_memory
from sharpem.maps.arrays import Array, Cell, Indices
from sharpem.maps.cell import is_space_group
from sharpem.maps.density import DensityMap
from sharpem.maps.model import Model

__all__ = [
    "OPERATOR_LENGTH",
    "as_in_file",
    "is_part_of_crystal",
    "lattice_points",
    "repeated",
    "space_group_of",
    "symmetrised",
    "whole_cell",
    "with_symmetry_mates",
]

Voxel = TypeVar("Voxel", bound=np.generic)

_SAME_PLACE = 0.5  # A; an atom on a symmetry axis and its mate are one atom
_MOST_OPERATORS = 192  # of any space group
_SAME_DENSITY = 0.1  # of the rms: how far symmetry mates of one voxel may be apart


def is_part_of_crystal(density: DensityMap) -> bool:
    """Whether a map shows a crystal, but less or more than its unit cell."""
    return is_space_group(density.placement.space_group) and not density.periodic


def repeated(data: NDArray[Voxel], size: Indices) -> NDArray[Voxel]:
    """Cut `size` (x, y, z) voxels out of a whole cell from its first one on, or repeat it so far.

    Parameters
    ----------
    data : ndarray, shape (nz, ny, nx)

    Returns
    -------
    ndarray of the same type, shape ``size[::-1]``
    """
    z, y, x = (np.arange(n) % m for n, m in zip(size[::-1], data.shape, strict=True))
    return np.ascontiguousarray(data[np.ix_(z, y, x)])


def whole_cell(density: DensityMap) -> DensityMap:
    """Make the unit cell out of a crystal's map that holds the asymmetric unit of it, or more.

    The first voxel stays the first one. What was in the file is remembered as the placement's
    extent, and :func:`as_in_file` makes that again. A map that is no crystal's, or covers too
    little, or whose symmetry mates are not equal, is returned as it is, with a finding.
    """
    if not is_part_of_crystal(density) or density.placement.extent is not None:
        return density
    size, sampling = density.shape[::-1], density.sampling
    covered = " x ".join(f"{n / m:.3g}" for n, m in zip(size, sampling, strict=True))
    text = f"The file covers {covered} of the unit cell of a crystal"
    data = _filled(density)
    if data is None:
        found = finding(
            "cut-molecule",
            f"{text}, from which symmetry does not make the whole.",
            "Give a map of the asymmetric unit or of the unit cell, or the MTZ file it came from.",
        )
        return replace(density, findings=(*density.findings, found))
    found = finding(
        "cut-molecule",
        f"{text}: the whole was made by symmetry.",
        "Nothing; the output covers what the file does.",
        severity="note",
    )
    return replace(
        density,
        data=data,
        cell=density.full_cell,
        placement=replace(density.placement, extent=size),
        findings=(*density.findings, found),
    )


def as_in_file(density: DensityMap) -> DensityMap:
    """Undo :func:`whole_cell`: the voxels that the file held, at the same place."""
    size = density.placement.extent
    if size is None:
        return density
    a, b, c = (n * step for n, step in zip(size, density.voxel_size, strict=True))
    return replace(
        density,
        data=repeated(density.data, size),
        cell=(a, b, c, *density.cell[3:]),
        placement=replace(density.placement, sampling=density.sampling, extent=None),
    )


def _filled(density: DensityMap) -> Array | None:
    """Voxels of the unit cell from the map's first one on; None if it does not hold them all."""
    sampling, voxels = np.array(density.sampling), int(np.prod(density.sampling, dtype=object))
    memory = available_memory()
    if voxels > _MOST_OPERATORS * density.voxels or (memory and 16 * voxels > memory):
        return None
    start = np.array(density.placement.nstart)
    grid = gemmi.FloatGrid(*(int(n) for n in sampling))
    grid.set_unit_cell(gemmi.UnitCell(*density.full_cell))
    grid.spacegroup = space_group_of(density)
    once = np.full(sampling[::-1], np.nan, dtype=np.float32)
    size = np.minimum(density.shape, sampling[::-1])
    once[: size[0], : size[1], : size[2]] = density.data[: size[0], : size[1], : size[2]]
    tolerance = _SAME_DENSITY * float(density.data.std(dtype=np.float64))
    again = repeated(once, density.shape[::-1])
    if not np.array_equal(again, density.data) and np.abs(again - density.data).max() > tolerance:
        return None  # what should repeat does not
    if not np.isnan(once).any():
        return once
    at_origin = np.roll(once, start[::-1], axis=(0, 1, 2))
    ends = []
    for spread in (grid.symmetrize_min, grid.symmetrize_max):
        grid.array[:] = at_origin.T
        try:
            spread()
        except RuntimeError:  # the grid has not the symmetry
            return None
        ends.append(np.array(grid.array.T))
    low, high = ends
    if not np.abs(high - low).max() <= tolerance:  # also where there is no value
        return None
    at_origin = np.where(np.isnan(at_origin), low, at_origin)
    return np.ascontiguousarray(np.roll(at_origin, -start[::-1], axis=(0, 1, 2)))


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
