"""Local sharpening: how far each box should depart from the overall filter (section 2.7).

Every method chooses the overall filter first. Then each box is asked how its signal falls off
against that of the whole molecule, in the way that goes with the method (evidence.py, scores.py),
and departs from the overall filter as far as its data bear it out: guard rails that leave a map
alone which has nothing local to tell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sharpem.analysis.local_variance import LEAST_CONTRAST
from sharpem.analysis.placed_model import PlacedModel
from sharpem.analysis.prepare import Prepared
from sharpem.analysis.symmetry import Symmetry
from sharpem.errors import InputError
from sharpem.local.blend import Sites, blended, mixed
from sharpem.local.boxes import (
    Boxes,
    Ground,
    covering_boxes,
    nearest_distance,
    to_angstrom,
    to_voxels,
)
from sharpem.local.evidence import Evidence, from_half_maps, from_map, from_model
from sharpem.local.fall_off import Falls, fit_falls
from sharpem.local.localised import BoxChoice, Localised, LocalSettings
from sharpem.local.scores import Peaks, scan_boxes
from sharpem.maps.density import DensityMap
from sharpem.maps.half_maps import HalfMaps
from sharpem.methods.choice import BIso, Choice
from sharpem.methods.model_fit import placed
from sharpem.methods.registry import MODEL
from sharpem.methods.scan import ScanSettings
from sharpem.methods.scanned import ScanMethod
from sharpem.spectra.apply import apply
from sharpem.spectra.filters import Filter

__all__ = ["localise"]

Array = NDArray[np.float64]
Map = NDArray[np.float32]

_LARGEST_SHIFT = 200.0  # A^2; what is beyond is no fall-off
_FEWEST_BOXES = 2


@dataclass(frozen=True, eq=False)
class _Found:
    """What the boxes ask for: shift of b_sharpen (A^2) and words, one per box."""

    shift: Array
    b_iso: Array
    error: Array
    applicable: NDArray[np.bool_]
    reasons: tuple[str, ...]
    gain: float
    tau: float
    resolution: Array | None = None


def localise(
    prepared: Prepared,
    choice: Choice,
    overall: DensityMap,
    settings: LocalSettings,
    *,
    scan: ScanSettings,
    method: ScanMethod | None = None,
    prior: bool = True,
    half_maps: HalfMaps | None = None,
    model: PlacedModel | None = None,
) -> Localised:
    """Sharpen a map locally, about the overall choice.

    Parameters
    ----------
    prepared : Prepared
    choice : Choice
        The overall one.
    overall : DensityMap
        The map after it.
    settings : LocalSettings
    scan : ScanSettings
        For the methods that scan.
    method : ScanMethod, optional
        The score of such a method.
    prior : bool
        Whether the fall-off of the boxes has a say beside the score; False is the paper's way:
        every box takes the maximum of its own score.
    half_maps, model : optional
        Of the methods half-map and model.

    Raises
    ------
    InputError
        The map is a crystal's, or the boxes are too small.
    """
    if prepared.density.periodic:
        raise InputError("local sharpening of a crystal's map, expected a map without symmetry")
    assert choice.filter is not None
    boxes = covering_boxes(prepared, settings.size)
    ground = Ground(prepared, choice.filter, overall.data, boxes)
    b_sharpen = choice.b_iso.signal - choice.b_iso.target
    if (why_not := _nothing_local(prepared, boxes)) is not None:
        return _overall_only(choice.b_iso, overall, settings, b_sharpen, why_not)
    sites = _sites(boxes, settings.symmetry, prepared.density)
    if method is not None and not prior:
        found = _by_score_alone(prepared, boxes, scan, method, b_sharpen)
    else:
        evidence = _evidence(ground, half_maps, model if choice.method == MODEL else None)
        peaks = None if method is None else scan_boxes(prepared, boxes, scan, method)
        found = _by_fall_off(prepared, evidence, peaks, method)
    found = found if settings.symmetry is None else _shared(found, sites, len(boxes))
    return Localised(
        map=prepared.density.with_data(_blend(ground, sites, found.shift, settings.blend)),
        overall=overall,
        boxes=_table(prepared, boxes, found, b_sharpen),
        settings=settings,
        sites=sites,
        b_sharpen=b_sharpen,
        b_iso=prepared.b_signal,
        gain=found.gain,
        tau=found.tau,
        reasons=_words(found, b_sharpen),
        warnings=(),
    )


def _nothing_local(prepared: Prepared, boxes: Boxes) -> str | None:
    """Why there is nothing to do, if so."""
    if prepared.contrast < LEAST_CONTRAST:
        return "No region of density was found: nothing stands out of the noise."
    if len(boxes) < _FEWEST_BOXES:
        count = "One box" if len(boxes) else "No box"
        return f"{count} of {max(boxes.shape)} voxels holds the molecule: nothing to compare."
    return None


def _overall_only(
    b_iso: BIso, overall: DensityMap, settings: LocalSettings, b_sharpen: float, why: str
) -> Localised:
    sentence = f"{why} The map is sharpened as a whole."
    return Localised(
        map=overall,
        overall=overall,
        boxes=(),
        settings=settings,
        sites=None,
        b_sharpen=b_sharpen,
        b_iso=b_iso.signal,
        gain=0.0,
        tau=0.0,
        reasons=(),
        warnings=(sentence,),
    )


def _evidence(ground: Ground, half_maps: HalfMaps | None, model: PlacedModel | None) -> Evidence:
    prepared = ground.prepared
    if half_maps is not None:
        filter_ = Filter(ground.filter, prepared.d_min, prepared.removed)
        one, two = (apply(half, filter_).data for half in (half_maps.one, half_maps.two))
        return from_half_maps(ground, one, two)
    if model is not None:
        return from_model(ground, placed(prepared, model)[0].density(prepared.d_min))
    return from_map(ground)


def _by_fall_off(
    prepared: Prepared, evidence: Evidence, peaks: Peaks | None, method: ScanMethod | None
) -> _Found:
    """Let each box depart by its own fall-off, and by its score as far as that can be trusted."""
    falls = fit_falls(evidence.powers)
    if peaks is not None and method is not None:
        falls = _with_peaks(prepared, falls, peaks, method)
    gains = evidence.gains(falls)
    reasons = tuple(
        "Its own fall-off decides." if own else "It says no more than all boxes do."
        for own in falls.told
    )
    return _Found(
        np.clip(gains * falls.b, -_LARGEST_SHIFT, _LARGEST_SHIFT),
        prepared.b_signal + falls.b,
        falls.error,
        falls.told,
        reasons,
        float(np.median(gains)),
        falls.tau,
        evidence.resolution,
    )


def _with_peaks(prepared: Prepared, falls: Falls, peaks: Peaks, method: ScanMethod) -> Falls:
    """Combine fall-off and maximum of the score by their errors (as choose_by_scan does)."""
    usable = peaks.usable
    if not usable.any():
        return falls
    known = prepared.shells.noise is not None
    sigma = method.sigma(prepared.resolution, noise_known=known)
    weight = np.where(usable, sigma**-2, 0.0)
    away = peaks.b_sharpen - np.median(peaks.b_sharpen[usable])
    total = falls.error**-2 + weight
    b = (falls.b * falls.error**-2 + away * weight) / total
    return replace(falls, b=b, error=total**-0.5)


def _by_score_alone(
    prepared: Prepared, boxes: Boxes, scan: ScanSettings, method: ScanMethod, b_sharpen: float
) -> _Found:
    """Let each box take the maximum of its own score, or the overall filter (section 2.7)."""
    peaks = scan_boxes(prepared, boxes, scan, method)
    shift = np.where(peaks.usable, peaks.b_sharpen - b_sharpen, 0.0)
    shift = np.clip(shift, -_LARGEST_SHIFT, _LARGEST_SHIFT)
    reasons = tuple(
        " ".join(failures) or f"Its own {method.label} decides." for failures in peaks.failures
    )
    scatter = float(shift.std())
    return _Found(
        shift,
        prepared.b_signal + shift,
        np.full(len(boxes), scan.b_step),
        peaks.usable,
        reasons,
        1.0,
        scatter,
    )


def _sites(boxes: Boxes, symmetry: Symmetry | None, density: DensityMap) -> Sites:
    """Centres of the boxes and of their images: first all boxes, then all under the second ..."""
    d0 = nearest_distance(boxes.centres)
    if symmetry is None:
        return Sites(boxes.centres, d0)
    images = symmetry.images(to_angstrom(density, boxes.centres))
    return Sites(to_voxels(density, images.reshape(-1, 3)), d0)


def _shared(found: _Found, sites: Sites, count: int) -> _Found:
    """Give equivalent boxes one answer: the mean of all their images about each, by Eq. 9."""
    distance2 = ((sites.at[:count, None] - sites.at[None, :]) ** 2).sum(-1)
    weight = np.exp(-4.0 * distance2 / sites.d0**2)  # narrower than the blend: neighbours differ
    weight /= weight.sum(axis=1, keepdims=True)

    def mean(values: Array) -> Array:
        answer: Array = weight @ np.tile(values, len(sites.at) // count)
        return answer

    return replace(found, shift=mean(found.shift), b_iso=mean(found.b_iso))


def _blend(ground: Ground, sites: Sites, shift: Array, blend: str) -> Map:
    if blend == "boxes":
        return blended(ground, sites.d0, shift)
    return mixed(ground, sites, np.tile(shift, len(sites.at) // len(shift)))


def _table(
    prepared: Prepared, boxes: Boxes, found: _Found, b_sharpen: float
) -> tuple[BoxChoice, ...]:
    known = np.full(len(boxes), np.nan) if found.resolution is None else found.resolution
    places = to_angstrom(prepared.density, boxes.centres)
    return tuple(
        BoxChoice(
            (float(places[i, 0]), float(places[i, 1]), float(places[i, 2])),
            b_sharpen + float(found.shift[i]),
            float(found.b_iso[i]),
            float(found.error[i]),
            float(boxes.molecule[i]),
            bool(found.applicable[i]),
            found.reasons[i],
            float(known[i]) if np.isfinite(known[i]) else None,
        )
        for i in range(len(boxes))
    )


def _words(found: _Found, b_sharpen: float) -> tuple[str, ...]:
    count, own = found.shift.size, int(found.applicable.sum())
    low, high = b_sharpen + found.shift.min(), b_sharpen + found.shift.max()
    if not own:
        return (
            f"No place in the map differs from the rest by more than its error ({count} boxes): it "
            f"is sharpened as on the whole, b_sharpen {low:.0f} to {high:.0f} A^2.",
        )
    return (
        f"{own} of {count} boxes tell something of their own: the fall-off differs between them by "
        f"{found.tau:.0f} A^2, of which {100 * found.gain:.0f} % is worth removing.",
        f"Local b_sharpen runs from {low:.0f} to {high:.0f} A^2, overall {b_sharpen:.0f}.",
    )
