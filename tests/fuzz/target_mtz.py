"""Map coefficients: MTZ files and the PDB's mmCIF files of the same."""

from __future__ import annotations

from pathlib import Path

import gemmi
import numpy as np
from crystal import crystal
from target import Target

from sharpem.io.read import read_map

WORDS = (
    b"NCOL", b"CELL", b"DCELL", b"SYMINF", b"SYMM", b"X,Y,Z", b"1/2+X", b"RESO", b"VALM NAN",
    b"COLUMN", b"COLSRC", b"NDIF", b"PROJECT", b"DATASET", b"BATCH", b"END", b"MTZHIST",
    b"MTZBATS", b"H", b"F", b"P", b"loop_", b"data_r", b"_refln.index_h", b"_refln.pdbx_FWT",
    b"_cell.length_a", b"?", b".",
)  # fmt: skip


SMALL = {"lengths": (12, 14, 15), "atoms": 8}


def seeds() -> list[bytes]:
    """MTZ of two space groups, the second as sharpem writes a cryo-EM map, and mmCIF."""
    mtz, plain = (crystal(group, **SMALL)[0] for group in ("P 21 21 21", "P 1"))
    plain.history = [
        "sharpem: cryo-EM map, grid 12 14 15, NSTART 1 2 -3",
        "sharpem: its ORIGIN 0 1.5 0",
    ]
    cif = gemmi.MtzToCif().write_cif_to_string(mtz).encode()
    return [bytes(mtz.write_to_bytes()), bytes(plain.write_to_bytes()), cif]


def read(path: Path) -> None:
    """Read a map, whose voxels are numbers."""
    density = read_map(path)
    assert density.data.size <= 2**24
    assert np.isfinite(density.data).all()
    assert np.isfinite(density.cell).all()


TARGET = Target("mtz", seeds, read, WORDS, range(80))
