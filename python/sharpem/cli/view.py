"""``sharpem view``: the map before and after in three dimensions, as a page."""

from __future__ import annotations

import shlex
from argparse import Namespace
from pathlib import Path
from typing import Any

from sharpem.cli.entries import fetch_entries
from sharpem.cli.output import show
from sharpem.cli.parser import add_command, add_general
from sharpem.cli.progress import progress

__all__ = ["NAME", "add_parser", "run"]

NAME = "view"


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="PREFIX [--model MODEL] [options]",
        help="the map before and after in 3-D, as a page for a browser",
        description="Make a page with the input and the output of `sharpem sharpen` side by side,\n"
        "in 3-D: linked views, contours of equal enclosed volume, a slider over that volume.\n"
        "The page works without a network. Needs the extra view: pip install 'sharpem[view]'.",
        epilog="example: sharpem view out/emd_3488 --model 5ni1.cif",
    )
    parser.add_argument(
        "prefix", metavar="PREFIX", help="as of `sharpem sharpen -o`; or the name of its .json"
    )
    parser.add_argument(
        "--model",
        metavar="MODEL",
        help=".pdb or .cif, also .gz, or an entry of the PDB: shown as a trace of C-alpha and P "
        "atoms, the maps cut to 5 A about it",
    )
    parser.add_argument(
        "--input", dest="map", metavar="MAP", help="where the input map is now, if it was moved"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the page (default: PREFIX_view.html, beside the other files of the run)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    add_general(parser)


def run(request: Namespace) -> int:
    """Run the command; the exit code."""
    from sharpem.io.together import check_free
    from sharpem.machine import limited_threads
    from sharpem.viewer.files import prefix_of, view_files

    prefix = prefix_of(request.prefix)
    target = Path(request.output or f"{prefix}_view.html")
    inputs = [Path(name) for name in (request.model, request.map) if name]
    check_free([target], overwrite=request.overwrite, inputs=inputs)
    with progress(request) as tell, limited_threads(request.threads):
        fetch_entries(request, tell)
        tell("view", 0, 1)
        page = view_files(
            prefix,
            model=request.model,
            source=request.map,
            command=shlex.join(request.command_line),
        )
    page.write(target, overwrite=request.overwrite)
    if not request.quiet:
        show([("wrote", f"{target}, {len(page.html) / 1e6:.1f} MB")])
    return 0
