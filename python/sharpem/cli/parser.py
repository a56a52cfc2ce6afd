"""What the commands' parsers share: types with limits, common options, negative numbers."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any, NoReturn

from sharpem.errors import InputError
from sharpem.options import kinds
from sharpem.options.kinds import Kind
from sharpem.options.request import SharpenRequest
from sharpem.options.table import options_of

__all__ = [
    "Parser",
    "add_all_models",
    "add_command",
    "add_general",
    "add_loudness",
    "add_max_memory",
    "add_resolution",
    "add_scattering",
    "add_voxel_size",
    "count",
    "join_negative_numbers",
    "labels",
    "number",
    "numbers",
    "reader",
]


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line each, and which takes no abbreviations."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and refuse what this parser does not know; the nearest option is named."""
        known, left = super().parse_known_args(args, namespace)
        if left:
            flag = next((text for text in left if text.startswith("-")), "")
            hint = _did_you_mean(flag.partition("=")[0], self._option_string_actions)
            self.error(f"unrecognized arguments: {' '.join(left)}{hint}")
        return known, left

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        try:
            super()._check_value(action, value)
        except argparse.ArgumentError as error:
            hint = _did_you_mean(str(value), action.choices or ())
            raise argparse.ArgumentError(action, f"{error.message}{hint}") from None

    def error(self, message: str) -> NoReturn:
        """Turn a wrong argument into an error that names it.

        Raises
        ------
        InputError
            Always.
        """
        raise InputError(f"{message.removeprefix('argument ')} ({self.prog} --help)")


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    """End of a message that names the known word which is most like one; empty if none is."""
    alike = get_close_matches(word, known, n=1)
    return f"; did you mean {alike[0]}?" if alike else ""


def add_command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], **texts: str
) -> Parser:
    """Add a command's parser.

    Parameters
    ----------
    commands : what ``add_subparsers`` returned
    name : str
    run : callable
        Does the work; returns the exit code.
    **texts : str
        ``usage`` (what follows the name), ``help``, ``description`` and ``epilog``.
    """
    texts["usage"] = f"sharpem {name} {texts['usage']}"
    parser: Parser = commands.add_parser(name, **texts)
    parser.set_defaults(run=run)
    return parser


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


def join_negative_numbers(arguments: Iterable[str]) -> list[str]:
    """Tie a negative number, or a list of numbers, to the option before it: it is no option.

    argparse alone knows -50 but not -1e2.

    Examples
    --------
    >>> join_negative_numbers(["map.mrc", "--b-min", "-1e2", "-r", "3"])
    ['map.mrc', '--b-min=-1e2', '-r', '3']
    """
    joined: list[str] = []
    for argument in arguments:
        before = joined[-1] if joined else ""
        if _is_negative(argument) and before.startswith("-") and "=" not in before:
            joined[-1] = f"{before}={argument}" if before.startswith("--") else before + argument
        else:
            joined.append(argument)
    return joined


def _is_negative(text: str) -> bool:
    try:
        [float(part) for part in text.split(",")]
    except ValueError:
        return False
    return text.startswith("-")
