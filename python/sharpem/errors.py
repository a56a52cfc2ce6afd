"""What can go wrong in a way that the user can mend."""

from __future__ import annotations

__all__ = ["InputError", "NotApplicableError", "SharpemError"]


class SharpemError(Exception):
    """Base of all errors that sharpem raises on purpose. The message is one line.

    It names the file or argument, what was found and what was expected.
    """

    exit_code = 1


class InputError(SharpemError, ValueError):
    """The request or the input is at fault; nothing was written."""

    exit_code = 2


class NotApplicableError(SharpemError):
    """The method cannot judge this map, and the caller asked to stop in that case."""

    exit_code = 3
