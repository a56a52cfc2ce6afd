"""Map coefficients in, a map out: MTZ files, and the PDB's mmCIF files of the same.

The map covers the unit cell once, in P1: gemmi expands the reflections by the space group.
Reflections that are missing count as 0, and so does F(000): the map has mean 0.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import gemmi
import numpy as np
from numpy.typing import NDArray

from sharpem.errors import InputError, SharpemError
from sharpem.findings import Finding, finding
from sharpem.io.contents import contents
from sharpem.io.em_history import BoxPlace, place_from_history
from sharpem.io.mtz_columns import Labels, check_labels, find_labels
from sharpem.io.mtz_header import check_mtz, group_of_operators
from sharpem.machine import available_memory
from sharpem.maps.arrays import Cell
from sharpem.maps.cell import cell_fault
from sharpem.maps.crystal import OPERATOR_LENGTH
from sharpem.maps.density import DensityMap, Placement, Reflections
from sharpem.maps.statistics import check_values

__all__ = ["Labels", "cell_of", "names_reflections", "open_mtz", "read_mtz", "unit_cell_placement"]

_EXPECTED = "an MTZ file"
_COPY = "copy-for-gemmi.mtz"
_LARGEST = 2**30  # bytes; map coefficients to 1 A of the largest cells take a tenth
_SAMPLING = 3.0  # grid points per d_min, at least: voxels of d_min / 3, as in cryo-EM
_HIGHEST_INDEX = 10_000  # of h, k, l
_BYTES_A_VOXEL = 16  # while the map is made
_VOXELS_A_REFLECTION = 1000  # at most, symmetry mates counted; those of a sphere need 13
_GEMMI_ERRORS = (
    ArithmeticError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


def names_reflections(path: str | os.PathLike[str]) -> bool:
    """Whether a file's name says that it holds reflections, plain or packed."""
    name = os.fspath(path).lower().removesuffix(".gz").removesuffix(".bz2")
    return name.endswith((".mtz", ".cif"))


def read_mtz(
    path: str | os.PathLike[str], labels: Labels | None = None, *, xray: bool | None = None
) -> DensityMap:
    """Make a map of the whole unit cell from the map coefficients in an MTZ or mmCIF file.

    Parameters
    ----------
    path : path
    labels : (str, str), optional
        Columns of amplitudes and phases. Default: those that
        :func:`sharpem.io.mtz_columns.find_labels` finds.
    xray : bool, optional
        X-rays or electrons were scattered. Default: X-rays, unless the file's history says that
        sharpem wrote a cryo-EM map.

    Returns
    -------
    DensityMap
        (z, y, x), voxels of at most a third of the finest term's d; with `xray`, `reflections`, the
        space group and its operators. A cryo-EM map that sharpem wrote comes back on its grid, at
        its place, and without `reflections`.

    Raises
    ------
    InputError
        Not such a file, one that announces more than it holds, no map coefficients, or labels that
        are not there or of the wrong type.
    """
    path = Path(path)
    mtz = open_mtz(path)
    with _readable(path):
        if labels is None:
            labels, note = find_labels(mtz, str(path))
            notes = [note]
        else:
            labels, notes = check_labels(mtz, str(path), labels), []
        notes += _take_cell(mtz, path, labels)
        density = _summed(mtz, path, labels, place_from_history(mtz.history))
    density = replace(density, findings=(*notes, *density.findings))
    return density if xray is None else replace(density, xray=xray)


def open_mtz(path: Path) -> gemmi.Mtz:
    """Read a file of reflections that names its space group.

    Raises
    ------
    InputError
        It cannot be read, or announces more than it holds.
    """
    raw = contents(path, _EXPECTED, largest=_LARGEST)
    with _readable(path):
        mtz = _from_mtz(raw, path) if raw[:4] == b"MTZ " else _from_cif(raw, path)
        group = cast("gemmi.SpaceGroup | None", mtz.spacegroup)
        if group is None:
            raise InputError(f"{path}: no known space group, expected that of a crystal")
        _check_indices(mtz, path)
    return mtz


