"""Coot script: both maps at contours of equal enclosed volume, and the model.

Functions of the module coot, as Coot documents them (c-interface.h, cc-interface.hh).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharpem.io.mtz import names_reflections
from sharpem.report.opened import python_name, unpacking

if TYPE_CHECKING:
    from sharpem.outcome import Sharpened
    from sharpem.report.slices import Contours

__all__ = ["coot_script"]

_INPUT_COLOUR, _OUTPUT_COLOUR = "0.72, 0.74, 0.77", "0.36, 0.61, 0.84"


def coot_script(result: Sharpened, map_name: str, contours: Contours) -> str:
    """Python for Coot (``coot --script FILE``) that opens input, output and model.

    Parameters
    ----------
    result : Sharpened
        With a map.
    map_name : str
        The sharpened map, as the script is to name it.
    contours : Contours
        From :func:`sharpem.report.slices.equal_volume_contours`.
    """
    lines = [
        f"# sharpem: contours enclose {contours.angstrom3:.0f} A^3 in both maps.",
        "# The Display Manager switches between them; the input is hidden at first.",
        "import coot",
    ]
    source = result.input.path
    model = None if result.model is None else result.model.path
    shown = None if source is None or names_reflections(source) else source
    lines += unpacking((shown, model))
    if shown is not None:
        lines += _open_map("before", python_name(shown), contours.input, _INPUT_COLOUR)
        lines.append("coot.set_map_displayed(before, 0)")
    level = contours.output
    assert level is not None
    lines += _open_map("after", repr(map_name), level, _OUTPUT_COLOUR)
    lines.append("coot.set_scroll_wheel_map(after)")
    if model is not None:
        lines.append(f"coot.read_pdb({python_name(model)})")
    return "\n".join(lines) + "\n"


def _open_map(name: str, path: str, level: float, colour: str) -> list[str]:
    """Commands for one map, which is no difference map; its level is absolute."""
    return [
        f"{name} = coot.handle_read_ccp4_map({path}, 0)",
        f"coot.set_contour_level_absolute({name}, {level:.6g})",
        f"coot.set_map_colour({name}, {colour})",
    ]
