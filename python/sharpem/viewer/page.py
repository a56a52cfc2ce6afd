"""The page: two linked views, a slider over the enclosed volume; it needs no network."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from sharpem.errors import InputError
from sharpem.io.together import check_free, write_text, write_together
from sharpem.report.pages import render_page
from sharpem.report.words import typeset
from sharpem.viewer.pair import Pair
from sharpem.viewer.region import START, Region, region_of
from sharpem.viewer.scene import (
    SURFACE,
    TRACE,
    camera,
    library,
    needs_k3d,
    placement,
    snapshot,
    steps,
)
from sharpem.viewer.trace import trace_of

if TYPE_CHECKING:
    from sharpem.io.accept import ModelLike
    from sharpem.outcome import Sharpened

__all__ = ["View", "page_of", "view"]

_COLOURS = {"before": 0xD9A066, "after": 0x5B9BD5}
_MODULE = "var k3d;function define(name,needs,make){k3d=make()}\n"
"""What the library's script is handed to, instead of a loader of modules."""
_HEIGHT = 760  # px, in a notebook


@dataclass(frozen=True)
class View:
    """A page with two linked views; a notebook shows it."""

    html: str

    def __repr__(self) -> str:
        """Name and size in one line."""
        return f"<View, a page of {len(self.html) / 1e6:.1f} MB>"

    def _repr_html_(self) -> str:
        """The page in a frame of its own, as notebooks show it."""
        return (
            f'<iframe srcdoc="{escape(self.html)}" title="Map before and after in 3-D" '
            f'style="width:100%;height:{_HEIGHT}px;border:0"></iframe>'
        )

    def write(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the page.

        Raises
        ------
        InputError
            The file exists, or cannot be written.
        """
        path = Path(path)
        check_free([path], overwrite=overwrite)
        write_together({path: partial(write_text, text=self.html)}, overwrite=overwrite)
        return path


def view(result: Sharpened, *, model: ModelLike | None = None) -> View:
    """Show a map before and after in three dimensions, at contours of equal enclosed volume.

    Parameters
    ----------
    result : Result
        What :func:`sharpem.sharpen` gave.
    model : path, gemmi.Structure or Model, optional
        Shown as a trace of C-alpha and P atoms; the maps are cut to 5 A about it.

    Returns
    -------
    View
        Shown by notebooks; ``view.write("map_view.html")`` makes a page of it.

    Raises
    ------
    InputError
        k3d, the extra called view, is not installed; no map was made; or the model cannot be
        shown.
    """
    needs_k3d()
    if result.map is None:
        raise InputError("view: the method does not apply and no map was made, expected a map")
    density = result.input
    return page_of(
        Pair(
            density,
            result.map,
            result.prepared.volume.fraction,
            density.path.name if density.path else "map",
            None if model is None else trace_of(model),
        )
    )


def page_of(pair: Pair, command: str | None = None) -> View:
    """Make the page of two maps."""
    region = region_of(pair)
    return View(
        render_page(
            "view.html.j2",
            code=(_MODULE + library(), f"const SCENE={_scene(pair, region)};"),
            script="view.js",
            kind="view",
            title=pair.title,
            contours=region.contours,
            start=START,
            has_trace=pair.trace is not None,
            sentences=typeset(region.sentences),
            colours={name: f"#{colour:06x}" for name, colour in _COLOURS.items()},
            command=command,
            sources=tuple(pair.sources.items()),
        )
    )


def _scene(pair: Pair, region: Region) -> str:
    """What the page's script starts from, as JSON."""
    first = region.contours[START]
    views = []
    for name, data in (("before", region.before), ("after", region.after)):
        level = getattr(first, name)
        step = steps(level)
        binary = snapshot(
            data, region, level=level, step=step, colour=_COLOURS[name], trace=pair.trace
        )
        levels = [-getattr(one, name) / step for one in region.contours]
        shown = [f"{getattr(one, name):.4g}" for one in region.contours]
        data_text = b64encode(binary).decode()
        views.append({"name": name, "levels": levels, "shown": shown, "data": data_text})
    words = [f"{100 * one.fraction:.0f} % ({one.angstrom3:,.0f} Å³)" for one in region.contours]
    scene = {
        "views": views,
        "words": words,
        "camera": camera(region),
        "placement": placement(region.before.shape, region).ravel().tolist(),
        "surface": SURFACE,
        "trace": TRACE,
    }
    return json.dumps(scene, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
