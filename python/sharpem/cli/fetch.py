"""``sharpem fetch``: an entry of the EMDB: map, half maps, mask and model."""

from __future__ import annotations

import filecmp
import shutil
from argparse import Namespace
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharpem.cli.common import add_general
from sharpem.cli.output import Lines, say, show
from sharpem.cli.parser import Parser, add_command
from sharpem.cli.progress import progress
from sharpem.errors import InputError
from sharpem.io.json_text import json_text
from sharpem.io.together import write_together

if TYPE_CHECKING:
    from sharpem.archive.entry import Entry

__all__ = ["NAME", "add_parser", "run"]

NAME = "fetch"


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="EMD-1234 [--half-maps] [--mask] [--model] [-o DIR] [options]",
        description="Fetch the map of an entry of the EMDB, and say what the entry states of it.\n"
        "What was fetched once is kept, and needs no network any more. The entry's name can also\n"
        "stand where other commands expect a file: sharpem sharpen EMD-3488.",
        epilog="example: sharpem fetch EMD-3488 --half-maps --model -o data",
    )
    parser.add_argument("entry", metavar="EMD-1234", help="entry of the EMDB")
    parser.add_argument("--half-maps", action="store_true", help="both half maps too")
    parser.add_argument("--mask", action="store_true", help="the first mask too")
    parser.add_argument(
        "--model", action="store_true", help="the fitted model too, of several the first listed"
    )
    parser.add_argument("--pdb", metavar="ID", help="the fitted model of this name too")
    _add_places(parser)
    add_general(parser, threads=False).add_argument(
        "--json", action="store_true", help="print the JSON, and nothing else, to stdout"
    )


def _add_places(parser: Parser) -> None:
    group = parser.add_argument_group("from where, to where")
    group.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        help="put copies of the files into this folder (default: they stay in the cache)",
    )
    group.add_argument("--overwrite", action="store_true", help="replace other files there")
    group.add_argument(
        "--cache",
        metavar="DIR",
        help="where files are kept (default: SHARPEM_CACHE, else the user's cache folder)",
    )
    group.add_argument(
        "--mirror",
        action="append",
        metavar="URL",
        help="root of the archives on a web server, may be given several times (default: "
        "SHARPEM_MIRRORS, else the EBI, the wwPDB and PDBj)",
    )
    group.add_argument("--refresh", action="store_true", help="fetch anew what is in the cache")


def run(request: Namespace) -> int:
    """Run the command; the exit code."""
    from sharpem.archive.fetch import fetch

    folder = Path(request.output) if request.output else None
    if folder is not None and not folder.is_dir():
        raise InputError(f"{folder}: no such folder, expected one to put files into (-o)")
    with progress(request) as tell:
        entry = fetch(
            request.entry,
            half_maps=request.half_maps,
            mask=request.mask,
            model=request.pdb or request.model,
            cache=request.cache,
            mirrors=request.mirror,
            refresh=request.refresh,
            progress=tell,
        )
        if folder is not None:
            tell("copy", 0, 1)
            entry = _copied(entry, folder, overwrite=request.overwrite)
    if request.json:
        say(json_text(entry.to_dict()), end="")
    elif not request.quiet:
        show(_lines(entry))
    return 0


def _copied(entry: Entry, folder: Path, *, overwrite: bool) -> Entry:
    """Copy the files, all or none; those that are there already stay."""
    copies = {kind: folder / path.name for kind, path in entry.files.items()}
    new = {
        copies[kind]: partial(shutil.copyfile, path)
        for kind, path in entry.files.items()
        if not (copies[kind].is_file() and filecmp.cmp(path, copies[kind], shallow=False))
    }
    write_together(new, overwrite=overwrite)
    return replace(entry, files=copies)


def _lines(entry: Entry) -> Lines:
    method = f", {entry.resolution_method}" if entry.resolution_method else ""
    resolution = "not stated" if entry.resolution is None else f"{entry.resolution:g} A{method}"
    return [
        ("entry", f"{entry.id}, {entry.title}"),
        ("status", entry.status or "not stated"),
        ("resolution", resolution),
        ("contour", "not stated" if entry.contour is None else f"{entry.contour:g}"),
        ("models", ", ".join(entry.pdb_ids) or "none"),
        *((kind.replace("_", " "), str(path)) for kind, path in entry.files.items()),
        ("from", entry.urls.get("map") or "the cache"),
    ]
