"""``sharpem relion``: half maps sharpened as an External job of RELION."""

from __future__ import annotations

import shlex
import signal
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from sharpem.cli.common import add_loudness, count
from sharpem.cli.options import add_options, request_of
from sharpem.cli.output import complain, show
from sharpem.cli.parser import Parser, add_command
from sharpem.cli.progress import progress
from sharpem.cli.signals import SignalledError
from sharpem.cli.summary import summary
from sharpem.errors import InputError, NotApplicableError
from sharpem.io.relion_job import DENSITY_MAP, Node, RelionJob, half_maps_of
from sharpem.options.sharpen import GENERAL
from sharpem.options.table import flag_of
from sharpem.progress import Progress
from sharpem.run import run_request, settled

__all__ = ["NAME", "add_parser", "run"]

NAME = "relion"

_NOT_HERE = frozenset(
    {"map", "half1", "half2", "mask", "threads", "xray", "electrons", "mtz_labels"}
)
"""Options that RELION names in its own way, and those of crystals."""


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="--o JOBDIR/ --in_3dref HALFMAP [--in_mask MASK] [--j N] [options]",
        description="Run as the executable of RELION's External job: sharpen by half maps into\n"
        "the job's folder, list the map for other jobs and say how the job ended. The options\n"
        "of `sharpem sharpen` go into the Params tab, without the hyphens.",
        epilog="example: sharpem relion --o External/job006/ "
        "--in_3dref Refine3D/job005/run_half1_class001_unfil.mrc --j 4",
    )
    _add_job(parser)
    add_loudness(add_options(parser, without=_NOT_HERE)[GENERAL])
    parser.refused = _refused


def _add_job(parser: Parser) -> None:
    group = parser.add_argument_group("as RELION gives them")
    group.add_argument(
        "--o", dest="folder", metavar="JOBDIR/", required=True, help="the job's folder"
    )
    group.add_argument(
        "--in_3dref",
        metavar="MAP",
        help="half map 1 or 2, or another map of the job that made them",
    )
    group.add_argument(
        "--in_halves",
        nargs="+",
        metavar="HALF",
        help="instead: one half map, both, or the folder of the job that made them",
    )
    group.add_argument("--in_mask", dest="mask", metavar="MASK", help="mask of the molecule")
    group.add_argument(
        "--j", dest="threads", type=count, metavar="N", help="threads (default: all cores)"
    )
    group.add_argument(
        "--pipeline_control",
        metavar="JOBDIR/",
        help="where the flags of the job are (default: the job's folder)",
    )


def _refused(arguments: Sequence[str]) -> None:
    """A command line at fault ends the job, too, or RELION would wait for it."""
    for before, folder in pairwise(arguments):
        if before == "--o" and Path(folder).is_dir():
            RelionJob(Path(folder), Path(folder)).end("FAILURE")


def run(parsed: Namespace) -> int:
    """Run the command; the exit code."""
    job = RelionJob(Path(parsed.folder), Path(parsed.pipeline_control or parsed.folder))
    with _flagged(job):
        parsed.half1, parsed.half2 = map(str, _half_maps(parsed))
        request = settled(request_of(parsed), flag_of)
        prefix = job.folder / "sharpened"
        with progress(parsed) as tell:
            result, written = run_request(
                request,
                prefix,
                overwrite=True,  # the folder is the job's own: a job that is continued starts anew
                command=shlex.join(parsed.command_line),
                progress=_or_abort(job, tell),
            )
        if result.map is None:
            reasons = " ".join(result.verdict.reasons)
            raise NotApplicableError(f"{job.folder}: method not applicable. {reasons}")
        job.write_nodes([Node(written["map"].as_posix(), *DENSITY_MAP)])
    if not parsed.quiet:
        show(summary(result, written, verbose=parsed.verbose))
    return 0


def _half_maps(parsed: Namespace) -> Sequence[Path]:
    """Both half maps, in whatever way they were named."""
    given = list(parsed.in_halves or ([parsed.in_3dref] if parsed.in_3dref else []))
    if not given:
        raise InputError(
            f"{parsed.folder}: no half maps, expected --in_3dref with one of a Refine3D job "
            "(run_half1_class001_unfil.mrc), or --in_halves"
        )
    if len(given) > 2:
        raise InputError(f"--in_halves: found {len(given)} names, expected one or two half maps")
    return half_maps_of(Path(given[0])) if len(given) == 1 else [Path(name) for name in given]


@contextmanager
def _flagged(job: RelionJob) -> Iterator[None]:
    """Leave the flag that says how the job ended, however it ends."""
    try:
        job.begin()
        yield
    except (SignalledError, KeyboardInterrupt):
        job.end("ABORTED")
        raise
    except BaseException:
        job.end("FAILURE")
        raise
    job.end("SUCCESS")


def _or_abort(job: RelionJob, tell: Progress) -> Progress:
    """Progress that ends the job where RELION asks for that: as if it were terminated."""

    def told(stage: str, done: int, total: int) -> None:
        if job.is_to_abort():
            complain(f"{job.folder}: aborted, as RELION asked")
            raise SignalledError(signal.SIGTERM)
        tell(stage, done, total)

    return told
