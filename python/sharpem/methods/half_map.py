"""Two half maps: R CC* from their FSC (Rosenthal & Henderson 2003; section 2.6 of the paper)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sharpem.analysis.masks import soft_mask
from sharpem.analysis.placed_model import PlacedModel
from sharpem.analysis.prepare import Prepared, prepare
from sharpem.analysis.signal_and_noise import NEAR_MOLECULE
from sharpem.findings import Finding
from sharpem.machine import give_memory_back
from sharpem.maps.density import DensityMap
from sharpem.maps.half_maps import HalfMaps
from sharpem.methods.choice import BIso, Choice, Verdict
from sharpem.methods.half_map_checks import (
    fsc_oddities,
    mask_is_worse_than_none,
    mask_oddities,
)
from sharpem.methods.half_map_directions import direction_findings, directional_filter
from sharpem.methods.power_in_mask import power_of_map, power_of_model
from sharpem.methods.scan import ScanSettings
from sharpem.methods.scanned import SURFACE, ScanMethod, choose_by_scan
from sharpem.methods.shell_evidence import HalvesAlone, ShellEvidence
from sharpem.methods.shell_filter import (
    b_of_filter,
    decaying,
    over_all,
    shell_filter,
    smooth_ratio,
    without_floor,
)
from sharpem.spectra.fsc import HalfMapFsc, HalfMapSpectra, half_map_fsc
from sharpem.spectra.fsc_curve import Crossing
from sharpem.spectra.fsc_directions import Directions, find_directions

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
    findings : tuple of Finding
        What is odd about half maps, FSC and mask.
    directions : Directions or None
        How signal and noise differ with direction; None where that is no more than chance, or was
        not asked for.
    """

    halves: HalfMaps
    fsc: HalfMapFsc
    mask: Map
    resolution: float
    findings: tuple[Finding, ...]
    directions: Directions | None = None

    def evidence(self) -> ShellEvidence:
        """Curves and resolutions, for the JSON, STAR and the report."""
        return ShellEvidence(self.fsc.s, self.fsc.terms, half_map_fsc=self.fsc)


def measure(
    halves: HalfMaps,
    *,
    resolution: float | None = None,
    mask: DensityMap | None = None,
    directional: bool = True,
) -> Measured:
    """FSC of two half maps, in a mask that is given or found.

    Parameters
    ----------
    halves : HalfMaps
    resolution : float, optional
        A; as stated, otherwise where the unmasked FSC falls below 0.143: for the width of the mask.
    mask : DensityMap, optional
        On the grid of the half maps, 0 to 1.
    directional : bool
        Look for what differs with direction.

    Raises
    ------
    InputError
        The half maps have nothing in common, or are not independent.
    """
    give_memory_back()  # what comparing the half maps took
    spectra = HalfMapSpectra(halves.one, halves.two)
    width = max(resolution or spectra.unmasked_resolution, spectra.limit)
    about: tuple[Finding, ...] = ()
    fsc = None
    if mask is not None:
        window = np.clip(mask.data, np.float32(0), np.float32(1))
        fsc = half_map_fsc(spectra, window)
        about = mask_oddities(mask, fsc)
    if fsc is None or mask_is_worse_than_none(fsc):
        window = soft_mask((spectra.one, spectra.two), width)
        give_memory_back()
        fsc = half_map_fsc(spectra, window)
    oddities = fsc_oddities(halves, spectra, fsc)
    found = fsc.resolution()
    assert found is not None  # fsc_oddities refuses half maps without a correlation
    directions = find_directions(fsc, found) if directional else None
    said = (*halves.findings, *about, *oddities, *direction_findings(directions, fsc))
    return Measured(halves, fsc, window, found, said, directions)


