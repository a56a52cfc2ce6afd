"""Fixtures that several test files use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import archive_server
import mrcfile
import numpy as np
import pytest
from archive_server import Archive
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # a busy machine is no fault of an example
settings.load_profile("untimed")


@pytest.fixture
def random_array() -> np.ndarray:
    """Noise with a blob in it, float32, (z, y, x) = (7, 9, 12)."""
    noise = np.random.default_rng(20180601).normal(size=(7, 9, 12))
    noise[2:4, 3:6, 5:8] += 8
    return noise.astype(np.float32)


@pytest.fixture
def mrc_file(tmp_path: Path, random_array: np.ndarray) -> Callable[..., Path]:
    """Write a map with mrcfile, not with sharpem.

    Call it with a file name, the array in file order (default: `random_array`) and header fields;
    ``cella``, ``cellb`` and ``origin`` as (x, y, z). The voxel size is 1.05 A unless ``cella`` is
    given.
    """

    def write(name: str = "map.mrc", array: Any = None, **fields: Any) -> Path:
        path = tmp_path / name
        compression = {".gz": "gzip", ".bz2": "bzip2"}.get(path.suffix)
        with mrcfile.new(path, compression=compression, overwrite=True) as mrc:
            mrc.set_data(random_array if array is None else array)
            mrc.voxel_size = 1.05
            mrc.set_volume()
            for key, value in fields.items():
                mrc.header[key] = value
        return path

    return write


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """A small EMDB and PDB on this machine, an empty cache, and no other site to ask.

    EMD-3488 has all that an entry can have (the map is random bytes), EMD-1234 is an old one
    without half maps, EMD-4321 is withdrawn.
    """
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr("sharpem.archive.mirrors._PAUSE", 0.0)
    monkeypatch.setenv("SHARPEM_CACHE", str(tmp_path / "cache"))
    with Archive(files=archive_server.small_archive()) as served:
        monkeypatch.setenv("SHARPEM_MIRRORS", served.url)
        yield served
