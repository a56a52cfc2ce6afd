"""The report's figures as SVG text: transparent, in the page's ink, in the page's font."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sharpem.local.blend import sharper
from sharpem.report.panel import (
    BLUE,
    DASHED,
    DOTTED,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RESOLUTION,
    Panel,
    svg,
)

if TYPE_CHECKING:
    from sharpem.methods.choice import Choice, Trial
    from sharpem.outcome import Sharpened

__all__ = ["amplitude_figure", "detail_figure", "filter_figure"]

Array = NDArray[np.float64]

_CURVE_COLOURS = {"prior": ORANGE, "likelihood": GREEN, "posterior": BLUE}


def detail_figure(result: Sharpened) -> str:
    """Surface area, regions and adjusted surface area against overall B (the paper's Fig. 3).

    Under them the curves that the choice rests on, if there are any. The choice is a line, its
    interval a band.
    """
    trials = sorted(result.trials, key=lambda trial: trial.b_iso)
    panels = [_surface_panel(trials), _regions_panel(trials)]
    if result.method == "kurtosis":
        panels.append(_kurtosis_panel(trials))
    if result.choice.curves:
        panels.append(_curves_panel(result.choice))
    for panel in panels:
        panel.x_range = (trials[0].b_iso, trials[-1].b_iso)
        _mark(panel, result)
    heights = [190.0, *[108.0] * (len(panels) - 1)]
    below = "Overall B of the sharpened map (Å²); sharper to the left"
    return svg(panels, heights, "detail", _detail_words(result), below)


def _surface_panel(trials: list[Trial]) -> Panel:
    panel, b_iso = Panel("voxels"), [trial.b_iso for trial in trials]
    panel.line(b_iso, [t.surface_area for t in trials], GREY, name="surface area")
    adjusted = [t.adjusted_surface_area for t in trials]
    panel.line(b_iso, adjusted, BLUE, dots=4.5, name="adjusted surface area")
    return panel


def _regions_panel(trials: list[Trial]) -> Panel:
    regions = [trial.regions for trial in trials]
    panel = Panel("regions", logarithmic=max(regions) > 100 * max(1, min(regions)))
    b_iso = [trial.b_iso for trial in trials]
    panel.line(b_iso, regions, ORANGE, dots=4.5, name="number of regions")
    return panel


def _kurtosis_panel(trials: list[Trial]) -> Panel:
    panel, kurtosis = Panel("kurtosis"), [trial.kurtosis for trial in trials]
    panel.line([trial.b_iso for trial in trials], kurtosis, GREEN, dots=4.5, name="kurtosis")
    return panel


def _curves_panel(choice: Choice) -> Panel:
    """Draw what the choice rests on, each curve scaled to a maximum of 1."""
    panel = Panel("relative", y_range=(0.0, 1.05))
    colours = iter((PURPLE, GREY, BLUE, ORANGE, GREEN))
    for curve in choice.curves:
        values = np.asarray(curve.value) / max(*curve.value, 1e-300)
        colour = _CURVE_COLOURS.get(curve.name) or next(colours, GREY)
        panel.line(curve.b_iso, values, colour, name=curve.name)
    return panel


def _mark(panel: Panel, result: Sharpened) -> None:
    """Mark the target by a line and its interval by a band."""
    low, high = result.b_iso.interval
    if high > low:
        panel.band(low, high, BLUE)
    if np.isfinite(result.b_iso.target):
        panel.mark(result.b_iso.target)


def _detail_words(result: Sharpened) -> str:
    low, high = result.b_iso.interval
    return (
        f"Surface area, number of regions and adjusted surface area of {len(result.trials)} trial "
        f"maps against their overall B. Choice: {result.b_iso.target:.0f} Å², interval {low:.0f} "
        f"to {high:.0f} Å²."
    )


def amplitude_figure(result: Sharpened) -> str:
    """Mean amplitudes against resolution before and after (the paper's Fig. 4)."""
    shells = result.prepared.shells
    s, before = shells.s, shells.amplitude
    unit = float(before.max())
    wilson = np.pi / 4 / unit**2  # (mean |F|)^2 = pi/4 mean |F|^2 where phases are random
    lines = {"before": (s, before / unit)}
    if result.shells_after is not None:
        lines["after"] = (result.shells_after.s, result.shells_after.amplitude / unit)
    values = np.concatenate([line for _, line in lines.values()])
    lowest = max(0.4 * values[values > 0].min(), 1e-6)
    panel = Panel(
        "Mean amplitude (relative)", y_range=(lowest, 2.5 * values.max()), logarithmic=True
    )
    expected = np.sqrt(wilson * shells.reference)
    panel.line(s, expected, GREY, dash=DASHED, width=1.4, name="expected at B = 0")
    for (name, line), colour in zip(lines.items(), (ORANGE, BLUE), strict=False):
        panel.line(*line, colour, name=name)
    if shells.noise is not None:
        noise = np.sqrt(wilson * np.maximum(shells.noise, 0))
        panel.line(s, noise, PURPLE, dash=DOTTED, name="noise before")
    panel.against_resolution(result.resolution, float(s[-1]))
    words = "Mean amplitude against resolution: " + ", ".join(lines)
    return svg([panel], [220], "amplitudes", words, RESOLUTION)


def filter_figure(result: Sharpened) -> str:
    """Amplitude factor A(s) of the filter."""
    if result.filter is None:
        return ""
    d_min = result.filter.d_min
    s = np.linspace(0, 1 / d_min, 400)
    factor = result.filter.radial(s)
    places = _local_filters(result, s)
    top = max(float(curve.max()) for curve in (factor, *places.values()))
    steep = top > 30
    panel = Panel(
        "Amplitude factor A(s)",
        y_range=(0.1, 2 * top) if steep else (0.0, 1.12 * max(top, 1)),
        logarithmic=steep,
    )
    panel.level(1)
    for name, curve in places.items():
        panel.line(s, curve, BLUE, dash=DOTTED, width=1.2, name=name)
    panel.line(np.append(s, s[-1]), np.append(factor, factor[-1] if steep else 0), BLUE)
    panel.against_resolution(result.resolution, 1.04 / d_min)
    words = f"Amplitude factor of the filter: 1 at low resolution, at most {top:.3g}, none "
    return svg([panel], [220], "filter", words + f"beyond {d_min:.2f} Å.", RESOLUTION)


def _local_filters(result: Sharpened, s: Array) -> dict[str, Array]:
    """Amplitude factors of the bluntest and the sharpest place, by gains also of one between."""
    local = result.local
    if local is None or not local.boxes or result.filter is None:
        return {}
    order = sorted(local.boxes, key=lambda place: place.b_sharpen)
    ends = {"bluntest place": order[0], "sharpest place": order[-1]}
    if (gains := local.gains) is None:
        shifts = {name: place.b_sharpen - local.b_sharpen for name, place in ends.items()}
        radial = result.filter.radial
        return {name: sharper(result.prepared, radial, b)(s) for name, b in shifts.items()}
    overall = result.filter.radial(s)
    chosen = {**ends, "middle place": order[len(order) // 2]}
    return {
        name: overall * np.interp(s, gains.bands.centres, gains.at(place.centre, local.overall))
        for name, place in chosen.items()
    }
