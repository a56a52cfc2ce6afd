"""MRC/CCP4 maps, plain or packed with gzip or bzip2.

A map is read into the array it stays in; nothing else of its size is held on the way in or out.
"""

from __future__ import annotations

import bz2
import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from sharpem.errors import InputError
from sharpem.io.mrc_header import HEADER_SIZE, Header, parse_header
from sharpem.io.together import write_together
from sharpem.io.write_mrc_header import format_header
from sharpem.machine import available_memory
from sharpem.maps.arrays import Indices, Triple
from sharpem.maps.density import DensityMap
from sharpem.maps.statistics import check_values, statistics

__all__ = ["read_map", "save_map", "write_map"]

_CHUNK = 2**23  # bytes read, converted or packed at a time
_DEFLATE_LIMIT = 1032  # no deflate stream unpacks to more than this times its size
_GZIP_LEVEL = 4


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
    path = Path(path)
    _check_is_file(path)
    try:
        with _opened(path) as source:
            return _read(source, voxel_size)
    except (EOFError, OSError, zlib.error) as error:
        raise InputError(f"{path}: {_reason(error)}") from error


@dataclass(frozen=True)
class _Source:
    """An open file: unpacked bytes, how they are packed, size on disk."""

    path: Path
    stream: BinaryIO
    packing: str | None
    size: int


@contextmanager
def _opened(path: Path) -> Iterator[_Source]:
    with path.open("rb") as raw:
        size = os.fstat(raw.fileno()).st_size
        start = raw.read(3)
        raw.seek(0)
        if start[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=raw, mode="rb") as stream:
                yield _Source(path, cast(BinaryIO, stream), "gzip", size)
        elif start == b"BZh":
            with bz2.BZ2File(raw) as stream:
                yield _Source(path, cast(BinaryIO, stream), "bzip2", size)
        else:
            yield _Source(path, raw, None, size)


def _read(source: _Source, voxel_size: float | Triple | None) -> DensityMap:
    name = str(source.path)
    first = np.zeros(HEADER_SIZE, np.uint8)
    header = parse_header(first[: _fill(source.stream, first)].tobytes(), name, voxel_size)
    _check_size(source, header)
    extended = np.zeros(header.extended_size, np.uint8)
    got = _fill(source.stream, extended)
    data, got_voxels = _read_voxels(source.stream, header)
    _check_complete(source, header, got + got_voxels)
    notes = header.notes
    if source.stream.read(1):  # at the end of a packed file this also checks its checksum
        notes += ("The file goes on after the voxels; what follows was not read.",)
    check_values(data, name)
    kind = header.placement.extended_type
    if header.big_endian and kind not in (b"", b"CCP4"):
        notes += (
            f"The extended header ({kind.decode('ascii', 'replace')}) is big-endian: dropped.",
        )
        extended = extended[:0]
    placement = replace(header.placement, extended_header=extended.tobytes())
    return DensityMap(data, header.cell, placement, source.path, notes)


def _read_voxels(stream: BinaryIO, header: Header) -> tuple[NDArray[np.float32], int]:
    """Read the voxels into a (z, y, x) array of float32; also the number of bytes there were."""
    data = np.empty(header.size[::-1], np.float32)
    sections = _as_in_file(data, header.placement.axis_order)
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


def _as_in_file(data: NDArray[np.float32], axis_order: Indices) -> NDArray[np.float32]:
    """View a (z, y, x) array as (sections, rows, columns)."""
    columns, rows, sections = axis_order
    return data.transpose(3 - sections, 3 - rows, 3 - columns)


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


def _check_is_file(path: Path) -> None:
    if not path.exists():
        raise InputError(f"{path}: no such file")
    if not path.is_file():
        raise InputError(f"{path}: a {'folder' if path.is_dir() else 'device'}, expected a file")


def _bytes_announced(header: Header) -> int:
    nx, ny, nz = header.size
    return nx * ny * nz * header.dtype.itemsize


def _check_size(source: _Source, header: Header) -> None:
    """Believe the announced size only if the file and the memory can hold it."""
    if source.packing is None:
        _check_complete(source, header, source.size - HEADER_SIZE)
    elif source.packing == "gzip":
        _check_complete(source, header, source.size * _DEFLATE_LIMIT)
    nx, ny, nz = header.size
    needed, memory = nx * ny * nz * 4, available_memory()
    if memory is not None and needed + header.extended_size > memory:
        raise InputError(
            f"{source.path}: {nx} x {ny} x {nz} voxels take {needed / 1e9:.0f} GB, "
            f"this machine has {memory / 1e9:.0f} GB left"
        )


def _check_complete(source: _Source, header: Header, after_header: int) -> None:
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


def _reason(error: BaseException) -> str:
    """One line for an error of the operating system or of a decompressor."""
    text = getattr(error, "strerror", None)
    if text:
        return str(text)[0].lower() + str(text)[1:]
    return f"packed data are damaged or cut off ({error})"


def write_map(
    density: DensityMap,
    path: str | os.PathLike[str],
    label: str = "written",
    *,
    overwrite: bool = False,
) -> None:
    """Write a map where it was: same axis order, NSTART, ORIGIN, cell, labels, extended header.

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
    found = statistics(density.data)
    if found.nonfinite:
        raise InputError(f"{path}: not written, {found.nonfinite} values are NaN or infinite")
    _write(density, format_header(density, found, label), path, path.suffix.lower())


def _write(density: DensityMap, header: bytes, path: Path, suffix: str) -> None:
    sections = _as_in_file(density.data, density.placement.axis_order)
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
            with gzip.GzipFile("", "wb", _GZIP_LEVEL, raw, mtime=0) as packed:
                yield cast(BinaryIO, packed)
        elif suffix == ".bz2":
            with bz2.BZ2File(raw, "wb") as packed:
                yield cast(BinaryIO, packed)
        else:
            yield raw
