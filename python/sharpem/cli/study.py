"""``sharpem study``: the paper's evaluation over many maps with models."""

from __future__ import annotations

import logging
import shlex
from argparse import Namespace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharpem.cli.common import add_general, number
from sharpem.cli.engine import add_engine, engine_of
from sharpem.cli.output import complain, show, show_table
from sharpem.cli.parser import Parser, add_command
from sharpem.cli.progress import countdown
from sharpem.errors import InputError

if TYPE_CHECKING:
    from sharpem.study import Protocol, Study

__all__ = ["NAME", "add_parser", "run"]

NAME = "study"

_SOME_FAILED = 4


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="TABLE.csv -o DIR [options]",
        description="Sharpen every map of a table in every way that applies, judge by the models at"
        "\nB = 0, and put the statistics beside those of Terwilliger et al. (2018).\n\n"
        "columns: name, map, model, resolution (A); and, where wanted, half1, half2,\n"
        "model_resolution (A), group, true_b (A^2). Entries of the EMDB and the PDB are fetched.",
        epilog="example: sharpem study pairs.csv -o study\n"
        "Exit code 4: all was tried, some pairs failed.",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("table", nargs="?", metavar="TABLE.csv", help="one row for each pair")
    source.add_argument(
        "--paper", action="store_true", help="the entries that the paper names, from the archives"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        required=True,
        help="folder to write to; it may hold a part",
    )
    _add_protocol(parser)
    add_engine(parser, "each pair")
    add_general(parser, threads=False)


def _add_protocol(parser: Parser) -> None:
    group = parser.add_argument_group("protocol (defaults: the paper's)")
    cut = group.add_mutually_exclusive_group()
    cut.add_argument(
        "--padding",
        type=number(above=-1e-9, below=1000),
        default=5.0,
        metavar="A",
        help="cut the maps to everything within so much of an atom, A (default: 5)",
    )
    cut.add_argument("--whole", action="store_true", help="do not cut the maps")
    group.add_argument(
        "--min-cc",
        type=number(above=-1, below=1),
        default=0.3,
        metavar="CC",
        help="least correlation of a map with its model (default: 0.3)",
    )
    group.add_argument(
        "--worst-resolution",
        type=number(above=0),
        default=4.5,
        metavar="D",
        help="leave out maps beyond it, A (default: 4.5)",
    )
    group.add_argument(
        "--radius",
        type=number(above=0),
        default=3.0,
        metavar="A",
        help="compare voxels so near to atoms, A (default: 3)",
    )


def run(request: Namespace) -> int:
    """Run the command; the exit code."""
    from sharpem.study import paper_table, read_pairs, run_study

    engine = engine_of(request)
    table = paper_table() if request.paper else Path(request.table)
    pairs = read_pairs(table)
    folder = _made(Path(request.output))
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is an outcome
    with countdown(request, len(pairs)) as tell:
        study = run_study(
            pairs, folder / "cases", protocol=_protocol(request), engine=engine, on_done=tell
        )
    written = _write(request, study, folder, table)
    for name, reason in study.failed.items():
        complain(f"{name}: {reason}")
    if not request.quiet:
        _tell(study, written)
    return _SOME_FAILED if study.failed else 0


def _protocol(request: Namespace) -> Protocol:
    from sharpem.study import Protocol

    return Protocol(
        padding=None if request.whole else request.padding,
        radius=request.radius,
        least_correlation=request.min_cc,
        worst_resolution=request.worst_resolution,
    )


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{folder}: cannot be made ({reason}), expected another -o") from None
    return folder


def _write(request: Namespace, study: Study, folder: Path, table: Path) -> list[Path]:
    from sharpem.io.json_text import json_text
    from sharpem.io.together import write_text, write_together
    from sharpem.report.panel import standalone
    from sharpem.report.study import render_study
    from sharpem.report.study_figures import study_figures
    from sharpem.study.export import csv_text, study_values

    figures = study_figures(study.counted)
    command = shlex.join(request.command_line)
    page = render_study(study, figures, table=str(table), command=command)
    texts = {
        folder / "study.html": page,
        folder / "study.json": json_text(study_values(study)),
        folder / "study.csv": csv_text(study),
    }
    shown = list(texts)
    _made(folder / "figures")
    texts |= {
        folder / "figures" / f"figure_{one.number}.svg": standalone(one.svg) for one in figures
    }
    files = {path: partial(write_text, text=text) for path, text in texts.items()}
    write_together(files, overwrite=True)
    return [*shown, folder / "figures"]


def _tell(study: Study, written: list[Path]) -> None:
    from sharpem.report.study import (
        COLUMNS,
        headline,
        preparation_line,
        selection_lines,
        table_rows,
    )

    rows = [[row.name, *row.values] for row in table_rows(study.statistics)]
    if rows:
        show_table(["method", *COLUMNS], rows)
    lines = [("result", headline(study))]
    lines += [("pairs", text) for text in selection_lines(study)]
    if prepared := preparation_line(study):
        lines.append(("maps", prepared))
    left_out = [case for case in study.cases if case.excluded]
    lines += [("left out", f"{c.name}: {c.excluded.reason}") for c in left_out if c.excluded]
    show([*lines, ("wrote", ", ".join(map(str, written)))])
