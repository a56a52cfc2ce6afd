"""One summary of all rows: CSV, JSON, and a page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sharpem._core import __version__
from sharpem.io.json_text import json_text
from sharpem.io.table import csv_text
from sharpem.io.together import write_text, write_together
from sharpem.jobs import Outcome
from sharpem.many.rows import Row

__all__ = ["COLUMNS", "summary_of", "write_summary"]

COLUMNS = (
    *("name", "status", "map", "resolution", "method", "applicable", "signal_to_noise"),
    *("b_sharpen", "b_iso_input", "b_iso_signal", "b_iso_output", "molecular_volume"),
    *("warnings", "seconds", "output", "report", "error"),
)
"""A, A^2, A^3, s; files relative to the summary."""


def summary_of(rows: Sequence[Row], outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """Sum up: one dictionary a row, with the keys :data:`COLUMNS`."""
    return [_summed_up(row, one) for row, one in zip(rows, outcomes, strict=True)]


def _summed_up(row: Row, outcome: Outcome) -> dict[str, Any]:
    value = outcome.value or {}
    files = value.get("output", {})
    found = {name: value.get(name) for name in COLUMNS}
    return {
        **found,
        "name": row.name,
        "status": "done" if outcome.done else "failed",
        "map": row.source,
        "seconds": round(outcome.seconds, 2),
        "output": _inside(row, files.get("map")),
        "report": _inside(row, files.get("report")),
        "error": outcome.error,
    }


def _inside(row: Row, file: str | None) -> str | None:
    return None if file is None else f"{row.name}/{Path(file).name}"


def write_summary(
    rows: Sequence[dict[str, Any]], folder: Path, *, command: str | None
) -> dict[str, Path]:
    """Write ``summary.csv``, ``.json`` and ``.html``, in place of older ones."""
    from sharpem.report.batch import render_batch

    texts = {
        "csv": csv_text(rows, COLUMNS),
        "json": json_text({"schema": 1, "sharpem": __version__, "rows": list(rows)}),
        "html": render_batch(rows, title=Path(os.path.realpath(folder)).name, command=command),
    }
    paths = {kind: folder / f"summary.{kind}" for kind in texts}
    write_together(
        {paths[kind]: partial(write_text, text=text) for kind, text in texts.items()},
        overwrite=True,
    )
    return paths
