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
    ends = [_scaled(density, end) for _, density, *_ in maps for end in _range(density)]
    low, high = min(ends), max(ends)
    if not low < high:
        return ""
    edges = np.linspace(low, high, _BINS + 1)
    centres = 0.5 * (edges[1:] + edges[:-1])
    panel = Panel("share of voxels", logarithmic=True)
    for name, density, level, colour in maps:
        share = _shares(density, low, high)
        shown = share >= _RARE
        panel.line(centres[shown], share[shown], colour, name=name)
        panel.mark(_scaled(density, level), colour)
    words = "Histogram of the densities, " + " and ".join(name for name, *_ in maps)
    return svg([panel], [220], "density", words, "Density, standard deviations from the mean")


def _range(density: DensityMap) -> tuple[float, float]:
    return density.statistics.minimum, density.statistics.maximum


def _scaled(density: DensityMap, value: float) -> float:
    """A density, less the mean over the deviation."""
    return (value - density.statistics.mean) / (density.statistics.rms or 1.0)


def _shares(density: DensityMap, low: float, high: float) -> Array:
    """Shares of the voxels, or of an even sample of them, by scaled density."""
    step = max(1, int(np.ceil((density.voxels / _SAMPLES) ** (1 / 3))))
    sample = density.data[::step, ::step, ::step].ravel()
    mean, deviation = density.statistics.mean, density.statistics.rms or 1.0
    counts, _ = np.histogram(sample, _BINS, (low * deviation + mean, high * deviation + mean))
    return np.asarray(counts / sample.size)
