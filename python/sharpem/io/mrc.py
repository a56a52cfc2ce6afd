"""MRC/CCP4 maps, plain or packed with gzip or bzip2.

A map is read into the array it stays in; nothing else of its size is held on the way in or out.
"""

from __future__ import annotations

import bz2
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from sharpem.errors import InputError
from sharpem.io.contents import Source, opened
from sharpem.io.gzip_stream import packing
from sharpem.io.mrc_header import HEADER_SIZE, Header, file_order, parse_header, repaired
from sharpem.io.together import write_together
from sharpem.io.write_mrc_header import format_header
from sharpem.machine import available_memory
from sharpem.maps.arrays import Triple
from sharpem.maps.crystal import as_in_file
from sharpem.maps.density import DensityMap
from sharpem.maps.statistics import check_values

__all__ = ["read_map", "save_map", "with_extended_header", "write_map"]

_CHUNK = 2**23  # bytes read, converted or packed at a time


def read_map(path: str | os.PathLike[str], voxel_size: float | Triple | None = None) -> DensityMap:
    """Read a map: modes 0, 1, 2, 6 and 12, any axis order, byte order and cell.

    Parameters
    ----------
    path : path
        Plain, gzip or bzip2; told apart by the first bytes, not by the name.
    voxel_size : float or (x, y, z), optional
        Voxel size (A) that overrides the header's. The cell is scaled with it, and so is a position
        given by NSTART (voxels); one given by ORIGIN (A) stays.

    Raises
    ------
    InputError
        The file cannot be read, is not a map, is cut off, or holds nothing to work with. One line
        that says what was found and what was expected.
    """
    with opened(Path(path)) as source:
        return _read(source, voxel_size)


def _read(source: Source, voxel_size: float | Triple | None) -> DensityMap:
    name = str(source.path)
    first = np.zeros(HEADER_SIZE, np.uint8)
    header = parse_header(first[: _fill(source.stream, first)].tobytes(), name, voxel_size)
    _check_size(source, header)
    if header.fault:
        raise InputError(header.fault)
    extended = np.zeros(header.extended_size, np.uint8)  # bounded by parse_header
    got = _fill(source.stream, extended)
    data, got_voxels = _read_voxels(source.stream, header)
    _check_complete(source, header, got + got_voxels)
    findings = header.findings
    if source.stream.read(1):  # at the end of a packed file this also checks its checksum
        findings += (repaired("The file goes on after the voxels; what follows was not read."),)
    check_values(data, name)
    density = DensityMap(data, header.cell, header.placement, source.path, findings)
    return with_extended_header(density, header, extended.tobytes())


def with_extended_header(density: DensityMap, header: Header, extended: bytes) -> DensityMap:
    """Add the extended header, unless it is of a kind whose byte order cannot be put right."""
    kind = header.placement.extended_type
    if header.big_endian and kind not in (b"", b"CCP4"):
        dropped = f"The extended header ({kind.decode('ascii', 'replace')}) is big-endian: dropped."
        return replace(density, findings=(*density.findings, repaired(dropped)))
    return replace(density, placement=replace(header.placement, extended_header=extended))


def _read_voxels(stream: BinaryIO, header: Header) -> tuple[NDArray[np.float32], int]:
    """Read the voxels into a (z, y, x) array of float32; also the number of bytes there were."""
    data = np.empty(header.size[::-1], np.float32)
    sections = file_order(data, header.placement.axis_order)
    if header.dtype == data.dtype and sections.flags.c_contiguous:
        return data, _fill(stream, data)
    got = 0
    buffer = np.empty(
        (_sections_per_chunk(sections, header.dtype), *sections.shape[1:]), header.dtype
    )
    for start in range(0, len(sections), len(buffer)):
        part = buffer[: len(sections) - start]
        got += _fill(stream, part)
        sections[start : start + len(part)] = part
    return data, got


