"""What several commands share: options, and types of values with limits."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import Any

from sharpem.cli.parser import Parser
from sharpem.errors import InputError
from sharpem.options import kinds
from sharpem.options.kinds import Kind
from sharpem.options.request import SharpenRequest
from sharpem.options.table import options_of

__all__ = [
    "add_all_models",
    "add_general",
    "add_loudness",
    "add_max_memory",
    "add_resolution",
    "add_scattering",
    "add_voxel_size",
    "count",
    "labels",
    "number",
    "numbers",
    "reader",
]


def add_general(parser: Parser, *, threads: bool = True) -> argparse._ArgumentGroup:
    """Add what every command takes; returns the group, for more of the kind."""
    group = parser.add_argument_group("general")
    if threads:
        group.add_argument(
            "--threads", type=count, metavar="N", help="threads (default: all cores)"
        )
    add_loudness(group)
    return group


def add_loudness(group: argparse._ActionsContainer) -> None:
    """Add how much a command prints."""
    loudness = group.add_mutually_exclusive_group()
    loudness.add_argument("-q", "--quiet", action="store_true", help="nothing but errors")
    loudness.add_argument("-v", "--verbose", action="store_true", help="more detail, and progress")
    group.add_argument("--debug", action="store_true", help="show where an error comes from")


def add_max_memory(group: argparse._ArgumentGroup) -> None:
    """Add ``--max-memory``."""
    group.add_argument(
        "--max-memory",
        type=size,
        metavar="SIZE",
        help="refuse a map that would take more, such as 4G (default: what the machine has left)",
    )


def add_resolution(parser: Parser, meaning: str) -> None:
    """Add ``-r``, in A."""
    parser.add_argument(
        "-r", "--resolution", type=number(above=0.5, below=50), metavar="D", help=meaning
    )


def add_all_models(parser: Any) -> None:
    """Add ``--all-models``, as of `sharpem sharpen`."""
    one = options_of(SharpenRequest)["all_models"]
    parser.add_argument(one.flag, action="store_true", help=one.help)


def add_scattering(parser: Any) -> None:
    """Add ``--xray`` and ``--electrons``, as of `sharpem sharpen`; None where neither is given."""
    table, group = options_of(SharpenRequest), parser.add_mutually_exclusive_group()
    for name, xray in (("xray", True), ("electrons", False)):
        group.add_argument(
            table[name].flag, dest="xray", action="store_const", const=xray, help=table[name].help
        )


def add_voxel_size(parser: Any) -> None:
    """Add ``--apix``, in A."""
    parser.add_argument(
        "--apix",
        type=number(above=0),
        metavar="A",
        help="voxel size in A, instead of the header's",
    )


def reader(kind: Kind) -> Callable[[str], Any]:
    """Make a converter of text to values of a kind, for argparse."""

    def convert(text: str) -> Any:
        try:
            return kind.value(text)
        except InputError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return convert


def number(*, above: float = -math.inf, below: float = math.inf) -> Callable[[str], float]:
    """Make a converter of text to finite numbers between two limits, both excluded.

    Examples
    --------
    >>> number(above=0, below=1)("0.2")
    0.2
    """
    return reader(kinds.number(above=above, below=below))


def numbers(length: int | None = None) -> Callable[[str], tuple[float, ...]]:
    """Make a converter of text to numbers between commas, `length` of them.

    Examples
    --------
    >>> numbers(2)("20,-5")
    (20.0, -5.0)
    """

    def convert(text: str) -> tuple[float, ...]:
        found = tuple(number()(part) for part in text.split(","))
        if length not in (None, len(found)):
            raise argparse.ArgumentTypeError(
                f"found {text}, expected {length} numbers with commas between them"
            )
        return found

    return convert


count = reader(kinds.whole(1, 1024))
"""Converter of text to a whole number of things."""
size = reader(kinds.SIZE)
"""Converter of text such as 4G to bytes."""
labels = reader(kinds.LABELS)
"""Converter of text to the names of two columns of an MTZ file: FWT,PHWT."""
