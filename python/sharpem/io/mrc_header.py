"""The 1024 bytes at the start of an MRC/CCP4 map, read with a critical eye.

Format: MRC2014 (Cheng et al. 2015, J. Struct. Biol. 192, 146) with its 2014.1 modes. In the file,
NX NY NZ and NSTART go along columns, rows and sections; MX MY MZ, CELLA and ORIGIN along x, y, z.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from mrcfile.dtypes import HEADER_DTYPE
from numpy.typing import NDArray

from sharpem.errors import InputError
from sharpem.findings import Finding, finding
from sharpem.io.mrc_grid import (
    LARGEST_SIZE,
    STACK_OF_VOLUMES,
    angles_of,
    by,
    check_volume,
    given_size,
    nstart_of,
    origin_of,
    sampling_of,
    to_xyz,
    voxel_fault,
    voxel_size_of,
)
from sharpem.maps.arrays import Cell, Indices, Triple
from sharpem.maps.cell import is_space_group
from sharpem.maps.density import Placement

__all__ = ["HEADER_SIZE", "Header", "file_order", "parse_header", "repaired"]

HEADER_SIZE = 1024
_LARGEST_EXTENSION = 2**26  # bytes; those of volumes hold kilobytes
_TYPES = {0: "i1", 1: "i2", 2: "f4", 6: "u2", 12: "f2"}
_OTHER_MODES = {3: "complex 16-bit integers", 4: "a complex transform", 101: "4-bit integers"}
_NO_SKEW, _LARGEST_SKEW = 1e-6, 1e6  # of the words of a skew matrix that does nothing; that is one
_IMOD_STAMP = b"IMOD"
_KINDS = (
    (b"\x89PNG", "a PNG image"),
    (b"MTZ ", "an MTZ reflection file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "packed with gzip twice"),
    (b"\xfd7zXZ", "packed with xz"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
)


@dataclass(frozen=True)
class Header:
    """What the header says, checked and put right.

    Attributes
    ----------
    size : tuple of int
        Voxels along x, y, z.
    dtype : numpy.dtype
        Of the voxels in the file, with their byte order.
    big_endian : bool
        The byte order of the whole file.
    cell : tuple of float
        Of the box that the voxels span: A, degrees.
    extended_size : int
        Bytes between the header and the voxels.
    placement : Placement
        Without the extended header.
    findings : tuple of Finding
        What was put right.
    fault : str or None
        Why the voxel size cannot be right; then `cell` is none.
    """

    size: Indices
    dtype: np.dtype[np.number]
    big_endian: bool
    cell: Cell
    extended_size: int
    placement: Placement
    findings: tuple[Finding, ...]
    fault: str | None = None


def parse_header(raw: bytes, name: str, apix: float | Triple | None = None) -> Header:
    """Read the header of a volume.

    Parameters
    ----------
    raw : bytes
        The first 1024 bytes of the unpacked file; fewer if there are no more.
    name : str
        The file, for messages.
    apix : float or (x, y, z), optional
        Voxel size (A) that overrides the header's.

    Raises
    ------
    InputError
        Not an MRC/CCP4 map, or one that cannot be read as a real-valued volume.
    """
    notes: list[str] = []
    fields = _fields(raw, name, notes)
    axis_order = _axis_order(fields, name)
    counts = [int(fields[key]) for key in ("nx", "ny", "nz")]
    if not all(1 <= n <= LARGEST_SIZE for n in counts):
        raise InputError(f"{name}: header announces {by(counts)} voxels, expected positive sizes")
    size = to_xyz(counts, axis_order)
    check_volume(fields, size, name)
    sampling, believed = sampling_of(fields, size, notes)
    fault = voxel_fault(fields, size, sampling, believed) if apix is None else None
    voxel_size = voxel_size_of(fields, sampling) if apix is None else given_size(apix)
    a, b, c = (n * step for n, step in zip(size, voxel_size, strict=True))
    angles = angles_of(fields, name, notes)
    placement = Placement(
        axis_order=axis_order,
        nstart=nstart_of(fields, axis_order, notes),
        origin_words=origin_of(fields, notes),
        sampling=sampling,
        space_group=_space_group(fields, notes),
        labels=_labels(fields),
        extended_type=bytes(fields["exttyp"].item()).strip(b"\0 "),
        extra=_extra(fields, name),
        mode=int(fields["mode"]),
    )
    return Header(
        size=size,
        dtype=_dtype(fields, name),
        big_endian=_is_big_endian(fields),
        cell=(a, b, c, *angles),
        extended_size=_extended_size(fields, name),
        placement=placement,
        findings=tuple(repaired(note) for note in notes),
        fault=None if fault is None else f"{name}: {fault}",
    )


def repaired(text: str) -> Finding:
    """What was wrong with a header, as a finding."""
    return finding("header-repaired", text, "The map was read so; check that this is meant.")


def file_order(data: NDArray[np.float32], axis_order: Indices) -> NDArray[np.float32]:
    """View a (z, y, x) array as (sections, rows, columns)."""
    columns, rows, sections = axis_order
    return data.transpose(3 - sections, 3 - rows, 3 - columns)


def _fields(raw: bytes, name: str, notes: list[str]) -> np.void:
    """Unpack the header in the byte order that makes sense of it."""
    kind = next((kind for magic, kind in _KINDS if raw.startswith(magic)), None)
    if kind is None and len(raw) >= 16 and all(32 <= v < 127 or v in b"\t\r\n" for v in raw):
        kind = "a text file"
    if kind or len(raw) < HEADER_SIZE:
        found = kind or f"{len(raw)} bytes, too short for a header of {HEADER_SIZE} bytes"
        raise InputError(f"{name}: {found}, expected an MRC/CCP4 map")
    little, big = (np.frombuffer(raw, HEADER_DTYPE.newbyteorder(order))[0] for order in "<>")
    stamp = int(little["machst"][0])
    first, second = (big, little) if stamp == 0x11 else (little, big)
    fields: np.void = second if _plausible(second) and not _plausible(first) else first
    has_map = raw[208:211] == b"MAP"
    if not has_map and not _plausible(fields):
        raise InputError(f"{name}: no 'MAP' at byte 208, expected an MRC/CCP4 map")
    if not has_map:
        notes.append("The header lacks the word MAP: it was read as MRC2014, which may be wrong.")
    if fields is second and stamp in (0x11, 0x44):
        notes.append("The header's machine stamp names the wrong byte order.")
    return fields


def _plausible(fields: np.void) -> bool:
    return (
        all(1 <= fields[key] <= LARGEST_SIZE for key in ("nx", "ny", "nz"))
        and int(fields["mode"]) in (*_TYPES, *_OTHER_MODES)
        and all(0 <= fields[key] <= 3 for key in ("mapc", "mapr", "maps"))
    )


def _dtype(fields: np.void, name: str) -> np.dtype[np.number]:
    mode = int(fields["mode"])
    if mode not in _TYPES:
        what = f" ({_OTHER_MODES[mode]})" if mode in _OTHER_MODES else ""
        raise InputError(f"{name}: mode {mode}{what}, expected 0, 1, 2, 6 or 12")
    kind = _TYPES[mode]
    stamp, flags = bytes(fields["extra2"])[40:44], bytes(fields["extra2"])[44:48]
    if mode == 0 and stamp in (_IMOD_STAMP, _IMOD_STAMP[::-1]) and not (flags[0] | flags[3]) & 1:
        kind = "u1"  # IMOD wrote unsigned bytes unless this flag is set
    return np.dtype(kind).newbyteorder(">" if _is_big_endian(fields) else "<")


def _axis_order(fields: np.void, name: str) -> Indices:
    found = tuple(int(fields[key]) for key in ("mapc", "mapr", "maps"))
    if found == (0, 0, 0):
        return 1, 2, 3
    if sorted(found) != [1, 2, 3]:
        raise InputError(
            f"{name}: axis order (MAPC, MAPR, MAPS) {found}, expected 1, 2, 3 shuffled"
        )
    return found[0], found[1], found[2]


def _space_group(fields: np.void, notes: list[str]) -> int:
    """ISPG; 0, which most cryo-EM programs write for a volume too, stands for 1.

    Of a stack that holds one volume, it is the volume's.
    """
    found = int(fields["ispg"])
    if found in STACK_OF_VOLUMES:
        return found - 400
    if is_space_group(found):
        return found
    if found not in (0, 1):
        notes.append(f"The header's space group (ISPG) is {found}: 1 was assumed.")
    return 1


def _extended_size(fields: np.void, name: str) -> int:
    found = int(fields["nsymbt"])
    if not 0 <= found <= _LARGEST_EXTENSION:
        raise InputError(
            f"{name}: extended header of {found} bytes (NSYMBT), expected 0 to {_LARGEST_EXTENSION}"
        )
    return found


def _labels(fields: np.void) -> tuple[str, ...]:
    texts = (bytes(label).decode("ascii", "replace") for label in fields["label"])
    cleaned = ("".join(c if " " <= c <= "~" else "?" for c in text) for text in texts)
    return tuple(text.rstrip() for text in cleaned if text.strip())


def _is_big_endian(fields: np.void) -> bool:
    return fields.dtype["mode"].newbyteorder("S") == np.dtype("<i4")


def _extra(fields: np.void, name: str) -> tuple[bytes, bytes]:
    """Keep the unassigned words unless they would have to be byte-swapped blindly."""
    skewed = _is_skewed(fields, name)
    if _is_big_endian(fields):
        return b"", b""
    first, rest = bytes(fields["extra1"]), bytes(fields["extra2"])
    return (bytes(8), bytes(36) + rest[36:]) if skewed else (first, rest)


def _is_skewed(fields: np.void, name: str) -> bool:
    """Whether words 25-37 hold CCP4's skew transformation; refuses one that moves the map.

    Word 25 is the flag LSKFLG, 26-34 the matrix, 35-37 the translation. MRC2014 has given words 27
    and 28 another meaning, and words 25 and 26 to anybody: as numbers these are next to 0, or none.
    """
    order = ">" if _is_big_endian(fields) else "<"
    words = fields.tobytes()[96:148]
    flag, values = np.frombuffer(words, f"{order}i4")[0], np.frombuffer(words, f"{order}f4")[1:]
    if flag != 1 or not (np.abs(values) < _LARGEST_SKEW).all():
        return False
    matrix, shift = values[:9].reshape(3, 3), values[9:]
    moves = np.abs(shift).max() > _NO_SKEW or (
        np.abs(matrix).max() > _NO_SKEW and np.abs(matrix - np.eye(3)).max() > _NO_SKEW
    )
    if moves:
        raise InputError(
            f"{name}: a skew transformation (LSKFLG 1, translation "
            f"{', '.join(f'{v:g}' for v in shift)}) in words 25-37 of the header, expected none; "
            "apply it first (CCP4's maprot), or set LSKFLG to 0"
        )
    return True
