"""Rows as requests to ``sharpem sharpen``: what a column may be is asked of its parser."""

from __future__ import annotations

import os
import shlex
from argparse import Action
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharpem.errors import InputError
from sharpem.io.table import Line, TableError, column_name
from sharpem.jobs import Job, file_stamp, fingerprint

if TYPE_CHECKING:
    from sharpem.cli.parser import Parser

__all__ = ["Row", "columns", "lines_of", "rows_of", "sharpen_parser"]

# The batch itself says where results go, how many threads there are, and what is printed.
_NOT_OF_A_ROW = ("help", "output", "overwrite", "threads", "json", "quiet", "verbose", "debug")
_YES, _NO = ("yes", "true", "on", "1", "x"), ("no", "false", "off", "0")


@dataclass(frozen=True)
class Row:
    """A map to sharpen.

    Attributes
    ----------
    name : str
        Of its folder and files.
    place : str
        Where it stands in the table.
    source : str
        The map, or the half map where there is none.
    words : tuple of str
        The command line after ``sharpem sharpen``.
    files : tuple of str
        Those of the words that are files or ought to be.
    """

    name: str
    place: str
    source: str
    words: tuple[str, ...]
    files: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Files that are not there."""
        return tuple(file for file in self.files if not os.path.exists(file))

    @property
    def job(self) -> Job:
        """The row as a job; it is another one when a file has changed."""
        stamps = {file: file_stamp(file) for file in self.files}
        arguments = {"name": self.name, "words": list(self.words)}
        return Job(self.name, fingerprint([arguments, stamps]), arguments)


@cache
def sharpen_parser() -> Parser:
    """Parser of ``sharpem sharpen``."""
    from sharpem.cli import sharpen
    from sharpem.cli.parser import Parser

    commands = Parser(prog="sharpem").add_subparsers()
    sharpen.add_parser(commands)
    parser: Parser = commands.choices[sharpen.NAME]
    return parser


@cache
def columns() -> dict[str, tuple[str, Action]]:
    """All columns that a table may have but ``name``: the option's spelling, and its action."""
    found = {}
    for action in sharpen_parser()._actions:
        for option in action.option_strings or [action.dest]:
            name = column_name(option)
            if (option.startswith("--") or option == action.dest) and name not in _NOT_OF_A_ROW:
                found[name] = (option, action)
    return found


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
            faults.append(f"{line.place}: {str(error).removesuffix(' (sharpem sharpen --help)')}")
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
    names = dict.fromkeys(name for line in lines for name in line.cells)
    faults = []
    for name in names:
        if name in _NOT_OF_A_ROW:
            faults.append(f"column {name}: the same for all rows, expected as an option of batch")
        elif name and name != "name" and name not in columns():
            faults.append(f"column {name}: no option of sharpem sharpen")
    return faults


def _row(line: Line, folder: Path) -> Row:
    from sharpem.cli.output import output_prefix

    cells = {column: text for column, text in line.cells.items() if text}
    name = cells.pop("name", None)
    words: list[str] = []
    files: list[str] = []
    for column, (option, action) in columns().items():
        if (text := cells.get(column)) is None:
            continue
        value = _as_file(text, folder) if _takes_a_file(action) else None
        if value is not None:
            files.append(value)
        words += _words(option, action, text if value is None else value)
    request = sharpen_parser().parse_args(words)
    source = request.map or request.half1
    if source is None:
        raise InputError("no map, expected one, or half1 and half2")
    name = _checked(name or str(output_prefix(None, str(source), "")))
    return Row(name, line.place, source, tuple(words), tuple(files))


def _checked(name: str) -> str:
    if set(name) & {"/", "\\"} or name.startswith((".", "summary.")):
        raise InputError(f"name {name!r}: expected the name of a folder to be made, without slash")
    return name


def _takes_a_file(action: Action) -> bool:
    """Whether an option takes any text: files are the only ones that do."""
    return action.type is None and action.nargs in (None, "?") and action.choices is None


def _as_file(text: str, folder: Path) -> str | None:
    """Absolute path of a file that is there or, by its looks, should be; None: no file's name."""
    path = folder / Path(text).expanduser()
    looks_like_one = bool(path.suffix) or os.sep in text
    return str(path.absolute()) if looks_like_one or path.exists() else None


def _words(option: str, action: Action, text: str) -> list[str]:
    if not option.startswith("-"):
        return [text]
    if action.nargs == 0:
        return [option] if _is_yes(option, text) else []
    if action.nargs is not None:
        return [option, *shlex.split(text)]
    return [f"{option}={text}"]


def _is_yes(option: str, text: str) -> bool:
    if text.lower() not in (*_YES, *_NO):
        raise InputError(f"{option.removeprefix('--')}: found {text}, expected yes or no")
    return text.lower() in _YES
