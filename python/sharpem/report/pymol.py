"""PyMOL script: both maps at contours of equal enclosed volume, and the model.

https://pymolwiki.org/index.php/Isosurface and the pages of load, normalize_ccp4_maps and python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sharpem.io.mtz import names_reflections
from sharpem.report.opened import python_name, unpacking

if TYPE_CHECKING:
    from sharpem.outcome import Sharpened
    from sharpem.report.slices import Contours

__all__ = ["pymol_script"]


def pymol_script(result: Sharpened, map_name: str, contours: Contours) -> str:
    """PyMOL commands (``pymol FILE.pml``) that open input, output and model.

    They are Python, where names of files need no quotes of PyMOL's own.

    Parameters
    ----------
    result : Sharpened
        With a map.
    map_name : str
        The sharpened map, as the script is to name it.
    contours : Contours
        From :func:`sharpem.report.slices.equal_volume_contours`.
    """
    source = result.input.path
    model = None if result.model is None else result.model.path
    shown = None if source is None or names_reflections(source) else source
    lines = [
        f"# sharpem: contours enclose {contours.angstrom3:.0f} A^3 in both maps.",
        "# Click the names before and after to switch between them.",
        "python",
        *unpacking((shown, model)),
        'cmd.set("normalize_ccp4_maps", 0)  # levels are absolute',
    ]
    if shown is not None:
        lines += [
            *_open_map("before", python_name(shown), contours.input, "gray70"),
            'cmd.disable("before")',
        ]
    assert contours.output is not None
    lines += _open_map("after", repr(map_name), contours.output, "marine")
    if model is not None:
        lines.append(f'cmd.load({python_name(model)}, "model")')
    return "\n".join([*lines, "python end"]) + "\n"


def _open_map(name: str, path: str, level: float, colour: str) -> list[str]:
    """Commands for one map; the format ``map`` is MRC or CCP4, as the header says."""
    return [
        f'cmd.load({path}, "{name}_map", format="map")',
        f'cmd.isosurface("{name}", "{name}_map", {level:.6g})',
        f'cmd.color("{colour}", "{name}")',
    ]
