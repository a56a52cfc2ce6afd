"""Two half maps: R CC* from their FSC (Rosenthal & Henderson 2003; section 2.6 of the paper)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.masks import soft_mask
from sharpem.analysis.model_map import model_map
from sharpem.analysis.prepare import Prepared, prepare
from sharpem.analysis.signal_and_noise import NEAR_MOLECULE
from sharpem.maps.density import DensityMap
from sharpem.maps.half_maps import HalfMaps
from sharpem.maps.model import Model
from sharpem.methods.choice import BIso, Choice, Verdict
from sharpem.methods.half_map_checks import fsc_oddities
from sharpem.methods.scan import ScanSettings
from sharpem.methods.scanned import SURFACE, ScanMethod, choose_by_scan
from sharpem.methods.shell_filter import (
    b_of_filter,
    decaying,
    over_all,
    shell_filter,
    smooth_ratio,
    without_floor,
)
from sharpem.spectra.fsc import (
    HalfMapFsc,
    half_map_fsc,
    masked_terms,
    unmasked_resolution,
    whitened,
)

__all__ = ["Measured", "choose", "cross_checked", "measure"]

Array = NDArray[np.float64]
Map = NDArray[np.float32]

_LEAST_SIGNAL = 1e-4  # of a shell's power; below it the ratio of amplitudes means nothing
_DISAGREE = 40.0  # A^2: two steps of the scan
_WRONG_LIMIT = 0.15  # of the resolution


@dataclass(frozen=True, eq=False)
class Measured:
    """What two half maps say, before any filter is thought of.

    Attributes
    ----------
    halves : HalfMaps
    fsc : HalfMapFsc
    mask : ndarray of float32, shape (nz, ny, nx)
        The mask of the masked FSC, 0 to 1.
    resolution : float
        Where the corrected FSC falls below 0.143, A.
    warnings : tuple of str
        One sentence each.
    """

    halves: HalfMaps
    fsc: HalfMapFsc
    mask: Map
    resolution: float
    warnings: tuple[str, ...]

    def table(self) -> dict[str, Any]:
        """Curves and resolutions, for the JSON, STAR and the report."""
        fsc = self.fsc
        return {
            "s": fsc.s.tolist(),
            "d": (1 / fsc.s).tolist(),
            "terms": fsc.terms.tolist(),
            "fsc_unmasked": fsc.unmasked.tolist(),
            "fsc_masked": fsc.masked.tolist(),
            "fsc_randomised": fsc.randomised.tolist(),
            "fsc_corrected": fsc.corrected.tolist(),
            "randomised_from": fsc.randomised_from,
            "mask_share": fsc.share,
            "resolution": {
                "0.143": fsc.resolution(),
                "0.5": fsc.resolution(0.5),
                "unmasked_0.143": fsc.resolution(masked=False),
                "unmasked_0.5": fsc.resolution(0.5, masked=False),
            },
        }


def measure(
    halves: HalfMaps, *, resolution: float | None = None, mask: DensityMap | None = None
) -> Measured:
    """FSC of two half maps, in a mask that is given or found.

    Parameters
    ----------
    halves : HalfMaps
    resolution : float, optional
        A; as stated, otherwise where the unmasked FSC falls below 0.143: for the width of the mask.
    mask : DensityMap, optional
        On the grid of the half maps, 0 to 1.

    Raises
    ------
    InputError
        The half maps have nothing in common, or are not independent.
    """
    mean = halves.mean()
    if mask is None:
        width = resolution or unmasked_resolution(halves.one, halves.two)
        window = soft_mask(mean, max(width, 2 * max(mean.voxel_size)))
    else:
        window = np.clip(mask.data, 0.0, 1.0)
    fsc = half_map_fsc(halves.one, halves.two, window)
    warnings = (*halves.warnings, *fsc_oddities(halves, fsc))
    found = fsc.resolution()
    assert found is not None  # fsc_oddities refuses half maps without a correlation
    return Measured(halves, fsc, np.asarray(window, dtype=np.float32), found, warnings)


def choose(prepared: Prepared, measured: Measured, *, model: Model | None = None) -> Choice:
    """Choose the filter R CC* shell by shell.

    CC* is that of the voxels near the molecule: the FSC inside the mask tells signal from noise,
    and of the noise counts the part that is where the molecule is. R is smoothed over shells, and
    taken from the part of the power that is signal.

    Parameters
    ----------
    prepared : Prepared
        The map to be filtered: the mean of the half maps, or the full map on their grid.
    measured : Measured
        Of the half maps.
    model : Model, optional
        For the amplitudes at B = 0, instead of those of a typical protein.
    """
    fsc = measured.fsc
    used = fsc.s <= (1 + 1e-9) / prepared.d_min
    s, terms = fsc.s[used], fsc.terms[used]
    power = _masked_power(prepared, measured.mask, s)
    clean = decaying(fsc.s, without_floor(fsc.corrected))[used]
    share = 2 * clean / (1 + clean)  # CC*^2: the signal's part of the power inside the mask
    near = min(1.0, NEAR_MOLECULE * prepared.volume.fraction / fsc.share)
    signal = np.maximum(share, _LEAST_SIGNAL)
    cc_star = np.sqrt(share / (share + near * (1 - share)))
    expected = prepared.shells.ln_reference_at(s)
    if model is not None:
        expected = np.log(_model_power(prepared, model, measured.mask, s))
    variance = 2.0 / (terms * fsc.share * signal**2)
    ratio = np.exp(-0.5 * smooth_ratio(s, np.log(signal * power) - expected, variance))
    # R is the ratio to all of the power near the molecule, not to the signal's alone.
    ratio *= np.sqrt(signal / (signal + near * (1 - signal)))
    filter_ = shell_filter(prepared, s, ratio, cc_star)
    b_iso = b_of_filter(prepared, filter_)
    table = measured.table() | {
        name: _padded(column, fsc.s.size)
        for name, column in (("cc_star", cc_star), ("ratio", ratio), ("scale", ratio * cc_star))
    }
    verdict = Verdict(
        True,
        None,
        (_found(measured), _filter_words(b_iso, model is not None)),
        (*measured.warnings, *_limit_warning(prepared, measured)),
    )
    return Choice("half-map", filter_, verdict, b_iso, shells=table)


def _padded(column: Array, size: int) -> list[float]:
    """NaN, which the JSON writes as null, in the shells beyond the end of the map."""
    return [*map(float, column)] + [float("nan")] * (size - column.size)


def _masked_power(prepared: Prepared, mask: Map, s: Array) -> Array:
    """Mean |F|^2 inside the mask of the map to be filtered, for shells about s."""
    shells = prepared.shells
    white = masked_terms(
        whitened(prepared.spectrum, shells.s, shells.power), mask, prepared.spectrum
    )
    sums = _core.shell_sums(white, _edges_about(s))
    inside = sums.power / np.maximum(sums.terms, 1)
    return np.maximum(inside, 1e-12) * np.interp(s, shells.s, shells.power)


def _model_power(prepared: Prepared, model: Model, mask: Map, s: Array) -> Array:
    """Mean |F|^2 of the model at B = 0 inside the mask."""
    like = prepared.density
    data = model_map(model, like, d_min=prepared.d_min, xray=like.xray)
    data = data - np.float32(data.mean(dtype=np.float64))
    terms = _core.analyse(np.ascontiguousarray(data * mask), like.cell, prepared.d_min)
    sums = _core.shell_sums(terms, _edges_about(s))
    return np.maximum(sums.power / np.maximum(sums.terms, 1), 1e-30)


def _edges_about(s: Array) -> Array:
    """Edges half way between shells."""
    middle = 0.5 * (s[1:] + s[:-1])
    return np.concatenate([[1e-9], middle, [2 * s[-1] - middle[-1]]])


def _found(measured: Measured) -> str:
    fsc = measured.fsc
    half = fsc.resolution(0.5)
    whole = fsc.resolution(masked=False)
    return (
        f"The half maps agree (FSC above 0.143) to {measured.resolution:.2f} A inside the mask, "
        f"{_angstrom(whole)} over the whole box; FSC = 0.5 at {_angstrom(half)}."
    )


def _angstrom(d: float | None) -> str:
    return "nowhere" if d is None else f"{d:.2f} A"


def _filter_words(b_iso: BIso, by_model: bool) -> str:
    source = "the model" if by_model else "a typical molecule"
    return (
        f"Every shell is scaled to the amplitudes of {source} at B = 0 times CC*, the expected "
        f"correlation with the truth{over_all(b_iso)}."
    )


def _limit_warning(prepared: Prepared, measured: Measured) -> tuple[str, ...]:
    stated, found = prepared.resolution, measured.resolution
    whole = measured.fsc.resolution(masked=False) or found
    low, high = sorted((found, whole))
    if low * (1 - _WRONG_LIMIT) <= stated <= high * (1 + _WRONG_LIMIT):
        return ()
    return (
        f"The resolution is stated as {stated:.2f} A; the half maps agree to {found:.2f} A inside "
        f"the mask and {whole:.2f} A over the whole box.",
    )


def cross_checked(
    choice: Choice,
    prepared: Prepared,
    measured: Measured,
    settings: ScanSettings,
    method: ScanMethod = SURFACE,
) -> Choice:
    """Choose on each half map alone too, and say whether the two agree.

    A half map has twice the noise power of the full map, so that a little less sharpening is right
    for it; what counts is how far the two are apart: they share the molecule and nothing else.

    Parameters
    ----------
    choice : Choice
        Made on the full map.
    prepared : Prepared
        The full map.
    measured : Measured
        Of the half maps.
    settings : ScanSettings
        As for the full map.
    method : ScanMethod
        The score.
    """
    if not prepared.b_known:
        return choice
    answers = [
        _alone(half, prepared, settings, method)
        for half in (measured.halves.one, measured.halves.two)
    ]
    signal = [answer.b_iso.signal for answer in answers]
    chosen = [b - answer.b_iso.target for b, answer in zip(signal, answers, strict=True)]
    bare = [
        b - float(answer.b_iso.surface or 0.0) for b, answer in zip(signal, answers, strict=True)
    ]
    apart = abs(bare[0] - bare[1])
    reason = (
        f"On the half maps alone the {method.label} is highest at b_sharpen {bare[0]:.0f} and "
        f"{bare[1]:.0f} A^2, and {chosen[0]:.0f} and {chosen[1]:.0f} A^2 would be chosen (full "
        f"map: {choice.b_iso.signal - choice.b_iso.target:.0f} A^2)."
    )
    warnings = [*measured.warnings, *_limit_warning(prepared, measured)]
    if apart > _DISAGREE:
        warnings.append(
            f"The half maps disagree by {apart:.0f} A^2 about the highest {method.label}: noise "
            "decides it, and the expected sharpening or the half maps' FSC are better guides."
        )
    unable = sum(not answer.verdict.applicable for answer in answers)
    if unable and choice.verdict.applicable:
        warnings.append(f"The {method.label} cannot judge {unable} of the two half maps alone.")
    verdict = replace(
        choice.verdict,
        reasons=(*choice.verdict.reasons, _found(measured), reason),
        warnings=(*choice.verdict.warnings, *warnings),
    )
    table = measured.table() | {
        "half_maps": {"b_sharpen": chosen, "b_sharpen_score_alone": bare, "apart": apart}
    }
    return replace(choice, verdict=verdict, shells=table)


def _alone(
    half: DensityMap, prepared: Prepared, settings: ScanSettings, method: ScanMethod
) -> Choice:
    own = prepare(
        half,
        prepared.resolution,
        volume=prepared.volume,
        correct_anisotropy=prepared.removed is not None,
        composition=prepared.composition,
    )
    return choose_by_scan(own, settings, method)
