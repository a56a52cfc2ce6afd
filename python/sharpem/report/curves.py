"""Figures in which each of several maps is one line; the page says which colour is which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sharpem.report.drawing import GREY, INK, drawing, one_panel, power, resolution_axis, svg

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
    with drawing() as new_figure:
        figure, axis = one_panel(new_figure)
        for level in (0.143, 0.5):
            axis.axhline(level, color=GREY, lw=0.8)
            axis.annotate(
                f"{level}",
                (0.01, level),
                xycoords=("axes fraction", "data"),
                va="bottom",
                color=GREY,
                fontsize=11,
            )
        axis.axhline(0, color=INK, lw=0.6)
        _draw(axis, lines)
        lowest = min((float(line.value.min()) for line in lines), default=0.0)
        axis.set_ylim(min(-0.05, max(lowest, -0.5)), 1.03)
        axis.set_ylabel("FSC with the model")
        resolution_axis(axis, resolution, max(float(line.s[-1]) for line in lines))
        return svg(figure, name, words)


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
    with drawing() as new_figure:
        figure, axis = one_panel(new_figure)
        _draw(axis, lines)
        if logarithmic:
            axis.set_yscale("log")
            lowest = float(values[values > 0].min(initial=top))
            axis.set_ylim(max(0.5 * lowest, floor), 2 * top)
            axis.yaxis.set_major_formatter(power)
        else:
            axis.set_ylim(0, 1.1 * top)
        axis.set_ylabel(label)
        resolution_axis(axis, resolution, max(float(line.s[-1]) for line in lines))
        return svg(figure, name, f"{label} against resolution, a line for each map in the table")


def _draw(axis: Any, lines: Sequence[Line]) -> None:
    for line in lines:
        style = (0, (2, 1.5)) if line.dashed else "-"
        axis.plot(line.s, line.value, color=line.colour, ls=style, lw=1.6)
