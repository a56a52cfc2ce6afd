"""The search of methods.scan once per box: surface or kurtosis over a series of overall B's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.prepare import Prepared
from sharpem.local.boxes import Boxes
from sharpem.methods.choice import Trial
from sharpem.methods.scan import Scan, ScanSettings, adjusted, find_peak, region_weight, unusable
from sharpem.methods.scanned import ScanMethod
from sharpem.spectra.apply import curve_of

__all__ = ["Peaks", "scan_boxes"]

Array = NDArray[np.float64]

_SOFT_EDGE = 6  # voxels at the faces of a box, whose contour would else be cut flat


@dataclass(frozen=True, eq=False)
class Peaks:
    """Where the score is highest in each of n boxes.

    Attributes
    ----------
    b_sharpen : ndarray, shape (n,)
        A^2.
    failures : tuple of tuple of str
        Why the score cannot judge a box; empty where it can.
    """

    b_sharpen: Array
    failures: tuple[tuple[str, ...], ...]

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Whether the score can judge the box, shape (n,)."""
        return np.array([not reasons for reasons in self.failures], dtype=np.bool_)


def scan_boxes(
    prepared: Prepared, boxes: Boxes, settings: ScanSettings, method: ScanMethod
) -> Peaks:
    """Scan overall B in every box and judge each outcome as for a whole map (section 2.5).

    Parameters
    ----------
    prepared : Prepared
        The map; boxes are cut from it before any radial filter.
    boxes : Boxes
    settings : ScanSettings
        Grid and contour, which encloses a share of the molecule in each box.
    method : ScanMethod
        The score.
    """
    grid = settings.grid()
    filters = [settings.filter(prepared, float(b)) for b in grid]
    curves = [curve_of(filter_, 1.0 / prepared.d_min) for filter_ in filters]
    voxels = np.rint(settings.fraction * boxes.molecule * np.prod(boxes.shape)).astype(int)
    inside = np.maximum(voxels, 1)
    plain = _core.synthesise(prepared.spectrum)
    window = boxes.as_set(min(_SOFT_EDGE, boxes.edge))
    tables = _core.box_scan(plain, prepared.spectrum.cell, window, prepared.d_min, curves, inside)
    tops, failures = [], []
    for table, count in zip(tables, inside, strict=True):
        trials = [
            Trial(float(b), f.b_sharpen, x.threshold, x.surface_area, x.regions, np.nan, x.kurtosis)
            for b, f, x in zip(grid, filters, table, strict=True)
        ]
        weight = region_weight(trials, settings, int(count))
        scan = Scan(adjusted(trials, weight), weight)
        peak = find_peak(scan, settings, method.score)
        tops.append(prepared.b_signal - peak.b_iso)
        failures.append(
            unusable(scan, peak, settings, method.score, weighs_regions=method.weighs_regions)
        )
    return Peaks(np.array(tops), tuple(failures))
