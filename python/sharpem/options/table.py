"""How an option is described, once.

A request is a frozen dataclass whose fields are made by :func:`option`. From these fields come the
command line's parser, the columns of a batch, and the checks of Python's keywords.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, TypeAlias

from sharpem.errors import InputError
from sharpem.options.kinds import SWITCH, Kind

__all__ = [
    "Option",
    "Spelling",
    "check_values",
    "column_of",
    "flag_of",
    "keyword_of",
    "option",
    "options_of",
]


@dataclass(frozen=True)
class Option:
    """One option.

    Attributes
    ----------
    name : str
        Python's keyword, and the field of the request.
    kind : Kind
    help : str
        What it means, with the unit.
    group : str
        Heading in the command line's help.
    default : object
        None: not given, or found out from the input.
    flag : str
        On the command line; without hyphens where its place tells what it is.
    short : str or None
        Short flag.
    metavar : str or None
        Stands for the value in the help.
    excludes : str or None
        Name of a set of options of which one alone may be given.
    limits_by_input : bool
        Whether Python leaves the limits to a check that knows the map, and names its file.
    """

    name: str
    kind: Kind
    help: str
    group: str
    default: Any
    flag: str
    short: str | None = None
    metavar: str | None = None
    excludes: str | None = None
    limits_by_input: bool = False

    @property
    def is_switch(self) -> bool:
        """Whether it stands on the command line without a value."""
        return self.kind is SWITCH


Spelling: TypeAlias = Callable[[Option], str]
"""How an option is named in a message: by a keyword, on the command line, as a column."""


def keyword_of(option: Option) -> str:
    """Spell an option as Python's keyword."""
    return option.name


def flag_of(option: Option) -> str:
    """Spell an option as on the command line, short where it can be."""
    return option.short or option.flag


def column_of(option: Option) -> str:
    """Spell an option as a column of a batch."""
    return option.flag.removeprefix("--").replace("-", "_")


def option(
    default: Any, kind: Kind, text: str, *, group: str, flag: str | None = None, **more: Any
) -> Any:
    """Make a field of a request.

    Parameters
    ----------
    default : object
    kind : Kind
    text : str
        For the help, to which a number's default is added.
    group : str
    flag : str, optional
        Default: the field's name; that of a switch which is on by default begins with ``--no-``.
    **more
        Other attributes of :class:`Option`.
    """
    if isinstance(default, int | float) and kind is not SWITCH:
        text = f"{text} (default: {default:g})"
    about = {"default": default, "kind": kind, "help": text, "group": group, "flag": flag, **more}
    return field(default=default, metadata={"option": about})


def options_of(request: type) -> Mapping[str, Option]:
    """Options of a class of requests, by name, in the order of its fields."""
    return _options_of(request)


@cache
def _options_of(request: type) -> Mapping[str, Option]:
    described = {found.name: found.metadata.get("option") for found in fields(request)}
    return {
        name: Option(name=name, **{**about, "flag": about["flag"] or _flag(name, about)})
        for name, about in described.items()
        if about is not None
    }


def _flag(name: str, about: Mapping[str, Any]) -> str:
    no = "no-" if about["kind"] is SWITCH and about["default"] is True else ""
    return f"--{no}{name.replace('_', '-')}"


def check_values(
    request: Any, given: Collection[str], spell: Spelling, options: Mapping[str, Option]
) -> None:
    """Check the values that were given one by one, and that none excludes another.

    Raises
    ------
    InputError
        Names the option, in the spelling of whoever gave it.
    """
    rivals: dict[str | None, Option] = {}
    for name, one in options.items():
        value = getattr(request, name)
        if name not in given or value is None:
            continue
        if not (one.limits_by_input or one.kind.takes(value)):
            found = f"{value:g}" if isinstance(value, float) else str(value)
            raise InputError(f"{spell(one)}: found {found}, expected {one.kind.expected}")
        if one.excludes is not None and value is not False:
            other = rivals.setdefault(one.excludes, one)
            if other is not one:
                both = f"{spell(other)} and {spell(one)}"
                raise InputError(f"{both} both given, expected one of them")
