"""Shapes and text as SVG elements, at places in px."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sharpem.report.scale import Scale

__all__ = ["INK", "Series", "area", "bar", "curve", "legend", "rows_of_legend", "stroke", "text"]

INK = "currentColor"
"""The colour of the page's text."""

_SMALL = 11.5  # px, size of text
_LETTER = 0.6 * _SMALL  # px, about the mean width of a letter
_SYMBOL, _GAP = 22.0, 12.0  # px, of a legend's line or circle, and after the name
_ROW = 17.0  # px, from one row of a legend to the next

Array = NDArray[np.float64]


class Series(NamedTuple):
    """Points (x, y), arrays of shape (n,), and how they look; lengths in px.

    A `width` joins them by a line, `dots` are solid and of that diameter, a `radius` puts a circle
    about each. With a `name` they are in the legend.
    """

    x: Array
    y: Array
    colour: str
    dash: str = ""
    width: float = 0.0
    dots: float = 0.0
    radius: float = 0.0
    hollow: bool = False
    name: str = ""


def curve(series: Series, x: Scale, y: Scale) -> str:
    """Draw a series; points that are no numbers are left out."""
    shown = np.isfinite(series.x) & np.isfinite(series.y)
    places = list(zip(x(series.x[shown]), y(series.y[shown]), strict=True))
    points = [f"{a:.1f} {b:.1f}" for a, b in places]
    drawn = ""
    if series.width and points:
        drawn += stroke("M" + "L".join(points), series.colour, series.width, series.dash)
    if series.dots:
        path = "".join(f"M{point}h0" for point in points)
        drawn += stroke(path, series.colour, series.dots, cap="round")
    if series.radius:
        drawn += "".join(_circle(a, b, series) for a, b in places)
    return drawn


def _circle(x: float, y: float, series: Series) -> str:
    face = "none" if series.hollow else series.colour
    where = f'cx="{x:.1f}" cy="{y:.1f}" r="{series.radius:g}"'
    return f'<circle {where} fill="{face}" stroke="{series.colour}" stroke-width="1.6"/>'


def stroke(path: str, colour: str, width: float, dash: str = "", cap: str = "") -> str:
    """Draw a line; `dash` has the lengths of its strokes and gaps, px."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    ends = f' stroke-linecap="{cap}"' if cap else ""
    shape = f'fill="none" stroke="{colour}" stroke-width="{width:g}"'
    return f'<path d="{path}" {shape}{dashes}{ends}/>'


def area(x: Array, lower: Array, upper: Array, colour: str) -> str:
    """Shade what lies between two lines over the same x."""
    there = [f"{a:.1f} {b:.1f}" for a, b in zip(x, lower, strict=True)]
    back = [f"{a:.1f} {b:.1f}" for a, b in zip(x[::-1], upper[::-1], strict=True)]
    return f'<path d="M{"L".join(there + back)}Z" fill="{colour}" opacity="0.16"/>'


def bar(ends: Array, top: Array, bottom: float, colour: str, opacity: float) -> str:
    """Draw a bar, outlined: its colour may be close to the page's."""
    outline = f"M{ends[0]:.1f} {bottom:g}V{top:.1f}H{ends[1]:.1f}V{bottom:g}"
    fill = f'fill="{colour}" fill-opacity="{opacity:g}"'
    return f'<path d="{outline}" {fill} stroke="{INK}" stroke-width="0.7"/>'


def text(x: float | Array, y: float | Array, words: str, anchor: str, more: str = "") -> str:
    """Write text; `more` are further attributes."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(words)}</text>'


def rows_of_legend(named: Sequence[Series], width: float) -> list[list[Series]]:
    """Break a legend into rows, at most so many px wide."""
    rows: list[list[Series]] = [[]]
    end = 0.0
    for series in named:
        if rows[-1] and end + _length(series) > width:
            rows.append([])
            end = 0.0
        rows[-1].append(series)
        end += _length(series) + _GAP
    return rows


def _length(series: Series) -> float:
    return _SYMBOL + _LETTER * len(series.name)


def legend(rows: Sequence[Sequence[Series]], start: float, bottom: float) -> list[str]:
    """Name series in rows, the last of which stands on `bottom`; `start` is their left end, px."""
    parts = []
    for number, row in enumerate(rows):
        x, y = start, bottom - _ROW * (len(rows) - 1 - number)
        for series in row:
            symbol = Scale(0, 1, x, x + 17), Scale(0, 1, y - 4, y - 5)
            # A line from end to end, a dot or circle in its middle.
            line = series._replace(dots=0.0, radius=0.0, x=np.array([0, 1.0]), y=np.zeros(2))
            dot = series._replace(width=0.0, x=np.array([0.5]), y=np.zeros(1))
            parts += [curve(line, *symbol) + curve(dot, *symbol)]
            parts.append(text(x + _SYMBOL, y, series.name, "start"))
            x += _length(series) + _GAP
    return parts
