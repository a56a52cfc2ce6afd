"""Kinds of values that an option takes: how a text is read, what the limits are, how to say so."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sharpem.errors import InputError
from sharpem.machine import memory_size

__all__ = [
    "COMPOSITION",
    "FILE",
    "LABELS",
    "SIZE",
    "SWITCH",
    "Kind",
    "number",
    "one_of",
    "several_of",
    "whole",
]


@dataclass(frozen=True)
class Kind:
    """A kind of value.

    Attributes
    ----------
    expected : str
        In messages.
    read : callable
        From text; raises ValueError where the text is none.
    within : callable
        Whether a value lies within the limits; may raise TypeError or ValueError for what is none.
    choices : tuple of str
        All values, where they are few.
    is_file : bool
        Whether a text that looks like a file's name is one.
    """

    expected: str
    read: Callable[[str], Any]
    within: Callable[[Any], bool]
    choices: tuple[str, ...] = ()
    is_file: bool = False

    def takes(self, value: Any) -> bool:
        """Whether a value is one of this kind, within the limits."""
        try:
            return bool(self.within(value))
        except (OverflowError, TypeError, ValueError):
            return False

    def value(self, text: str) -> Any:
        """Value that a text stands for.

        Raises
        ------
        InputError
            Says what was found and what was expected.

        Examples
        --------
        >>> number(above=0, below=1).value("0.2")
        0.2
        """
        try:
            value = self.read(text)
        except ValueError:
            value = None
        if value is None or not self.takes(value):
            raise InputError(f"found {text}, expected {self.expected}")
        return value


def number(*, above: float = -math.inf, below: float = math.inf) -> Kind:
    """Finite numbers between two limits, both excluded."""
    limits = ""
    if not math.isinf(above):
        limits = f" above {above:g}" if math.isinf(below) else f" between {above:g} and {below:g}"
    return Kind(f"a number{limits}", float, lambda value: above < float(value) < below)


def whole(low: int, high: int) -> Kind:
    """Whole numbers between two limits, both included."""

    def within(value: Any) -> bool:
        return float(value).is_integer() and low <= value <= high

    return Kind(f"a whole number from {low} to {high}", int, within)


def one_of(*names: str) -> Kind:
    """One of a few words."""
    expected = f"{', '.join(names[:-1])} or {names[-1]}"
    return Kind(expected, str, lambda value: value in names, choices=names)


def several_of(*names: str) -> Kind:
    """One or more of a few words, with commas between them."""
    expected = f"{' and '.join(names)}, or one of them"
    return Kind(expected, _labels, lambda value: len(value) > 0 and set(value) <= set(names))


_YES, _NO = ("yes", "true", "on", "1", "x"), ("no", "false", "off", "0")


def _yes(text: str) -> bool:
    if text.lower() not in (*_YES, *_NO):
        raise ValueError(text)
    return text.lower() in _YES


def _labels(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


def _composition(text: str) -> str | float:
    return text if text in _NAMED else float(text)


_NAMED = ("protein", "nucleic")
COMPOSITION = Kind(
    "protein, nucleic, or a number from 0 to 1",
    _composition,
    lambda value: value in _NAMED or 0 <= float(value) <= 1,
)
FILE = Kind("a file", str, lambda value: isinstance(value, str | os.PathLike), is_file=True)
SWITCH = Kind("yes or no", _yes, lambda value: value in (True, False))
SIZE = Kind("a size such as 4G or 500M", memory_size, lambda value: memory_size(value) > 0)
LABELS = Kind(
    "two columns: F,PHI", _labels, lambda names: len(names) == 2 and all(map(str.strip, names))
)
