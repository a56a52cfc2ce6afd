"""Filters as ``sharpem apply`` reads them, and their curves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from target import Target

from sharpem.cli.apply import load_filter
from sharpem.spectra.filters import Anisotropy, Filter, SharpenBlur, ShellFilter

WORDS = (
    b"null", b"true", b"NaN", b"Infinity", b"[]", b"{}", b"[[[[", b'"kind"', b'"shells"',
    b'"sharpen-blur"', b'"anisotropy"', b'"onset"', b"\\u0000", b"\\ud800", b"1e5", b"-1e5",
    b"1E400", b"0.1", b"1e4",
)  # fmt: skip


def seeds() -> list[bytes]:
    """One of each kind, alone and in a run's JSON."""
    tensor = Anisotropy((1.0, -2.0, 1.0, 0.5, 0.0, 3.0))
    filters = (
        Filter(SharpenBlur.continuous(90.0, 3.4), 2.8, tensor),
        Filter(ShellFilter((10.0, 5.0, 3.0), (1.0, 2.0, 0.0)), 2.8),
    )
    values = [one.to_dict() for one in filters]
    whole = {"sharpem": "0.1.0", "filter": values[0], "output": {"map": "x.mrc", "map_sha256": "0"}}
    return [json.dumps(one).encode() for one in (*values, whole)]


def read(path: Path) -> None:
    """Read a filter that has a factor for every coefficient of a map."""
    found = load_filter(path)
    factors = found.radial(np.linspace(0, 1 / found.d_min, 7))
    assert np.isfinite(factors).all()
    assert (factors >= 0).all()
    assert Filter.from_dict(found.to_dict()) == found


TARGET = Target("json", seeds, read, WORDS)
