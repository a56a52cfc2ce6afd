"""The report: one HTML file that needs nothing else, neither network nor JavaScript."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sharpem.report.fall_off import guinier_figure, wilson_figure
from sharpem.report.figures import amplitude_figure, detail_figure, filter_figure
from sharpem.report.fsc import fsc_caption, fsc_figure
from sharpem.report.histogram import histogram_figure
from sharpem.report.local import local_section
from sharpem.report.pages import render_page
from sharpem.report.palette import COLOURS
from sharpem.report.slices import Contours, central_sections, equal_volume_contours
from sharpem.report.words import finding_rows, numbers, summary, trial_rows

if TYPE_CHECKING:
    from sharpem.outcome import Sharpened

__all__ = ["render_report"]


def render_report(
    result: Sharpened,
    *,
    command: str | None = None,
    outputs: dict[str, str] | None = None,
    contours: Contours | None = None,
) -> str:
    """Report on a run as a self-contained HTML page; the same result gives the same text.

    Parameters
    ----------
    result : Sharpened
        What :func:`sharpem.sharpen` gave.
    command : str, optional
        The command line that reproduces the run.
    outputs : dict of str, optional
        What was written: kind (map, json, ...) to file name.
    contours : Contours, optional
        From :func:`equal_volume_contours`, if already known.

    Returns
    -------
    str
    """
    from markupsafe import Markup

    contours = contours or equal_volume_contours(result)
    fsc = fsc_figure(result)
    local = local_section(result, contours)
    return render_page(
        "report.html.j2",
        title=_title(result),
        result=result,
        summary=summary(result),
        findings=finding_rows(result),
        detail=Markup(detail_figure(result)) if result.trials else None,
        amplitudes=Markup(amplitude_figure(result)),
        curve=Markup(filter_figure(result)),
        guinier=Markup(guinier_figure(result)),
        wilson=Markup(wilson_figure(result)),
        density=Markup(histogram_figure(result, contours)),
        fsc=Markup(fsc) if fsc else None,
        fsc_caption=fsc_caption(result) if fsc else "",
        contours=contours,
        sections=central_sections(result, contours),
        local=local,
        local_histogram=Markup(local.histogram) if local else None,
        colours=COLOURS,
        numbers=numbers(result),
        trials=trial_rows(result),
        command=command,
        outputs=outputs or {},
        checksums=_checksums(result),
    )


def _title(result: Sharpened) -> str:
    """Name of the map, or of the half maps."""
    if result.input.path is not None:
        return result.input.path.name
    if result.half_maps is None:
        return "map"
    return " and ".join(Path(name).name for name in result.half_maps.names)


def _checksums(result: Sharpened) -> list[tuple[str, str]]:
    """Names and checksums of the files that were read."""
    found = [(path.name, digest) for path, digest in result.checksums]
    return found or [("", "none: the input was not a file")]
