"""The density of a model, and the voxels near its atoms, on the grid of a map.

Densities are the sum of electron (or X-ray) form factors on the scale of gemmi's density
calculators; the core does the Fourier transforms.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import gemmi
import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.errors import InputError
from sharpem.maps.arrays import Array, Cell, Indices, Mask, Triple
from sharpem.maps.crystal import is_part_of_crystal, repeated, with_symmetry_mates
from sharpem.maps.density import DensityMap
from sharpem.maps.model import Model
from sharpem.spectra.apply import radial_curve

__all__ = ["Grid", "atom_mask", "atoms_inside", "fineness", "in_the_map", "model_map"]

Grid: TypeAlias = tuple[Indices, Cell, Triple]
Numbers: TypeAlias = NDArray[np.float64]

_ALIASING = 1e-4  # largest error of a term from the grid's periodicity in Fourier space, relative
_CUTOFF = 1e-6  # density of an atom beyond which it is left out
_FEWEST_INSIDE = 0.1  # share of the atoms that must lie in the map
_MARGIN = 1.0  # A; an atom so far outside still counts as inside the map
_FINE = 3.0  # grid points per d_min, at least, while atoms are put on the grid


def model_map(
    model: Model,
    like: DensityMap | Grid,
    *,
    d_min: float,
    b_iso: float | Numbers = 0.0,
    xray: bool = False,
) -> Array:
    """Density of a model on the grid of a map, all atoms at one B or each at one that is given.

    The atoms are put on the grid with an extra B, so that what lies between grid points is not
    lost, and the extra B is taken off again in Fourier space, with the B that all have in common.
    Atoms outside the box enter on the other side: the box is periodic. In a map of a part of a
    crystal, they enter where the crystal repeats.

    Parameters
    ----------
    model : Model
        Its own B's are not used; its occupancies are.
    like : DensityMap or (shape, cell, origin)
        The grid: shape (nz, ny, nx), cell of the whole box (A, degrees), Cartesian position of
        voxel (0, 0, 0) (A).
    d_min : float
        Terms beyond this resolution (A), or beyond what the grid can hold, are zero.
    b_iso : float or ndarray, shape (n,)
        B of all atoms, or of each, A^2.
    xray : bool
        X-ray form factors instead of those for electrons.

    Returns
    -------
    ndarray of float32, shape (nz, ny, nx)

    Raises
    ------
    InputError
        `d_min` is not positive.
    """
    if not d_min > 0:
        raise InputError(f"d_min {d_min:g}, expected a positive number (A)")
    if isinstance(like, DensityMap) and is_part_of_crystal(like):
        whole = model_map(model, _whole_grid(like), d_min=d_min, b_iso=b_iso, xray=xray)
        return repeated(whole, like.shape[::-1])
    shape, cell, origin = _grid_of(like)
    spacing = max(length / n for length, n in zip(cell[:3], shape[::-1], strict=True))
    d_min = max(d_min, 2 * spacing)
    finer = fineness(spacing, d_min)
    blur = _blur(finer / spacing, 1 / d_min)
    fine = tuple(n * finer for n in shape)
    each = np.broadcast_to(np.asarray(b_iso, dtype=np.float64), len(model))
    common = float(each.min())
    raw = _put_atoms(model.moved(-np.array(origin)), fine, cell, blur + each - common, xray=xray)
    spectrum = _core.analyse(raw, cell, d_min)
    sharpen = radial_curve(lambda s: np.exp((blur - common) * s**2 / 4), 1 / d_min)
    found = _core.synthesise(spectrum, sharpen)
    return found if finer == 1 else np.ascontiguousarray(found[::finer, ::finer, ::finer])


def fineness(spacing: float, d_min: float) -> int:
    """How many times finer than a map's voxels (A) the grid is on which atoms are put."""
    return max(1, int(np.ceil(_FINE * spacing / d_min - 1e-6)))


