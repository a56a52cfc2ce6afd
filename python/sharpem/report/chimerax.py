"""ChimeraX script: the map before and after at contours of equal enclosed volume.

https://www.cgl.ucsf.edu/chimerax/docs/user/commands/volume.html
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sharpem.io.mtz import names_reflections
from sharpem.report.palette import COLOURS, palette_of
from sharpem.report.slices import Contours, equal_volume_contours

if TYPE_CHECKING:
    from sharpem.maps.density import DensityMap
    from sharpem.outcome import Sharpened

__all__ = ["chimerax_script"]

StrPath = str | os.PathLike[str]

_INPUT_COLOUR, _OUTPUT_COLOUR = "#b8bcc4", "#5b9bd5"
_KEY = "pos 0.35,0.06 size 0.3,0.03"
_AFTER_SCRIPT = """\
set bgColor white
graphics silhouettes true
lighting soft
view
"""
_TWO_MAPS = """\
# Show the one or the other:  hide #2 models; show #1 models   and back.
# Side by side:               show #1 models; tile
# Both at once:               show #1 models; volume #1 style mesh
hide #1 models
"""


def chimerax_script(
    result: Sharpened,
    map_path: StrPath | None,
    input_path: StrPath | None = None,
    *,
    script_path: StrPath | None = None,
    contours: Contours | None = None,
    colour_path: StrPath | None = None,
) -> str:
    """ChimeraX commands that open both maps at contours of equal enclosed volume.

    A locally sharpened map is coloured by its local b_sharpen.

    Parameters
    ----------
    result : Sharpened
        What :func:`sharpem.sharpen` gave.
    map_path : path or None
        Where the sharpened map is or will be; None if there is none.
    input_path : path, optional
        Where the input is; default: where it was read from.
    script_path : path, optional
        Where the script will stand; default: beside the sharpened map. ChimeraX works in the
        script's folder, so a map beside it is named without its folder and both can be moved
        together; other paths are made absolute.
    contours : Contours, optional
        From :func:`equal_volume_contours`, if already known.
    colour_path : path, optional
        Where the map of local b_sharpen is or will be, if there is one.

    Returns
    -------
    str
    """
    contours = contours or equal_volume_contours(result)
    input_path = input_path or result.input.path
    script_path = script_path or map_path
    folder = None if script_path is None else _place(script_path).parent
    maps = [
        (input_path, result.input, contours.input, _INPUT_COLOUR),
        (map_path, result.map, contours.output, _OUTPUT_COLOUR),
    ]
    lines = [
        f"# sharpem: before and after, contours enclose {contours.angstrom3:.0f} A^3 in both maps.",
        "# Open it in an empty ChimeraX session.",
    ]
    number = 0
    for path, density, level, colour in maps:
        if path is None or density is None or level is None:
            continue
        if names_reflections(path):
            lines.append("# The input holds reflections, which ChimeraX does not show by itself.")
            continue
        quoted = _quoted(path, folder)
        if quoted is None:
            lines.append("# A map has a name that ChimeraX cannot read: rename it.")
            continue
        number += 1
        lines += _open_map(number, quoted, density, level, colour)
        if density is result.map and colour_path is not None:
            lines += _colour(number, _quoted(colour_path, folder), result)
    return "\n".join(lines) + "\n" + (_TWO_MAPS if number == 2 else "") + _AFTER_SCRIPT


def _open_map(number: int, path: str, density: DensityMap, level: float, colour: str) -> list[str]:
    """Commands for one map; ``step 1``: ChimeraX would show big maps at every second voxel."""
    size = ",".join(f"{step:.7g}" for step in density.voxel_size)
    return [
        f"open {path}",
        f"volume #{number} voxelSize {size} step 1 style surface level {level:.6g} color {colour}",
    ]


def _colour(number: int, path: str | None, result: Sharpened) -> list[str]:
    """Commands that colour a surface by the local b_sharpen, which becomes the next model."""
    local, size = result.local, ",".join(f"{step:.7g}" for step in result.input.voxel_size)
    if path is None or local is None or not local.boxes:
        return []
    pairs = [
        (f"{value:.6g}", f"{value:.0f}", colour)
        for value, colour in zip(palette_of(local).ends, COLOURS, strict=True)
    ]
    palette = ":".join(f"{value},{colour}" for value, _, colour in pairs)
    key = " ".join(f"{colour}:{label}" for _, label, colour in pairs)
    return [
        f"# Colours: local b_sharpen in A^2; the middle is the overall {local.b_sharpen:.0f}.",
        f"open {path}",
        f"volume #{number + 1} voxelSize {size}",
        f"hide #{number + 1} models",
        f"color sample #{number} map #{number + 1} palette {palette}",
        f"key {key} {_KEY}",
        '2dlabels text "Local b_sharpen (A^2)" xpos 0.35 ypos 0.11 size 18',
    ]


def _place(path: StrPath) -> Path:
    """Absolute path; a link stays what it is, for what is written replaces it, not its target."""
    folder, name = os.path.split(path)
    return Path(os.path.realpath(folder), name)


def _quoted(path: StrPath, folder: Path | None) -> str | None:
    """Quote a path for ChimeraX, which has quotes of two kinds but no escapes in paths."""
    whole = _place(path)
    text = whole.name if whole.parent == folder else whole.as_posix()
    if not text.isprintable():
        return None
    quotes = [quote for quote in "\"'" if quote not in text]
    return f"{quotes[0]}{text}{quotes[0]}" if quotes else None
