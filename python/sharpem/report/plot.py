"""The curves of a result as a figure of matplotlib, for those who go on with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sharpem.errors import InputError
from sharpem.outcome import Sharpened

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot"]


def plot(result: Sharpened) -> Figure:
    """Draw what was tried, the mean amplitudes, and the filter, as far as there are any.

    Raises
    ------
    InputError
        matplotlib is not installed.
    """
    try:
        from matplotlib import pyplot
    except ImportError:
        raise InputError(
            "plot: matplotlib is not installed, expected it (pip install 'sharpem[plot]')"
        ) from None
    drawings = [_amplitudes]
    if result.trials:
        drawings.insert(0, _trials)
    if result.filter is not None:
        drawings.append(_filter)
    size = (4.5 * len(drawings), 3.5)
    figure: Figure = pyplot.figure(figsize=size, layout="constrained")
    axes = figure.subplots(1, len(drawings), squeeze=False)[0]
    for draw, place in zip(drawings, axes, strict=True):
        draw(place, result)
    return figure


def _trials(axes: Any, result: Sharpened) -> None:
    b_iso = [trial.b_iso for trial in result.trials]
    axes.plot(b_iso, [trial.surface_area for trial in result.trials], "o-", label="surface area")
    adjusted = [trial.adjusted_surface_area for trial in result.trials]
    axes.plot(b_iso, adjusted, "o-", label="adjusted surface area")
    if np.isfinite(result.b_iso.target):
        axes.axvline(result.b_iso.target, color="black", linestyle="--", label="target")
    axes.set(xlabel="overall B of the map (Å²)", ylabel="voxels")
    axes.legend()


def _amplitudes(axes: Any, result: Sharpened) -> None:
    tables = {"before": result.prepared.shells, "after": result.shells_after}
    for name, shells in tables.items():
        if shells is not None:
            axes.semilogy(shells.s, shells.amplitude, label=name)
    axes.axvline(1 / result.resolution, color="black", linestyle="--", label="resolution")
    axes.set(xlabel="1/d (1/Å)", ylabel="mean amplitude")
    axes.legend()


def _filter(axes: Any, result: Sharpened) -> None:
    assert result.filter is not None
    s = np.linspace(0, 1 / result.filter.d_min, 400)
    axes.plot(s, result.filter.radial(s))
    axes.axvline(1 / result.resolution, color="black", linestyle="--")
    axes.set(xlabel="1/d (1/Å)", ylabel="amplitude factor")
