"""The command line: ``sharpem COMMAND ...``, one module per command, imported if it is asked for.

Exit codes: 0 done; 1 internal error; 2 the request or the input is at fault; 3 the method does not
apply to the map and ``--if-not-applicable stop`` was given; 4 some rows of a batch failed; 129,
130, 143 hung up on, interrupted, terminated; 141 nobody reads the output any more.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from sharpem.cli.commands import COMMANDS, add_parsers, import_command
from sharpem.cli.output import complain, say, silence, unheard
from sharpem.cli.parser import Parser, join_negative_numbers
from sharpem.cli.signals import SignalledError, signals_raised
from sharpem.errors import InputError, SharpemError

__all__ = ["main"]

_INTERRUPTED, _BROKEN_PIPE = 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        Without the program's name; default: what the process was started with.

    Returns
    -------
    int
        Exit code.

    Examples
    --------
    >>> main(["sharpen", "no_such_file.mrc", "-r", "3.2"])
    2
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in arguments
    try:
        command = import_command(arguments)  # what a signal left half imported would break later
        with signals_raised():
            code = _run(arguments, command)
            if reason := unheard():
                complain(f"standard output: {reason}, so nothing more could be shown")
                code = code or (0 if _wrote_files(arguments) else 2)
    except BaseException as error:
        code = _failed(error, debug=debug)
    return code


def _wrote_files(arguments: list[str]) -> bool:
    """Whether the command's answer is in files, not in what it prints."""
    command = next((word for word in arguments if not word.startswith("-")), "")
    if command == "evaluate":
        return any(word.startswith(("-o", "--output")) for word in arguments)
    return command in COMMANDS.keys() - {"inspect", "completion"} and "--help" not in arguments


def _run(arguments: list[str], command: ModuleType | None) -> int:
    try:
        request = _parser(command).parse_args(join_negative_numbers(arguments))
    except SystemExit as end:  # --help
        return int(end.code or 0)
    if request.versions:
        from sharpem.cli.versions import versions

        say(versions())
        return 0
    if request.version or request.cmakedir:
        return _about(request)
    if request.command is None:
        raise InputError(f"no command, expected one of {', '.join(COMMANDS)} (sharpem --help)")
    request.command_line = ["sharpem", *arguments]
    return int(request.run(request))


def _parser(command: ModuleType | None) -> Parser:
    parser = Parser(
        prog="sharpem",
        description="Automatic sharpening of cryo-EM maps.",
        epilog="example: sharpem sharpen emd_3488.map.gz -r 3.2\n"
        "sharpem COMMAND --help tells what a command takes.",
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    parser.add_argument(
        "--versions",
        action="store_true",
        help="print the versions of all that takes part, for a bug report",
    )
    parser.add_argument(
        "--cmakedir", action="store_true", help="print the folder for CMake's sharpem_DIR"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    add_parsers(commands, command)
    return parser


def _about(request: Namespace) -> int:
    import sharpem

    if request.version:
        say(f"sharpem {sharpem.__version__}")
        return 0
    folders = [Path(place) / "lib" / "cmake" / "sharpem" for place in sharpem.__path__]
    for folder in folders:
        if (folder / "sharpem-config.cmake").is_file():
            say(str(folder))
            return 0
    raise InputError(f"{folders[0]}: no CMake package there, expected an installed sharpem")


def _failed(error: BaseException, *, debug: bool) -> int:
    """Say in one line what went wrong; the exit code."""
    if isinstance(error, BrokenPipeError):
        silence()
        return _BROKEN_PIPE
    if debug:
        import traceback

        traceback.print_exception(error)
    if isinstance(error, KeyboardInterrupt | SignalledError):
        return getattr(error, "exit_code", _INTERRUPTED)
    if not isinstance(error, Exception):
        raise error
    message, code = _fault(error)
    complain(message)
    return code


def _fault(error: Exception) -> tuple[str, int]:
    """What is to be said about an error, and its exit code."""
    if isinstance(error, SharpemError):
        return str(error), error.exit_code
    if isinstance(error, MemoryError):
        return "out of memory; use a machine with more, or cut the map to the molecule", 1
    if isinstance(error, OSError):  # the system refuses: a name too long, a folder that is closed
        name = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
        return f"{name}{(error.strerror or str(error)).lower()}", InputError.exit_code
    return f"internal error, {type(error).__name__}: {error} (--debug shows where)", 1
