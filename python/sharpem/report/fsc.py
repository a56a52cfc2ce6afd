"""The figure of the FSC that a filter was chosen by: of two half maps, or of map and model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sharpem.report.drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    drawing,
    one_panel,
    resolution_axis,
    svg,
)

if TYPE_CHECKING:
    from sharpem.result import Result

__all__ = ["fsc_caption", "fsc_figure"]

# Column of the shell table, its name in the legend, colour.
_LINES = (
    ("fsc_unmasked", "unmasked", ORANGE),
    ("fsc_masked", "masked", GREY),
    ("fsc_randomised", "randomised", PURPLE),
    ("fsc_corrected", "corrected", BLUE),
    ("fsc_model", "map and model", BLUE),
    ("cc_star", "CC*", GREEN),
)


def fsc_figure(result: Result) -> str:
    """Draw the curves with the levels 0.143 and 0.5; empty where the method used no FSC."""
    table = result.choice.shells or {}
    lines = [(table[key], name, colour) for key, name, colour in _LINES if key in table]
    if not any(key.startswith("fsc") for key in table):
        return ""
    s = np.asarray(table["s"], dtype=np.float64)
    with drawing() as new_figure:
        figure, axis = one_panel(new_figure)
        for values, name, colour in lines:
            style = ":" if name == "randomised" else "--" if name == "CC*" else "-"
            axis.plot(s, values, color=colour, ls=style, lw=1.6, label=name)
        for level in (0.143, 0.5):
            axis.axhline(level, color=GREY, lw=0.8)
            axis.annotate(f"{level}", (0.005, level + 0.01), xycoords=("axes fraction", "data"))
        axis.axhline(0, color=INK, lw=0.6)
        axis.set_ylim(min(-0.08, *(float(np.nanmin(v)) for v, _, _ in lines)), 1.03)
        axis.set_ylabel("Fourier shell correlation")
        resolution_axis(axis, result.resolution, float(s[-1]))
        axis.legend(
            loc="lower left", bbox_to_anchor=(-0.13, 1.0), ncols=5, borderaxespad=0,
            columnspacing=0.8, handlelength=1.2, handletextpad=0.4,
        )  # fmt: skip
        names = ", ".join(name for _, name, _ in lines)
        return svg(figure, "fsc", f"Fourier shell correlation against resolution: {names}")


def fsc_caption(result: Result) -> str:
    """What the figure shows, in a sentence or two."""
    table = result.choice.shells or {}
    if "fsc_model" in table:
        return (
            "Agreement of map and model inside a soft mask around the model. CC*: the same, "
            "allowing for errors of the model and scaled to a maximum of 1 (Terwilliger "
            "et al. 2018, Eq. 7)."
        )
    text = (
        "Agreement of the two half maps: over the whole box; inside a soft mask of the molecule; "
        "the same with phases randomised beyond "
        f"{table['randomised_from']:.2f} Å, which shows what the mask alone does; and corrected "
        "for that (Chen et al. 2013)."
    )
    if "cc_star" in table:
        text += " CC*: expected correlation of the full map with the truth near the molecule."
    return text
