"""Figures about many maps, by matplotlib, as SVG text for a page; panel.py draws those of one map.

matplotlib is imported where a figure is drawn: it is slow to import. No pyplot, no state but the
settings that :func:`drawing` sets for as long as it draws.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sharpem.report.panel import BLUE, GREEN, GREY, ORANGE, PURPLE

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "INK",
    "ORANGE",
    "PURPLE",
    "drawing",
    "standalone",
    "svg",
]

_WIDTH = 480  # of every figure, px; text of 12 px stays readable on a phone
INK = "#010203"  # stands for the page's own text colour until the SVG is text
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "sharpem",
    "text.usetex": False,
    "axes.unicode_minus": False,
    "font.size": 12.5,
    "axes.labelsize": 12.5,
    "xtick.labelsize": 11.5,
    "ytick.labelsize": 11.5,
    "legend.fontsize": 11.5,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "lines.linewidth": 1.8,
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK
    ),
}


@contextmanager
def drawing() -> Iterator[Any]:
    """Our settings for as long as a figure is drawn; gives a maker of figures by height in px."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it tells about its font cache
    with mpl.rc_context(_STYLE):  # type: ignore[arg-type]
        yield lambda height: Figure(figsize=(_WIDTH / 72, height / 72), facecolor="none")


def svg(figure: Any, name: str, words: str) -> str:
    """Draw as inline SVG: names of its own, ink, font and size left to the page."""
    from html import escape

    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.StringIO()
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(buffer, metadata={"Date": None})
    text = buffer.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.S)
    box = re.search(r'viewBox="([^"]*)"', text)
    assert box is not None
    opening = f'<svg class="plot" viewBox="{box[1]}" role="img" aria-label="{escape(words)}">'
    text = re.sub(r"<svg[^>]*>", lambda _: opening, text, count=1)
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    text = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{name}-", text)
    text = re.sub(r'font: ([0-9.]+)px [^;"]*', r"font-size: \1px", text)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.S)
    return re.sub(r"\s*\n\s*", "\n", text).replace(INK, "currentColor")


def standalone(drawn: str) -> str:
    """Make what :func:`svg` drew a file of its own: dark ink on white."""
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'style="background:#fff;color:#1c2128;font-family:sans-serif" '
    )
    return drawn.replace("<svg ", head, 1) + "\n"
