"""The commands by name; the module of the one that is asked for is imported, and no other."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ["COMMANDS", "add_parsers", "import_command"]

COMMANDS = {
    "sharpen": "choose a filter for a map, apply it, write map + JSON + report",
    "inspect": "what is in a map file, and what is odd about it",
    "apply": "apply a saved filter to another map (a half map, say)",
    "evaluate": "how well maps agree with a model at B = 0",
    "compare": "every way to choose a filter, side by side on one map",
    "box": "cut the region about a model, or of a mask, out of a map",
    "batch": "many maps, a row of a table each; resumable; on one machine or a cluster",
    "fetch": "map, half maps, mask and model of an EMDB entry",
    "simulate": "a map, and half maps, of which the truth is known, from a model",
    "study": "the paper's evaluation over many maps with models",
    "demo": "the main job on a map that comes along; needs no input",
    "view": "the map before and after in 3-D, as a page for a browser",
    "relion": "sharpen half maps as an External job of RELION",
    "completion": "the script with which a shell completes commands and options",
}
"""What each is for, in a line."""


def import_command(arguments: Sequence[str]) -> ModuleType | None:
    """Import the module of the command that the arguments name first, if they name one."""
    word = next((word for word in arguments if not word.startswith("-")), None)
    return import_module(f"{__package__}.{word}") if word in COMMANDS else None


def add_parsers(commands: Any, asked: ModuleType | None) -> None:
    """Add a parser for each command; only that of the command asked for knows its options.

    Parameters
    ----------
    commands : what ``add_subparsers`` returned
    asked : module or None
        From :func:`import_command`.
    """
    for name, text in COMMANDS.items():
        if asked is not None and name == asked.NAME:
            asked.add_parser(commands)
        else:
            commands.add_parser(name, help=text)
