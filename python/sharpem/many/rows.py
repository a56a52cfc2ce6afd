"""Rows of a table as requests: a column for every option of ``sharpem sharpen``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sharpem.errors import InputError
from sharpem.io.stem import stem_of
from sharpem.io.table import Line, TableError, column_name
from sharpem.jobs import Job, file_stamp, fingerprint
from sharpem.options.request import SharpenRequest
from sharpem.options.rules import check_options
from sharpem.options.table import Option, column_of, options_of

__all__ = ["Row", "columns", "lines_of", "rows_of"]

# The batch itself says where results go, how many threads there are, and what is printed.
_NOT_OF_A_ROW = ("help", "output", "overwrite", "threads", "json", "quiet", "verbose", "debug")
_SMALL = 1_000_000  # bytes of a row's files: maps of 64^3 voxels or fewer take a second


@dataclass(frozen=True)
class Row:
    """A map to sharpen.

    Attributes
    ----------
    name : str
        Of its folder and files.
    place : str
        Where it stands in the table.
    request : SharpenRequest
    """

    name: str
    place: str
    request: SharpenRequest

    @property
    def source(self) -> str:
        """The map, or the half map where there is none."""
        return self.request.source

    @property
    def files(self) -> tuple[str, ...]:
        """Files that the row names; entries of the EMDB and other words are none."""
        options = options_of(SharpenRequest).values()
        named = [getattr(self.request, one.name) for one in options if one.kind.is_file]
        return tuple(name for name in named if name is not None and os.path.isabs(name))

    @property
    def missing(self) -> tuple[str, ...]:
        """Files that are not there."""
        return tuple(file for file in self.files if not os.path.exists(file))

    @property
    def command(self) -> list[str]:
        """The command line that does the same."""
        return ["sharpem", "sharpen", *self.request.words(), "-o", self.name]

    @property
    def job(self) -> Job:
        """The row as a job; it is another one when a file has changed."""
        stamps = {file: file_stamp(file) for file in self.files}
        arguments = {"name": self.name, "request": self.request.to_dict()}
        sizes = [stamp[0] for stamp in stamps.values() if stamp]
        small = bool(sizes) and sum(sizes) < _SMALL and not self.request.local
        return Job(self.name, fingerprint([arguments, stamps]), arguments, small)


@cache
def columns() -> dict[str, tuple[Option, bool]]:
    """All columns that a table may have but ``name``: the option, and whether `yes` negates it.

    A switch that is on by default has two columns, ``report`` and ``no_report``.
    """
    found: dict[str, tuple[Option, bool]] = {}
    for one in options_of(SharpenRequest).values():
        negated = one.is_switch and one.default is True
        found[column_of(one)] = (one, negated)
        if negated:
            found[column_of(one).removeprefix("no_")] = (one, False)
    return {name: column for name, column in found.items() if name not in _NOT_OF_A_ROW}


def lines_of(rows: Iterable[Mapping[str, Any]]) -> list[Line]:
    """Rows given in Python, as lines of a table; None counts as empty."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = {column_name(name): _text(value) for name, value in row.items()}
        lines.append(Line(f"row {number}", cells))
    return lines


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple | list):
        return ",".join(str(item) for item in value)
    return "" if value is None else str(value).strip()


def rows_of(
    lines: Iterable[Line], folder: Path, *, table: str, faults: Iterable[str] = ()
) -> list[Row]:
    """Check all lines.

    Parameters
    ----------
    lines : iterable of Line
    folder : Path
        Where relative paths start.
    table : str
        Its name, for messages.
    faults : iterable of str
        What is known to be wrong with it.

    Raises
    ------
    TableError
        Columns that are no options, values that they do not take, two rows of one name.
    """
    lines = list(lines)
    unknown = _unknown(lines)
    faults = [*faults, *unknown]
    rows: list[Row] = []
    by_name: dict[str, Row] = {}
    for line in [] if unknown else lines:
        try:
            row = _row(line, folder)
        except InputError as error:
            faults.append(f"{line.place}: {error}")
            continue
        other = by_name.setdefault(row.name.casefold(), row)
        if other is not row:
            faults.append(
                f"{line.place}: its results would be named {row.name} as those of {other.place}, "
                "expected another name in the column name"
            )
        rows.append(row)
    if not lines and not faults:
        faults.append("no rows, expected one for each map")
    if faults:
        raise TableError(table, faults)
    return rows


def _unknown(lines: list[Line]) -> list[str]:
    known, faults = columns(), []
    for name in dict.fromkeys(name for line in lines for name in line.cells):
        if name in _NOT_OF_A_ROW:
            faults.append(f"column {name}: the same for all rows, expected as an option of batch")
        elif name and name != "name" and name not in known:
            faults.append(f"column {name}: no option of sharpem sharpen")
    return faults


def _row(line: Line, folder: Path) -> Row:
    cells = {column: text for column, text in line.cells.items() if column and text}
    name = cells.pop("name", None)
    request = SharpenRequest.of(_values(cells, folder))
    check_options(request, column_of)
    if not request.source:
        raise InputError("no map, expected one, or half1 and half2")
    return Row(_checked(name or stem_of(request.source)), line.place, request)


def _values(cells: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Values of options, by name; a switch that is left as it is counts as not given."""
    values = {}
    for column, text in cells.items():
        one, negated = columns()[column]
        try:
            value = one.kind.value(text)
        except InputError as error:
            raise InputError(f"{column}: {error}") from None
        if one.is_switch:
            value = value is not negated
        if one.is_switch and value == one.default:
            continue
        values[one.name] = _as_file(value, folder) if one.kind.is_file else value
    return values


def _checked(name: str) -> str:
    if set(name) & {"/", "\\"} or name.startswith((".", "summary.")):
        raise InputError(f"name {name!r}: expected the name of a folder to be made, without slash")
    return name


def _as_file(text: str, folder: Path) -> str:
    """Absolute path of a file that is there or, by its looks, should be; else the word itself."""
    path = folder / os.path.expanduser(text)
    looks_like_one = bool(path.suffix) or os.sep in text
    return str(path.absolute()) if looks_like_one or os.path.exists(path) else text
