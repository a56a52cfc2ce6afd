"""``sharpem batch``: many maps, each row of a table as ``sharpem sharpen`` would do it."""

from __future__ import annotations

import argparse
import logging
import re
import shlex
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from sharpem.batch.table import TableError
from sharpem.cli.countdown import countdown
from sharpem.cli.output import Lines, complain, show
from sharpem.cli.parser import Parser, add_command, add_general, count, number
from sharpem.errors import InputError

if TYPE_CHECKING:
    from sharpem.batch.rows import Row
    from sharpem.batch.run import BatchResult
    from sharpem.jobs import Engine, Limits

__all__ = ["NAME", "add_parser", "run"]

NAME = "batch"

_SOME_FAILED = 4
_SHOWN = 20  # failed rows
_UNITS = {"": 1, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12}
_SLURM_ONLY = ("jobs", "partition", "time", "account", "interface", "sbatch")


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="TABLE -o DIR [options]",
        help="many maps, a row of a table each; resumable; on one machine or a cluster",
        description="Sharpen every map of a table (CSV or TSV). Columns: map, half1, half2,\n"
        "model, resolution, method, name, and any other long option of sharpem sharpen. Rows\n"
        "that are done are skipped, changed and failed ones are done again: after any mishap,\n"
        "run it again. Exit code 4: all was tried, some rows failed.",
        epilog="example: sharpem batch maps.csv -o sharpened --workers 4",
    )
    parser.add_argument("table", metavar="TABLE", help="one row a map; paths relative to the table")
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        required=True,
        help="folder, made if missing: DIR/NAME/NAME.mrc .json .html .cxc of each row, and "
        "DIR/summary.csv .json .html",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="check the table, tell what would be done, and end"
    )
    _add_limits(parser)
    _add_places(parser)
    add_general(parser, threads=False)


def _add_limits(parser: Parser) -> None:
    group = parser.add_argument_group("each row")
    group.add_argument(
        "--threads",
        type=count,
        metavar="N",
        help="threads (default: the cores shared among --workers; 1 on clusters)",
    )
    group.add_argument(
        "--timeout", type=number(above=0), metavar="S", help="seconds after which it is given up"
    )
    group.add_argument(
        "--memory", type=_bytes, metavar="SIZE", help="memory that it may take, such as 8GB"
    )
    group.add_argument(
        "--retries",
        type=int,
        choices=range(10),
        default=1,
        metavar="N",
        help="how often it is tried again when its process is killed (default: 1)",
    )


def _add_places(parser: Parser) -> None:
    group = parser.add_argument_group("where (clusters need pip install 'sharpem[cluster]')")
    place = group.add_mutually_exclusive_group()
    place.add_argument(
        "--workers", type=count, metavar="N", help="processes on this machine (default: 1)"
    )
    place.add_argument(
        "--scheduler", metavar="ADDRESS", help="a Dask cluster that is there: tcp://HOST:PORT"
    )
    place.add_argument("--slurm", action="store_true", help="SLURM jobs, submitted from here")
    slurm = parser.add_argument_group("SLURM")
    slurm.add_argument("--jobs", type=count, metavar="N", help="at most so many (default: 1)")
    slurm.add_argument("--partition", metavar="P", help="default: the cluster's")
    slurm.add_argument("--time", metavar="T", help="of one job, as HH:MM:SS (default: 01:00:00)")
    slurm.add_argument("--account", metavar="A", help="to charge")
    slurm.add_argument(
        "--interface",
        metavar="I",
        help="network by which the jobs reach this machine, such as ib0 (default: lo, which is "
        "this machine alone: nothing listens on others unless asked to)",
    )
    slurm.add_argument(
        "--sbatch", action="append", metavar="=OPTION", help="more for sbatch; may be repeated"
    )


def _bytes(text: str) -> int:
    """Convert a size as people write it; powers of 1000.

    Examples
    --------
    >>> _bytes("8GB")
    8000000000
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", text.strip().lower())
    if match is None or float(match[1]) == 0:
        raise argparse.ArgumentTypeError(f"found {text}, expected a size such as 8GB")
    return int(float(match[1]) * _UNITS[match[2]])


def run(request: Namespace) -> int:
    """Run the command; the exit code."""
    from sharpem.batch.run import read_rows, run_rows

    engine = _engine(request)
    try:
        rows = read_rows(request.table)
    except TableError as error:
        for fault in error.faults:
            complain(f"{request.table}: {fault}")
        faults = "a fault" if len(error.faults) == 1 else f"{len(error.faults)} faults"
        raise InputError(f"{request.table}: {faults}, nothing was done") from None
    if request.dry_run:
        return _dry_run(request, rows)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is an outcome
    with countdown(request, len(rows)) as tell:
        result = run_rows(
            rows,
            request.output,
            engine=engine,
            on_done=tell,
            command=shlex.join(request.command_line),
        )
    if not request.quiet:
        show(_lines(result))
    for name, why in list(result.failed.items())[:_SHOWN]:
        complain(f"{name}: {why}")
    return _SOME_FAILED if result.failed else 0


def _engine(request: Namespace) -> Engine:
    from sharpem.batch.run import engine_for
    from sharpem.jobs import Limits

    limits = Limits(request.threads, request.timeout, request.memory, request.retries)
    if request.slurm:
        return _slurm(request, limits)
    for name in _SLURM_ONLY:
        if getattr(request, name) is not None:
            raise InputError(f"--{name}: found without --slurm, expected with it")
    return engine_for(request.workers or 1, request.scheduler, limits)


def _slurm(request: Namespace, limits: Limits) -> Engine:
    from sharpem.jobs import Slurm

    given = {name: getattr(request, name) for name in _SLURM_ONLY if name != "sbatch"}
    given = {name: value for name, value in given.items() if value is not None}
    return Slurm(**given, options=tuple(request.sbatch or ()), limits=limits)


def _dry_run(request: Namespace, rows: list[Row]) -> int:
    from sharpem.jobs import done_before

    lines = []
    for row in rows:
        state = "done" if done_before(row.job, request.output) else "to do"
        lines.append((state, shlex.join(["sharpem", "sharpen", *row.words, "-o", row.name])))
        lines += [("missing", f"{row.place}: {file}") for file in row.missing]
    show(lines)
    return 0


def _lines(result: BatchResult) -> Lines:
    done = [one for one in result.outcomes if one.done]
    before = sum(not one.fresh for one in done)
    text = f"{len(done)} of {len(result.outcomes)}" + (f", {before} before" if before else "")
    lines = [("done", text)]
    if result.failed:
        lines.append(("failed", str(len(result.failed))))
    unsure = sum(row["applicable"] is False for row in result.rows)
    if unsure:
        lines.append(("warning", f"the method does not apply to {unsure} of them"))
    return [*lines, ("wrote", ", ".join(str(path) for path in result.written.values()))]
