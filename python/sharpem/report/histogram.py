"""Histogram of the densities before and after, in standard deviations of each map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sharpem.report.panel import BLUE, ORANGE, Panel, svg

if TYPE_CHECKING:
    from sharpem.maps.density import DensityMap
    from sharpem.outcome import Sharpened
    from sharpem.report.slices import Contours

__all__ = ["histogram_figure"]

Array = NDArray[np.float64]

_BINS = 100
_SAMPLES = 2_000_000  # voxels that are counted
_RARE = 1e-6  # of the voxels; fewer are not shown


def histogram_figure(result: Sharpened, contours: Contours) -> str:
    """Share of the voxels by density; dashed lines stand at the contours of equal volume."""
    maps = [("before", result.input, contours.input, ORANGE)]
    if result.map is not None and contours.output is not None:
        maps.append(("after", result.map, contours.output, BLUE))
    scaled = [(name, *_scaled(density, level), colour) for name, density, level, colour in maps]
    low = min(float(values.min()) for _, values, _, _ in scaled)
    high = max(float(values.max()) for _, values, _, _ in scaled)
    if not low < high:
        return ""
    edges = np.linspace(low, high, _BINS + 1)
    panel = Panel("share of voxels", logarithmic=True)
    for name, values, level, colour in scaled:
        share = np.histogram(values, _BINS, (low, high))[0] / values.size
        shown = share >= _RARE
        centres = 0.5 * (edges[1:] + edges[:-1])
        panel.line(centres[shown], share[shown], colour, name=name)
        panel.mark(level, colour)
    words = "Histogram of the densities, " + " and ".join(name for name, *_ in scaled)
    return svg([panel], [220], "density", words, "Density, standard deviations from the mean")


def _scaled(density: DensityMap, level: float) -> tuple[Array, float]:
    """Voxels, or an even sample of them, and a level, less the mean over the deviation."""
    step = max(1, int(np.ceil((density.voxels / _SAMPLES) ** (1 / 3))))
    values = density.data[::step, ::step, ::step].astype(np.float64).ravel()
    mean, deviation = float(values.mean()), float(values.std()) or 1.0
    values -= mean
    values /= deviation
    return values, (level - mean) / deviation
