"""The report's figures as SVG text: transparent, in the page's ink, in the page's font.

matplotlib is imported where a figure is drawn: it is slow to import. No pyplot, no state but the
settings that :func:`_drawing` sets for as long as it draws.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sharpem.choice import Choice, Trial
    from sharpem.result import Result

__all__ = ["amplitude_figure", "detail_figure", "filter_figure"]

Array = NDArray[np.float64]

_WIDTH = 480  # of every figure, px; text of 12 px stays readable on a phone
_INK = "#010203"  # stands for the page's own text colour until the SVG is text
_BLUE, _ORANGE, _GREEN, _PURPLE, _GREY = "#3b82c4", "#d9762b", "#2a9d6a", "#9a6fd0", "#8a8f98"
_CURVE_COLOURS = {"prior": _ORANGE, "likelihood": _GREEN, "posterior": _BLUE}
_RESOLUTIONS = (20, 10, 7, 5, 4, 3.5, 3, 2.7, 2.4, 2.2, 2, 1.8, 1.6, 1.4, 1.3, 1.2, 1.1, 1)
_STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "sharpem",
    "text.usetex": False,
    "axes.unicode_minus": False,
    "font.size": 12.5,
    "axes.labelsize": 12.5,
    "xtick.labelsize": 11.5,
    "ytick.labelsize": 11.5,
    "legend.fontsize": 11.5,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "lines.linewidth": 1.8,
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), _INK
    ),
}


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
    with _drawing() as new_figure:
        figure = new_figure(height)
        axes = figure.subplots(len(panels), 1, sharex=True, height_ratios=heights, squeeze=False)
        figure.subplots_adjust(0.155, 48 / height, 0.975, 1 - 24 / height, hspace=0.36)
        for axis, panel in zip(axes[:, 0], panels, strict=True):
            _detail_panel(axis, panel, trials, result)
        axes[-1, 0].set_xlabel("Overall B of the sharpened map (Å²); sharper to the left")
        axes[-1, 0].set_xlim(trials[0].b_iso, trials[-1].b_iso)
        return _svg(figure, "detail", _detail_words(result))


def _detail_panel(axis: Any, panel: str, trials: list[Trial], result: Result) -> None:
    """Draw one panel, its name on top of it, and the choice behind it."""
    b_iso = [trial.b_iso for trial in trials]
    if panel == "surface":
        axis.plot(b_iso, [t.surface_area for t in trials], color=_GREY, label="surface area")
        adjusted = [t.adjusted_surface_area for t in trials]
        axis.plot(b_iso, adjusted, "o-", color=_BLUE, ms=3.5, label="adjusted surface area")
        _thousands(axis, "voxels")
    elif panel == "regions":
        regions = [t.regions for t in trials]
        axis.plot(b_iso, regions, "o-", color=_ORANGE, ms=3.5, label="number of regions")
        if max(regions) > 100 * max(1, min(regions)):
            axis.set_yscale("symlog", linthresh=1)
        _thousands(axis, "regions")
    elif panel == "kurtosis":
        axis.plot(b_iso, [t.kurtosis for t in trials], "o-", color=_GREEN, ms=3.5, label="kurtosis")
        axis.set_ylabel("kurtosis")
    else:
        _curves(axis, result.choice)
    _mark(axis, result)
    axis.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.97), ncols=3, borderaxespad=0)


def _curves(axis: Any, choice: Choice) -> None:
    """Draw what the choice rests on, each curve scaled to a maximum of 1."""
    colours = iter((_PURPLE, _GREY, _BLUE, _ORANGE, _GREEN))
    for curve in choice.curves:
        values = np.asarray(curve.value) / max(*curve.value, 1e-300)
        colour = _CURVE_COLOURS.get(curve.name) or next(colours, _GREY)
        axis.plot(curve.b_iso, values, color=colour, label=curve.name)
    axis.set_ylabel("relative")
    axis.set_ylim(0, 1.05)


def _mark(axis: Any, result: Result) -> None:
    """Mark the target by a line and its interval by a band."""
    low, high = result.b_iso.interval
    if high > low:
        axis.axvspan(low, high, color=_BLUE, alpha=0.16, lw=0)
    axis.axvline(result.b_iso.target, color=_INK, lw=1.2, ls=(0, (4, 2)))


def _thousands(axis: Any, unit: str) -> None:
    """Write large numbers as 40k, 1.2M."""

    def text(value: float, _: int) -> str:
        for size, letter in ((1e6, "M"), (1e3, "k")):
            if abs(value) >= size:
                return f"{value / size:g}{letter}"
        return f"{value:g}"

    axis.yaxis.set_major_formatter(text)
    axis.set_ylabel(unit)


def _power(value: float, _: int) -> str:
    """Write numbers far from 1 as powers of ten; for logarithmic axes."""
    if 1e-3 < value < 1e4:
        return f"{value:g}"
    signs = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return "10" + str(round(np.log10(value))).translate(signs)


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
    with _drawing() as new_figure:
        figure, axis = _one_panel(new_figure)
        axis.plot(s, np.sqrt(wilson * shells.reference), color=_GREY, ls="--", lw=1.4)
        axis.plot(s, before / unit, color=_ORANGE)
        labels = ["expected at B = 0", "before"]
        shown = [before / unit]
        if result.filter is not None:
            after = before / unit * _factor(result, s)
            axis.plot(s, after, color=_BLUE)
            labels, shown = [*labels, "after"], [*shown, after]
        if shells.noise is not None:
            axis.plot(s, np.sqrt(wilson * np.maximum(shells.noise, 0)), color=_PURPLE, ls=":")
            labels.append("noise before")
        values = np.concatenate(shown)
        axis.set_yscale("log")
        axis.set_ylim(max(0.4 * values[values > 0].min(), 1e-6), 2.5 * values.max())
        axis.yaxis.set_major_formatter(_power)
        axis.set_ylabel("Mean amplitude (relative)")
        _resolution_axis(axis, result, s[-1])
        _legend(axis, labels)
        return _svg(figure, "amplitudes", "Mean amplitude against resolution: " + ", ".join(labels))


def filter_figure(result: Result) -> str:
    """Amplitude factor A(s) of the filter."""
    if result.filter is None:
        return ""
    d_min = result.filter.d_min
    s = np.linspace(0, 1 / d_min, 400)
    factor = _factor(result, s)
    top = float(factor.max())
    with _drawing() as new_figure:
        figure, axis = _one_panel(new_figure)
        axis.axhline(1, color=_GREY, lw=0.8)
        line = axis.plot(np.append(s, s[-1]), np.append(factor, 0), color=_BLUE)[0]
        if top > 30:
            axis.set_yscale("log")
            line.set_data(s, factor)
            axis.set_ylim(0.1, 2 * top)
            axis.yaxis.set_major_formatter(_power)
        else:
            axis.set_ylim(0, 1.12 * max(top, 1))
        axis.set_ylabel("Amplitude factor A(s)")
        _resolution_axis(axis, result, 1.04 / d_min)
        words = f"Amplitude factor of the filter: 1 at low resolution, at most {top:.3g}, none "
        return _svg(figure, "filter", words + f"beyond {d_min:.2f} Å.")


def _factor(result: Result, s: Array) -> Array:
    """Factor for amplitudes at s, resolution limit included."""
    assert result.filter is not None
    limit = (1 + 1e-9) / result.filter.d_min
    return np.where(s <= limit, result.filter.radial(s), 0.0)


def _one_panel(new_figure: Any) -> tuple[Any, Any]:
    figure = new_figure(300)
    return figure, figure.add_axes((0.155, 0.165, 0.82, 0.73))


def _resolution_axis(axis: Any, result: Result, end: float) -> None:
    """Linear in s = 1/d, labelled with d; the stated resolution marked."""
    axis.set_xlim(0, end)
    kept: list[float] = []
    for d in _RESOLUTIONS:
        if 1 / d <= end and (not kept or 1 / d - 1 / kept[-1] >= 0.085 * end):
            kept.append(d)
    axis.set_xticks([1 / d for d in kept], [f"{d:g}" for d in kept])
    axis.set_xlabel("Resolution d (Å), axis linear in 1/d (1/Å)")
    axis.axvline(1 / result.resolution, color=_INK, lw=1.2, ls=(0, (4, 2)))
    axis.annotate(
        f"{result.resolution:g} Å ",
        (1 / result.resolution, 0.02),
        xycoords=("data", "axes fraction"),
        ha="right",
    )


def _legend(axis: Any, labels: list[str]) -> None:
    lines = [line for line in axis.get_lines() if len(line.get_xdata()) > 2]
    axis.legend(
        lines, labels, loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=4,
        borderaxespad=0, columnspacing=1.0, handlelength=1.4, handletextpad=0.5,
    )  # fmt: skip


@contextmanager
def _drawing() -> Iterator[Any]:
    """Our settings for as long as a figure is drawn; gives a maker of figures by height in px."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):  # type: ignore[arg-type]
        yield lambda height: Figure(figsize=(_WIDTH / 72, height / 72), facecolor="none")


def _svg(figure: Any, name: str, words: str) -> str:
    """Draw as inline SVG: names of its own, ink, font and size left to the page."""
    from html import escape

    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.StringIO()
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(buffer, metadata={"Date": None})
    text = buffer.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.S)
    box = re.search(r'viewBox="([^"]*)"', text)
    assert box is not None
    opening = f'<svg class="plot" viewBox="{box[1]}" role="img" aria-label="{escape(words)}">'
    text = re.sub(r"<svg[^>]*>", lambda _: opening, text, count=1)
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    text = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{name}-", text)
    text = re.sub(r'font: ([0-9.]+)px [^;"]*', r"font-size: \1px", text)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.S)
    return re.sub(r"\s*\n\s*", "\n", text).replace(_INK, "currentColor")
