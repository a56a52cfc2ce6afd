"""What the report shows of local sharpening: where the filter differs, by how much, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.report.palette import Palette, palette_of
from sharpem.report.panel import Panel, svg
from sharpem.report.slices import (
    Contours,
    Section,
    Window,
    pictures,
    sections,
    tinted_pictures,
    window_of,
)
from sharpem.report.words import typeset

if TYPE_CHECKING:
    from sharpem.local.localised import Localised, Place
    from sharpem.outcome import Sharpened

__all__ = [
    "LocalSection",
    "bar_edges",
    "box_columns",
    "box_rows",
    "histogram_figure",
    "local_section",
]

Array = NDArray[np.float64]

_BARS = 24  # of the histogram at most
_WIDTHS = (1, 2, 5, 10, 20, 50)  # of a bar, A^2
_VISIBLE = 2.0  # A^2: filters that differ by less give the same picture
_SAMPLES = 2_000_000  # voxels that the search for the greatest difference looks at


class LocalSection(NamedTuple):
    """One section of the page.

    ``tinted`` are central sections in the colours of ``palette``; ``pairs`` are the planes in which
    the map under the overall filter (before) and the locally sharpened one (after) differ most.
    Both are empty where no picture would show a difference.
    """

    sentences: tuple[str, ...]
    palette: Palette
    tinted: tuple[Section, ...]
    pairs: tuple[Section, ...]
    histogram: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def local_section(result: Sharpened, contours: Contours) -> LocalSection | None:
    """Collect what there is to show; None where no place differs."""
    local = result.local
    if local is None or not local.boxes or contours.output is None:
        return None
    palette = palette_of(local)
    tinted, pairs = _shown(local, palette, window_of(result.input, contours.input), contours)
    return LocalSection(
        typeset(_sentences(local)),
        palette,
        tinted,
        pairs,
        histogram_figure(local, palette),
        box_columns(local),
        box_rows(local),
    )


def _shown(
    local: Localised, palette: Palette, window: Window, contours: Contours
) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
    """Draw the tinted sections, and the pairs."""
    if _largest_shift(local) < _VISIBLE:
        return (), ()
    tinted = tinted_pictures(local.map, window, local.b_sharpen_map(), palette)
    return sections(window, tinted), _pairs(local, window, contours)


def _largest_shift(local: Localised) -> float:
    return max(abs(box.b_sharpen - local.b_sharpen) for box in local.boxes)


def _sentences(local: Localised) -> tuple[str, ...]:
    """Say what was found."""
    symmetry, resolutions = local.settings.symmetry, _resolutions(local)
    found = [*local.reasons]
    if _largest_shift(local) < _VISIBLE:
        found.append(
            f"All local filters lie within {_VISIBLE:.0f} A^2 of the overall one: no picture would "
            "show the difference."
        )
    if symmetry is not None:
        found.append(f"Places equivalent by symmetry ({symmetry.name}) share one choice.")
    if resolutions.size:
        low, middle, high = (resolutions.min(), np.median(resolutions), resolutions.max())
        found.append(
            f"The signal stands out of the noise, as an FSC of 0.143 between half maps would have "
            f"it, to {low:.1f} to {high:.1f} A at the places, median {middle:.1f} A."
        )
    return (*found, *local.warnings)


def _resolutions(local: Localised) -> Array:
    known = np.array([box.resolution or np.nan for box in local.boxes], dtype=np.float64)
    return known[np.isfinite(known)]


def _pairs(local: Localised, window: Window, contours: Contours) -> tuple[Section, ...]:
    """Cut both maps where they differ most, each contoured at the same enclosed volume."""
    assert contours.output is not None
    level = _core.contour(local.overall.data, contours.voxels)[0]
    planes = _planes_that_differ(local, window, level), window[1]
    before = pictures(local.overall, planes, level)
    after = pictures(local.map, planes, contours.output, scale=local.overall)
    return sections(planes, before, after)


def _planes_that_differ(local: Localised, window: Window, level: float) -> tuple[int, ...]:
    """Planes (z, y, x) with the largest sum of squared differences inside the overall contour."""
    shown = window[1]
    size = float(np.prod([part.stop - part.start for part in shown]))
    step = max(1, int(np.ceil((size / _SAMPLES) ** (1 / 3))))
    thinned = tuple(slice(part.start, part.stop, step) for part in shown)
    overall = local.overall.data[thinned]
    squares = np.square(local.map.data[thinned] - overall) * (overall >= level)
    return tuple(
        shown[axis].start + step * int(np.argmax(squares.sum(axis=others)))
        for axis, others in enumerate(((1, 2), (0, 2), (0, 1)))
    )


def histogram_figure(local: Localised, palette: Palette) -> str:
    """Count the places by local b_sharpen, in the colours of the sections."""
    values = np.array([box.b_sharpen for box in local.boxes])
    own = np.array([box.applicable for box in local.boxes])
    edges = bar_edges(values, palette.middle)
    every, told = (np.histogram(some, edges)[0] for some in (values, values[own]))
    panel = Panel(
        "places",
        x_range=(float(edges[0]), float(edges[-1])),
        y_range=(0.0, 1.1 * float(every.max())),
    )
    colours = palette(0.5 * (edges[1:] + edges[:-1]))
    for low, high, height, part, rgb in zip(
        edges[:-1], edges[1:], every, told, colours, strict=True
    ):
        colour = "#" + "".join(f"{round(255 * channel):02x}" for channel in rgb)
        if height > part:
            panel.bar(low, high, float(height), colour, opacity=0.35)
        if part:
            panel.bar(low, high, float(part), colour)
    panel.mark(palette.middle)
    words = f"Histogram of the local b_sharpen of {len(local.boxes)} places about the overall "
    below = f"Local b_sharpen (Å²); sharper to the right; dashed: overall {palette.middle:.0f}"
    return svg([panel], [180], "local", words + f"{palette.middle:.0f} Å²", below)


def bar_edges(values: Array, middle: float) -> Array:
    """Edges of the bars: round, about all values and the overall one."""
    low, high = min(values.min(), middle) - 2, max(values.max(), middle) + 2
    width = next(w for w in _WIDTHS if w >= (high - low) / _BARS)
    first = width * np.floor(low / width)
    count = max(int(np.ceil((high - first) / width)), 1)
    edges: Array = first + width * np.arange(count + 1)
    return edges


def box_columns(local: Localised) -> tuple[str, ...]:
    """Name the columns of the table of places."""
    resolution = ("resolution (Å)",) if _resolutions(local).size else ()
    places = ("x (Å)", "y (Å)", "z (Å)")
    return (*places, "b_sharpen (Å²)", "B before (Å²)", "molecule (%)", *resolution, "reason")


def box_rows(local: Localised) -> tuple[tuple[str, ...], ...]:
    """Write what goes under :func:`box_columns`."""
    with_resolution = _resolutions(local).size > 0
    return tuple(_row(box, with_resolution=with_resolution) for box in local.boxes)


def _row(box: Place, *, with_resolution: bool) -> tuple[str, ...]:
    resolution = box.resolution or np.nan
    return (
        *(f"{x:.1f}" for x in box.centre),
        f"{box.b_sharpen:.1f}",
        f"{box.b_iso:.0f} ± {box.error:.0f}",
        f"{100 * box.molecule:.0f}",
        *((f"{resolution:.2f}" if np.isfinite(resolution) else "none",) * with_resolution),
        box.reason,
    )
