"""The map: voxels, the box they span and where that box stands in space.

Arrays are float32, C order, (z, y, x); every triple of lengths or indices is (x, y, z); lengths
in A, angles in degrees. Cartesian frame: a along x, b in the xy plane.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from sharpem import _core
from sharpem.errors import InputError
from sharpem.findings import Finding
from sharpem.maps.arrays import Array, Cell, Indices, Triple
from sharpem.maps.cell import cell_fault, is_space_group
from sharpem.maps.statistics import check_values

__all__ = ["DensityMap", "Placement", "Reflections"]


@dataclass(frozen=True)
class Placement:
    """What a file says beyond the voxels and the box: kept so that a map is written where it was.

    Attributes
    ----------
    axis_order : tuple of int
        MAPC, MAPR, MAPS: which axis (1 x, 2 y, 3 z) the file's columns, rows and sections follow.
    nstart : tuple of int
        NSTART: index of the first voxel on the cell's grid, along x, y, z (the file has it along
        columns, rows, sections).
    origin_words : tuple of float
        ORIGIN, x, y, z in A, as in the file.
    sampling : tuple of int or None
        MX, MY, MZ: grid intervals along the whole unit cell. None: the box is the whole cell.
    space_group : int
        ISPG; 1 for a volume, also where the file says 0.
    labels : tuple of str
        Text of the labels in use, at most 10 of 80 characters.
    extended_header : bytes
        Symmetry operators or instrument data that follow the header.
    extended_type : bytes
        EXTTYP: what kind of extended header it is; empty if the file does not say.
    extra : tuple of bytes
        The header's unassigned words 25-26 and 29-49.
    mode : int
        MRC mode of the file's voxels (0 int8, 1 int16, 2 float32, 6 uint16, 12 float16).
    extent : tuple of int or None
        Voxels along x, y, z that the file holds of a crystal, where these are not the unit cell's:
        :func:`sharpem.maps.crystal.whole_cell`. The map is written with the same ones.
    """

    axis_order: Indices = (1, 2, 3)
    nstart: Indices = (0, 0, 0)
    origin_words: Triple = (0.0, 0.0, 0.0)
    sampling: Indices | None = None
    space_group: int = 1
    labels: tuple[str, ...] = ()
    extended_header: bytes = field(default=b"", repr=False)
    extended_type: bytes = b""
    extra: tuple[bytes, bytes] = field(default=(b"", b""), repr=False)
    mode: int = 2
    extent: Indices | None = None


@dataclass(frozen=True)
class Reflections:
    """The terms of a crystal's map, where it was made from them and covers the whole unit cell.

    Attributes
    ----------
    labels : (str, str)
        Columns of the file: amplitudes, phases.
    d_min : float
        The finest term, A.
    """

    labels: tuple[str, str]
    d_min: float


@dataclass(frozen=True, eq=False, repr=False)
class DensityMap:
    """A map. Immutable in spirit: operations return new maps, and `data` refuses writing.

    ``numpy.asarray(density)`` is `data`.

    Attributes
    ----------
    data : ndarray of float32, shape (nz, ny, nx), C order
        The voxels. A read-only view of the array given, not a copy of it.
    cell : tuple of float
        a, b, c (A), alpha, beta, gamma (degrees) of the box that the voxels span. Not the crystal's
        unit cell where the map covers part of it or more; that is `full_cell`.
    placement : Placement
        Where the box stands, and the rest of the header.
    path : Path or None
        The file it came from.
    findings : tuple of Finding
        What was odd about the file and how it was read.
    xray : bool
        The density scatters X-rays (crystallography) and not electrons (cryo-EM).
    reflections : Reflections or None
        What the map was made from, where that were reflections of a crystal.

    Raises
    ------
    InputError
        `data` is not a 3-D float32 array in C order, or `cell` is none. Use :meth:`from_array` for
        arrays of another kind.
    """

    data: Array
    cell: Cell
    placement: Placement = Placement()
    path: Path | None = None
    findings: tuple[Finding, ...] = ()
    xray: bool = False
    reflections: Reflections | None = None

    def __post_init__(self) -> None:
        """Check the contract once, so that nobody has to do so again."""
        data = self.data
        if data.ndim != 3 or data.dtype != np.float32 or not data.flags.c_contiguous:
            raise InputError(
                f"map of {data.ndim} dimensions and type {data.dtype}, expected float32 of shape "
                "(nz, ny, nx) in C order; DensityMap.from_array converts"
            )
        if fault := cell_fault(self.cell):
            raise InputError(fault)
        view = data.view()
        view.flags.writeable = False
        object.__setattr__(self, "data", view)

    @cached_property
    def statistics(self) -> _core.Statistics:
        """Range and moments of the voxels, and how many of them are equal: taken once."""
        return _core.statistics(self.data)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out of copies and pickles what is found anew when it is asked for."""
        return {name: value for name, value in self.__dict__.items() if name != "statistics"}

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Voxels as NumPy asks for them: :attr:`data` itself unless another type is wanted."""
        return np.array(self.data, dtype=dtype) if copy else np.asarray(self.data, dtype=dtype)

    def __repr__(self) -> str:
        """Size, voxel size and file in one line."""
        name = f", {self.path.name!r}" if self.path else ""
        return f"<DensityMap {self._size()} voxels of {_text(self.voxel_size)} A{name}>"

    @classmethod
    def from_array(cls, array: ArrayLike, voxel_size: float | Triple) -> DensityMap:
        """Make a map from an array: converted once if it is not float32 in C order, else shared.

        Parameters
        ----------
        array : array_like, shape (nz, ny, nx)
            Real numbers of any type.
        voxel_size : float or (x, y, z)
            A.

        Raises
        ------
        InputError
            Not three dimensions, not real numbers, NaN or infinite values, all values equal, or a
            voxel size that is not positive.
        """
        found = np.asarray(array)
        if found.ndim != 3 or found.dtype.kind not in "fiub" or min(found.shape) < 2:
            raise InputError(
                f"array of shape {found.shape} and type {found.dtype}, "
                "expected real numbers of shape (nz, ny, nx), each at least 2"
            )
        with np.errstate(over="ignore"):  # becomes infinite: check_values counts it
            data = np.ascontiguousarray(found, dtype=np.float32)
        check_values(data, "array")
        steps = _three(voxel_size)
        a, b, c = (float(n * step) for n, step in zip(data.shape[::-1], steps, strict=True))
        return cls(data, (a, b, c, 90.0, 90.0, 90.0))

    def with_data(self, new: NDArray[np.floating]) -> DensityMap:
        """Return the same box at the same place with other voxels.

        Parameters
        ----------
        new : ndarray, shape (nz, ny, nx)
            Float32 in C order is taken as it is, anything else is converted.

        Raises
        ------
        InputError
            The shape differs.
        """
        if new.shape != self.data.shape:
            raise InputError(f"array of shape {new.shape}, expected the map's {self.data.shape}")
        return replace(self, data=np.ascontiguousarray(new, dtype=np.float32))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was odd about the file, one sentence each; which columns were taken is not odd."""
        return tuple(found.text for found in self.findings if found.code != "columns-guessed")

    @property
    def shape(self) -> Indices:
        """Number of voxels along (z, y, x)."""
        nz, ny, nx = self.data.shape
        return nz, ny, nx

    @property
    def voxels(self) -> int:
        """Number of voxels."""
        return int(self.data.size)

    @property
    def voxel_size(self) -> Triple:
        """Distance between neighbouring voxels along x, y, z, A."""
        nz, ny, nx = self.shape
        return self.cell[0] / nx, self.cell[1] / ny, self.cell[2] / nz

    @property
    def sampling(self) -> Indices:
        """Grid intervals along the whole unit cell, x, y, z (MX, MY, MZ)."""
        nz, ny, nx = self.shape
        return self.placement.sampling or (nx, ny, nz)

    @property
    def periodic(self) -> bool:
        """Whether the map is a whole unit cell of a crystal: what leaves it enters again."""
        crystal = self.reflections is not None or is_space_group(self.placement.space_group)
        return crystal and self.sampling == self.shape[::-1]

    @property
    def full_cell(self) -> Cell:
        """The unit cell: a, b, c (A), alpha, beta, gamma (degrees)."""
        a, b, c = (m * step for m, step in zip(self.sampling, self.voxel_size, strict=True))
        return a, b, c, *self.cell[3:]

    @property
    def voxel_axes(self) -> NDArray[np.float64]:
        """Steps from voxel to voxel, A: columns are the steps along x, y, z in Cartesian frame.

        Voxel (k, j, i) of `data` stands at ``origin + voxel_axes @ (i, j, k)``.
        """
        angles = np.array(self.cell[3:])
        alpha, beta, gamma = np.where(angles == 90, 0.0, np.cos(np.radians(angles)))
        sin_gamma = np.sqrt(1 - gamma**2)
        c_y = (alpha - beta * gamma) / sin_gamma
        c_z = np.sqrt(1 - beta**2 - c_y**2)
        unit = np.array([[1, gamma, beta], [0, sin_gamma, c_y], [0, 0, c_z]])
        return np.asarray(unit * np.array(self.voxel_size))

    @property
    def origin_from_nstart(self) -> Triple:
        """Position of voxel (0, 0, 0) by NSTART, Cartesian, A."""
        x, y, z = (float(v) for v in self.voxel_axes @ np.array(self.placement.nstart))
        return x, y, z

    @property
    def origin(self) -> Triple:
        """Cartesian position of voxel (0, 0, 0), A: from NSTART if any is non-zero, else ORIGIN.

        Crystallographic programs (Coot, Phenix, gemmi) read NSTART alone, ChimeraX takes ORIGIN
        where it is set; :func:`sharpem.maps.checks.map_findings` says so where the two disagree.
        """
        return (
            self.origin_from_nstart if any(self.placement.nstart) else self.placement.origin_words
        )

    def same_grid(self, other: DensityMap) -> str | None:
        """Describe the first difference in shape, voxel size, angles or position; None if none.

        Voxel sizes may differ by 0.01 %, positions by 1 % of a voxel.
        """
        if self.shape != other.shape:
            return f"{self._size()} voxels against {other._size()}"
        if not np.allclose(self.voxel_size, other.voxel_size, rtol=1e-4, atol=0):
            return f"voxel size {_text(self.voxel_size)} A against {_text(other.voxel_size)} A"
        if not np.allclose(self.cell[3:], other.cell[3:], rtol=0, atol=0.01):
            return f"cell angles {_text(self.cell[3:])} against {_text(other.cell[3:])}"
        if not np.allclose(self.origin, other.origin, rtol=0, atol=0.01 * min(self.voxel_size)):
            return f"first voxel at {_text(self.origin)} A against {_text(other.origin)} A"
        return None

    def _size(self) -> str:
        return " x ".join(str(n) for n in self.shape[::-1])


def _three(voxel_size: float | Triple) -> NDArray[np.float64]:
    """Voxel size along x, y, z, A."""
    try:
        steps = np.broadcast_to(np.asarray(voxel_size, dtype=np.float64), (3,))
    except (TypeError, ValueError):
        steps = np.zeros(3)
    if not np.all((steps > 0) & np.isfinite(steps)):
        raise InputError(f"voxel size {voxel_size}, expected positive numbers (A)")
    return steps


def _text(values: tuple[float, ...]) -> str:
    return "(" + ", ".join(f"{v:.6g}" for v in values) + ")"
