"""Which map a run's JSON belongs to: it names the checksum of the map's file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["checksum_of", "other_map"]

_CHUNK = 2**22  # bytes


def checksum_of(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.hexdigest()


def other_map(json_path: Path, values: Mapping[str, Any]) -> str | None:
    """Say so if the map beside a run's JSON is not the one that this run wrote.

    A run that was killed in the moment in which it put its files in place leaves such a pair, and
    so does whoever replaces one of the two.

    Parameters
    ----------
    json_path : Path
    values : mapping
        What it holds.

    Returns
    -------
    str or None
        A sentence; None if both belong together, or if there is no such map.
    """
    output = values.get("output")
    names = output if isinstance(output, Mapping) else {}
    name, expected = names.get("map"), names.get("map_sha256")
    if not isinstance(name, str) or not isinstance(expected, str):
        return None
    path = json_path.with_name(Path(name).name or "-")
    try:
        found = checksum_of(path)
    except (OSError, ValueError):
        return None
    if found == expected:
        return None
    return (
        f"{path.name} beside {json_path.name} is not the map of the run that wrote this JSON: "
        "it was interrupted, or the map was replaced later."
    )
