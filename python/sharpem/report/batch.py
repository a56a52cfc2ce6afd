"""The page of ``sharpem batch``: a table that sorts, histograms, and a link to each report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np

from sharpem.report.drawing import BLUE, GREEN, GREY, INK, ORANGE, drawing, svg
from sharpem.report.pages import render_page

__all__ = ["render_batch"]

_COLUMNS = (
    ("resolution", "resolution (Å)", ".3g"),
    ("method", "method", ""),
    ("applicable", "applies", ""),
    ("signal_to_noise", "S/N", ".1f"),
    ("b_sharpen", "b_sharpen (Å²)", "+.0f"),
    ("b_iso_input", "B before (Å²)", ".0f"),
    ("b_iso_output", "B after (Å²)", ".0f"),
    ("warnings", "warnings", "d"),
    ("seconds", "time (s)", ".1f"),
)


class _Cell(NamedTuple):
    text: str
    key: str  # to sort by
    number: bool


class _Row(NamedTuple):
    name: str
    link: str | None
    error: str | None
    cells: tuple[_Cell, ...]


def render_batch(
    rows: Sequence[Mapping[str, Any]], *, title: str, command: str | None = None
) -> str:
    """Report on many maps as one HTML page, to stand beside their folders.

    Parameters
    ----------
    rows : sequence of mapping
        As in ``summary.csv``.
    title : str
    command : str, optional
        The command line that does it again.
    """
    from markupsafe import Markup

    done = [row for row in rows if row["status"] == "done"]
    figures = [(Markup(text), caption) for text, caption in _figures(done)] if done else []
    return render_page(
        "batch.html.j2",
        kind="batch",
        title=title,
        headline=_headline(rows),
        all_done=len(done) == len(rows),
        columns=[(label, bool(form)) for _, label, form in _COLUMNS],
        rows=[_row(row) for row in rows],
        figures=figures,
        command=command,
        sources=(),
    )


def _headline(rows: Sequence[Mapping[str, Any]]) -> str:
    failed = sum(row["status"] != "done" for row in rows)
    unsure = sum(row["applicable"] is False for row in rows)
    text = f"{len(rows) - failed} of {len(rows)} maps done"
    if failed:
        text += f", {failed} failed"
    return text + (f"; the method does not apply to {unsure}" if unsure else "")


def _row(row: Mapping[str, Any]) -> _Row:
    cells = tuple(_cell(row[name], form) for name, _, form in _COLUMNS)
    link = row["report"] and quote(row["report"])
    return _Row(row["name"], link, row["error"], cells)


def _cell(value: Any, form: str) -> _Cell:
    if value is None:
        return _Cell("", "", bool(form))
    if isinstance(value, bool):
        value = "yes" if value else "no"
    return _Cell(format(value, form), str(value), bool(form))


def _figures(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    before, after = [("before", GREY, "b_iso_input"), ("after", BLUE, "b_iso_output")]
    return [
        (
            _histogram(rows, [("", BLUE, "b_sharpen")], "b_sharpen (Å²)"),
            "How strongly the maps were sharpened (positive), or blurred; for filters by shell the "
            "b_sharpen that they are like over all.",
        ),
        (
            _histogram(rows, [before, after], "Overall B (Å²)"),
            "Overall B of the maps as they came (grey), and after (blue).",
        ),
        (
            _histogram(rows, [("", GREEN, "signal_to_noise")], "Signal to noise"),
            "Of the score's maximum, where the method scans overall B.",
        ),
        (
            _verdicts(rows),
            "Maps by method; where it does not apply (orange), the map has the expected final B "
            "instead, or none was made.",
        ),
    ]


def _histogram(
    rows: Sequence[Mapping[str, Any]], series: Sequence[tuple[str, str, str]], label: str
) -> str:
    values = [
        np.array([row[name] for row in rows if row[name] is not None], float)
        for _, _, name in series
    ]
    together = np.concatenate(values)
    bins = np.histogram_bin_edges(together, min(30, max(5, round(2 * len(rows) ** 0.5))))
    with drawing() as new_figure:
        figure = new_figure(260)
        axis = figure.add_axes((0.12, 0.19, 0.85, 0.77))
        for numbers, (_, colour, _) in zip(values, series, strict=True):
            axis.hist(numbers, bins, color=colour, alpha=0.75, edgecolor=INK, lw=0.3)
        if not len(together):
            axis.annotate("none", (0.5, 0.5), xycoords="axes fraction", ha="center")
        _counts(axis)
        axis.set_xlabel(label)
        return svg(figure, series[0][2], f"Histogram of {label}")


def _verdicts(rows: Sequence[Mapping[str, Any]]) -> str:
    """Draw bars: how many maps each method was used on, and on how many it does not apply."""
    methods = sorted({row["method"] for row in rows})
    counts = Counter((row["method"], row["applicable"]) for row in rows)
    good = [counts[method, True] for method in methods]
    bad = [counts[method, False] for method in methods]
    with drawing() as new_figure:
        figure = new_figure(260)
        axis = figure.add_axes((0.12, 0.19, 0.85, 0.77))
        axis.bar(methods, good, 0.6, color=GREEN)
        axis.bar(methods, bad, 0.6, bottom=good, color=ORANGE)
        axis.set_xlim(-1, len(methods))
        _counts(axis)
        return svg(figure, "applicable", "Maps by method, and whether it applies")


def _counts(axis: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    axis.set_ylabel("maps")
