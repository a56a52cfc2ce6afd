"""What all figures share: their look, their axes, and how they become SVG text for a page.

matplotlib is imported where a figure is drawn: it is slow to import. No pyplot, no state but the
settings that :func:`drawing` sets for as long as it draws.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "INK",
    "ORANGE",
    "PURPLE",
    "drawing",
    "legend",
    "one_panel",
    "power",
    "resolution_axis",
    "standalone",
    "svg",
    "thousands",
]

_WIDTH = 480  # of every figure, px; text of 12 px stays readable on a phone
INK = "#010203"  # stands for the page's own text colour until the SVG is text
BLUE, ORANGE, GREEN, PURPLE, GREY = "#3b82c4", "#d9762b", "#2a9d6a", "#9a6fd0", "#8a8f98"
_RESOLUTIONS = (20, 10, 7, 5, 4, 3.5, 3, 2.7, 2.4, 2.2, 2, 1.8, 1.6, 1.4, 1.3, 1.2, 1.1, 1)
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


def one_panel(new_figure: Any) -> tuple[Any, Any]:
    """Make a figure with one pair of axes, and room for a legend on top."""
    figure = new_figure(300)
    return figure, figure.add_axes((0.155, 0.165, 0.82, 0.73))


def resolution_axis(axis: Any, resolution: float, end: float) -> None:
    """Linear in s = 1/d, labelled with d; the stated resolution marked."""
    axis.set_xlim(0, end)
    kept: list[float] = []
    for d in _RESOLUTIONS:
        if 1 / d <= end and (not kept or 1 / d - 1 / kept[-1] >= 0.085 * end):
            kept.append(d)
    axis.set_xticks([1 / d for d in kept], [f"{d:g}" for d in kept])
    axis.set_xlabel("Resolution d (Å), axis linear in 1/d (1/Å)")
    axis.axvline(1 / resolution, color=INK, lw=1.2, ls=(0, (4, 2)))
    axis.annotate(
        f"{resolution:g} Å ",
        (1 / resolution, 0.02),
        xycoords=("data", "axes fraction"),
        ha="right",
    )


def legend(axis: Any, labels: list[str]) -> None:
    """Name the lines, in the order in which they were drawn, on top of the axes."""
    lines = [line for line in axis.get_lines() if len(line.get_xdata()) > 2]
    axis.legend(
        lines, labels, loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=4,
        borderaxespad=0, columnspacing=1.0, handlelength=1.4, handletextpad=0.5,
    )  # fmt: skip


def thousands(axis: Any, unit: str) -> None:
    """Write large numbers as 40k, 1.2M."""

    def text(value: float, _: int) -> str:
        for size, letter in ((1e6, "M"), (1e3, "k")):
            if abs(value) >= size:
                return f"{value / size:g}{letter}"
        return f"{value:g}"

    axis.yaxis.set_major_formatter(text)
    axis.set_ylabel(unit)


def power(value: float, _: int) -> str:
    """Write numbers far from 1 as powers of ten; for logarithmic axes."""
    if 1e-3 < value < 1e4:
        return f"{value:g}"
    signs = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return "10" + str(round(np.log10(value))).translate(signs)
