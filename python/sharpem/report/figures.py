"""The report's figures as SVG text: transparent, in the page's ink, in the page's font."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sharpem.report.drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    drawing,
    legend,
    one_panel,
    power,
    resolution_axis,
    svg,
    thousands,
)

if TYPE_CHECKING:
    from sharpem.choice import Choice, Trial
    from sharpem.result import Result

__all__ = ["amplitude_figure", "detail_figure", "filter_figure"]

Array = NDArray[np.float64]

_CURVE_COLOURS = {"prior": ORANGE, "likelihood": GREEN, "posterior": BLUE}


def detail_figure(result: Result) -> str:
    """Surface area, regions and adjusted surface area against overall B (the paper's Fig. 3).

    Under them the curves that the choice rests on, if there are any. The choice is a line, its
    interval a band.
    """
    trials = sorted(result.trials, key=lambda trial: trial.b_iso)
    panels = ["surface", "regions"]
    panels += ["kurtosis"] if result.method == "kurtosis" else []
    panels += ["curves"] if result.choice.curves else []
    heights = [1.7 if panel == "surface" else 1.0 for panel in panels]
    height = 60 + 108 * sum(heights)
    with drawing() as new_figure:
        figure = new_figure(height)
        axes = figure.subplots(len(panels), 1, sharex=True, height_ratios=heights, squeeze=False)
        figure.subplots_adjust(0.155, 48 / height, 0.975, 1 - 24 / height, hspace=0.36)
        for axis, panel in zip(axes[:, 0], panels, strict=True):
            _detail_panel(axis, panel, trials, result)
        axes[-1, 0].set_xlabel("Overall B of the sharpened map (Å²); sharper to the left")
        axes[-1, 0].set_xlim(trials[0].b_iso, trials[-1].b_iso)
        return svg(figure, "detail", _detail_words(result))


def _detail_panel(axis: Any, panel: str, trials: list[Trial], result: Result) -> None:
    """Draw one panel, its name on top of it, and the choice behind it."""
    b_iso = [trial.b_iso for trial in trials]
    if panel == "surface":
        axis.plot(b_iso, [t.surface_area for t in trials], color=GREY, label="surface area")
        adjusted = [t.adjusted_surface_area for t in trials]
        axis.plot(b_iso, adjusted, "o-", color=BLUE, ms=3.5, label="adjusted surface area")
        thousands(axis, "voxels")
    elif panel == "regions":
        regions = [t.regions for t in trials]
        axis.plot(b_iso, regions, "o-", color=ORANGE, ms=3.5, label="number of regions")
        if max(regions) > 100 * max(1, min(regions)):
            axis.set_yscale("symlog", linthresh=1)
        thousands(axis, "regions")
    elif panel == "kurtosis":
        axis.plot(b_iso, [t.kurtosis for t in trials], "o-", color=GREEN, ms=3.5, label="kurtosis")
        axis.set_ylabel("kurtosis")
    else:
        _curves(axis, result.choice)
    _mark(axis, result)
    axis.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.97), ncols=3, borderaxespad=0)


def _curves(axis: Any, choice: Choice) -> None:
    """Draw what the choice rests on, each curve scaled to a maximum of 1."""
    colours = iter((PURPLE, GREY, BLUE, ORANGE, GREEN))
    for curve in choice.curves:
        values = np.asarray(curve.value) / max(*curve.value, 1e-300)
        colour = _CURVE_COLOURS.get(curve.name) or next(colours, GREY)
        axis.plot(curve.b_iso, values, color=colour, label=curve.name)
    axis.set_ylabel("relative")
    axis.set_ylim(0, 1.05)


def _mark(axis: Any, result: Result) -> None:
    """Mark the target by a line and its interval by a band."""
    low, high = result.b_iso.interval
    if high > low:
        axis.axvspan(low, high, color=BLUE, alpha=0.16, lw=0)
    axis.axvline(result.b_iso.target, color=INK, lw=1.2, ls=(0, (4, 2)))


def _detail_words(result: Result) -> str:
    low, high = result.b_iso.interval
    return (
        f"Surface area, number of regions and adjusted surface area of {len(result.trials)} trial "
        f"maps against their overall B. Choice: {result.b_iso.target:.0f} Å², interval {low:.0f} "
        f"to {high:.0f} Å²."
    )


def amplitude_figure(result: Result) -> str:
    """Mean amplitudes against resolution before and after (the paper's Fig. 4)."""
    shells = result.prepared.shells
    s, before = shells.s, shells.amplitude
    unit = float(before.max())
    wilson = np.pi / 4 / unit**2  # (mean |F|)^2 = pi/4 mean |F|^2 where phases are random
    with drawing() as new_figure:
        figure, axis = one_panel(new_figure)
        axis.plot(s, np.sqrt(wilson * shells.reference), color=GREY, ls="--", lw=1.4)
        axis.plot(s, before / unit, color=ORANGE)
        labels = ["expected at B = 0", "before"]
        shown = [before / unit]
        if result.filter is not None:
            after = before / unit * _factor(result, s)
            axis.plot(s, after, color=BLUE)
            labels, shown = [*labels, "after"], [*shown, after]
        if shells.noise is not None:
            axis.plot(s, np.sqrt(wilson * np.maximum(shells.noise, 0)), color=PURPLE, ls=":")
            labels.append("noise before")
        values = np.concatenate(shown)
        axis.set_yscale("log")
        axis.set_ylim(max(0.4 * values[values > 0].min(), 1e-6), 2.5 * values.max())
        axis.yaxis.set_major_formatter(power)
        axis.set_ylabel("Mean amplitude (relative)")
        resolution_axis(axis, result.resolution, s[-1])
        legend(axis, labels)
        return svg(figure, "amplitudes", "Mean amplitude against resolution: " + ", ".join(labels))


def filter_figure(result: Result) -> str:
    """Amplitude factor A(s) of the filter."""
    if result.filter is None:
        return ""
    d_min = result.filter.d_min
    s = np.linspace(0, 1 / d_min, 400)
    factor = _factor(result, s)
    top = float(factor.max())
    with drawing() as new_figure:
        figure, axis = one_panel(new_figure)
        axis.axhline(1, color=GREY, lw=0.8)
        line = axis.plot(np.append(s, s[-1]), np.append(factor, 0), color=BLUE)[0]
        if top > 30:
            axis.set_yscale("log")
            line.set_data(s, factor)
            axis.set_ylim(0.1, 2 * top)
            axis.yaxis.set_major_formatter(power)
        else:
            axis.set_ylim(0, 1.12 * max(top, 1))
        axis.set_ylabel("Amplitude factor A(s)")
        resolution_axis(axis, result.resolution, 1.04 / d_min)
        words = f"Amplitude factor of the filter: 1 at low resolution, at most {top:.3g}, none "
        return svg(figure, "filter", words + f"beyond {d_min:.2f} Å.")


def _factor(result: Result, s: Array) -> Array:
    """Factor for amplitudes at s, resolution limit included."""
    assert result.filter is not None
    limit = (1 + 1e-9) / result.filter.d_min
    return np.where(s <= limit, result.filter.radial(s), 0.0)
