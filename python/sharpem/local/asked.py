"""What every box asks for, and what boxes that are copies of each other share (section 2.7)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sharpem.analysis.prepare import Prepared
from sharpem.analysis.symmetry import Symmetry
from sharpem.local.blend import Sites
from sharpem.local.boxes import Boxes, nearest_distance, to_angstrom, to_voxels
from sharpem.local.scores import scan_boxes
from sharpem.maps.density import DensityMap
from sharpem.methods.scan import ScanSettings
from sharpem.methods.scanned import ScanMethod

__all__ = ["LARGEST_SHIFT", "Asked", "by_score_alone", "shared", "sites_of"]

Array = NDArray[np.float64]

LARGEST_SHIFT = 200.0  # A^2; what is beyond is no fall-off


@dataclass(frozen=True, eq=False)
class Asked:
    """What n places ask for: shift of b_sharpen (A^2) and words, one per place."""

    shift: Array
    b_iso: Array
    error: Array
    applicable: NDArray[np.bool_]
    reasons: tuple[str, ...]
    resolution: Array


def by_score_alone(
    prepared: Prepared,
    boxes: Boxes,
    b_sharpen: float,
    scan: ScanSettings,
    method: ScanMethod,
    *,
    published: bool,
) -> Asked:
    """Let each box take the maximum of its own score, or the overall filter (section 2.7).

    Parameters
    ----------
    prepared : Prepared
    boxes : Boxes
    b_sharpen : float
        Of the overall filter, A^2.
    scan : ScanSettings
    method : ScanMethod
        The score.
    published : bool
        Whether the shift has no limit, as in the paper.
    """
    peaks = scan_boxes(prepared, boxes, scan, method)
    shift = np.where(peaks.usable, peaks.b_sharpen - b_sharpen, 0.0)
    if not published:
        shift = np.clip(shift, -LARGEST_SHIFT, LARGEST_SHIFT)
    count = len(boxes)
    reasons = tuple(
        " ".join(failures) or f"Its own {method.label} decides." for failures in peaks.failures
    )
    return Asked(
        shift,
        prepared.b_signal + shift,
        np.full(count, scan.b_step),
        peaks.usable,
        reasons,
        np.full(count, np.nan),
    )


def sites_of(boxes: Boxes, symmetry: Symmetry | None, density: DensityMap) -> Sites:
    """Centres of the boxes and of their images: first all boxes, then all under the second ...

    Parameters
    ----------
    boxes : Boxes
    symmetry : Symmetry or None
    density : DensityMap
    """
    d0 = nearest_distance(boxes.centres)
    if symmetry is None:
        return Sites(boxes.centres, d0)
    images = symmetry.images(to_angstrom(density, boxes.centres))
    return Sites(to_voxels(density, images.reshape(-1, 3)), d0)


def shared(found: Asked, sites: Sites, count: int) -> Asked:
    """Give equivalent boxes one answer: the mean of all their images about each, by Eq. 9.

    Parameters
    ----------
    found : Asked
        By `count` boxes.
    sites : Sites
        Of the boxes and of their images.
    count : int
    """
    distance2 = ((sites.at[:count, None] - sites.at[None, :]) ** 2).sum(-1)
    weight = np.exp(-4.0 * distance2 / sites.d0**2)  # narrower than the blend: neighbours differ
    weight /= weight.sum(axis=1, keepdims=True)

    def mean(values: Array) -> Array:
        answer: Array = weight @ np.tile(values, len(sites.at) // count)
        return answer

    return replace(found, shift=mean(found.shift), b_iso=mean(found.b_iso))
