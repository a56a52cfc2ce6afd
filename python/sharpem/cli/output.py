"""Where a command's files go, whether they can go there, and how a command speaks."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeAlias

from sharpem._start import as_program as program
from sharpem.errors import InputError
from sharpem.io.stem import stem_of

__all__ = [
    "Lines",
    "complain",
    "output_prefix",
    "printable",
    "say",
    "show",
    "show_table",
    "silence",
    "unheard",
    "with_ending",
]

Lines: TypeAlias = Sequence[tuple[str, str]]

_SHORT = 24  # characters that need not be folded on a terminal of 80


def output_prefix(given: str | None, source: str, addition: str) -> Path:
    """Find the start of the output files' names.

    Parameters
    ----------
    given : str or None
        As on the command line. The ending of a map is dropped (``.mrc``, ``.map.gz``, ``.mtz``); a
        folder, or a final slash, means files of the default name in there.
    source : str
        The map.
    addition : str
        What the default name has after that of the map.

    Raises
    ------
    InputError
        What was given is no start of a name.

    Examples
    --------
    >>> str(output_prefix(None, "data/emd_3488.map.gz", "_sharpened"))
    'emd_3488_sharpened'
    """
    default = stem_of(source) + addition
    if given is None:
        return Path(default)
    path = Path(given)
    if given == "" or path.name == "..":
        raise InputError(f"-o: found {given!r}, expected the start of a file name, or FOLDER/")
    if given.endswith(("/", os.sep)) or os.path.isdir(path):  # False for a name that cannot be
        return path / default
    return path.with_name(stem_of(path))


def with_ending(prefix: Path, ending: str) -> Path:
    """Append an ending to a prefix; what is after a dot in it stays (``v1.2`` + ``.mrc``)."""
    return prefix.with_name(prefix.name + ending)


def show(lines: Lines) -> None:
    """Print labelled lines; on a terminal, long ones are folded beside their label."""
    if sys.stdout.isatty():
        _show_on_terminal(lines)
        return
    width = max((len(label) for label, _ in lines), default=0)
    for label, text in lines:
        say(printable(f"{label:<{width}}  {text}"))


def _show_on_terminal(lines: Lines) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for label, text in lines:
        style = "bold yellow" if label == "warning" else "bold"
        table.add_row(Text(label, style=style, no_wrap=True), Text(printable(text)))
    Console().print(table)


def show_table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, best: int | None = None, texts: int = 1
) -> None:
    """Print a table.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequence of str
        As many texts as the header has.
    best : int, optional
        The row to stand out on a terminal.
    texts : int
        So many columns on the left hold text; those after them hold numbers and end flush right.
    """
    if sys.stdout.isatty():
        _show_table_on_terminal(header, rows, best, texts)
        return
    table = [header, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(header))]
    for row in table:
        cells = [
            f"{text:<{width}}" if column < texts else f"{text:>{width}}"
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        say(printable("  ".join(cells).rstrip()))


def _show_table_on_terminal(
    header: Sequence[str], rows: Sequence[Sequence[str]], best: int | None, texts: int
) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for column, text in enumerate(header):
        longest = max(len(row[column]) for row in rows)
        justify: Literal["left", "right"] = "left" if column < texts else "right"
        least = longest if longest <= _SHORT else None
        title = Text(text.replace(" (", "\n("))  # the unit below
        table.add_column(title, justify=justify, overflow="fold", min_width=least)
    for number, row in enumerate(rows):
        style = "bold green" if number == best else ""
        table.add_row(*(Text(printable(text)) for text in row), style=style)
    Console().print(table)


def say(text: str, end: str = "\n") -> None:
    """Print to the standard output stream, which may be full: :func:`unheard` tells."""
    try:
        print(text, end=end)
    except BrokenPipeError:
        raise
    except OSError as error:
        _lose(error)


def unheard() -> str | None:
    """Why the standard output stream has not taken all that was said; None if it has."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _lose(error)
    if program.stdout_was_closed:
        return "closed"
    return _lost.pop() if _lost else None


_lost: list[str] = []


def _lose(error: OSError) -> None:
    _lost[:] = [(error.strerror or str(error)).lower()]
    silence()


def silence() -> None:
    """Drop what is in the buffer and what comes: it must not fail again when Python ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def printable(text: str) -> str:
    """Escape what standard output cannot show: file names may hold anything."""
    encoding = sys.stdout.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def complain(message: str) -> None:
    """Print one line to the standard error stream, if that takes it."""
    line = " ".join(message.split()).encode("utf-8", "backslashreplace").decode("utf-8")
    with suppress(OSError):
        print(f"sharpem: {line}", file=sys.stderr)
