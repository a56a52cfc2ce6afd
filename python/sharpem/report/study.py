"""The page and the tables of ``sharpem study``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sharpem.report.pages import render_page
from sharpem.report.study_figures import Figure
from sharpem.report.words import typeset
from sharpem.study.outcome import CaseOutcome
from sharpem.study.protocol import RULES
from sharpem.study.run import Study
from sharpem.study.statistics import PAPER, REFERENCE, MethodStatistics

__all__ = [
    "COLUMNS",
    "case_rows",
    "headline",
    "preparation_line",
    "render_study",
    "selection_lines",
    "table_rows",
]

COLUMNS = (
    *("maps", "improved", "mean gain", ">= +0.02", "< -0.02", "rms dB (A^2)", "mean dB (A^2)"),
    *("mean regret", "worst", "surface ahead", "interval holds"),
)
"""Of the table of statistics, after the method's name."""


class Row(NamedTuple):
    """One line of the table of statistics."""

    name: str
    values: tuple[str, ...]
    paper: bool


def headline(study: Study) -> str:
    """Say how the default method does, in one sentence."""
    found = {one.name: one for one in study.statistics}.get(REFERENCE)
    if found is None:
        return "No pair counts, so there is nothing to sum up."
    better = 100 * (found.improved or 0)
    return (
        f"Surface improves {better:.0f} % of {found.maps} maps; correlation changes by "
        f"{found.mean_gain:+.4f} on average (paper: 65 % of 361, +0.02)."
    )


def selection_lines(study: Study) -> list[str]:
    """Say how many pairs count, and why others do not."""
    total = len(study.cases) + len(study.failed)
    lines = [f"{len(study.counted)} of {total} pairs count."]
    for rule, cases in study.excluded.items():
        if cases:
            lines.append(f"{len(cases)} left out: {RULES[rule]}.")
    if study.failed:
        lines.append(f"{len(study.failed)} could not be studied.")
    return lines


def preparation_line(study: Study) -> str:
    """Say how well volume and overall B were read; nothing where no pair counts."""
    found = study.preparation
    if found is None:
        return ""
    text = (
        f"Molecular volume found: {found.volume_ratio:.2f} of the model's (median), within 20 % of "
        f"it in {100 * found.volume_within:.0f} % of the maps."
    )
    if found.rms_b_error is not None:
        text += f" Overall B of the signal: rms error {found.rms_b_error:.0f} A^2."
    return text


def table_rows(found: Sequence[MethodStatistics], *, paper: bool = True) -> list[Row]:
    """Write what goes under :data:`COLUMNS`, the paper's figures below those they belong to."""
    published = {one.name: one for one in PAPER} if paper else {}
    rows = []
    for one in found:
        rows.append(Row(one.label, _texts(one, 4), paper=False))
        if one.name in published:
            rows.append(Row("  in the paper", _texts(published[one.name], 2), paper=True))
    return rows


def _texts(one: MethodStatistics, digits: int) -> tuple[str, ...]:
    gain, share, b = f"+.{digits}f", ".0%", ".0f"
    figures = (
        *((one.improved, share), (one.mean_gain, gain), (one.better, share), (one.worse, share)),
        *((one.rms_delta_b, b), (one.mean_delta_b, "+.0f")),
        *((one.mean_regret, ".4f"), (one.worst_regret, ".4f"), (one.surface_ahead, gain)),
        (one.held, share),
    )
    return (str(one.maps), *("" if value is None else f"{value:{how}}" for value, how in figures))


def case_rows(study: Study) -> tuple[list[str], list[list[str]]]:
    """Write the table of pairs that count: header, and a row for each."""
    names = {m.name: m.label for case in study.counted for m in case.methods}
    header = ["pair", "resolution (Å)", "best b_sharpen (Å²)", "best", "as it came"]
    return [*header, *names.values()], [_case_row(case, list(names)) for case in study.counted]


def _case_row(case: CaseOutcome, names: list[str]) -> list[str]:
    methods = [case.method(name) for name in names]
    return [
        case.name,
        f"{case.resolution:g}",
        f"{case.best_b_sharpen:+.0f}",
        f"{case.best_cc:.4f}",
        f"{case.cc_mask:.4f}",
        *("" if m is None else f"{m.cc_mask:.4f}{'' if m.applicable else '*'}" for m in methods),
    ]


def render_study(
    study: Study, figures: Sequence[Figure], *, table: str, command: str | None = None
) -> str:
    """Report as a self-contained HTML page; the same outcome gives the same text.

    Parameters
    ----------
    study : Study
    figures : sequence of Figure
        From :func:`sharpem.report.study_figures.study_figures`.
    table : str
        Name of the table of pairs.
    command : str, optional
        The command line that reproduces the run.
    """
    from markupsafe import Markup

    header, rows = case_rows(study)
    left_out = [
        (c.name, c.excluded.reason) for cs in study.excluded.values() for c in cs if c.excluded
    ]
    return render_page(
        "study.html.j2",
        kind="study",
        title=table.replace("\\", "/").rpartition("/")[2],
        headline=headline(study),
        sentences=typeset([*selection_lines(study), preparation_line(study)]),
        care=not study.counted,
        columns=[name.replace("A^2", "Å²").replace("dB", "ΔB") for name in COLUMNS],
        overall=table_rows(study.statistics),
        groups=[(g, table_rows(s, paper=False)) for g, s in study.by_group.items()],
        figures=[(one.number, Markup(one.svg), one.caption) for one in figures],
        header=header,
        rows=rows,
        left_out=[*left_out, *sorted(study.failed.items())],
        command=command,
        sources=(("Table", table),),
    )
