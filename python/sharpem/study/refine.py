"""A short real-space refinement of a model with errors, as the paper's models had one (Fig. 7C).

Atoms climb the density while their distances to neighbours along the chain are held. It is enough
to see what refinement does to the choice of sharpening; it is not meant for building models.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import gemmi
import numpy as np
from numpy.typing import NDArray

from sharpem.maps.density import DensityMap
from sharpem.maps.model import Model

__all__ = ["refined"]

Numbers = NDArray[np.float64]

_CYCLES = 60
_STEP = 0.05  # A; the longest move of an atom in a cycle falls from here to nothing
_DIFFERENCE = 0.2  # A, of the central differences
_RESTRAINT = 10.0  # of a bond wrong by a whole `_REACH`, against the typical slope of the density
_REACH = 2.7  # A; bonds, and atoms two bonds apart
_ALONG = 30  # atoms of the file; within so many lie those bonded to one another


class _Restraints(NamedTuple):
    """Pairs of atoms with the distance (A) that they should keep."""

    one: NDArray[np.int_]
    two: NDArray[np.int_]
    distance: Numbers


def refined(model: Model, density: DensityMap, ideal: Model) -> Model:
    """Move the atoms uphill in a map, keeping the distances that bonds and angles fix.

    Parameters
    ----------
    model : Model
        With errors.
    density : DensityMap
        The map.
    ideal : Model
        The same atoms with good geometry: it gives the distances of restraints, not positions.

    Returns
    -------
    Model
    """
    grid, origin = _grid(density), np.array(density.origin)
    restraints, xyz = _restraints(ideal.positions), model.positions - origin
    for cycle in range(_CYCLES):
        uphill = _slope(grid, xyz)
        scale = float(np.sqrt(np.mean(np.sum(uphill**2, axis=1)))) or 1.0
        move = uphill / scale + _RESTRAINT * _pull(restraints, xyz) / _REACH
        length = np.linalg.norm(move, axis=1, keepdims=True)
        xyz = xyz + move * (_STEP * (1 - cycle / _CYCLES) / np.maximum(length, 1.0))
    return replace(model, positions=xyz + origin)


def _grid(density: DensityMap) -> gemmi.FloatGrid:
    """Put the map's voxels into a grid that starts at 0."""
    grid = gemmi.FloatGrid(np.ascontiguousarray(density.data.T))
    grid.set_unit_cell(gemmi.UnitCell(*density.cell))
    return grid


def _slope(grid: gemmi.FloatGrid, xyz: Numbers) -> Numbers:
    """Gradient of the density at atoms, shape (n, 3)."""
    steps = _DIFFERENCE * np.eye(3)
    ends = [[grid.interpolate_position_array(xyz + d * step) for d in (1, -1)] for step in steps]
    return np.stack([(up - down) / (2 * _DIFFERENCE) for up, down in ends], axis=1).astype(float)


def _restraints(xyz: Numbers) -> _Restraints:
    """Find the pairs of atoms that are one or two bonds apart."""
    one, two, distance = [], [], []
    for offset in range(1, min(_ALONG, len(xyz) - 1) + 1):
        apart = np.linalg.norm(xyz[offset:] - xyz[:-offset], axis=1)
        (close,) = np.nonzero((apart < _REACH) & (apart > 0))
        one.append(close)
        two.append(close + offset)
        distance.append(apart[close])
    return _Restraints(*(np.concatenate(part) for part in (one, two, distance)))


def _pull(pairs: _Restraints, xyz: Numbers) -> Numbers:
    """Sum of the pulls of an atom's restraints, A: the gradient of half their squared errors."""
    apart = xyz[pairs.two] - xyz[pairs.one]
    length = np.linalg.norm(apart, axis=1)
    pull = apart * ((length - pairs.distance) / np.maximum(length, 1e-6))[:, None]
    total = np.zeros_like(xyz)
    np.add.at(total, pairs.one, pull)
    np.add.at(total, pairs.two, -pull)
    return total
