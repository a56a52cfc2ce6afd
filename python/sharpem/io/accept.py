"""What a caller has in hand, as a map or a model: a path, an array, an object of another library.

A map keeps its place: the header of an open mrcfile or of a gemmi Ccp4Map is read as that of a file
would be, and a gemmi FloatGrid is a unit cell with its first point at the origin.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias, cast

import gemmi
import numpy as np
from numpy.typing import ArrayLike

from sharpem.errors import InputError
from sharpem.io.model import model_from_structure, read_model
from sharpem.io.mrc import with_extended_header
from sharpem.io.mrc_header import HEADER_SIZE, file_order, parse_header
from sharpem.io.mtz import unit_cell_placement
from sharpem.io.read import read_map
from sharpem.maps.arrays import Triple
from sharpem.maps.density import DensityMap
from sharpem.maps.model import Model
from sharpem.maps.statistics import check_values

__all__ = ["MapLike", "ModelLike", "to_density", "to_model"]

MapLike: TypeAlias = (
    DensityMap | str | os.PathLike[str] | ArrayLike | gemmi.Ccp4Map | gemmi.FloatGrid
)
"""Types that hold a map; an open mrcfile, too, which has no types of its own."""
ModelLike: TypeAlias = Model | str | os.PathLike[str] | gemmi.Structure
"""Types that hold a model."""


def to_density(thing: Any, voxel_size: float | Triple | None = None) -> DensityMap:
    """Take a map from whatever holds one.

    Parameters
    ----------
    thing : DensityMap, path, array_like, mrcfile.MrcFile, gemmi.Ccp4Map or gemmi.FloatGrid
        Arrays have shape (nz, ny, nx).
    voxel_size : float or (x, y, z), optional
        A. Arrays need it; for files it overrides the header's.

    Raises
    ------
    InputError
        It holds no map, or an array has no voxel size.

    Examples
    --------
    >>> import numpy as np
    >>> to_density(np.arange(8).reshape(2, 2, 2), voxel_size=1.5)
    <DensityMap 2 x 2 x 2 voxels of (1.5, 1.5, 1.5) A>
    """
    if isinstance(thing, DensityMap):
        if voxel_size is not None:
            raise InputError("voxel_size goes with an array; a map has its own")
        return thing
    if isinstance(thing, str | os.PathLike):
        return read_map(thing, voxel_size)
    if isinstance(thing, gemmi.FloatGrid | gemmi.Ccp4Map):
        return _from_gemmi(thing, voxel_size)
    if hasattr(thing, "header") and hasattr(thing, "extended_header"):
        return _from_mrcfile(thing, voxel_size)
    if voxel_size is None:
        raise InputError(_without_voxel_size(thing))
    return DensityMap.from_array(thing, voxel_size)


def to_model(thing: Any) -> Model:
    """Take a model from whatever holds one.

    Parameters
    ----------
    thing : Model, path or gemmi.Structure
        A structure is not changed.

    Raises
    ------
    InputError
        It holds no model.
    """
    if isinstance(thing, Model):
        return thing
    if isinstance(thing, str | os.PathLike):
        return read_model(thing)
    if isinstance(thing, gemmi.Structure):
        return model_from_structure(thing.clone())
    raise InputError(
        f"model of type {type(thing).__name__}, expected a Model, a path or a gemmi.Structure"
    )


def _from_gemmi(
    thing: gemmi.FloatGrid | gemmi.Ccp4Map, voxel_size: float | Triple | None
) -> DensityMap:
    if isinstance(thing, gemmi.FloatGrid):
        return _from_grid(thing, voxel_size)
    if len(thing.ccp4_header) < HEADER_SIZE:
        return _from_grid(thing.grid, voxel_size)
    # gemmi's axes are columns, rows, sections as in the file, or x, y, z with a header to fit.
    sections = np.asarray(thing.grid.array).T
    return _from_header(thing.ccp4_header, sections, None, voxel_size)


def _from_mrcfile(thing: Any, voxel_size: float | Triple | None) -> DensityMap:
    if thing.data is None:
        raise InputError("an mrcfile object without data, expected an open map")
    name = getattr(getattr(thing, "_iostream", None), "name", None)
    header = thing.header.tobytes() + thing.extended_header.tobytes()
    path = Path(name) if isinstance(name, str) else None
    return _from_header(header, thing.data, path, voxel_size)


def _from_header(
    raw: bytes, sections: Any, path: Path | None, voxel_size: float | Triple | None
) -> DensityMap:
    """Map by the words of a header and the voxels in the file's order."""
    name = str(path or "map")
    header = parse_header(raw[:HEADER_SIZE], name, voxel_size)
    if header.fault:
        raise InputError(header.fault)
    data = np.empty(header.size[::-1], np.float32)
    target = file_order(data, header.placement.axis_order)
    if target.shape != np.shape(sections):
        raise InputError(
            f"{name}: voxels of shape {np.shape(sections)}, expected {target.shape} by the header"
        )
    target[...] = sections
    check_values(data, name)
    density = DensityMap(data, header.cell, header.placement, path, header.findings)
    extended = raw[HEADER_SIZE : HEADER_SIZE + header.extended_size]
    return with_extended_header(density, header, extended)


def _from_grid(grid: gemmi.FloatGrid, voxel_size: float | Triple | None) -> DensityMap:
    """Map of a whole unit cell."""
    if grid.axis_order != gemmi.AxisOrder.XYZ:
        raise InputError(f"grid with axes in order {grid.axis_order.name}, expected XYZ")
    if not grid.unit_cell.is_crystal() and voxel_size is None:
        raise InputError("grid without a unit cell, expected voxel_size in A")
    data = np.ascontiguousarray(np.asarray(grid.array).T, dtype=np.float32)
    if voxel_size is not None:
        return DensityMap.from_array(data, voxel_size)
    check_values(data, "grid")
    density = DensityMap(data, tuple(grid.unit_cell.parameters))
    group = cast("gemmi.SpaceGroup | None", grid.spacegroup)
    if group is None or group.number == 1:
        return density
    return replace(density, placement=unit_cell_placement(group))


def _without_voxel_size(thing: Any) -> str:
    if isinstance(thing, np.ndarray | list | tuple):
        return "an array without voxel_size, expected its voxel size in A"
    return (
        f"map of type {type(thing).__name__}, expected a DensityMap, a path, an array with "
        "voxel_size, an open mrcfile, or a gemmi Ccp4Map or FloatGrid"
    )
