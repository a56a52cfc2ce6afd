"""A result as a notebook shows it: the verdict in words, and its curves."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from html import escape

from sharpem.outcome import Sharpened
from sharpem.report.figures import amplitude_figure, detail_figure, filter_figure
from sharpem.report.fsc import fsc_figure
from sharpem.report.panel import standalone
from sharpem.report.words import summary

__all__ = ["notebook_html", "one_line"]


def one_line(result: Sharpened) -> str:
    """Name of the map, method and verdict in one line."""
    name = result.input.path.name if result.input.path else "a map"
    return f"<Result of {name} by {result.method}: {summary(result).headline}>"


def notebook_html(result: Sharpened) -> str:
    """Verdict, reasons and curves as HTML that does not touch the page around it.

    Figures are images of their own, so that the names within them cannot clash.
    """
    said = summary(result)
    lines = [f"<p>{escape(text)}</p>" for text in said.done]
    lines += [f"<p><b>Warning.</b> {escape(text)}</p>" for text in said.warnings]
    lines += [f"<p>{escape(text)}</p>" for text in said.notes]
    return "\n".join(
        ["<div>", f"<h3>{escape(said.headline)}</h3>", *lines, *_images(result), "</div>"]
    )


def _images(result: Sharpened) -> Iterator[str]:
    drawn = {
        "Detail against overall B": detail_figure(result) if result.trials else "",
        "Mean amplitudes": amplitude_figure(result),
        "Filter": filter_figure(result),
        "Fourier shell correlation": fsc_figure(result),
    }
    for words, figure in drawn.items():
        if figure:
            code = b64encode(standalone(figure).encode()).decode()
            yield (
                f'<img alt="{words}" style="max-width:480px" '
                f'src="data:image/svg+xml;base64,{code}">'
            )