def _sections_per_chunk(sections: NDArray[np.float32], dtype: np.dtype[np.number]) -> int:
    bytes_each: int = sections[0].size * dtype.itemsize
    return min(len(sections), max(1, _CHUNK // bytes_each))


def _fill(stream: BinaryIO, array: NDArray[np.number]) -> int:
    """Read into a C-contiguous array until it is full or the stream ends; bytes read."""
    target = array.reshape(-1).view(np.uint8).data
    got = 0
    while got < len(target):
        more: int = stream.readinto(target[got : got + _CHUNK])  # type: ignore[attr-defined]
        if not more:
            break
        got += more
    return got


def _bytes_announced(header: Header) -> int:
    nx, ny, nz = header.size
    return nx * ny * nz * header.dtype.itemsize


def _check_size(source: Source, header: Header) -> None:
    """Believe the announced size only if the file and the memory can hold it."""
    _check_complete(source, header, source.most - HEADER_SIZE)
    nx, ny, nz = header.size
    needed, memory = nx * ny * nz * 4, available_memory()
    if memory is not None and needed + header.extended_size > memory:
        raise InputError(
            f"{source.path}: {nx} x {ny} x {nz} voxels take {needed / 1e9:.3g} GB, "
            f"this machine has {memory / 1e9:.3g} GB left"
        )


def _check_complete(source: Source, header: Header, after_header: int) -> None:
    """Refuse a file with fewer bytes after its header than this one announces."""
    announced = _bytes_announced(header)
    if after_header >= header.extended_size + announced:
        return
    if source.packing is None:
        found = f"{source.size} bytes, too short"
    else:
        found = f"{source.size} bytes of {source.packing}, which hold too little"
    extended = f" and the extended header of {header.extended_size} bytes"
    nx, ny, nz = header.size
    raise InputError(
        f"{source.path}: {found} for the {nx} x {ny} x {nz} voxels ({announced} bytes)"
        f"{extended if header.extended_size else ''} that its header announces"
    )


def write_map(
    density: DensityMap,
    path: str | os.PathLike[str],
    label: str = "written",
    *,
    overwrite: bool = False,
) -> None:
    """Write a map where it was: same axis order, NSTART, ORIGIN, cell, labels, extended header.

    A crystal's map is written with the voxels that its file had: the unit cell, or less, or more.

    Voxels are little-endian float32. The file appears whole or not at all.

    Parameters
    ----------
    density : DensityMap
    path : path
        Packed if the name ends in .gz or .bz2.
    label : str
        What was done, at most 71 ASCII characters; appended to the labels after ``sharpem:``.
    overwrite : bool
        Replace an existing file.

    Raises
    ------
    InputError
        The file exists, or cannot be written; or the map holds NaN or infinite values.
    """
    path = Path(path)
    write_together({path: partial(save_map, density, label=label)}, overwrite=overwrite)


def save_map(density: DensityMap, path: Path, *, label: str = "written") -> None:
    """Write a map to a path where nothing is, as :func:`write_map`; one of several files, say.

    Raises
    ------
    InputError
        The map holds NaN or infinite values.
    OSError
        The disk is full, say.
    """
    density = as_in_file(density)
    if wrong := density.statistics.nonfinite:
        raise InputError(f"{path}: not written, {wrong} values are NaN or infinite")
    _write(density, format_header(density, label), path, path.suffix.lower())


def _write(density: DensityMap, header: bytes, path: Path, suffix: str) -> None:
    sections = file_order(density.data, density.placement.axis_order)
    step = _sections_per_chunk(sections, density.data.dtype)
    with _packed(path, suffix) as stream:
        stream.write(header)
        stream.write(density.placement.extended_header)
        for start in range(0, len(sections), step):
            part = np.ascontiguousarray(sections[start : start + step], dtype="<f4")
            stream.write(part.data)


@contextmanager
def _packed(path: Path, suffix: str) -> Iterator[BinaryIO]:
    """Open a new file for bytes that are packed as its final name demands."""
    with path.open("xb") as raw:
        if suffix == ".gz":
            with packing(raw) as stream:
                yield stream
        elif suffix == ".bz2":
            with bz2.BZ2File(raw, "wb") as packed:
                yield cast(BinaryIO, packed)
        else:
            yield raw
