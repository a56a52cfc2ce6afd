"""Gains of a local run as ``sharpem apply --gains`` reads them: a .npz file."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from unittest.mock import patch
from zipfile import ZipExtFile

import numpy as np
from target import Target

from sharpem.local.bands import Bands
from sharpem.local.gains import Gains

WORDS = (
    b"gains.npy", b"s_max.npy", b"shape.npy", b"\x93NUMPY", b"\x01\x00", b"\x02\x00",
    b"{'descr': '<f8', ", b"'shape': (), }", b"'shape': (99999999999,), }", b"'|O'", b"'<c16'",
    b"'|S0'", b"True", b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06",
)  # fmt: skip


def seeds() -> list[bytes]:
    """Two bands on a lattice over a map of 6 voxels along an edge; packed, and not."""
    bands = Bands(np.array([0.1, 0.2]), 0.3, 8.0, 4)
    values = np.ones((2, *bands.shape_over((6, 6, 6))), np.float32)
    with tempfile.TemporaryDirectory() as folder:
        Gains(bands, values, (6, 6, 6), (1.2, 1.2, 1.2)).save(path := Path(folder, "x.npz"))
        packed = path.read_bytes()
    plain = io.BytesIO()
    np.savez(plain, **np.load(io.BytesIO(packed)))
    return [packed, plain.getvalue(), plain.getvalue()]


def read(path: Path) -> None:
    """Read gains, which are factors. Who makes a hostile file makes its checksums right."""
    with patch.object(ZipExtFile, "_update_crc"):
        gains = Gains.load(path)
    assert np.isfinite(gains.values).all()
    assert (gains.values > 0).all()


TARGET = Target("npz", seeds, read, WORDS)
