"""``sharpem completion``: what a shell needs to complete commands, options and names of files."""

from __future__ import annotations

import argparse
from argparse import Namespace
from importlib import import_module
from typing import Any

from sharpem.cli.commands import COMMANDS
from sharpem.cli.output import say
from sharpem.cli.parser import Parser, add_command
from sharpem.options.request import SharpenRequest
from sharpem.options.table import options_of

__all__ = ["NAME", "add_parser", "manual_parser", "run", "whole_parser"]

NAME = "completion"

_SHELLS = ("bash", "zsh", "tcsh")


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="bash|zsh|tcsh",
        description="Print a script for the shell. bash: save it as\n"
        "~/.local/share/bash-completion/completions/sharpem; zsh: as _sharpem in a folder of\n"
        "$fpath; tcsh: source it in ~/.tcshrc.",
        epilog='example: eval "$(sharpem completion bash)"',
    )
    parser.add_argument("shell", choices=_SHELLS, help="whose script is wanted")
    parser.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)


def run(request: Namespace) -> int:
    """Run the command; the exit code."""
    import shtab

    parser = whole_parser()
    for one in _parsers(parser):
        for action in one._actions:
            if _names_a_file(action):
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    say(shtab.complete(parser, shell=request.shell), end="")
    return 0


def whole_parser() -> Parser:
    """Parser with all commands and all their options, for completion and the manual page."""
    parser = Parser(
        prog="sharpem",
        description="Automatic sharpening of cryo-EM maps.",
        epilog="sharpem COMMAND --help tells what a command takes.",
    )
    for flag, text in (("--version", "print the version"), ("--versions", "print all versions")):
        parser.add_argument(flag, action="store_true", help=text)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for name in COMMANDS:
        import_module(f"{__package__}.{name}").add_parser(commands)
    return parser


def manual_parser() -> Parser:
    """Parser for the manual page, where a line that begins with a dot would be a command."""
    parser = whole_parser()
    for one in _parsers(parser):
        for action in one._actions:
            if action.help and action.help.startswith("."):
                action.help = rf"\&{action.help}"
    return parser


def _parsers(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """A parser and those of its commands."""
    below = [
        action.choices.values()
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
    ]
    return [parser, *(one for group in below for one in group)]


def _names_a_file(action: argparse.Action) -> bool:
    """Whether an argument takes any text, or is an option whose text is a file's name."""
    if action.nargs == 0 or action.choices:
        return False
    files = {one.flag for one in options_of(SharpenRequest).values() if one.kind.is_file}
    return action.type is None or bool(files & set(action.option_strings))
