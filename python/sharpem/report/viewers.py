"""The scripts for viewers that a run writes: ChimeraX, Coot, PyMOL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sharpem.report.chimerax import chimerax_script, unpack_script
from sharpem.report.coot import coot_script
from sharpem.report.pymol import pymol_script

if TYPE_CHECKING:
    from sharpem.outcome import Sharpened
    from sharpem.report.slices import Contours

__all__ = ["viewer_scripts"]


def viewer_scripts(
    result: Sharpened, paths: Mapping[str, Path], names: Mapping[str, str], contours: Contours
) -> Iterator[tuple[str, str]]:
    """Kinds of the scripts that are wanted, each with its text.

    ChimeraX's names files beside it without their folder; the others name all absolutely.

    Parameters
    ----------
    result : Sharpened
        With a map.
    paths : mapping
        Kinds of the files that are written, and where.
    names : mapping
        The same as they are known later.
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
    if "unpack" in paths:
        yield "unpack", unpack_script(result)
    if "coot" in paths:
        yield "coot", coot_script(result, names["map"], contours)
    if "pymol" in paths:
        yield "pymol", pymol_script(result, names["map"], contours)
