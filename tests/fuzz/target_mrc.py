"""MRC/CCP4 maps: their headers, with a few voxels."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
from target import Target

import sharpem
from sharpem.io.read import read_map

SIZE = 6  # voxels along an edge
REAL = Path(sharpem.__file__).parent / "data" / "emd_5830" / "A_box.ccp4.gz"
TYPES = {0: "i1", 1: "i2", 2: "f4", 6: "u2", 12: "f2"}


def header(mode: int = 2, *, order: str = "<", extended: int = 0) -> bytes:
    """A header as programs write it: MRC2014."""
    head = bytearray(1024)
    struct.pack_into(f"{order}10i", head, 0, *[SIZE] * 3, mode, 1, 2, -3, *[SIZE] * 3)
    struct.pack_into(f"{order}6f3i", head, 40, *[1.3 * SIZE] * 3, 90, 90, 90, 1, 2, 3)
    struct.pack_into(f"{order}2i", head, 88, 1, extended)
    head[208:216] = b"MAP " + (b"\x44\x44\0\0" if order == "<" else b"\x11\x11\0\0")
    head[220:240] = struct.pack(f"{order}i", 1) + b"a label".ljust(16)
    return bytes(head)


def seeds() -> list[bytes]:
    """Every mode and byte order, an extended header, a real map's header; packed ones."""
    voxels = np.random.default_rng(3).integers(0, 100, (SIZE,) * 3)
    found = [
        header(mode, order=order) + voxels.astype(f"{order}{kind}").tobytes()
        for mode, kind in TYPES.items()
        for order in "<>"
    ]
    values = voxels.astype("<f4").tobytes()
    found.append(header(extended=80) + b"X,  Y,  Z".ljust(80) + values)
    real = bytearray(gzip.decompress(REAL.read_bytes())[:1024])
    real[:12] = real[28:40] = struct.pack("<3i", *[SIZE] * 3)
    real[40:52] = struct.pack("<3f", *[1.3 * SIZE] * 3)
    found.append(bytes(real) + values)
    return [*found, gzip.compress(found[4], 1)]


def read(path: Path) -> None:
    """Read a map, whose voxels are numbers."""
    density = read_map(path)
    assert density.data.size <= 2**22
    assert np.isfinite(density.data).all()
    assert np.isfinite([*density.cell, *density.voxel_size]).all()


TARGET = Target("mrc", seeds, read, (b"MAP ", b"MTZ ", b"\x1f\x8b", b"BZh9", b"IMOD"), range(256))
