"""Guinier plot and Wilson plot: how the amplitudes fall off with the square of resolution.

Over 1/d^2 both are straight where one overall B describes the map. Guinier plot: ln of the mean
amplitude, of slope -B / 4 (Rosenthal & Henderson 2003, Fig. 11). Wilson plot: ln of the mean
intensity over that of a molecule at B = 0, of slope -B / 2 (Wilson 1942).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sharpem.report.panel import (
    BLUE,
    DASHED,
    DOTTED,
    GREY,
    ORANGE,
    PURPLE,
    SQUARED,
    Panel,
    svg,
)

if TYPE_CHECKING:
    from sharpem.outcome import Sharpened
    from sharpem.spectra.shells import ShellTable

__all__ = ["guinier_figure", "wilson_figure"]

Array = NDArray[np.float64]

_COARSEST = 11.0  # A, from which B is read; lines of fits begin there
_LEAST = 1e-6  # of the strongest shell; less is what a filter removed


def guinier_figure(result: Sharpened) -> str:
    """Draw ln of the mean amplitude against 1/d^2, before and after, and as expected at B = 0."""
    shells = result.prepared.shells
    unit = float(shells.amplitude.max())
    panel = Panel("ln of mean amplitude")
    wilson = np.pi / 4 / unit**2  # (mean |F|)^2 = pi/4 mean |F|^2 where phases are random
    expected = 0.5 * np.log(wilson * shells.reference)
    panel.line(shells.s**2, expected, GREY, dash=DASHED, width=1.4, name="expected at B = 0")
    for name, table, colour in _tables(result):
        kept = table.amplitude > _LEAST * unit
        height = np.log(table.amplitude[kept] / unit)
        panel.line(table.s[kept] ** 2, height, colour, name=name)
    if shells.noise is not None:
        known = shells.noise > (_LEAST * unit) ** 2
        noise = 0.5 * np.log(wilson * shells.noise[known])
        panel.line(shells.s[known] ** 2, noise, PURPLE, dash=DOTTED, name="noise before")
    return _drawn(panel, result, "guinier", "Guinier plot: ln of mean amplitude against 1/d²")


def wilson_figure(result: Sharpened) -> str:
    """Draw ln of mean intensity over that at B = 0, and the lines of the overall B's."""
    shells = result.prepared.shells
    ln_scale = float(np.log(shells.reference[0]) - shells.ln_reference[0])
    panel = Panel("ln of intensity / reference")
    lines = []
    for name, table, colour in _tables(result):
        kept = table.amplitude > _LEAST * float(shells.amplitude.max())
        height = np.log(table.power[kept]) - table.ln_reference[kept] - ln_scale
        panel.line(table.s[kept] ** 2, height, colour, name=name)
        b = result.b_iso.input if name == "before" else result.b_iso.output
        if b is not None and np.isfinite(b):
            line = _fit(table.s[kept], height, b, result.prepared.fit_limit)
            lines.append((*line, colour, f"B = {b:.0f} Å²"))
    for x, y, colour, name in lines:
        panel.line(x, y, colour, dash=DASHED, width=1.4, name=name)
    return _drawn(panel, result, "wilson", "Wilson plot: ln of intensity over that at B = 0")


def _fit(s: Array, height: Array, b: float, limit: float) -> tuple[Array, Array]:
    """Line of an overall B through the shells that it was read from: x and y."""
    used = (s >= 1 / _COARSEST) & (s <= 1 / limit)
    x = s[used] ** 2
    level = np.mean(height[used] + 0.5 * b * x) if x.size else 0.0
    return x, level - 0.5 * b * x


def _tables(result: Sharpened) -> list[tuple[str, ShellTable, str]]:
    tables = [("before", result.prepared.shells, ORANGE)]
    if result.shells_after is not None:
        tables.append(("after", result.shells_after, BLUE))
    return tables


def _drawn(panel: Panel, result: Sharpened, name: str, words: str) -> str:
    end = float(result.prepared.shells.s[-1])
    panel.against_resolution(result.resolution, end, squared=True)
    return svg([panel], [220], name, words, SQUARED)
