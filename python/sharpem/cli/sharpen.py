"""``sharpem sharpen``: choose a filter, apply it, write map, JSON and report."""

from __future__ import annotations

import shlex
from argparse import Namespace
from pathlib import Path
from typing import Any

from sharpem.cli.common import add_loudness
from sharpem.cli.options import add_options, request_of
from sharpem.cli.output import output_prefix, say, show
from sharpem.cli.parser import add_command
from sharpem.cli.progress import progress
from sharpem.cli.summary import summary
from sharpem.errors import NotApplicableError
from sharpem.io.together import check_free
from sharpem.options.request import SharpenRequest
from sharpem.options.sharpen import GENERAL, OUTPUT
from sharpem.options.table import flag_of
from sharpem.output import paths_of
from sharpem.result import Result
from sharpem.run import possible_kinds, run_request, settled

__all__ = ["NAME", "add_parser", "run"]

NAME = "sharpen"


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="MAP -r D [options]",
        description="Choose how much to sharpen a map, and sharpen it. Lengths in A, B in A^2.\n"
        "Positive b_sharpen sharpens; RELION and cryoSPARC use the opposite sign.",
        epilog="example: sharpem sharpen emd_3488.map.gz -r 3.2 -o out/emd_3488",
    )
    groups = add_options(parser)
    groups[OUTPUT].add_argument(
        "-o",
        "--output",
        metavar="PREFIX",
        help="writes PREFIX.mrc .json .html .cxc; a folder takes the default name (default: the "
        "map's name + _sharpened, in the current folder)",
    )
    groups[OUTPUT].add_argument("--overwrite", action="store_true", help="replace existing files")
    add_loudness(groups[GENERAL])
    groups[GENERAL].add_argument(
        "--json", action="store_true", help="print the JSON, and nothing else, to stdout"
    )


def run(parsed: Namespace) -> int:
    """Run the command; the exit code."""
    request = settled(request_of(parsed), flag_of)
    prefix = output_prefix(parsed.output, request.source, "_sharpened")
    check_free(
        paths_of(prefix, possible_kinds(request)).values(),
        overwrite=parsed.overwrite,
        inputs=_inputs(request),
    )
    with progress(parsed) as tell:
        result, written = run_request(
            request,
            prefix,
            overwrite=parsed.overwrite,
            command=shlex.join(parsed.command_line),
            progress=tell,
        )
    _tell(parsed, result, written)
    if result.map is None:
        reasons = " ".join(result.verdict.reasons)
        raise NotApplicableError(
            f"{request.source}: method {request.method} not applicable. {reasons}"
        )
    return 0


def _inputs(request: SharpenRequest) -> list[Path]:
    """Files that no output may replace."""
    names = (request.map, request.sequence, request.mask, request.half1, request.half2)
    return [Path(name) for name in (*names, request.model) if name]


def _tell(parsed: Namespace, result: Result, written: dict[str, Path]) -> None:
    if parsed.json:
        say(written["json"].read_text(encoding="utf-8"), end="")
    elif not parsed.quiet:
        show(summary(result, written, verbose=parsed.verbose))
