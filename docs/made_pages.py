"""The part of some pages that is made from the sources: options, JSON keys, C++ headers."""

import json
import re
from collections.abc import Iterator
from importlib import import_module, resources
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from sharpem import cli
from sharpem.cli.parser import Parser
from sharpem.options.request import SharpenRequest
from sharpem.options.table import column_of, options_of

WAYS = ("anyOf", "oneOf", "allOf")
HEADERS = Path(__file__).parents[1] / "cpp/include/sharpem"


def schema_tables() -> str:
    """Every definition of the JSON Schema as a section with a table of its keys."""
    schema = json.loads((resources.files("sharpem") / "data/output.schema.json").read_text("utf-8"))
    return "\n".join(
        f"## {name}\n\n{about.get('description', '')}\n\n{_table(about)}"
        for name, about in schema["$defs"].items()
    )


def _table(about: dict[str, Any]) -> str:
    rows = [f"| `{key}` | {kind} | {text} |" for key, kind, text in _keys(about, "")]
    return "\n".join(["| key | type | meaning |", "|---|---|---|", *rows, ""]) if rows else ""


def _keys(about: dict[str, Any], name: str) -> Iterator[tuple[str, str, str]]:
    """Keys of an object, and of the objects and arrays inside it."""
    for form in (about, *(one for way in WAYS for one in about.get(way, ()))):
        for key, value in form.get("properties", {}).items():
            if list(value) == ["const"]:
                continue  # it only tells forms apart
            absent = "" if key in form.get("required", ()) else "May be absent. "
            path = f"{name}.{key}" if name else key
            yield path, _kind(value), absent + value.get("description", "")
            yield from _keys(value, path)
        if "items" in form:
            yield from _keys(form["items"], f"{name}[]")


def _kind(value: dict[str, Any]) -> str:
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.replace('_', '-')})"
    if "anyOf" in value:
        return " or ".join(_kind(one) for one in value["anyOf"])
    if "enum" in value and len(value["enum"]) < 8:
        return ", ".join(f"`{json.dumps(one)}`" for one in value["enum"])
    kinds = value.get("type", "object")
    text = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    return f"{text} of {_kind(value['items'])}" if "array" in kinds else text


def headers() -> str:
    """Every public header: its opening comment as text, then the header itself."""
    return "\n".join(_header(path) for path in sorted(HEADERS.glob("*.hpp")))


def _header(path: Path) -> str:
    opening = re.match(r"((?://.*\n)*)", path.read_text("utf-8"))[1]
    text = "\n".join(line.removeprefix("//").strip() for line in opening.splitlines())
    shown = f"```{{literalinclude}} ../cpp/include/sharpem/{path.name}\n:language: cpp\n```\n"
    return f"## {path.name}\n\n{text}\n\n{shown}"


def parser() -> Parser:
    """A parser that knows every command with its options, `sharpen` first."""
    whole = Parser(prog="sharpem", description=cli.__doc__.partition("\n")[0])
    commands = whole.add_subparsers(title="commands", metavar="COMMAND")
    found = {
        info.name: import_module(f"sharpem.cli.{info.name}") for info in iter_modules(cli.__path__)
    }
    for name in sorted(found, key=lambda name: (name != "sharpen", name)):
        if hasattr(found[name], "NAME"):
            found[name].add_parser(commands)
    return whole


def option_table() -> str:
    """How the options of `sharpem sharpen` are spelled in Python and in the table of a batch."""
    options = options_of(SharpenRequest).values()
    rows = [f"| `{one.flag}` | `{one.name}` | `{column_of(one)}` |" for one in options]
    head = "## In Python and in a batch", "", "| option | keyword | column |", "|---|---|---|"
    return "\n".join([*head, *rows])


MADE = {"commands": option_table, "json": schema_tables, "cpp-headers": headers}
"""What is put at the end of a page, by its name."""
