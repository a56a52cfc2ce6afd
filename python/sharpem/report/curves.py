"""Figures in which each of several maps is one line; the page says which colour is which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sharpem.report.panel import INK, RESOLUTION, Panel, svg

__all__ = ["COLOURS", "Line", "fsc_figure", "lines_figure"]

Array = NDArray[np.float64]

COLOURS = (
    *("#3b82c4", "#d9762b", "#2a9d6a", "#9a6fd0", "#c8434f", "#1fa3b5", "#b59a1f", "#d065a8"),
)
"""Told apart on white and on black."""


class Line(NamedTuple):
    """A curve over s (1/A), arrays of shape (n,)."""

    s: Array
    value: Array
    colour: str
    dashed: bool = False


def fsc_figure(lines: Sequence[Line], resolution: float, name: str, words: str) -> str:
    """Draw FSC curves, with the levels 0.5 and 0.143.

    Parameters
    ----------
    lines : sequence of Line
    resolution : float
        As stated, A: marked.
    name : str
        Of the figure in the page, unique.
    words : str
        What it shows, for those who cannot see it.
    """
    lowest = min((float(line.value.min()) for line in lines), default=0.0)
    panel = Panel("FSC with the model", y_range=(min(-0.05, max(lowest, -0.5)), 1.03))
    panel.level(0, INK)
    for level in (0.143, 0.5):
        panel.level(level, labelled=True)
    return _draw(panel, lines, resolution, name, words)


def lines_figure(
    lines: Sequence[Line],
    resolution: float,
    name: str,
    label: str,
    *,
    logarithmic: bool,
    floor: float = 0.0,
) -> str:
    """Draw any curves against resolution.

    Parameters
    ----------
    lines : sequence of Line
    resolution : float
        As stated, A: marked.
    name : str
        Of the figure in the page, unique.
    label : str
        Of the axis.
    logarithmic : bool
        Whether the axis is.
    floor : float
        Where a logarithmic axis begins at the lowest.
    """
    values = np.concatenate([line.value for line in lines])
    top = float(values.max())
    lowest = max(0.5 * float(values[values > 0].min(initial=top)), floor) if logarithmic else 0.0
    panel = Panel(
        label, y_range=(lowest, (2 if logarithmic else 1.1) * top), logarithmic=logarithmic
    )
    words = f"{label} against resolution, a line for each map in the table"
    return _draw(panel, lines, resolution, name, words)


def _draw(panel: Panel, lines: Sequence[Line], resolution: float, name: str, words: str) -> str:
    for line in lines:
        panel.line(line.s, line.value, line.colour, dash="4 3" if line.dashed else "", width=1.6)
    panel.against_resolution(resolution, max(float(line.s[-1]) for line in lines))
    return svg([panel], [220], name, words, RESOLUTION)
