"""Surfaces and trace as k3d, the library that draws them, takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sharpem.errors import InputError

if TYPE_CHECKING:
    from sharpem.maps.arrays import Array
    from sharpem.viewer.region import Region
    from sharpem.viewer.trace import Trace

__all__ = ["SURFACE", "TRACE", "camera", "library", "needs_k3d", "placement", "snapshot", "steps"]

SURFACE, TRACE = 1, 2
"""Numbers of the objects in a scene, by which the page's script finds them."""

_FIELD_OF_VIEW = 30.0  # degrees
_STEPS = 400  # of the density from zero to the contour that a page opens with
_TRACE_COLOUR, _TRACE_WIDTH = 0x2B2B2B, 0.5  # A


def needs_k3d() -> Any:
    """The library.

    Raises
    ------
    InputError
        It is not installed.
    """
    try:
        import k3d
    except ImportError:
        raise InputError(
            "view: k3d is not installed, expected it (pip install 'sharpem[view]')"
        ) from None
    return k3d


def library() -> str:
    """The library's script."""
    from pathlib import Path

    path = Path(needs_k3d().__file__).with_name("static") / "standalone.js"
    return path.read_text(encoding="utf-8")


def steps(level: float) -> float:
    """Step to which densities are rounded: it cannot be seen, and a page becomes a third."""
    return abs(level) / _STEPS or 1.0


def snapshot(
    data: Array, region: Region, *, level: float, step: float, colour: int, trace: Trace | None
) -> bytes:
    """One view, as k3d's binary snapshot: msgpack, compressed by zlib.

    Parameters
    ----------
    data : ndarray of float32, shape (nz, ny, nx)
        One of the region's maps.
    region : Region
    level : float
        Of the contour.
    step : float
        Densities are rounded to it, and given in units of it.
    colour : int
        0xRRGGBB.
    trace : Trace or None
    """
    k3d = needs_k3d()
    plot = k3d.plot(
        grid_visible=False,
        menu_visibility=False,
        axes_helper=0,
        camera_auto_fit=False,
        camera_fov=_FIELD_OF_VIEW,
    )
    plot.camera = camera(region)
    surface = k3d.marching_cubes(
        -np.round(data / np.float32(step)),  # k3d: a surface faces where the field rises
        level=-level / step,
        color=colour,
        flat_shading=False,
        roughness=0.6,
    )
    surface.id, surface.model_matrix = SURFACE, placement(data.shape, region)
    plot += surface
    if trace is not None:
        plot += _thread(k3d, trace)
    snapshot: bytes = plot.get_binary_snapshot()
    return snapshot


def _thread(k3d: Any, trace: Trace) -> Any:
    thread = k3d.lines(
        trace.points,
        trace.bonds,
        indices_type="segment",
        shader="mesh",
        radial_segments=6,
        width=_TRACE_WIDTH,
        color=_TRACE_COLOUR,
    )
    thread.id = TRACE
    return thread


def placement(shape: tuple[int, ...], region: Region) -> NDArray[np.float32]:
    """Matrix (4, 4) from k3d's cube, -0.5 to 0.5 from the first voxel to the last, to A."""
    matrix = np.eye(4)
    matrix[:3, :3] = region.axes * (np.array(shape[::-1]) - 1)
    matrix[:3, 3] = region.origin + 0.5 * matrix[:3, :3].sum(axis=1)
    return matrix.astype(np.float32)


def camera(region: Region) -> list[float]:
    """Position, target and upward direction: down the z axis, everything in view."""
    edges = placement(region.before.shape, region)[:3, :3].astype(float)
    middle = region.origin + 0.5 * edges.sum(axis=1)
    x, y, z = 0.5 * np.abs(edges).sum(axis=1)
    away = 0.9 * max(x, y) / np.tan(np.radians(_FIELD_OF_VIEW / 2)) + z
    return [*middle[:2].tolist(), float(middle[2] + away), *middle.tolist(), 0.0, 1.0, 0.0]
