"""How the command line is parsed: errors of one line, no abbreviations, negative numbers."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from sharpem.cli.commands import COMMANDS
from sharpem.errors import InputError

__all__ = ["Parser", "add_command", "join_negative_numbers"]


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line each, and which takes no abbreviations."""

    refused: Callable[[Sequence[str]], None] | None = None
    """Called with arguments that are at fault, before that is said."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and refuse what this parser does not know; the nearest option is named."""
        try:
            known, left = super().parse_known_args(args, namespace)
            if left:
                flag = next((text for text in left if text.startswith("-")), "")
                hint = _did_you_mean(flag.partition("=")[0], self._option_string_actions)
                self.error(f"unrecognized arguments: {' '.join(left)}{hint}")
        except InputError:
            if self.refused is not None:
                self.refused(args)
            raise
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
    from difflib import get_close_matches

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
        ``usage`` (what follows the name), ``description`` and ``epilog``.
    """
    texts["help"] = COMMANDS[name]
    texts["usage"] = f"sharpem {name} {texts['usage']}"
    parser: Parser = commands.add_parser(name, **texts)
    parser.set_defaults(run=run)
    return parser


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
