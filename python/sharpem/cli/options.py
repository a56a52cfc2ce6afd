"""A command's options, made from the table of a request."""

from __future__ import annotations

import argparse
from argparse import SUPPRESS, Namespace
from collections.abc import Collection
from typing import Any, TypeAlias

from sharpem.cli.common import reader
from sharpem.cli.parser import Parser
from sharpem.options.request import SharpenRequest
from sharpem.options.sharpen import GROUPS, INPUT
from sharpem.options.table import Option, options_of

__all__ = ["add_options", "request_of"]

Group: TypeAlias = argparse._ActionsContainer


def add_options(parser: Parser, *, without: Collection[str] = ()) -> dict[str, Group]:
    """Add the options of :class:`SharpenRequest`; the groups of the help, by their headings."""
    groups: dict[str, Group] = {
        title: parser if title == INPUT else parser.add_argument_group(title) for title in GROUPS
    }
    rivals: dict[str, Group] = {}
    wanted = [one for name, one in options_of(SharpenRequest).items() if name not in without]
    for one in wanted:
        group = groups[one.group]
        if one.excludes is not None:
            group = rivals.setdefault(one.excludes, group.add_mutually_exclusive_group())
        _add(group, one)
    return groups


def _add(group: Group, one: Option) -> None:
    """Add an option that is None where it was not given."""
    about: dict[str, Any] = {"dest": one.name, "help": one.help}
    flags = [flag for flag in (one.short, one.flag) if flag is not None]
    if one.is_switch:
        group.add_argument(*flags, **about, action="store_const", const=not one.default)
        if one.default:
            positive = one.flag.replace("--no-", "--")
            about["help"] = SUPPRESS
            group.add_argument(positive, **about, action="store_const", const=True)
    elif not one.flag.startswith("-"):
        group.add_argument(one.flag, nargs="?", metavar=one.metavar, help=one.help)
    elif one.kind.choices:
        group.add_argument(*flags, **about, choices=one.kind.choices)
    else:
        group.add_argument(*flags, **about, metavar=one.metavar, type=reader(one.kind))


def request_of(parsed: Namespace) -> SharpenRequest:
    """The request that was parsed, no longer to be changed."""
    return SharpenRequest.of(
        {name: getattr(parsed, name, None) for name in options_of(SharpenRequest)}
    )
