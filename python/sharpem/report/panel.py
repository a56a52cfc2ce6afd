"""Figures as SVG text: panels with axes, in the page's ink and font.

Written here: to import a library that plots takes longer than to sharpen a map.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sharpem.report.scale import Scale, resolution_ticks

__all__ = [
    "BLUE",
    "DASHED",
    "DOTTED",
    "GREEN",
    "GREY",
    "INK",
    "ORANGE",
    "PURPLE",
    "RESOLUTION",
    "Panel",
    "svg",
]

INK = "currentColor"
BLUE, ORANGE, GREEN, PURPLE, GREY = "#3b82c4", "#d9762b", "#2a9d6a", "#9a6fd0", "#8a8f98"
DASHED, DOTTED = "6 3", "1.5 2.5"
"""Lengths of strokes and gaps, px."""
RESOLUTION = "Resolution d (Å), axis linear in 1/d (1/Å)"
"""Label of an axis made by :meth:`Panel.against_resolution`."""

_WIDTH, _LEFT, _RIGHT = 480.0, 74.0, 468.0  # px; text of 12 px stays readable on a phone
_LABEL, _SMALL = 12.5, 11.5  # px, sizes of text
_LETTER = 0.53 * _SMALL  # px, about the mean width of a letter

Array = NDArray[np.float64]
Range = tuple[float, float]


class _Line(NamedTuple):
    x: Array
    y: Array
    colour: str
    dash: str
    width: float
    dots: float
    name: str


class Panel:
    """A pair of axes and what is drawn on it; ranges follow the lines where none are given.

    Parameters
    ----------
    label : str
        Of the vertical axis.
    x_range, y_range : (low, high), optional
        What the axes show.
    logarithmic : bool
        Whether the vertical axis is.
    """

    def __init__(
        self,
        label: str = "",
        *,
        x_range: Range | None = None,
        y_range: Range | None = None,
        logarithmic: bool = False,
    ) -> None:
        self.label = label
        self.x_range = x_range
        self.y_range = y_range
        self.logarithmic = logarithmic
        self._resolution: float | None = None
        self._lines: list[_Line] = []
        self._bands: list[tuple[float, float, str]] = []
        self._marks: list[tuple[float, str, str]] = []
        self._levels: list[tuple[float, str, bool]] = []
        self._dots: list[tuple[float, float, str, bool]] = []
        self._bars: list[tuple[float, float, float, str, float]] = []

    def line(
        self,
        x: ArrayLike,
        y: ArrayLike,
        colour: str,
        *,
        dash: str = "",
        width: float = 1.8,
        dots: float = 0.0,
        name: str = "",
    ) -> None:
        """Add a line, with dots of so many px at its points; a name puts it into the legend."""
        x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        self._lines.append(_Line(x, y, colour, dash, width, dots, name))

    def band(self, low: float, high: float, colour: str) -> None:
        """Shade a range of x."""
        self._bands.append((low, high, colour))

    def bar(
        self, low: float, high: float, height: float, colour: str, *, opacity: float = 1.0
    ) -> None:
        """Add a bar over a range of x, outlined: its colour may be close to the page's."""
        self._bars.append((low, high, height, colour, opacity))

    def mark(self, x: float, colour: str = INK, dash: str = DASHED) -> None:
        """Add a vertical line."""
        self._marks.append((x, colour, dash))

    def level(self, y: float, colour: str = GREY, *, labelled: bool = False) -> None:
        """Add a horizontal line, its value written on it or not."""
        self._levels.append((y, colour, labelled))

    def dot(self, x: float, y: float, colour: str, *, hollow: bool = False) -> None:
        """Add a large dot."""
        self._dots.append((x, y, colour, hollow))

    def against_resolution(self, resolution: float, end: float) -> None:
        """Make the horizontal axis 1/d to `end` (1/A), labelled with d; mark the resolution (A)."""
        self.x_range, self._resolution = (0.0, end), resolution
        self.mark(1 / resolution)

    def draw(self, top: float, bottom: float, clip: str, *, x_ticks: bool) -> str:
        """SVG elements between two heights, px; `clip` is the name of the clipping path."""
        x = Scale(*(self.x_range or _range([line.x for line in self._lines])), _LEFT, _RIGHT)
        y = Scale(*self._y_range(), bottom, top, self.logarithmic)
        inside = [
            *(_box(x(low), top, x(high), bottom, colour) for low, high, colour in self._bands),
            *(
                _bar(x(low), y(height), x(high), bottom, colour, opacity=opacity)
                for low, high, height, colour, opacity in self._bars
            ),
            *(
                _stroke(f"M{_LEFT:g} {y(value):.1f}H{_RIGHT:g}", colour, 0.8)
                for value, colour, _ in self._levels
            ),
            *(_curve(line, x, y) for line in self._lines),
            *(_circle(x(a), y(b), colour, hollow) for a, b, colour, hollow in self._dots),
            *(
                _stroke(f"M{x(value):.1f} {top:g}V{bottom:g}", colour, 1.2, dash)
                for value, colour, dash in self._marks
            ),
        ]
        words = [_text(_LEFT + 4, y(v) - 3, f"{v:g}", "start") for v, _, on in self._levels if on]
        if self._resolution:
            place = x(1 / self._resolution) - 4
            words.append(_text(place, bottom - 6, f"{self._resolution:g} Å", "end"))
        corner = f'<rect x="{_LEFT:g}" y="{top:g}" width="{_RIGHT - _LEFT:g}" '
        return "\n".join(
            [
                f'<clipPath id="{clip}">{corner}height="{bottom - top:g}"/></clipPath>',
                f'<g clip-path="url(#{clip})">',
                *inside,
                "</g>",
                *words,
                *self._axes(x, y, x_ticks=x_ticks),
                *_legend([line for line in self._lines if line.name], top),
            ]
        )

    def _y_range(self) -> Range:
        if self.y_range:
            return self.y_range
        places = [value for _, value, _, _ in self._dots] + [value for value, _, _ in self._levels]
        values = [line.y for line in self._lines] + [np.array(places)]
        if self.logarithmic:
            low, high = _range([np.log(v[v > 0]) for v in values])
            return float(np.exp(low)), float(np.exp(high))
        return _range(values)

    def _axes(self, x: Scale, y: Scale, *, x_ticks: bool) -> list[str]:
        bottom, top = y.start, y.end
        across = resolution_ticks(x.high) if self._resolution else x.ticks()
        up = y.ticks()
        path = f"M{_LEFT:g} {top:g}V{bottom:g}H{_RIGHT:g}"
        path += "".join(f"M{x(value):.1f} {bottom:g}v4" for value, _ in across)
        path += "".join(f"M{_LEFT:g} {y(value):.1f}h-4" for value, _ in up)
        parts = [_stroke(path, INK, 0.9)]
        parts += [_text(_LEFT - 7, y(value) + 4, text, "end") for value, text in up]
        if x_ticks:
            parts += [_text(x(value), bottom + 16, text, "middle") for value, text in across]
        middle = 0.5 * (top + bottom)
        turned = f' font-size="{_LABEL}" transform="rotate(-90 14 {middle:g})"'
        return [*parts, _text(14, middle, self.label, "middle", turned)] if self.label else parts