def _from_mtz(raw: bytes, path: Path) -> gemmi.Mtz:
    header = check_mtz(raw, str(path))
    group = group_of_operators(header, str(path))
    with tempfile.TemporaryDirectory() as folder:  # gemmi reads files alone
        copy = Path(folder) / _COPY
        copy.write_bytes(header.text)
        mtz = gemmi.read_mtz_file(str(copy))
    if group is not None:
        mtz.spacegroup = group
    if np.isfinite(mtz.valm):  # the number that stands for a missing value
        values = mtz.array
        values[:, 3:][values[:, 3:] == np.float32(mtz.valm)] = np.nan
        mtz.valm = np.nan
    return mtz


def _from_cif(raw: bytes, path: Path) -> gemmi.Mtz:
    """Convert the first block with reflections."""
    if b"_refln." not in raw:
        raise InputError(f"{path}: not an MTZ file, nor mmCIF with _refln, expected one of these")
    text = raw.decode("utf-8", "replace").encode()
    blocks = gemmi.as_refln_blocks(gemmi.cif.read_string(text))
    found = next((block for block in blocks if block.column_labels()), None)
    if found is None:
        raise InputError(f"{path}: no reflections, expected some in _refln")
    return gemmi.CifToMtz().convert_block_to_mtz(found)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Turn whatever gemmi raises over a file into one line about it."""
    try:
        yield
    except SharpemError:
        raise
    except _GEMMI_ERRORS as error:
        reason = re.sub(rf"[ :]*\S*{_COPY}[ :]*", "", " ".join(str(error).split()))
        raise InputError(f"{path}: not a file of reflections that can be read ({reason})") from None


def _check_indices(mtz: gemmi.Mtz, path: Path) -> None:
    """Refuse what are no Miller indices: they set the size of the map."""
    kinds = [column.type for column in mtz.columns][:3]
    if kinds != ["H"] * 3:
        raise InputError(
            f"{path}: first columns of type {', '.join(kinds)}, expected H, H, H (indices)"
        )
    indices = mtz.array[:, :3]
    with np.errstate(invalid="ignore"):  # bits that are no number
        bad = ~(np.abs(indices) <= _HIGHEST_INDEX) | (indices != np.round(indices))
    if bad.any():
        raise InputError(
            f"{path}: index h, k or l of {indices[bad][0]:g}, expected whole numbers up to "
            f"{_HIGHEST_INDEX}"
        )


def cell_of(mtz: gemmi.Mtz, label: str) -> Cell:
    """Unit cell of a column's data set: the file's own CELL is only where that has none."""
    number = mtz.column_with_label(label).dataset_id
    cells = [one.cell for one in mtz.datasets if one.id == number and one.cell.is_crystal()]
    return tuple((cells[0] if cells else mtz.cell).parameters)


def _take_cell(mtz: gemmi.Mtz, path: Path, labels: Labels) -> list[Finding]:
    """Give the file the unit cell of the columns; what is to be said of it."""
    cell, other = (cell_of(mtz, label) for label in labels)
    if cell != other:
        raise InputError(
            f"{path}: {','.join(labels)} are of two data sets with cells {cell} and {other}, "
            "expected one"
        )
    if fault := cell_fault(cell):
        raise InputError(f"{path}: {fault}")
    if not gemmi.UnitCell(*cell).is_crystal():
        raise InputError(f"{path}: no unit cell, expected that of a crystal")
    notes = []
    if not np.allclose(cell, mtz.cell.parameters, rtol=1e-3):
        notes = [
            finding(
                "header-repaired",
                f"The unit cell of the columns' data set is {_numbers(cell)}, the file's "
                f"{_numbers(tuple(mtz.cell.parameters))}: the former was taken.",
                "Nothing: the file's own cell is obsolete where data sets have theirs.",
                about="reflections",
            )
        ]
    mtz.cell = gemmi.UnitCell(*cell)
    if not np.isclose(mtz.make_d_array().min(), mtz.resolution_high(), rtol=1e-3):
        mtz.update_reso()  # it sets the size of the map
    return notes


def _summed(mtz: gemmi.Mtz, path: Path, labels: Labels, place: BoxPlace | None) -> DensityMap:
    """Fourier sum of two columns."""
    present = _drop_unpaired(mtz, labels)
    if not present.any():
        raise InputError(f"{path}: no reflection has a value in {','.join(labels)}, expected some")
    d_min = float(mtz.make_d_array()[present].min())
    rate = max(2.0, _SAMPLING * float(mtz.resolution_high()) / d_min)
    size = place.size if place and place.size else mtz.get_size_for_hkl(sample_rate=rate)
    _check_grid(list(size), mtz, path)
    if place and place.size:
        grid = mtz.transform_f_phi_to_map(*labels, exact_size=list(size))
    else:
        grid = mtz.transform_f_phi_to_map(*labels, sample_rate=rate)
    data = np.ascontiguousarray(grid.array.T, dtype=np.float32)
    check_values(data, f"{path}: map of {','.join(labels)}")
    return DensityMap(
        data,
        tuple(mtz.cell.parameters),
        unit_cell_placement(mtz.spacegroup) if place is None else _box(place),
        path,
        _missing(present) if place is None else _unplaced(place),
        xray=place is None,
        reflections=Reflections(labels, d_min) if place is None else None,
    )


def _check_grid(size: list[int], mtz: gemmi.Mtz, path: Path) -> None:
    """Refuse a map that does not fit, or that a few far reflections make far larger than others."""
    voxels, memory = int(np.prod(size, dtype=object)), available_memory()
    mates = mtz.nreflections * len(mtz.spacegroup.operations())
    fits = memory is None or _BYTES_A_VOXEL * voxels <= memory
    if min(size) < 2 or not fits or voxels > _VOXELS_A_REFLECTION * (mates + 1000):
        shown = " x ".join(map(str, size))
        raise InputError(
            f"{path}: indices and unit cell make a map of {shown} voxels of {mates} reflections, "
            "expected one that fits these, and the memory"
        )


def _drop_unpaired(mtz: gemmi.Mtz, labels: Labels) -> NDArray[np.bool_]:
    """Set amplitudes without phase and phases without amplitude to nothing; which ones are left."""
    columns = [mtz.column_with_label(label) for label in labels]
    present = np.all([np.isfinite(column.array) for column in columns], axis=0)
    for column in columns:
        column.array[~present] = np.nan
    return np.asarray(present)


def _missing(present: NDArray[np.bool_]) -> tuple[Finding, ...]:
    missing = int(np.count_nonzero(~present))
    if not missing:
        return ()
    text = f"{missing} of {present.size} reflections have no value."
    return (finding("missing-reflections", text, "They count as 0.", severity="note"),)


def _unplaced(place: BoxPlace) -> tuple[Finding, ...]:
    """A map that an older version wrote: where it was is not known."""
    if place.size is not None:
        return ()
    text = "The file holds a cryo-EM map, but not where it was: its first voxel was put at 0, 0, 0."
    return (finding("placement-doubtful", text, "Use the .mrc file that was written with it."),)


def unit_cell_placement(group: gemmi.SpaceGroup) -> Placement:
    """Header of a map that covers the whole unit cell: number of the group, operators."""
    lines = "".join(f"{op.triplet():<{OPERATOR_LENGTH}}" for op in group.operations())
    return Placement(
        space_group=group.ccp4, extended_header=lines.upper().encode(), extended_type=b"CCP4"
    )


def _box(place: BoxPlace) -> Placement:
    return Placement(nstart=place.nstart, origin_words=place.origin_words)


def _numbers(cell: Cell) -> str:
    return ", ".join(f"{value:g}" for value in cell)
