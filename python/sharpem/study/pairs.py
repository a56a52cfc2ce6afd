"""The table of a study: one row for each map with its model."""

from __future__ import annotations

import csv
import math
import os
import re
from dataclasses import dataclass, fields
from pathlib import Path

from sharpem.archive.names import entry_id, pdb_id
from sharpem.errors import InputError

__all__ = ["COLUMNS", "Pair", "paper_table", "read_pairs"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class Pair:
    """A map with its model.

    Attributes
    ----------
    name : str
        Letters, digits, ``. _ -``; no other pair has it.
    map, model : str
        Files, or entries of the EMDB (``EMD-3488``) and the PDB (``5ni1``).
    resolution : float or None
        Of the map, as published, A; None: what the EMDB states.
    model_resolution : float or None
        As published with the model, A; None: what its file says.
    half1, half2 : str
        Files of the half maps, or empty; an entry of the EMDB alone stands for both.
    group : str
        Pairs of one group get statistics of their own.
    true_b : float or None
        Overall B of the signal in the map where that is known, from a simulation, A^2.
    """

    name: str
    map: str
    model: str
    resolution: float | None = None
    model_resolution: float | None = None
    half1: str = ""
    half2: str = ""
    group: str = ""
    true_b: float | None = None


COLUMNS = tuple(field.name for field in fields(Pair))
"""Of the table."""

_NEEDED = ("name", "map", "model", "resolution")
_FILES = ("map", "model", "half1", "half2")
_NUMBERS = ("resolution", "model_resolution", "true_b")


def paper_table() -> Path:
    """Where the table of the entries that the paper names is installed."""
    return Path(__file__).parents[1] / "data" / "paper_entries.csv"


def read_pairs(path: str | os.PathLike[str]) -> tuple[Pair, ...]:
    """Read the table of a study: CSV with :data:`COLUMNS`, of which the last five may be missing.

    Names of files are relative to the folder of the table. Lines that begin with # are comments.

    Raises
    ------
    InputError
        No such file, unknown or missing columns, no rows, a cell that is not what it should be, or
        two pairs of one name. Whether the files are there is seen when they are read.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file, expected a table (CSV)") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable as text ({error}), expected CSV") from None
    lines = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if _counts(line)]
    rows = list(csv.reader(line for _, line in lines))
    if not rows:
        raise InputError(f"{path}: empty, expected a table with columns {', '.join(_NEEDED)}")
    header = [column.strip() for column in rows[0]]
    _check_columns(path, header)
    places = [f"{path}, line {n}" for n, _ in lines[1:]]
    pairs = tuple(
        _pair(place, header, row, path.parent) for place, row in zip(places, rows[1:], strict=True)
    )
    if not pairs:
        raise InputError(f"{path}: no rows below the header, expected one for each map")
    _check_names(path, pairs)
    return pairs


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


def _check_columns(path: Path, header: list[str]) -> None:
    expected = f"expected {', '.join(COLUMNS)}"
    if unknown := [column for column in header if column not in COLUMNS]:
        raise InputError(f"{path}: unknown column {unknown[0]!r}, {expected}")
    if missing := [column for column in _NEEDED if column not in header]:
        raise InputError(f"{path}: no column {missing[0]!r}, {expected}")
    if len(set(header)) < len(header):
        raise InputError(f"{path}: a column twice, {expected}")


def _pair(place: str, header: list[str], row: list[str], folder: Path) -> Pair:
    if len(row) != len(header):
        raise InputError(f"{place}: {len(row)} cells, expected {len(header)} as in the header")
    cells = {column: cell.strip() for column, cell in zip(header, row, strict=True)}
    for column in ("name", "map", "model"):
        if not cells[column]:
            raise InputError(f"{place}: nothing under {column}")
    if not _NAME.fullmatch(cells["name"]):
        raise InputError(f"{place}: name {cells['name']!r}, expected letters, digits, . _ -")
    halves = cells.get("half1", ""), cells.get("half2", "")
    if bool(halves[0]) != bool(halves[1]) and not entry_id(halves[0]):
        raise InputError(f"{place}: one half map, expected both or none")
    if not cells["resolution"] and not entry_id(cells["map"]):
        raise InputError(f"{place}: nothing under resolution, expected A")
    found = {name: _file(cells[name], folder) for name in _FILES if name in cells}
    figures = {name: _number(place, name, cells[name]) for name in _NUMBERS if name in cells}
    return Pair(**{**cells, **found, **figures})  # type: ignore[arg-type]


def _file(name: str, folder: Path) -> str:
    """Absolute path, unless the cell is empty or names an entry and no file."""
    path = folder / name
    entry = entry_id(name) or pdb_id(name)
    return name if not name or (entry and not path.exists()) else str(path.absolute())


def _number(place: str, name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (name != "true_b" and not 0.5 < value < 50):
        wanted = "a number (A^2)" if name == "true_b" else "a resolution in A"
        raise InputError(f"{place}: {name} {text!r}, expected {wanted}")
    return value


def _check_names(path: Path, pairs: tuple[Pair, ...]) -> None:
    seen: set[str] = set()
    for pair in pairs:
        name = pair.name.lower()  # folders that differ in case alone are one on some disks
        if name in seen:
            raise InputError(f"{path}: the name {pair.name!r} twice, expected one row for each")
        seen.add(name)
