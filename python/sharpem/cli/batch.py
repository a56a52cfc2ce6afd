"""``sharpem batch``: many maps, each row of a table as ``sharpem sharpen`` would do it."""

from __future__ import annotations

import logging
import shlex
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from sharpem.cli.common import add_general
from sharpem.cli.engine import add_engine, engine_of
from sharpem.cli.output import Lines, complain, show
from sharpem.cli.parser import add_command
from sharpem.cli.progress import countdown
from sharpem.errors import InputError
from sharpem.io.table import TableError

if TYPE_CHECKING:
    from sharpem.many.rows import Row
    from sharpem.many.run import BatchResult

__all__ = ["NAME", "add_parser", "run"]

NAME = "batch"

_SOME_FAILED = 4
_SHOWN = 20  # failed rows


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="TABLE -o DIR [options]",
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
    add_engine(parser, "each row")
    add_general(parser, threads=False)


def run(request: Namespace) -> int:
    """Run the command; the exit code."""
    from sharpem.many.run import read_rows, run_rows

    engine = engine_of(request)
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


def _dry_run(request: Namespace, rows: list[Row]) -> int:
    from sharpem.jobs import done_before

    lines = []
    for row in rows:
        state = "done" if done_before(row.job, request.output) else "to do"
        lines.append((state, shlex.join(row.command)))
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
