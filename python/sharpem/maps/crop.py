"""Cut the region about a molecule out of a map, its place in space kept (paper, section 2.9)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sharpem.errors import InputError
from sharpem.maps.arrays import Indices, Triple
from sharpem.maps.crystal import whole_cell
from sharpem.maps.density import DensityMap, Placement
from sharpem.maps.model import Model
from sharpem.maps.soft_zone import reach, soft_zone, surface_points

__all__ = ["Box", "at_corner", "box_around_mask", "box_around_model", "crop"]

Numbers: TypeAlias = NDArray[np.float64]

_ON_GRID = 0.01  # voxels; an origin so near to a grid point is on it


@dataclass(frozen=True)
class Box:
    """A region cut out of a map.

    Attributes
    ----------
    map : DensityMap
        The box, at its place.
    start : tuple of int
        Index x, y, z of its first voxel in the whole map.
    inside : float
        Share of the atoms, or of the mask's voxels, that the whole map holds.
    cut : bool
        Whether the region goes on beyond the edge of the whole map.
    """

    map: DensityMap
    start: Indices
    inside: float
    cut: bool


def box_around_model(
    density: DensityMap, model: Model, *, padding: float = 5.0, soft: float | None = None
) -> Box:
    """Cut out the rectangular box that holds everything within `padding` of an atom.

    Parameters
    ----------
    density : DensityMap
        A crystal's map of a whole unit cell goes on beyond its edges; any other ends there.
    model : Model
    padding : float
        A.
    soft : float, optional
        Width (A) of the edge over which the density falls to 0 beyond `padding`. Default: all that
        is in the box stays as it is.

    Raises
    ------
    InputError
        No atom lies in the map, or a width is negative.
    """
    _check_widths(padding, soft)
    density = whole_cell(density)
    index = np.linalg.solve(density.voxel_axes, (model.positions - np.array(density.origin)).T).T
    counts = np.array(density.shape[::-1])
    within = np.all((index >= -0.5) & (index <= counts - 0.5), axis=1)
    if not density.periodic and not within.any():
        raise InputError(_far_away(density, model))
    margin = reach(density, padding + (soft or 0.0))
    first = np.floor(index.min(axis=0) - margin).astype(int)
    last = np.ceil(index.max(axis=0) + margin).astype(int)
    box, start, cut = _cut_out(density, first, last)
    if soft:
        box = box.with_data(box.data * soft_zone(box, model.positions, padding, soft))
    return Box(box, start, 1.0 if density.periodic else float(within.mean()), cut)


def box_around_mask(
    density: DensityMap, mask: DensityMap, *, padding: float = 5.0, soft: float | None = None
) -> Box:
    """Cut out the rectangular box that holds a mask's voxels above 0.5, and `padding` about them.

    Parameters
    ----------
    density, mask : DensityMap
        On the same grid.
    padding : float
        A.
    soft : float, optional
        Width (A) of the edge over which the density falls to 0 outside the mask.

    Raises
    ------
    InputError
        The grids differ, the mask is empty, or a width is negative.
    """
    _check_widths(padding, soft)
    name = mask.path or "mask"
    if difference := density.same_grid(mask):
        raise InputError(f"{name}: not on the map's grid: {difference}")
    inside = mask.data > 0.5
    if not inside.any():
        raise InputError(f"{name}: no value above 0.5, expected a mask")
    ranges = [np.flatnonzero(inside.any(axis=axes)) for axes in ((0, 1), (0, 2), (1, 2))]
    margin = reach(density, max(padding, soft or 0.0))
    first = np.floor([found[0] - m for found, m in zip(ranges, margin, strict=True)]).astype(int)
    last = np.ceil([found[-1] + m for found, m in zip(ranges, margin, strict=True)]).astype(int)
    box, start, cut = _cut_out(density, first, last)
    if soft:
        weight = soft_zone(box, surface_points(mask, inside), 0.0, soft)
        kept, _, _ = _cut_out(density.with_data(inside.astype(np.float32)), first, last)
        box = box.with_data(box.data * np.maximum(weight, kept.data))
    return Box(box, start, 1.0, cut)


def crop(density: DensityMap, start: Indices, size: Indices) -> DensityMap:
    """Cut a box out of a map; every voxel stays where it was in space.

    NSTART and ORIGIN are both set to the place of the first voxel, so that programs that read the
    one or the other agree; NSTART stays 0 where the map's ORIGIN is between grid points. The box
    becomes the unit cell; only a crystal, or a map that was part of a cell before, keeps its cell.

    Parameters
    ----------
    density : DensityMap
    start : (x, y, z)
        Index of the first voxel. Outside the map only for a crystal's whole unit cell.
    size : (x, y, z)
        Number of voxels.

    Raises
    ------
    InputError
        The box is not in the map.
    """
    counts = density.shape[::-1]
    ends = [first + n for first, n in zip(start, size, strict=True)]
    inside = all(
        a >= 0 and b <= n and b - a >= 2 for a, b, n in zip(start, ends, counts, strict=True)
    )
    if not inside and not (density.periodic and min(size) >= 2):
        raise InputError(f"box of voxels {start} to {tuple(ends)}, expected within {counts}")
    z, y, x = (
        np.arange(a, b) % n for a, b, n in zip(start[::-1], ends[::-1], density.shape, strict=True)
    )
    data = np.ascontiguousarray(density.data[np.ix_(z, y, x)])
    a, b, c = (n * step for n, step in zip(size, density.voxel_size, strict=True))
    return replace(
        density,
        data=data,
        cell=(a, b, c, *density.cell[3:]),
        placement=_moved(density, start),
        reflections=None,
    )


def at_corner(density: DensityMap) -> DensityMap:
    """Return the map with its first voxel at (0, 0, 0), in P 1 with the box as unit cell."""
    placement = replace(
        density.placement,
        nstart=(0, 0, 0),
        origin_words=(0.0, 0.0, 0.0),
        sampling=None,
        extent=None,
        space_group=1,
        extended_header=b"",
        extended_type=b"",
    )
    return replace(density, placement=placement)


def _moved(density: DensityMap, start: Indices) -> Placement:
    """Place the voxel at index `start` by NSTART and ORIGIN alike."""
    placement = density.placement
    position = np.array(density.origin) + density.voxel_axes @ np.array(start)
    steps = np.linalg.solve(density.voxel_axes, position)
    by_nstart = any(placement.nstart) or np.all(np.abs(steps - np.round(steps)) <= _ON_GRID)
    x, y, z = (int(n) for n in np.round(steps)) if by_nstart else (0, 0, 0)
    part_of_cell = density.periodic or density.sampling != density.shape[::-1]
    return replace(
        placement,
        nstart=(x, y, z),
        origin_words=_triple(position),
        sampling=density.sampling if part_of_cell else None,
        extent=None,
    )


def _triple(values: Numbers) -> Triple:
    x, y, z = (float(v) for v in values)
    return x, y, z


def _cut_out(
    density: DensityMap, first: NDArray[np.int_], last: NDArray[np.int_]
) -> tuple[DensityMap, Indices, bool]:
    """Crop voxels first to last (x, y, z), as far as there are any; whether there were not all."""
    wanted = np.array([first, last])
    if not density.periodic:
        first = np.maximum(first, 0)
        last = np.minimum(last, np.array(density.shape[::-1]) - 1)
        first = np.minimum(first, last - 1)
    x, y, z = (int(n) for n in first)
    nx, ny, nz = (int(n) for n in last - first + 1)
    cut = bool((np.array([first, last]) != wanted).any())
    return crop(density, (x, y, z), (nx, ny, nz)), (x, y, z), cut


def _check_widths(padding: float, soft: float | None) -> None:
    for name, width in (("padding", padding), ("soft edge", soft or 0.0)):
        if not 0 <= width < np.inf:
            raise InputError(f"{name} of {width:g} A, expected 0 or more")


def _far_away(density: DensityMap, model: Model) -> str:
    middle = np.array(density.origin) + density.voxel_axes @ (np.array(density.shape[::-1]) / 2)
    distance = float(np.linalg.norm(model.centre - middle))
    return (
        f"{model.path or 'model'}: no atom lies in {density.path or 'the map'} (the centres are "
        f"{distance:.0f} A apart), expected the model at its place in the map"
    )
