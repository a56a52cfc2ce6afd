"""What can go wrong in a way that the user can mend."""

from __future__ import annotations

__all__ = ["InputError", "NotApplicableError", "SharpemError"]


class SharpemError(Exception):
    """Base of all errors that sharpem raises on purpose. The message is one line.

    It names the file or argument, what was found and what was expected. What comes from a file or
    a name and cannot be printed, as what a terminal would take for a command, stands as an escape.
    """

    exit_code = 1

    def __init__(self, message: str = "") -> None:
        super().__init__(message if message.isprintable() else "".join(map(_shown, message)))


def _shown(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else character.encode("unicode_escape").decode("ascii")


class InputError(SharpemError, ValueError):
    """The request or the input is at fault; nothing was written."""

    exit_code = 2


class NotApplicableError(SharpemError):
    """The method cannot judge this map, and the caller asked to stop in that case."""

    exit_code = 3