def svg(
    panels: Sequence[Panel], heights: Sequence[float], name: str, words: str, below: str
) -> str:
    """Draw panels one below the other, over one horizontal axis.

    Parameters
    ----------
    panels : sequence of Panel
    heights : sequence of float
        Of the panels, px.
    name : str
        Of the figure in the page, unique.
    words : str
        What it shows, for those who cannot see it.
    below : str
        Label of the horizontal axis.
    """
    spans = [(panel.x_range or _range([line.x for line in panel._lines])) for panel in panels]
    shared = (min(low for low, _ in spans), max(high for _, high in spans))
    top, parts = 24.0, []
    for number, (panel, height) in enumerate(zip(panels, heights, strict=True)):
        panel.x_range = shared
        last = number == len(panels) - 1
        parts.append(panel.draw(top, top + height, f"{name}-{number}", x_ticks=last))
        top += height + (0 if last else 30)
    label = f' font-size="{_LABEL}"'
    parts.append(_text(0.5 * (_LEFT + _RIGHT), top + 36, below, "middle", label))
    return (
        f'<svg class="plot" viewBox="0 0 {_WIDTH:g} {top + 44:g}" role="img" '
        f'aria-label="{escape(words)}" font-size="{_SMALL}" fill="{INK}">\n'
        + "\n".join(parts)
        + "\n</svg>"
    )


def _range(arrays: Sequence[Array]) -> Range:
    """Range of all finite values, and a twentieth more on either side."""
    values = np.concatenate([np.ravel(array) for array in arrays])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    margin = 0.05 * (high - low) or 0.5 * abs(high) or 1.0
    return low - margin, high + margin


def _curve(line: _Line, x: Scale, y: Scale) -> str:
    shown = np.isfinite(line.x) & np.isfinite(line.y)
    points = [f"{a:.1f} {b:.1f}" for a, b in zip(x(line.x[shown]), y(line.y[shown]), strict=True)]
    drawn = _stroke("M" + "L".join(points), line.colour, line.width, line.dash) if points else ""
    if line.dots:
        path = "".join(f"M{point}h0" for point in points)
        drawn += _stroke(path, line.colour, line.dots, cap="round")
    return drawn


def _stroke(path: str, colour: str, width: float, dash: str = "", cap: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    ends = f' stroke-linecap="{cap}"' if cap else ""
    shape = f'fill="none" stroke="{colour}" stroke-width="{width:g}"'
    return f'<path d="{path}" {shape}{dashes}{ends}/>'


def _box(left: float | Array, top: float, right: float | Array, bottom: float, colour: str) -> str:
    outline = f"M{left:.1f} {top:g}H{right:.1f}V{bottom:g}H{left:.1f}Z"
    return f'<path d="{outline}" fill="{colour}" opacity="0.16"/>'


def _bar(
    left: float | Array,
    top: float | Array,
    right: float | Array,
    bottom: float,
    colour: str,
    *,
    opacity: float,
) -> str:
    outline = f"M{left:.1f} {bottom:g}V{top:.1f}H{right:.1f}V{bottom:g}"
    fill = f'fill="{colour}" fill-opacity="{opacity:g}"'
    return f'<path d="{outline}" {fill} stroke="{INK}" stroke-width="0.7"/>'


def _circle(x: float | Array, y: float | Array, colour: str, hollow: bool) -> str:
    face = "none" if hollow else colour
    where = f'cx="{x:.1f}" cy="{y:.1f}" r="3.5"'
    return f'<circle {where} fill="{face}" stroke="{colour}" stroke-width="1.6"/>'


def _text(x: float | Array, y: float | Array, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(text)}</text>'


def _legend(lines: Sequence[_Line], top: float) -> list[str]:
    """Name lines in a row above the axes."""
    parts, x = [], _LEFT - 8
    for line in lines:
        parts.append(_stroke(f"M{x:.1f} {top - 12:g}h17", line.colour, line.width, line.dash))
        if line.dots:
            dot = f"M{x + 8.5:.1f} {top - 12:g}h0"
            parts.append(_stroke(dot, line.colour, line.dots, cap="round"))
        parts.append(_text(x + 22, top - 8, line.name, "start"))
        x += 34 + _LETTER * len(line.name)
    return parts
