"""The words of an MRC/CCP4 header that say how large voxels are and where they stand.

Many programs leave some of them unset. What cannot be right is named with the words it comes from;
what has one sensible meaning is put right, and noted.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sharpem.errors import InputError
from sharpem.maps.arrays import Indices, Triple
from sharpem.maps.cell import cell_fault

__all__ = [
    "LARGEST_SIZE",
    "STACK_OF_VOLUMES",
    "angles_of",
    "by",
    "check_volume",
    "given_size",
    "nstart_of",
    "origin_of",
    "sampling_of",
    "to_xyz",
    "voxel_fault",
    "voxel_size_of",
]

LARGEST_SIZE = 100_000
"""Voxels along an axis; more is taken for a header read with the wrong byte order."""
STACK_OF_VOLUMES = range(401, 631)
"""ISPG: 400 and the number of the volumes' space group."""

_GIVEN_VOXELS = (0.01, 1000.0)  # A, of what the user gives
_LIKELY_VOXELS = (0.05, 1000.0)  # A, of what a header says
_LONGEST_VOXEL = 5.0  # times the shortest side of one
_FARTHEST_START = 10**6  # voxels
_MOST_CELLS = 8  # times that a map may cover the unit cell along an axis


def check_volume(fields: np.void, size: Indices, name: str) -> None:
    """Refuse images and stacks, which look like volumes otherwise."""
    space_group, sections, mz = (int(fields[key]) for key in ("ispg", "nz", "mz"))
    if min(size) == 1:
        raise InputError(f"{name}: an image of {by(size)}, expected a volume")
    if space_group == 0 and mz == 1:
        raise InputError(
            f"{name}: a stack of {sections} images (ISPG 0, MZ 1), expected a volume; "
            f"if it is one, set MZ to {sections} in its header"
        )
    if space_group in STACK_OF_VOLUMES and sections != mz:
        raise InputError(
            f"{name}: a stack of volumes (ISPG {space_group}, MZ {mz}, NZ {sections}), expected one"
        )


def sampling_of(fields: np.void, size: Indices, notes: list[str]) -> tuple[Indices, bool]:
    """Grid intervals along the cell, and whether they are the header's.

    A grid of one interval, or a volume of many times the cell, is none: such numbers were never
    set, and with them the voxel size is not known either.
    """
    found = tuple(int(fields[key]) for key in ("mx", "my", "mz"))
    mx, my, mz = found
    unset = min(found) <= 0
    many = any(m == 1 or n > _MOST_CELLS * m for n, m in zip(size, found, strict=True))
    if not unset and not many and max(found) <= LARGEST_SIZE:
        return (mx, my, mz), True
    notes.append(f"The header's MX, MY, MZ are {mx}, {my}, {mz}: {by(size)} was assumed.")
    return size, unset


def given_size(apix: float | Triple) -> Triple:
    """Voxel size that the user gives, along x, y, z."""
    lowest, highest = _GIVEN_VOXELS
    try:
        x, y, z = (float(v) for v in np.broadcast_to(np.asarray(apix, dtype=np.float64), (3,)))
    except (TypeError, ValueError):
        raise InputError(f"--apix {apix}, expected one number (A), or three") from None
    if not all(lowest <= v <= highest for v in (x, y, z)):
        raise InputError(f"--apix {apix}, expected {lowest:g} to {highest:g} (A)")
    return x, y, z


def _cell_lengths(fields: np.void) -> Triple:
    x, y, z = (float(fields["cella"][axis]) for axis in "xyz")
    return x, y, z


def voxel_size_of(fields: np.void, sampling: Indices) -> Triple:
    """Voxel size by the header, along x, y, z, A."""
    x, y, z = (length / m for length, m in zip(_cell_lengths(fields), sampling, strict=True))
    return x, y, z


def voxel_fault(fields: np.void, size: Indices, sampling: Indices, believed: bool) -> str | None:
    """Say why a voxel size cannot be right, and name the words that it comes from."""
    lengths = ", ".join(f"{v:g}" for v in _cell_lengths(fields))
    intervals = ", ".join(str(int(fields[key])) for key in ("mx", "my", "mz"))
    if not believed:
        return (
            f"MX, MY, MZ of {intervals} for {by(size)} voxels (CELLA {lengths} A), expected the "
            "grid intervals along the cell; give the voxel size with --apix"
        )
    lowest, highest = _LIKELY_VOXELS
    x, y, z = voxel_size_of(fields, sampling)
    likely = all(lowest <= v <= highest for v in (x, y, z))
    if likely and max(x, y, z) <= _LONGEST_VOXEL * min(x, y, z):
        return None
    shown = f"{x:.4g}" if x == y == z else f"({x:.4g}, {y:.4g}, {z:.4g})"
    return (
        f"voxel size {shown} A (CELLA {lengths} A over MX, MY, MZ {intervals}), expected "
        f"{lowest:g} to {highest:g} A, alike along x, y and z; give --apix"
    )


def nstart_of(fields: np.void, axis_order: Indices, notes: list[str]) -> Indices:
    """NSTART along x, y, z; 0 where no map could stand there."""
    found = [int(fields[key]) for key in ("nxstart", "nystart", "nzstart")]
    if not all(abs(n) <= _FARTHEST_START for n in found):
        notes.append(f"The header's NSTART {tuple(found)} makes no sense: taken as 0.")
        return 0, 0, 0
    return to_xyz(found, axis_order)


def angles_of(fields: np.void, name: str, notes: list[str]) -> Triple:
    """Cell angles that span a volume; zeros, which old programs left, stand for 90."""
    alpha, beta, gamma = (float(fields["cellb"][key]) for key in ("alpha", "beta", "gamma"))
    if (alpha, beta, gamma) == (0.0, 0.0, 0.0):
        notes.append("The header's cell angles are 0: 90 degrees were assumed.")
        return 90.0, 90.0, 90.0
    if fault := cell_fault((1.0, 1.0, 1.0, alpha, beta, gamma)):
        raise InputError(f"{name}: {fault}")
    return alpha, beta, gamma


def origin_of(fields: np.void, notes: list[str]) -> Triple:
    """ORIGIN, A; 0 where no map could stand there."""
    x, y, z = (float(fields["origin"][axis]) for axis in "xyz")
    if not all(abs(v) < 1e7 for v in (x, y, z)):
        notes.append(f"The header's ORIGIN ({x:g}, {y:g}, {z:g}) makes no sense: taken as 0.")
        return 0.0, 0.0, 0.0
    return x, y, z


def by(values: Iterable[int]) -> str:
    """Write a size: 48 x 48 x 48."""
    return " x ".join(str(n) for n in values)


def to_xyz(values: list[int], axis_order: Indices) -> Indices:
    """Sort values that go along columns, rows, sections into x, y, z."""
    x, y, z = (values[axis_order.index(axis)] for axis in (1, 2, 3))
    return x, y, z