def choose(prepared: Prepared, measured: Measured, *, model: PlacedModel | None = None) -> Choice:
    """Choose the filter R CC* shell by shell.

    The FSC inside the mask gives C_ref = (2 FSC / (1 + FSC))^1/2, the correlation of the full map
    with the truth there (Rosenthal & Henderson 2003), and C_ref^2 is the signal's part of the
    power. CC* is that of the voxels about atoms, which hold all of the signal and less of the noise
    than the mask lets through. R is taken from the signal's power and smoothed over shells.

    Parameters
    ----------
    prepared : Prepared
        The map to be filtered: the mean of the half maps, or the full map on their grid.
    measured : Measured
        Of the half maps.
    model : PlacedModel, optional
        For the amplitudes at B = 0, instead of those of a typical protein.
    """
    fsc = measured.fsc
    used = fsc.s <= (1 + 1e-9) / prepared.d_min
    s, terms = fsc.s[used], fsc.terms[used]
    power = power_of_map(prepared, measured.mask, s)
    fsc_clean = decaying(fsc.s, without_floor(fsc.corrected))[used]
    c_ref_squared = 2 * fsc_clean / (1 + fsc_clean)
    noise_about_atoms = min(1.0, NEAR_MOLECULE * prepared.volume.fraction / fsc.mask_power)
    signal = np.maximum(c_ref_squared, _LEAST_SIGNAL)
    cc_star = np.sqrt(c_ref_squared / (c_ref_squared + noise_about_atoms * (1 - c_ref_squared)))
    expected = prepared.shells.ln_reference_at(s)
    about_model: tuple[Finding, ...] = ()
    if model is not None:
        by_model, weight, about_model = power_of_model(prepared, model, measured.mask, s)
        expected = weight * by_model + (1 - weight) * expected
    variance = 2.0 / (terms * fsc.mask_power * signal**2)
    ratio = np.exp(-0.5 * smooth_ratio(s, np.log(signal * power) - expected, variance))
    # R is the ratio to all of the power about atoms, not to the signal's alone.
    ratio *= np.sqrt(signal / (signal + noise_about_atoms * (1 - signal)))
    filter_ = shell_filter(prepared, s, ratio, cc_star)
    directional = None
    if measured.directions is not None:
        directional = directional_filter(measured.directions, s, c_ref_squared, noise_about_atoms)
    b_iso = b_of_filter(prepared, filter_)
    evidence = replace(
        measured.evidence(),
        cc_star=_padded(cc_star, fsc.s.size),
        ratio=_padded(ratio, fsc.s.size),
    )
    verdict = Verdict(
        True,
        None,
        (_found(measured), _filter_words(b_iso, model is not None)),
        _limit_warning(prepared, measured),
    )
    choice = Choice("half-map", filter_, verdict, b_iso, shells=evidence, directional=directional)
    return choice.noting((*measured.findings, *about_model))


def _padded(column: Array, size: int) -> Array:
    """NaN, which the JSON writes as null, in the shells beyond the end of the map."""
    return np.concatenate([column, np.full(size - column.size, np.nan)])


def _found(measured: Measured) -> str:
    fsc = measured.fsc
    masked, whole, half = fsc.crossing(), fsc.crossing(masked=False), fsc.crossing(0.5)
    return (
        f"The half maps agree (FSC above 0.143) to {_angstrom(masked)} inside the mask, "
        f"{_angstrom(whole)} over the whole box; FSC = 0.5 at {_angstrom(half)}."
    )


def _angstrom(found: Crossing) -> str:
    if found.d is None:
        return "nowhere"
    return f"{found.d:.2f} A" + (" or better (the limit of the grid)" if found.beyond else "")


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
    warnings = (*_limit_warning(prepared, measured), *_apart(choice, answers, apart, method))
    verdict = replace(
        choice.verdict,
        reasons=(*choice.verdict.reasons, _found(measured), reason),
        warnings=(*choice.verdict.warnings, *warnings),
    )
    alone = HalvesAlone(tuple(chosen), tuple(bare), apart)
    evidence = replace(measured.evidence(), halves_alone=alone)
    return replace(choice, verdict=verdict, shells=evidence).noting(measured.findings)


def _apart(
    choice: Choice, answers: list[Choice], apart: float, method: ScanMethod
) -> Iterator[str]:
    """Say where the half maps do not agree, `apart` in A^2, or cannot be judged."""
    if apart > _DISAGREE:
        yield (
            f"The half maps disagree by {apart:.0f} A^2 about the highest {method.label}: noise "
            "decides it, and the expected sharpening or the half maps' FSC are better guides."
        )
    unable = sum(not answer.verdict.applicable for answer in answers)
    if unable and choice.verdict.applicable:
        yield f"The {method.label} cannot judge {unable} of the two half maps alone."


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
