"""Tables on the terminal: framed by rich where somebody looks, plain columns in a file or pipe."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Literal

from sharpem.cli.output import printable

__all__ = ["show_table"]

_SHORT = 24  # characters that need not be folded on a terminal of 80


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
        _show_on_terminal(header, rows, best, texts)
        return
    table = [header, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(header))]
    for row in table:
        cells = [
            f"{text:<{width}}" if column < texts else f"{text:>{width}}"
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        print(printable("  ".join(cells).rstrip()))


def _show_on_terminal(
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
