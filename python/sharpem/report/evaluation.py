"""The page of ``sharpem evaluate``: how well maps agree with one model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sharpem.evaluation.agreement import Agreement
from sharpem.findings import Finding, lines_of
from sharpem.report.curves import COLOURS, Line, fsc_figure
from sharpem.report.pages import render_page
from sharpem.report.words import typeset

__all__ = ["COLUMNS", "agreement_texts", "render_evaluation"]

COLUMNS = ("CC_mask", "CC_box", "CC_peaks", "FSC = 0.5 (Å)", "FSC = 0.143 (Å)")


class _Row(NamedTuple):
    name: str
    colour: str
    dashed: bool
    values: tuple[str, ...]


def agreement_texts(found: Agreement) -> tuple[str, ...]:
    """Write the numbers that go under :data:`COLUMNS`."""
    cc = found.correlation
    numbers = (f"{value:.3f}" for value in (cc.cc_mask, cc.cc_box, cc.cc_peaks))
    return (*numbers, str(found.fsc.crossing(0.5)), str(found.fsc.crossing(0.143)))


def render_evaluation(
    found: Sequence[tuple[str, Agreement]],
    failed: Mapping[str, str],
    *,
    model: str | Path,
    resolution: float,
    findings: Iterable[Finding] = (),
    command: str | None = None,
) -> str:
    """Report as a self-contained HTML page; the same numbers give the same text.

    Parameters
    ----------
    found : sequence of (str, Agreement)
        Names of maps, and how they agree; at least one.
    failed : mapping
        For maps that could not be evaluated, why.
    model : path
    resolution : float
        A; where all are cut.
    findings : iterable of Finding
        What is odd about the maps and the model.
    command : str, optional
        The command line that reproduces the run.
    """
    from markupsafe import Markup

    looks = [(COLOURS[n % len(COLOURS)], n >= len(COLOURS)) for n in range(len(found))]
    rows = [
        _Row(name, *look, agreement_texts(one))
        for (name, one), look in zip(found, looks, strict=True)
    ]
    pictures = {}
    for kind, words in (("masked", "inside a soft mask about it"), ("box", "over the whole box")):
        lines = [
            Line(*(one.fsc if kind == "masked" else one.fsc_box), *look)
            for (_, one), look in zip(found, looks, strict=True)
        ]
        what = f"FSC of {len(lines)} maps with the model, {words}"
        pictures[kind] = Markup(fsc_figure(lines, resolution, f"fsc-{kind}", what))
    return render_page(
        "evaluation.html.j2",
        kind="evaluation",
        title=f"{Path(model).name} at {resolution:g} Å",
        columns=COLUMNS,
        rows=rows,
        resolution=f"{resolution:g}",
        radius=f"{found[0][1].correlation.radius:g}",
        failed=sorted(failed.items()),
        findings=[(kind, *typeset((text,))) for kind, text in lines_of(findings)],
        command=command,
        sources=(("Model", str(model)),),
        **pictures,
    )