def atom_mask(model: Model, like: DensityMap | Grid, radius: float = 3.0) -> Mask:
    """Mark the voxels within `radius` (A) of an atom; periodic as in :func:`model_map`.

    Returns
    -------
    ndarray of bool, shape (nz, ny, nx)
    """
    if isinstance(like, DensityMap) and is_part_of_crystal(like):
        return repeated(atom_mask(model, _whole_grid(like), radius), like.shape[::-1])
    shape, cell, origin = _grid_of(like)
    grid = gemmi.Int8Grid(*shape[::-1])
    grid.set_unit_cell(gemmi.UnitCell(*cell))
    grid.spacegroup = gemmi.SpaceGroup("P 1")
    for position in model.positions - np.array(origin):
        grid.set_points_around(gemmi.Position(*position), radius, 1)
    return np.ascontiguousarray(grid.array.T == 1)


def in_the_map(model: Model, like: DensityMap) -> Model:
    """Return the atoms that a map shows: those in it, and all symmetry mates in a crystal.

    Raises
    ------
    InputError
        As for :func:`atoms_inside`.
    """
    if like.periodic or is_part_of_crystal(like):
        return with_symmetry_mates(model, like)
    return atoms_inside(model, like)


def atoms_inside(model: Model, like: DensityMap) -> Model:
    """Return the atoms that are in the map.

    Raises
    ------
    InputError
        Next to none are; the message says how far model and map are apart.
    """
    axes, counts = like.voxel_axes, np.array(like.shape[::-1])
    index = np.linalg.solve(axes, (model.positions - np.array(like.origin)).T).T
    margin = _MARGIN / np.array(like.voxel_size)
    keep = np.all((index >= -margin) & (index <= counts - 1 + margin), axis=1)
    share = float(keep.mean())
    if share < _FEWEST_INSIDE:
        middle = np.array(like.origin) + axes @ (counts / 2)
        distance = float(np.linalg.norm(model.centre - middle))
        raise InputError(
            f"{model.path or 'model'}: {share:.0%} of the atoms lie in the map "
            f"(the centres are {distance:.0f} A apart), expected the model at its place in the map"
        )
    return model if keep.all() else model.selected(keep)


def _whole_grid(like: DensityMap) -> Grid:
    """Grid of the unit cell that begins with the map's first voxel."""
    nx, ny, nz = like.sampling
    return (nz, ny, nx), like.full_cell, like.origin


def _grid_of(like: DensityMap | Grid) -> Grid:
    return (like.shape, like.cell, like.origin) if isinstance(like, DensityMap) else like


def _blur(sampling: float, s_max: float) -> float:
    """Extra B (A^2) that keeps the copies at multiples of `sampling` (1/A) out of s <= s_max."""
    return float(-4 * np.log(_ALIASING) / (sampling * (sampling - 2 * s_max)))


def _put_atoms(
    model: Model, shape: tuple[int, ...], cell: Cell, b_iso: Numbers, *, xray: bool
) -> Array:
    """Sum of the atoms' densities at grid points, not free of aliasing."""
    calculator = (gemmi.DensityCalculatorX if xray else gemmi.DensityCalculatorE)()
    calculator.grid.unit_cell = gemmi.UnitCell(*cell)
    calculator.grid.spacegroup = gemmi.SpaceGroup("P 1")
    calculator.grid.set_size(*shape[::-1])
    calculator.cutoff = _CUTOFF
    for atom in _gemmi_atoms(model, b_iso):
        calculator.add_atom_density_to_grid(atom)
    return np.ascontiguousarray(calculator.grid.array.T)


def _gemmi_atoms(model: Model, b_iso: Numbers) -> Iterator[gemmi.Atom]:
    atom = gemmi.Atom()
    for element, position, occupancy, b in zip(
        model.elements, model.positions, model.occupancies, b_iso, strict=True
    ):
        atom.b_iso = b
        atom.element = gemmi.Element(element)
        atom.pos = gemmi.Position(*position)
        atom.occ = occupancy
        yield atom
