"""The table of a study: one row for each map with its model."""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass, fields
from pathlib import Path

from sharpem.archive.names import entry_id, pdb_id
from sharpem.errors import InputError
from sharpem.io.table import TableError, read_table

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
        Files, or entries of the EMDB (``EMD-3488``) and the PDB (``5ni1``). No map: the mean of the
        half maps.
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
    """Read the table of a study, CSV or TSV: :data:`COLUMNS`, of which the last five may be absent.

    Names of files are relative to the folder of the table. Lines that begin with # are comments.

    Raises
    ------
    InputError
        No such file, unknown or missing columns, no rows, a cell that is not what it should be, or
        two pairs of one name. Whether the files are there is seen when they are read.
    """
    path = Path(path)
    lines, faults = read_table(path)
    wrong_columns = _columns(lines[0].cells) if lines else []
    faults += wrong_columns or ([] if lines or faults else ["no rows, expected one for each pair"])
    pairs: dict[str, Pair] = {}
    for line in [] if wrong_columns else lines:
        try:
            pair = _pair(line.cells, path.parent)
        except InputError as error:
            faults.append(f"{line.place}: {error}")
            continue
        # folders that differ in case alone are one on some disks
        if pairs.setdefault(pair.name.casefold(), pair) is not pair:
            faults.append(f"{line.place}: the name {pair.name!r} again, expected one for each")
    if faults:
        raise TableError(str(path), faults)
    return tuple(pairs.values())


def _columns(cells: dict[str, str]) -> list[str]:
    """What is wrong with the columns."""
    faults = [f"unknown column {name!r}" for name in cells if name not in COLUMNS]
    faults += [f"no column {name!r}" for name in _NEEDED if name not in cells]
    return [f"{fault}, expected {', '.join(COLUMNS)}" for fault in faults]


def _pair(cells: dict[str, str], folder: Path) -> Pair:
    for column in ("name", "model"):
        if not cells[column]:
            raise InputError(f"nothing under {column}")
    if not (cells["map"] or cells.get("half1")):
        raise InputError("nothing under map, expected one, or half maps")
    if not _NAME.fullmatch(cells["name"]):
        raise InputError(f"name {cells['name']!r}, expected letters, digits, . _ -")
    halves = cells.get("half1", ""), cells.get("half2", "")
    if bool(halves[0]) != bool(halves[1]) and not entry_id(halves[0]):
        raise InputError("one half map, expected both or none")
    if not cells["resolution"] and not entry_id(cells["map"]):
        raise InputError("nothing under resolution, expected A")
    found = {name: _file(cells[name], folder) for name in _FILES if name in cells}
    figures = {name: _number(name, cells[name]) for name in _NUMBERS if name in cells}
    return Pair(**{**cells, **found, **figures})  # type: ignore[arg-type]


def _file(name: str, folder: Path) -> str:
    """Absolute path, unless the cell is empty or names an entry and no file."""
    path = folder / name
    entry = entry_id(name) or pdb_id(name)
    return name if not name or (entry and not os.path.exists(path)) else str(path.absolute())


def _number(name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (name != "true_b" and not 0.5 < value < 50):
        wanted = "a number (A^2)" if name == "true_b" else "a resolution in A"
        raise InputError(f"{name} {text!r}, expected {wanted}")
    return value
