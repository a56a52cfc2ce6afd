"""Central sections of the map before and after, with contours of equal enclosed volume."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.report.png import grey, png

if TYPE_CHECKING:
    from sharpem.maps.density import DensityMap
    from sharpem.outcome import Sharpened
    from sharpem.report.palette import Palette

__all__ = [
    "Contours",
    "Picture",
    "Section",
    "Window",
    "central_sections",
    "equal_volume_contours",
    "pictures",
    "sections",
    "tinted_pictures",
    "window_of",
]

Array = NDArray[np.float64]
Image = NDArray[np.float32]
Window = tuple[tuple[int, ...], tuple[slice, ...]]

_FRACTION = 0.2  # of the molecular volume inside the contour: the paper's default
_PIXELS = 400  # most along one side of a picture
_UNITS = 10  # per pixel, of the drawing over it
_SAMPLES = 2_000_000  # voxels that the search for the centre looks at
_MARGIN = 8.0  # A around the density that is shown
_TINT_GAMMA = 0.7  # below 1: brighter, or colours would drown in black
_PERCENTILES = (2.0, 99.7)  # black and white


@dataclass(frozen=True)
class Contours:
    """Thresholds at which the map before and the map after enclose the same volume.

    ``angstrom3`` is that volume, A^3; ``output`` is None if there is no map.
    """

    voxels: int
    angstrom3: float
    input: float
    output: float | None


def equal_volume_contours(result: Sharpened) -> Contours:
    """Find the thresholds that enclose 20 % of the molecular volume in both maps.

    Reads each map once.
    """
    density = result.input
    voxels = max(1, round(_FRACTION * result.prepared.volume.fraction * density.voxels))
    after = None if result.map is None else _core.contour(result.map.data, voxels)[0]
    voxel = float(abs(np.linalg.det(density.voxel_axes)))
    return Contours(voxels, voxels * voxel, _core.contour(density.data, voxels)[0], after)


@dataclass(frozen=True)
class Picture:
    """A section as a picture and the contour on it, ready to be put into an SVG.

    ``width``, ``height``, ``contour`` (path data) and ``bar`` (length of the scale bar) are in the
    drawing's units; ``across`` and ``bar_angstrom`` are width and bar in A.
    """

    png: str
    contour: str
    width: int
    height: int
    across: float
    bar: float
    bar_angstrom: float


@dataclass(frozen=True)
class Section:
    """One plane through both maps: normal to ``axis``, at voxel ``index`` of it."""

    axis: str
    across: str
    up: str
    index: int
    before: Picture
    after: Picture | None


def central_sections(result: Sharpened, contours: Contours) -> tuple[Section, ...]:
    """Cut both maps at the centre of their density, normal to z, y and x."""
    window = window_of(result.input, contours.input)
    before = pictures(result.input, window, contours.input)
    after: list[Picture | None] = [None, None, None]
    if result.map is not None and contours.output is not None:
        after = [*pictures(result.map, window, contours.output)]
    return sections(window, before, after)


def sections(
    window: Window, before: Sequence[Picture], after: Sequence[Picture | None] = (None,) * 3
) -> tuple[Section, ...]:
    """Name the planes of pictures that were cut normal to z, y and x."""
    names = (("z", "x", "y"), ("y", "x", "z"), ("x", "y", "z"))
    pairs = zip(before, after, strict=True)
    return tuple(
        Section(*name, index, *pair)
        for name, index, pair in zip(names, window[0], pairs, strict=True)
    )


def window_of(density: DensityMap, threshold: float) -> Window:
    """Centre of the density inside the contour, (z, y, x), and the range about it worth showing."""
    step = max(1, int(np.ceil((density.voxels / _SAMPLES) ** (1 / 3))))
    inside = density.data[::step, ::step, ::step] >= threshold
    centre, ranges = [], []
    for axis, (size, voxel) in enumerate(zip(density.shape, density.voxel_size[::-1], strict=True)):
        others = tuple(other for other in range(3) if other != axis)
        share = np.cumsum(np.count_nonzero(inside, axis=others)) / max(1, np.count_nonzero(inside))
        low, middle, high = (int(np.searchsorted(share, q)) * step for q in (0.005, 0.5, 0.995))
        margin = int(np.ceil(_MARGIN / voxel)) + step
        centre.append(min(middle, size - 1))
        ranges.append(slice(max(0, low - margin), min(size, high + margin + 1)))
    return tuple(centre), tuple(ranges)


def pictures(
    density: DensityMap, window: Window, threshold: float, *, scale: DensityMap | None = None
) -> list[Picture]:
    """Draw three sections normal to z, y and x with one scale of grey: that of map `scale`."""
    cuts = _cuts(density, window)
    limits = _limits(cuts if scale is None else _cuts(scale, window))
    return [
        _picture(image, side, grey(image, *limits), _lines(image, threshold))
        for image, *side in cuts
    ]


def tinted_pictures(
    density: DensityMap, window: Window, values: DensityMap, palette: Palette
) -> list[Picture]:
    """Draw three sections in the colours of other values, as bright as the density is high."""
    cuts = _cuts(density, window)
    limits = _limits(cuts, (50.0, _PERCENTILES[1]))  # what is no molecule is black
    answer = []
    for (image, *side), (value, _, _) in zip(cuts, _cuts(values, window), strict=True):
        bright = (grey(image, *limits)[..., None] / 255) ** _TINT_GAMMA
        colour = 255 * palette(value) * bright
        answer.append(_picture(image, side, colour.astype(np.uint8), []))
    return answer


def _limits(
    cuts: list[tuple[Image, float, float]], percentiles: tuple[float, float] = _PERCENTILES
) -> tuple[float, float]:
    """Densities shown black and white."""
    values = np.sort(np.concatenate([image.ravel() for image, _, _ in cuts]))
    black, white = (values[int(percent / 100 * (values.size - 1))] for percent in percentiles)
    return float(black), float(white)


def _cuts(density: DensityMap, window: Window) -> list[tuple[Image, float, float]]:
    """Cut three planes, up is up, with their sides across and up in A."""
    (k, j, i), (z, y, x) = window
    dx, dy, dz = density.voxel_size
    data = density.data
    planes = [(data[k, y, x], dx, dy), (data[z, j, x], dx, dz), (data[z, y, i], dy, dz)]
    return [
        (_binned(plane)[::-1], plane.shape[1] * across, plane.shape[0] * up)
        for plane, across, up in planes
    ]


def _binned(plane: Image) -> Image:
    """Average blocks of pixels until there are not too many."""
    n = -(-max(plane.shape) // _PIXELS)
    rows, columns = (max(1, size // n) for size in plane.shape)
    n_rows, n_columns = (min(n, size) for size in plane.shape)
    blocks = plane[: rows * n_rows, : columns * n_columns]
    answer: Image = blocks.reshape(rows, n_rows, columns, n_columns).mean(axis=(1, 3))
    return answer


def _picture(
    image: Image, side: list[float], pixels: NDArray[np.uint8], lines: list[Array]
) -> Picture:
    """Assemble a picture; the drawing has the map's proportions, square voxels or not."""
    rows, columns = image.shape
    across, up = side
    width = columns * _UNITS
    height = round(width * up / across)
    length = max((n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500) if n <= across / 3), default=0.5)
    unit = (width / columns, height / rows)
    contour = "".join(_polyline(np.rint((line + 0.5) * unit).astype(int)) for line in lines)
    bar = round(width * length / across, 1)
    return Picture(png(pixels), contour, width, height, across, bar, length)


def _lines(image: Image, threshold: float) -> list[Array]:
    """Contour as lines of points (column, row), each of shape (n, 2)."""
    from contourpy import contour_generator

    if min(image.shape) < 2 or not image.min() < threshold < image.max():
        return []
    return cast("list[Array]", contour_generator(z=image).lines(threshold))


def _polyline(points: NDArray[np.int_]) -> str:
    """SVG path data: whole units, relative to the point before; short, and it cannot drift."""
    steps = np.diff(points, axis=0)
    steps = steps[np.any(steps != 0, axis=1)]
    if not len(steps):
        return ""
    (x, y), pairs = points[0], (f"{dx} {dy}" for dx, dy in steps.tolist())
    return f"M{x} {y}l" + " ".join(pairs).replace(" -", "-")
