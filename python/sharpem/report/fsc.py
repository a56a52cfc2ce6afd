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
    from sharpem.maps.arrays import Numbers
    from sharpem.methods.shell_evidence import ShellEvidence
    from sharpem.outcome import Sharpened

__all__ = ["fsc_caption", "fsc_figure"]


def _has_fsc(shells: ShellEvidence) -> bool:
    return shells.half_map_fsc is not None or shells.model_fsc is not None


def _lines(shells: ShellEvidence) -> list[tuple[Numbers, str, str]]:
    """Values of the curves that are known, their names in the legend, and colours."""
    lines: list[tuple[Numbers | None, str, str]] = []
    if (fsc := shells.half_map_fsc) is not None:
        lines += [
            (fsc.unmasked, "unmasked", ORANGE),
            (fsc.masked, "masked", GREY),
            (fsc.randomised, "randomised", PURPLE),
            (fsc.corrected, "corrected", BLUE),
        ]
    lines += [(shells.model_fsc, "map and model", BLUE), (shells.cc_star, "CC*", GREEN)]
    return [(values, name, colour) for values, name, colour in lines if values is not None]


def fsc_figure(result: Sharpened) -> str:
    """Draw the curves with the levels 0.143 and 0.5; empty where the method used no FSC."""
    shells = result.choice.shells
    if shells is None or not _has_fsc(shells):
        return ""
    lines, s = _lines(shells), shells.s
    lowest = min(float(np.nanmin(values)) for values, _, _ in lines)
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
    shells = result.choice.shells
    if shells is None or not _has_fsc(shells):
        return ""
    if shells.half_map_fsc is None:
        return (
            "Agreement of map and model inside a soft mask around the model. CC*: the same, "
            "allowing for errors of the model and scaled to a maximum of 1 (Terwilliger "
            "et al. 2018, Eq. 7)."
        )
    text = (
        "Agreement of the two half maps: over the whole box; inside a soft mask of the molecule; "
        "the same with phases randomised beyond "
        f"{shells.half_map_fsc.randomised_from:.2f} Å, which shows what the mask alone does; and "
        "corrected for that (Chen et al. 2013)."
    )
    if shells.cc_star is not None:
        text += " CC*: expected correlation of the full map with the truth near the molecule."
    return text
