"""The scripts for viewers that a run writes: ChimeraX, Coot, PyMOL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sharpem.report.chimerax import chimerax_script, unpack_script
from sharpem.report.coot import coot_script
from sharpem.report.opened import StrPath, absolute
from sharpem.report.pymol import pymol_script

if TYPE_CHECKING:
    from sharpem.outcome import Sharpened
    from sharpem.report.slices import Contours

__all__ = ["viewer_scripts"]


def viewer_scripts(
    result: Sharpened, paths: Mapping[str, Path], called: StrPath | None, contours: Contours
) -> Iterator[tuple[str, str]]:
    """Kinds of the scripts that are wanted, each with its text.

    ChimeraX works in its script's folder, so that the map beside it is named alone. The others name
    it absolutely; where the files will be moved, they have to be started in their folder, too.

    Parameters
    ----------
    result : Sharpened
        With a map.
    paths : mapping
        Kinds of the files that are written, and where.
    called : path or None
        What their names begin with when they have been moved.
    contours : Contours
    """
    yield (
        "chimerax",
        chimerax_script(
            result,
            paths["map"],
            contours=contours,
            colour_path=paths.get("b_sharpen"),
            unpack_path=paths.get("unpack"),
        ),
    )
    shown = str(absolute(paths["map"])) if called is None else paths["map"].name
    if "unpack" in paths:
        yield "unpack", unpack_script(result)
    if "coot" in paths:
        yield "coot", coot_script(result, shown, contours)
    if "pymol" in paths:
        yield "pymol", pymol_script(result, shown, contours)
