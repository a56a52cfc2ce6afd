"""Figures as SVG text: panels with axes, in the page's ink and font.

Written here: to import a library that plots takes longer than to sharpen a map.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sharpem.report.scale import Scale, Ticks, resolution_ticks
from sharpem.report.shapes import (
    INK,
    Series,
    area,
    bar,
    curve,
    legend,
    rows_of_legend,
    stroke,
    text,
)

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
    "SQUARE",
    "SQUARED",
    "Panel",
    "standalone",
    "svg",
]

BLUE, ORANGE, GREEN, PURPLE, GREY = "#3b82c4", "#d9762b", "#2a9d6a", "#9a6fd0", "#8a8f98"
DASHED, DOTTED = "6 3", "1.5 2.5"
"""Lengths of strokes and gaps, px."""
RESOLUTION = "Resolution d (Å), axis linear in 1/d (1/Å)"
"""Label of an axis made by :meth:`Panel.against_resolution`."""
SQUARED = "1/d² (1/Å²)"
"""Label of such an axis that is squared."""

_WIDTH, _LEFT, _RIGHT = 480.0, 74.0, 468.0  # px; text of 12 px stays readable on a phone
_LABEL, _SMALL = 12.5, 11.5  # px, sizes of text
SQUARE = _RIGHT - _LEFT
"""Height of a panel that is as high as it is wide, px."""

Array = NDArray[np.float64]
Range = tuple[float, float]


class Panel:
    """A pair of axes and what is drawn on it; ranges follow the series where none are given.

    Parameters
    ----------
    label : str
        Of the vertical axis.
    x_range, y_range : (low, high), optional
        What the axes show.
    logarithmic : bool
        Whether the vertical axis is.
    whole : bool
        Whether the vertical axis counts: it has ticks at whole numbers only.
    x_ticks : sequence of (float, str), optional
        Values and what is written there; default: round numbers.
    """

    def __init__(
        self,
        label: str = "",
        *,
        x_range: Range | None = None,
        y_range: Range | None = None,
        logarithmic: bool = False,
        whole: bool = False,
        x_ticks: Ticks | None = None,
    ) -> None:
        self.label = label
        self.x_range = x_range
        self.y_range = y_range
        self.logarithmic = logarithmic
        self._whole = whole
        self._x_ticks = x_ticks
        self._resolution: float | None = None
        self._squared = False
        self._series: list[Series] = []
        self._bands: list[tuple[float, float, str]] = []
        self._areas: list[tuple[Array, Array, Array, str]] = []
        self._marks: list[tuple[float, str, str]] = []
        self._levels: list[tuple[float, str, bool]] = []
        self._bars: list[tuple[Range, float, str, float]] = []

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
        self._series.append(Series(_array(x), _array(y), colour, dash, width, dots, name=name))

    def scatter(
        self,
        x: ArrayLike,
        y: ArrayLike,
        colour: str,
        *,
        radius: float = 3.5,
        hollow: bool = False,
        name: str = "",
    ) -> None:
        """Add circles of so many px; a name puts them into the legend."""
        circles = Series(_array(x), _array(y), colour, radius=radius, hollow=hollow, name=name)
        self._series.append(circles)

    def band(self, low: float, high: float, colour: str) -> None:
        """Shade a range of x."""
        self._bands.append((low, high, colour))

    def area(self, x: ArrayLike, lower: ArrayLike, upper: ArrayLike, colour: str) -> None:
        """Shade what lies between two lines."""
        self._areas.append((_array(x), _array(lower), _array(upper), colour))

    def bar(
        self, low: float, high: float, height: float, colour: str, *, opacity: float = 1.0
    ) -> None:
        """Add a bar from 0 over a range of x."""
        self._bars.append(((low, high), height, colour, opacity))

    def mark(self, x: float, colour: str = INK, dash: str = DASHED) -> None:
        """Add a vertical line."""
        self._marks.append((x, colour, dash))

    def level(self, y: float, colour: str = GREY, *, labelled: bool = False) -> None:
        """Add a horizontal line, its value written on it or not."""
        self._levels.append((y, colour, labelled))

    def against_resolution(self, resolution: float, end: float, *, squared: bool = False) -> None:
        """Make the horizontal axis 1/d to `end` (1/A), labelled with d; mark the resolution (A).

        `squared`: make it 1/d^2, to the square of `end`, labelled with that.
        """
        self.x_range = (0.0, end**2 if squared else end)
        self._resolution, self._squared = resolution, squared
        self.mark(self._limit(resolution))

    def _limit(self, resolution: float) -> float:
        return (1 / resolution) ** (2 if self._squared else 1)

    @property
    def rows(self) -> list[list[Series]]:
        """Rows of the legend above the axes."""
        return rows_of_legend([one for one in self._series if one.name], _WIDTH - _LEFT)

    def span(self) -> Range:
        """Range of the horizontal axis."""
        return self.x_range or _range([series.x for series in self._series])

    def draw(self, top: float, bottom: float, clip: str, *, x_ticks: bool) -> str:
        """SVG elements between two heights, px; `clip` is the name of the clipping path."""
        x = Scale(*self.span(), _LEFT, _RIGHT)
        y = Scale(*self._y_range(), bottom, top, self.logarithmic)
        words = [text(_LEFT + 4, y(v) - 3, f"{v:g}", "start") for v, _, on in self._levels if on]
        if self._resolution:
            place = x(self._limit(self._resolution)) - 4
            words.append(text(place, bottom - 6, f"{self._resolution:g} Å", "end"))
        corner = f'<rect x="{_LEFT:g}" y="{top:g}" width="{_RIGHT - _LEFT:g}" '
        return "\n".join(
            [
                f'<clipPath id="{clip}">{corner}height="{bottom - top:g}"/></clipPath>',
                f'<g clip-path="url(#{clip})">',
                *self._inside(x, y),
                "</g>",
                *words,
                *self._axes(x, y, x_ticks=x_ticks),
                *legend(self.rows, _LEFT - 8, top - 8),
            ]
        )

    def _inside(self, x: Scale, y: Scale) -> list[str]:
        top, bottom = y.end, y.start
        ends = np.array([bottom, bottom]), np.array([top, top])
        return [
            *(area(x((low, high)), *ends, colour) for low, high, colour in self._bands),
            *(area(x(a), y(low), y(high), colour) for a, low, high, colour in self._areas),
            *(
                bar(x(span), y(height), bottom, colour, opacity)
                for span, height, colour, opacity in self._bars
            ),
            *(
                stroke(f"M{_LEFT:g} {y(value):.1f}H{_RIGHT:g}", colour, 0.8)
                for value, colour, _ in self._levels
            ),
            *(curve(series, x, y) for series in self._series),
            *(
                stroke(f"M{x(value):.1f} {top:g}V{bottom:g}", colour, 1.2, dash)
                for value, colour, dash in self._marks
            ),
        ]

    def _y_range(self) -> Range:
        if self.y_range:
            return self.y_range
        values = [np.array([value for value, _, _ in self._levels])]
        values += [series.y for series in self._series]
        values += [line for _, *lines, _ in self._areas for line in lines]
        if self.logarithmic:
            low, high = _range([np.log(v[v > 0]) for v in values])
            return float(np.exp(low)), float(np.exp(high))
        return _range(values)

    def _axes(self, x: Scale, y: Scale, *, x_ticks: bool) -> list[str]:
        bottom, top = y.start, y.end
        by_d = self._resolution and not self._squared
        across = resolution_ticks(x.high) if by_d else self._x_ticks or x.ticks()
        up = y.ticks(whole=self._whole)
        path = f"M{_LEFT:g} {top:g}V{bottom:g}H{_RIGHT:g}"
        path += "".join(f"M{x(value):.1f} {bottom:g}v4" for value, _ in across)
        path += "".join(f"M{_LEFT:g} {y(value):.1f}h-4" for value, _ in up)
        parts = [stroke(path, INK, 0.9)]
        parts += [text(_LEFT - 7, y(value) + 4, words, "end") for value, words in up]
        if x_ticks:
            parts += [text(x(value), bottom + 16, words, "middle") for value, words in across]
        middle = 0.5 * (top + bottom)
        turned = f' font-size="{_LABEL}" transform="rotate(-90 14 {middle:g})"'
        return [*parts, text(14, middle, self.label, "middle", turned)] if self.label else parts


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
    spans = [panel.span() for panel in panels]
    shared = (min(low for low, _ in spans), max(high for _, high in spans))
    bottom, parts = -6.0, []
    for number, (panel, height) in enumerate(zip(panels, heights, strict=True)):
        panel.x_range = shared
        last = number == len(panels) - 1
        top = bottom + 13 + 17 * len(panel.rows)
        bottom = top + height
        parts.append(panel.draw(top, bottom, f"{name}-{number}", x_ticks=last))
    label = f' font-size="{_LABEL}"'
    parts.append(text(0.5 * (_LEFT + _RIGHT), bottom + 36, below, "middle", label))
    return (
        f'<svg class="plot" viewBox="0 0 {_WIDTH:g} {bottom + 44:g}" role="img" '
        f'aria-label="{escape(words)}" font-size="{_SMALL}" fill="{INK}">\n'
        + "\n".join(parts)
        + "\n</svg>"
    )


def standalone(drawn: str) -> str:
    """Make what :func:`svg` drew a file of its own: dark ink on white."""
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        'style="background:#fff;color:#1c2128;font-family:sans-serif" '
    )
    return drawn.replace("<svg ", head, 1) + "\n"


def _array(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=np.float64)


def _range(arrays: Sequence[Array]) -> Range:
    """Range of all finite values, and a twentieth more on either side."""
    values = np.concatenate([np.ravel(array) for array in arrays])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    margin = 0.05 * (high - low) or 0.5 * abs(high) or 1.0
    return low - margin, high + margin
