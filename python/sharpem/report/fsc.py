"""The figure of the FSC that a filter was chosen by: of two half maps, or of map and model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sharpem.report.panel import (
    BLUE,
    DASHED,
    DOTTED,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    RESOLUTION,
    Panel,
    svg,
)

if TYPE_CHECKING:
    from sharpem.outcome import Sharpened

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


def fsc_figure(result: Sharpened) -> str:
    """Draw the curves with the levels 0.143 and 0.5; empty where the method used no FSC."""
    table = result.choice.shells or {}
    lines = [(table[key], name, colour) for key, name, colour in _LINES if key in table]
    if not any(key.startswith("fsc") for key in table):
        return ""
    s = np.asarray(table["s"], dtype=np.float64)
    lowest = min(float(np.nanmin(np.asarray(values))) for values, _, _ in lines)
    panel = Panel("Fourier shell correlation", y_range=(min(-0.08, lowest), 1.03))
    panel.level(0, INK)
    for level in (0.143, 0.5):
        panel.level(level, labelled=True)
    for values, name, colour in lines:
        dash = {"randomised": DOTTED, "CC*": DASHED}.get(name, "")
        panel.line(s, values, colour, dash=dash, width=1.6, name=name)
    panel.against_resolution(result.resolution, float(s[-1]))
    words = "Fourier shell correlation against resolution: "
    return svg([panel], [220], "fsc", words + ", ".join(name for _, name, _ in lines), RESOLUTION)


def fsc_caption(result: Sharpened) -> str:
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
