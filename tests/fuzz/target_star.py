"""STAR files, which sharpem writes: gemmi reads the names and numbers again that went in."""

from __future__ import annotations

from pathlib import Path

import gemmi
import numpy as np
from target import Target

from sharpem.io.star import postprocess_star

WORDS = (
    b"loop_", b"data_x", b"_rln", b"\n;", b"' \"", b"#", b"$", b"[", b"save_", b"global_",
    "\u2028".encode(),
)  # fmt: skip


def seeds() -> list[bytes]:
    """Names of files, one a line, with the numbers of a table after them."""
    texts = ("half map 1.mrc\n3.2\n0.143\n", "/a/b'c\".mrc\n-1e-7\n1e30\n", "\u00e4#_x\n0\n1\n")
    return [text.encode() for text in texts]


def read(path: Path) -> None:
    """Write a name and numbers as STAR, and read them back."""
    name, *texts = path.read_text("utf-8", "surrogateescape").split("\n")
    numbers = [number for text in texts if abs(number := _number(text)) < 1e300]
    column = numbers or [0.0]
    text = postprocess_star(
        {"rlnUnfilteredMapHalf1": name, "rlnFinalResolution": column[0]},
        {"rlnResolution": column},
        {"rlnLogAmplitudesOriginal": column},
        comment="sharpem",
    )
    document = gemmi.cif.read_string(text.encode("utf-8", "backslashreplace"))
    assert [block.name for block in document] == ["general", "fsc", "guinier"]
    general = document.find_block("general")
    found = gemmi.cif.as_string(general.find_value("_rlnUnfilteredMapHalf1"))
    assert found == name.encode("utf-8", "backslashreplace").decode()
    rows = [float(row[0]) for row in document.find_block("fsc").find(["_rlnResolution"])]
    np.testing.assert_allclose(rows, column, rtol=1e-6, atol=1e-6)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


TARGET = Target("txt", seeds, read, WORDS, named=False)
