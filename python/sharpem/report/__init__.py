"""What a run looked like: a self-contained HTML page and a ChimeraX script."""

from sharpem.report.chimerax import chimerax_script
from sharpem.report.html import render_report
from sharpem.report.slices import Contours, equal_volume_contours

__all__ = [
    "Contours",
    "chimerax_script",
    "equal_volume_contours",
    "render_report",
]
