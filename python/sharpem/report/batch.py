"""The page of ``sharpem batch``: a table that sorts, histograms, and a link to each report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np

from sharpem.report.pages import render_page
from sharpem.report.panel import BLUE, GREEN, GREY, ORANGE, Panel, svg
from sharpem.report.scale import Ticks

__all__ = ["render_batch"]

_HEIGHT = 200  # of the axes, px
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
        script="sort.js",
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
    """Draw what there are numbers for, with captions."""
    before, after = [(GREY, "b_iso_input"), (BLUE, "b_iso_output")]
    figures = [
        (
            _histogram(rows, [(BLUE, "b_sharpen")], "b_sharpen (Å²)"),
            "How strongly the maps were sharpened (positive), or blurred; for filters by shell the "
            "b_sharpen that they are like over all.",
        ),
        (
            _histogram(rows, [before, after], "Overall B (Å²)"),
            "Overall B of the maps as they came (grey), and after (blue).",
        ),
        (
            _histogram(rows, [(GREEN, "signal_to_noise")], "Signal to noise"),
            "Of the score's maximum, where the method scans overall B.",
        ),
        (
            _verdicts(rows),
            "Maps by method; where it does not apply (orange), the map has the expected final B "
            "instead, or none was made.",
        ),
    ]
    return [(drawn, caption) for drawn, caption in figures if drawn]


def _histogram(
    rows: Sequence[Mapping[str, Any]], series: Sequence[tuple[str, str]], label: str
) -> str:
    """Count the maps by one or several columns; nothing where no map has a number."""
    values = [
        np.array([row[name] for row in rows if row[name] is not None], float) for _, name in series
    ]
    together = np.concatenate(values)
    if not together.size:
        return ""
    bins = np.histogram_bin_edges(together, min(30, max(5, round(2 * len(rows) ** 0.5))))
    counts = [np.histogram(numbers, bins)[0] for numbers in values]
    margin = 0.05 * (bins[-1] - bins[0])
    panel = _counting_panel(np.max(counts), (bins[0] - margin, bins[-1] + margin))
    for (colour, _), heights in zip(series, counts, strict=True):
        for low, high, height in zip(bins[:-1], bins[1:], heights, strict=True):
            if height:
                panel.bar(low, high, height, colour, opacity=0.75)
    return svg([panel], [_HEIGHT], series[0][1], f"Histogram of {label}", label)


def _verdicts(rows: Sequence[Mapping[str, Any]]) -> str:
    """Draw bars: how many maps each method was used on, and on how many it does not apply."""
    counts = Counter(row["method"] for row in rows)
    applies = Counter(row["method"] for row in rows if row["applicable"])
    methods = sorted(counts)
    names = [(float(place), method) for place, method in enumerate(methods)]
    panel = _counting_panel(max(counts.values()), (-1, len(methods)), names)
    for place, method in enumerate(methods):
        panel.bar(place - 0.3, place + 0.3, counts[method], ORANGE)
        if applies[method]:
            panel.bar(place - 0.3, place + 0.3, applies[method], GREEN)
    return svg([panel], [_HEIGHT], "applicable", "Maps by method, and whether it applies", "method")


def _counting_panel(
    largest: int, x_range: tuple[float, float], x_ticks: Ticks | None = None
) -> Panel:
    """Make axes for bars that count maps."""
    return Panel("maps", x_range=x_range, y_range=(0, 1.08 * largest), whole=True, x_ticks=x_ticks)
