"""Tables as people write them: CSV or TSV, from an editor, a script or a spreadsheet."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sharpem.errors import InputError
from sharpem.io.contents import contents

__all__ = ["Line", "TableError", "column_name", "csv_text", "read_table"]

_SEPARATORS = "\t,;"
_LARGEST = 2**28  # bytes
_FORMULA = ("=", "+", "-", "@")


class TableError(InputError):
    """A table that cannot be worked on.

    Attributes
    ----------
    faults : tuple of str
        All that is wrong with it, one line each.
    """

    def __init__(self, name: str, faults: list[str]) -> None:
        self.faults = tuple(faults)
        shown = "; ".join(faults[:5]) + (f"; {len(faults) - 5} more" if len(faults) > 5 else "")
        super().__init__(f"{name}: {shown}")


@dataclass(frozen=True)
class Line:
    """A row: where it stands, and the texts in it by column."""

    place: str
    cells: dict[str, str]


def read_table(path: Path) -> tuple[list[Line], list[str]]:
    """Read a table: columns named in the first line, apart by tab, comma or semicolon.

    Cells may be quoted; lines that are empty or begin with # do not count. UTF-8, or UTF-16
    marked as such, with any line ends.

    Returns
    -------
    list of Line
        Those that have as many cells as the first line.
    list of str
        What is wrong with the others and with the names of the columns.

    Raises
    ------
    InputError
        It cannot be read; a :class:`TableError` where it can but makes no sense.
    """
    numbered = _Numbered(_text(path))
    try:
        header = next(numbered, "")
        separator = max(_SEPARATORS, key=header.count)
        columns = [column_name(name) for name in next(csv.reader([header], delimiter=separator))]
        rows = csv.reader(numbered, delimiter=separator, strict=True)
        lines = [(f"line {numbered.number}", cells) for cells in rows]
    except StopIteration:
        raise TableError(str(path), ["empty, expected names of columns and rows"]) from None
    except csv.Error as error:
        raise TableError(str(path), [f"line {numbered.number}: {error}"]) from None
    whole = [line for line in lines if _fits(line[1], columns)]
    faults = _faults(columns, lines)
    return [Line(place, _cells(columns, cells)) for place, cells in whole], faults


def csv_text(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Write a CSV table; a row may lack some columns.

    Spreadsheets run a cell that starts like a formula: text that does gets an apostrophe before it.
    Control characters, which could start another cell, become spaces.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _harmless(value) for name, value in row.items()})
    return text.getvalue()


def _harmless(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = "".join(" " if character < " " else character for character in value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def column_name(text: str) -> str:
    """One spelling of a column's name.

    Examples
    --------
    >>> column_name(" Solvent-Content")
    'solvent_content'
    """
    return "_".join(text.strip().lower().removeprefix("--").replace("-", " ").split())


def _text(path: Path) -> str:
    data = contents(path, "a table", largest=_LARGEST)
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{path}: line {line} is not UTF-8, expected a text in UTF-8") from None


class _Numbered(Iterator[str]):
    """The lines that count, and the number of the last one given."""

    def __init__(self, text: str) -> None:
        self._lines = enumerate(text.splitlines(keepends=True), 1)
        self.number = 0

    def __next__(self) -> str:
        for number, line in self._lines:
            self.number = number
            if line.strip(" \t\r\n,;") and not line.lstrip().startswith("#"):
                return line
        raise StopIteration


def _faults(columns: list[str], lines: list[tuple[str, list[str]]]) -> list[str]:
    faults = [f"column {n} has no name" for n, name in enumerate(columns, 1) if not name]
    twice = {name for name in columns if name and columns.count(name) > 1}
    faults += [f"two columns are named {name}, expected one" for name in sorted(twice)]
    faults += [
        f"{place}: {len(cells)} cells, expected {len(columns)}"
        for place, cells in lines
        if not _fits(cells, columns)
    ]
    return faults


def _fits(cells: list[str], columns: list[str]) -> bool:
    """Whether every cell has a column; spreadsheets leave empty cells at the end."""
    return len(cells) >= len(columns) and not any(cells[len(columns) :])


def _cells(columns: list[str], cells: list[str]) -> dict[str, str]:
    return {name: cell.strip() for name, cell in zip(columns, cells, strict=False)}
