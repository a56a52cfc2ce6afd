"""Figures of a study, numbered as those of Terwilliger et al. (2018) that they repeat."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sharpem.evaluation.compare import DEPOSITED
from sharpem.report.curves import COLOURS
from sharpem.report.panel import BLUE, GREEN, GREY, INK, ORANGE, SQUARE, Panel, svg
from sharpem.study.held_out import HELD_OUT
from sharpem.study.outcome import CaseOutcome
from sharpem.study.statistics import REFERENCE

__all__ = ["Figure", "study_figures"]

Points: TypeAlias = list[tuple[float, float]]
Place: TypeAlias = Callable[[CaseOutcome], tuple[float, float] | None]

_HEIGHT = 215  # of the axes, px
_MODEL_COLOURS = {"-100": ORANGE, "0": BLUE, "100": GREEN}
_BARE, _DEFAULT = "as published, no prior", "default, with prior"
_PAIRS = {
    "9A": {_BARE: ("surface-bare", DEPOSITED), _DEFAULT: (REFERENCE, DEPOSITED)},
    "9B": {_BARE: ("surface-bare", "half-map"), _DEFAULT: (REFERENCE, "half-map")},
    "9C": {_BARE: ("surface-bare", "kurtosis-bare"), _DEFAULT: (REFERENCE, "kurtosis")},
    "9D": {_BARE: ("surface-bare", HELD_OUT), _DEFAULT: (REFERENCE, HELD_OUT)},
}
"""Figures 9A to 9D: like is compared with like. In the paper no method has a prior."""
_AGAINST = {
    "9A": "as deposited",
    "9B": "by half maps",
    "9C": "by kurtosis",
    "9D": "by model (low shells fitted to other atoms)",
}
_LOCAL = {
    "10A": {_BARE: "surface-bare", _DEFAULT: "surface"},
    "10B": {"": "half-map"},
    "10C": {"": "model"},
}


class Figure(NamedTuple):
    """A drawn figure: its number in the paper, the SVG, and what it shows."""

    number: str
    svg: str
    caption: str


def study_figures(cases: Sequence[CaseOutcome]) -> list[Figure]:
    """Draw every figure that these cases, all of which count, have the numbers for."""
    figures = [*_curve_figures(cases), _error_figure(cases), _choice_figure(cases)]
    figures += [_against(cases, number) for number in _PAIRS]
    figures += [_local_figure(cases, number) for number in _LOCAL]
    figures.append(_regret_figure(cases))
    return [figure for figure in figures if figure is not None]


def _curve_figures(cases: Sequence[CaseOutcome]) -> list[Figure]:
    """Show the best and the worst resolved map, as the paper shows two."""
    known = sorted((case for case in cases if case.curves), key=lambda case: case.resolution or 0.0)
    shown = known[:1] + known[1:][-1:]
    return [_curves(case, f"7{letter}") for letter, case in zip("AB", shown, strict=False)]


def _curves(case: CaseOutcome, number: str) -> Figure:
    panel = Panel("CC_mask")
    for b_iso, curve in case.curves.items():
        x, y = np.array(curve).T
        colour = _MODEL_COLOURS.get(b_iso, GREY)
        panel.line(x, y, colour, name=f"model B {b_iso}")
        best = int(np.argmax(y))
        panel.scatter(x[best], y[best], colour)
    below = "Overall B of the map (Å²); sharper to the left"
    words = f"Correlation against overall B for {case.name}"
    return Figure(
        number,
        svg([panel], [_HEIGHT], f"figure-{number}", words, below),
        f"{case.name}, {case.resolution:g} Å: correlation with the model, all atoms at B = -100, 0 "
        "and +100 Å², as the map is sharpened; dots: the best.",
    )


def _error_figure(cases: Sequence[CaseOutcome]) -> Figure | None:
    shown = [case for case in cases if case.shaken]
    if not shown:
        return None
    rms = np.array([one.rms for one in shown[0].shaken])
    panel = Panel("Best overall B (Å²)")
    for name, colour in (("as displaced", ORANGE), ("refined", BLUE)):
        field = "refined_b" if name == "refined" else "overall_b"
        b = np.array([[getattr(one, field) for one in case.shaken] for case in shown])
        lower, middle, upper = np.percentile(b, (25, 50, 75), axis=0)
        panel.area(rms, lower, upper, colour)
        panel.line(rms, middle, colour, dots=6, name=name)
    words = "Best overall B against the error of the model"
    return Figure(
        "7C",
        svg([panel], [_HEIGHT], "figure-7C", words, "Displacement of the atoms, rms (Å)"),
        "The overall B of the map that agrees best with a model whose atoms were displaced at "
        "random, and with the same model after a short refinement in real space against the "
        "sharpened map, as the paper's models were refined: median and quartiles.",
    )


def _choice_figure(cases: Sequence[CaseOutcome]) -> Figure | None:
    def place(name: str) -> Place:
        def found(case: CaseOutcome) -> tuple[float, float] | None:
            method = case.method(name)
            if method is None or method.b_sharpen is None or case.b_signal is None:
                return None
            best = case.b_signal - (case.best_b_sharpen or 0.0)
            return best, case.b_signal - method.b_sharpen

        return found

    names = {"surface": "surface", "surface-bare": "surface, no prior"}
    points = {label: _points(cases, place(name)) for name, label in names.items()}
    return _square_figure(
        "8",
        points,
        ("Best overall B by the model (Å²)", "Overall B chosen (Å²)"),
        "The overall B that is chosen, against the one that agrees best with the model.",
    )


def _against(cases: Sequence[CaseOutcome], number: str) -> Figure | None:
    groups = {group: _points(cases, _pair(*names)) for group, names in _PAIRS[number].items()}
    other = _AGAINST[number]
    return _square_figure(
        number,
        {group: points for group, points in groups.items() if points},
        ("CC_mask, surface", f"CC_mask, {other}"),
        f"Correlation with the model at B = 0: surface against the map {other}, without and with "
        "prior. Below the line surface is ahead.",
    )


def _pair(one: str, other: str) -> Place:
    """Return the function that finds the correlations after two methods."""

    def place(case: CaseOutcome) -> tuple[float, float] | None:
        x, y = _correlation(case, one), _correlation(case, other)
        return None if x is None or y is None else (x, y)

    return place


def _correlation(case: CaseOutcome, name: str) -> float | None:
    if name == DEPOSITED:
        return case.cc_mask
    method = case.method(name)
    return None if method is None else method.cc_mask


def _local_figure(cases: Sequence[CaseOutcome], number: str) -> Figure | None:
    methods = _LOCAL[number]
    groups = {g: _points(cases, _pair(name, f"{name}-local")) for g, name in methods.items()}
    name = next(reversed(methods.values()))
    return _square_figure(
        number,
        {group: points for group, points in groups.items() if points},
        (f"CC_mask, {name}, one filter", f"CC_mask, {name}, local"),
        f"Local against global sharpening by {name}. Above the line local is ahead.",
    )


def _regret_figure(cases: Sequence[CaseOutcome]) -> Figure | None:
    def place(case: CaseOutcome) -> tuple[float, float] | None:
        surface = case.method(REFERENCE)
        if surface is None or case.best_cc is None or case.resolution is None:
            return None
        return case.resolution, case.best_cc - surface.cc_mask

    groups = _by_group(cases, place)
    if not groups:
        return None
    panel = Panel("Regret (CC_mask)")
    panel.level(0, INK)
    _scatter(panel, groups)
    words = "Regret of surface against resolution"
    return Figure(
        "regret",
        svg([panel], [_HEIGHT], "figure-regret", words, "Resolution (Å)"),
        "Not in the paper. Regret: the correlation that the best b_sharpen would have brought, "
        "less that of surface; negative where the removal of anisotropy brings more.",
    )


def _points(cases: Iterable[CaseOutcome], place: Place) -> Points:
    return [found for case in cases if (found := place(case)) is not None]


def _by_group(cases: Sequence[CaseOutcome], place: Place) -> dict[str, Points]:
    groups = dict.fromkeys(case.group for case in cases)
    found = {g: _points((c for c in cases if c.group == g), place) for g in groups}
    return {group: points for group, points in found.items() if points}


def _square_figure(
    number: str, groups: dict[str, Points], labels: tuple[str, str], caption: str
) -> Figure | None:
    """Draw points about the line of equality."""
    every = np.array([point for points in groups.values() for point in points])
    if not every.size:
        return None
    low, high = _span(every)
    panel = Panel(labels[1], x_range=(low, high), y_range=(low, high))
    panel.line((low, high), (low, high), GREY, width=1)
    _scatter(panel, groups)
    words = f"{labels[1]} against {labels[0]}"
    drawn = svg([panel], [SQUARE], f"figure-{number}", words, labels[0])
    return Figure(number, drawn, caption)


def _span(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    margin = 0.06 * max(high - low, 0.01)
    return low - margin, high + margin


def _scatter(panel: Panel, groups: dict[str, Points]) -> None:
    """Draw circles, one colour a group; named where there are several."""
    for (group, points), colour in zip(groups.items(), COLOURS * len(groups), strict=False):
        name = (group or "no group") if len(groups) > 1 else ""
        x, y = np.array(points).T
        panel.scatter(x, y, colour, radius=2.8, hollow=True, name=name)
