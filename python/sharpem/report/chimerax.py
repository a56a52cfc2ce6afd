"""ChimeraX script: the map before and after at contours of equal enclosed volume.

https://www.cgl.ucsf.edu/chimerax/docs/user/commands/volume.html, and those of open and runscript.
Models may be packed there, as the page of open says, maps may not: a second script unpacks them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sharpem.io.mtz import names_reflections
from sharpem.report.opened import UNPACK, StrPath, absolute, packed_files
from sharpem.report.palette import COLOURS, palette_of
from sharpem.report.slices import Contours, equal_volume_contours

if TYPE_CHECKING:
    from sharpem.outcome import Sharpened

__all__ = ["chimerax_script", "unpack_script"]

_INPUT_COLOUR, _OUTPUT_COLOUR, _HALF_COLOUR = "#b8bcc4", "#5b9bd5", "#d9a86c"
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
_UNPACK = """\
# Opens a packed file, which ChimeraX cannot read; the other script calls this one with its number.
import sys
from chimerax.core.commands import run

{unpack}

run(session, 'open "%s"' % unpacked({files}[int(sys.argv[1])]))
"""


def chimerax_script(
    result: Sharpened,
    map_path: StrPath | None,
    input_path: StrPath | None = None,
    *,
    script_path: StrPath | None = None,
    contours: Contours | None = None,
    colour_path: StrPath | None = None,
    unpack_path: StrPath | None = None,
) -> str:
    """ChimeraX commands that open both maps at contours of equal enclosed volume.

    A locally sharpened map is coloured by its local b_sharpen. Half maps are opened too, hidden,
    and so is the model.

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
    unpack_path : path, optional
        Where :func:`unpack_script` will stand. Without it packed files are left out.

    Returns
    -------
    str
    """
    contours = contours or equal_volume_contours(result)
    input_path = input_path or result.input.path
    script_path = script_path or map_path
    folder = None if script_path is None else absolute(script_path).parent
    opener = _Opener(folder, packed_files(result, input_path), unpack_path)
    size = ",".join(f"{step:.7g}" for step in result.input.voxel_size)
    maps = [
        (input_path, result.input, contours.input, _INPUT_COLOUR),
        (map_path, result.map, contours.output, _OUTPUT_COLOUR),
    ]
    lines = [
        f"# sharpem: before and after, contours enclose {contours.angstrom3:.0f} A^3 in both maps.",
        "# Open it in an empty ChimeraX session.",
    ]
    for path, density, level, colour in maps:
        if path is None or density is None or level is None:
            continue
        if names_reflections(path):
            lines.append("# The input holds reflections, which ChimeraX does not show by itself.")
            continue
        if not (opened := opener.open(path)):
            lines.append(f"# {opener.refusal(path)}")
            continue
        lines += [opened, _surface(opener.number, size, f"level {level:.6g}", colour)]
        if density is result.map and colour_path is not None:
            lines += _colour(opener, colour_path, result, size)
    both = sum(" level " in line for line in lines) == 2
    lines += _half_maps(opener, result, size, contours.angstrom3)
    lines += _model(opener, result)
    return "\n".join(lines) + "\n" + (_TWO_MAPS if both else "") + _AFTER_SCRIPT


class _Opener:
    """Commands that open files; ``number`` is the last one's."""

    def __init__(
        self, folder: Path | None, packed: list[Path], unpack_path: StrPath | None
    ) -> None:
        self.number = 0
        self._folder, self._packed, self._unpack = folder, packed, unpack_path

    def open(self, path: StrPath) -> str | None:
        """Command that opens a file; None if its name cannot be said, or it stays packed."""
        if absolute(path) in self._packed:
            script = self._unpack and _quoted(self._unpack, self._folder)
            command = f"runscript {script} {self._packed.index(absolute(path))}" if script else None
        else:
            quoted = _quoted(path, self._folder)
            command = quoted and f"open {quoted}"
        self.number += command is not None
        return command

    def refusal(self, path: StrPath) -> str:
        """Why a file was not opened."""
        if absolute(path) in self._packed:
            return "A map is packed, which ChimeraX cannot read: unpack it."
        return "A map has a name that ChimeraX cannot read: rename it."


def unpack_script(result: Sharpened) -> str:
    """Python for ChimeraX that opens one of :func:`packed_files`, by its number."""
    files = [str(path) for path in packed_files(result)]
    return _UNPACK.format(unpack=UNPACK, files=files)


def _surface(number: int | str, size: str, level: str, colour: str) -> str:
    """Command for a surface; ``step 1``: ChimeraX would show big maps at every second voxel."""
    return f"volume #{number} voxelSize {size} step 1 style surface {level} color {colour}"


def _half_maps(opener: _Opener, result: Sharpened, size: str, volume: float) -> list[str]:
    """Commands that open the half maps, hidden; ChimeraX finds their levels itself."""
    halves = result.half_maps
    paths = [half.path for half in (halves.one, halves.two)] if halves else []
    opened = [line for path in paths if path is not None and (line := opener.open(path))]
    if len(opened) != 2:
        return []
    models = f"{opener.number - 1},{opener.number}"
    return [
        f"# Half maps, hidden:  show #{models} models",
        *opened,
        _surface(models, size, f"encloseVolume {volume:.6g}", _HALF_COLOUR),
        f"hide #{models} models",
    ]


def _model(opener: _Opener, result: Sharpened) -> Iterator[str]:
    path = None if result.model is None else result.model.path
    if path is not None and (opened := opener.open(path)):
        yield opened


def _colour(opener: _Opener, path: StrPath, result: Sharpened, size: str) -> list[str]:
    """Commands that colour the last surface by the local b_sharpen, which is opened for that."""
    local, number = result.local, opener.number
    if local is None or not local.boxes or not (opened := opener.open(path)):
        return []
    pairs = [
        (f"{value:.6g}", f"{value:.0f}", colour)
        for value, colour in zip(palette_of(local).ends, COLOURS, strict=True)
    ]
    palette = ":".join(f"{value},{colour}" for value, _, colour in pairs)
    key = " ".join(f"{colour}:{label}" for _, label, colour in pairs)
    return [
        f"# Colours: local b_sharpen in A^2; the middle is the overall {local.b_sharpen:.0f}.",
        opened,
        f"volume #{number + 1} voxelSize {size}",
        f"hide #{number + 1} models",
        f"color sample #{number} map #{number + 1} palette {palette}",
        f"key {key} {_KEY}",
        '2dlabels text "Local b_sharpen (A^2)" xpos 0.35 ypos 0.11 size 18',
    ]


def _quoted(path: StrPath, folder: Path | None) -> str | None:
    """Quote a path for ChimeraX, which has quotes of two kinds but no escapes in paths."""
    whole = absolute(path)
    text = whole.name if whole.parent == folder else whole.as_posix()
    if not text.isprintable():
        return None
    quotes = [quote for quote in "\"'" if quote not in text]
    return f"{quotes[0]}{text}{quotes[0]}" if quotes else None
