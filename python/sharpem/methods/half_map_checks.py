"""What the FSC of two half maps says about how they were made."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sharpem.errors import InputError
from sharpem.findings import Finding, finding
from sharpem.maps.density import DensityMap
from sharpem.maps.half_maps import HalfMaps
from sharpem.spectra.fsc import HalfMapFsc, HalfMapSpectra
from sharpem.spectra.fsc_curve import never_rising
from sharpem.spectra.shells import ShellTable, band_limit, shell_table

__all__ = ["fsc_oddities", "mask_is_worse_than_none", "mask_oddities"]

_SHARPENED = -80.0  # A^2: noise that rises so fast with resolution was sharpened
_SHARED_NOISE = 0.45  # FSC at the end, among noise alone, of maps that share it
_UNEVEN = 1.4  # ratio of the noise powers of a half map and a full map lies beyond
_LEAST_FSC = 0.5
_HOLE, _SPIKE = 0.3, 0.15  # of FSC, below and above the never-rising curve
_BY_CHANCE = 5.0  # standard deviations
_MASK_HARMS = 1.1  # masked over unmasked resolution; a mask about the molecule takes noise away
_TIGHT = 0.15  # FSC that a mask alone may give halves of random phases up to the resolution


def fsc_oddities(halves: HalfMaps, spectra: HalfMapSpectra, fsc: HalfMapFsc) -> tuple[Finding, ...]:
    """What the FSC says is odd about the half maps.

    Raises
    ------
    InputError
        They do not agree even at low resolution, or share their noise.
    """
    first, second = halves.names
    low = fsc.s <= fsc.s[0] + 0.3 * (fsc.s[-1] - fsc.s[0])
    if float(np.max(fsc.corrected[low])) < _LEAST_FSC or fsc.resolution() is None:
        raise InputError(
            f"{first} and {second}: FSC of {np.max(fsc.corrected[low]):.2f} at low resolution, "
            f"expected more than {_LEAST_FSC}: they do not show one molecule at one place"
        )
    end = float(np.mean(fsc.unmasked[fsc.s > 0.9 * fsc.s[-1]]))
    uneven = max(fsc.noise_ratio, 1 / max(fsc.noise_ratio, 1e-9))
    if end > _SHARED_NOISE and uneven > _UNEVEN:
        raise InputError(
            f"{first} and {second}: FSC of {end:.2f} at the end and noise powers in the ratio "
            f"{uneven:.1f}: they share noise, one may be the full map; expected independent halves"
        )
    return (*_of_the_end(fsc, end), *_of_single_shells(fsc), *_of_filters(spectra, fsc))


def mask_is_worse_than_none(fsc: HalfMapFsc) -> bool:
    """Whether the half maps agree clearly less far inside the mask than over the whole box."""
    masked, whole = fsc.resolution(), fsc.resolution(masked=False)
    return whole is not None and (masked is None or masked > _MASK_HARMS * whole)


def mask_oddities(mask: DensityMap, fsc: HalfMapFsc) -> tuple[Finding, ...]:
    """What the FSC says is odd about a mask that was given."""
    name = str(mask.path) if mask.path else "mask"
    if mask_is_worse_than_none(fsc):
        masked, whole = (_text(fsc.resolution(masked=inside)) for inside in (True, False))
        return (
            finding(
                "mask-doubtful",
                f"{name}: the half maps agree to {masked} inside the mask and to {whole} over the "
                "whole box; a mask about the molecule does the reverse.",
                "The mask was left out; look at mask and map together.",
            ),
        )
    limit = 1 / (fsc.resolution() or np.inf)
    beyond = (fsc.randomised != fsc.masked) & (fsc.s < limit)
    by_mask = float(fsc.randomised[beyond].mean()) if beyond.any() else 0.0
    if by_mask < _TIGHT:
        return ()
    return (
        finding(
            "mask-doubtful",
            f"{name}: the mask alone gives an FSC of {by_mask:.2f} up to the resolution (phases "
            "randomised): it is tight or its edge is sharp.",
            "The FSC was corrected for it; a wider, softer mask is a safer one.",
        ),
    )


def _text(d: float | None) -> str:
    return "no resolution" if d is None else f"{d:.2f} A"


def _of_the_end(fsc: HalfMapFsc, end: float) -> Iterable[Finding]:
    if fsc.plateau:
        yield finding(
            "halves-not-independent",
            f"The half maps' FSC levels off at {fsc.plateau:.2f} up to the limit of the grid, "
            "where there is noise only: the half maps are not independent.",
            "This level was taken off the FSC; look for particles that are in both halves, and for "
            "a mask or a reference that both share.",
        )
    elif fsc.crossing().beyond:
        yield finding(
            "resolution-at-grid-limit",
            f"The half maps' FSC is still {end:.2f} at the limit of the grid: the voxels are too "
            f"coarse to show the resolution, which is {1 / fsc.s[-1]:.2f} A or better.",
            "Reconstruct with smaller voxels (binned less) to see how far the data reach.",
        )


def _of_single_shells(fsc: HalfMapFsc) -> Iterable[Finding]:
    """Holes before the resolution and spikes beyond it, which neither decide it nor the filter."""
    falling = never_rising(fsc.corrected)
    chance = _BY_CHANCE * np.sqrt(2 / (fsc.terms * fsc.mask_power))
    limit = 1 / (fsc.resolution() or np.inf)
    seen = np.maximum.accumulate(fsc.corrected) > _LEAST_FSC
    hole = seen & (fsc.s < limit) & (falling - fsc.corrected > np.maximum(_HOLE, chance))
    if hole.any():
        yield finding(
            "fsc-hole",
            f"The half maps' FSC falls to {fsc.corrected[hole].min():.2f} at {_range(fsc.s[hole])} "
            "and is high again beyond.",
            "The resolution is read behind the hole; images at one defocus (a zero of the CTF) or "
            "a filter make such holes.",
        )
    spike = (fsc.s > limit) & (fsc.corrected - falling > np.maximum(_SPIKE, chance))
    if spike.any():
        yield finding(
            "fsc-spike",
            f"The half maps' FSC rises to {fsc.corrected[spike].max():.2f} at "
            f"{_range(fsc.s[spike])}, beyond the resolution.",
            "It was taken for no signal; look at the half maps' Fourier transforms there.",
        )


def _range(s: NDArray[np.float64]) -> str:
    low, high = 1 / s[0], 1 / s[-1]
    return f"{low:.1f} A" if s.size == 1 else f"{low:.1f} to {high:.1f} A"


def _of_filters(spectra: HalfMapSpectra, fsc: HalfMapFsc) -> Iterable[Finding]:
    tables = [shell_table(spectrum) for spectrum in (spectra.one, spectra.two)]
    resolution = fsc.resolution() or spectra.limit
    cut = max(band_limit(table, resolution) for table in tables)
    if cut > 1.02 * resolution:
        yield finding(
            "halves-processed",
            f"The half maps hold next to nothing beyond {cut:.2f} A: they were filtered, and "
            "better ones may exist (unfil, not post-processed).",
            "Give the unfiltered half maps.",
        )
    rise = [_noise_b(table, fsc) for table in tables]
    if min(rise) < _SHARPENED:
        yield finding(
            "halves-processed",
            f"The half maps' noise rises with resolution (B of {min(rise):.0f} A^2): they seem to "
            "be sharpened already.",
            "Give the half maps as they come from reconstruction.",
        )
    if abs(rise[0] - rise[1]) > 40.0 or not 0.25 < fsc.noise_ratio < 4.0:
        yield finding(
            "halves-uneven",
            "The two half maps differ in filter or noise; their mean is a poor map.",
            "Give half maps that were made alike.",
        )


def _noise_b(table: ShellTable, fsc: HalfMapFsc) -> float:
    """B with which a half map's noise falls off between 8 A and the resolution, A^2; 0: white."""
    noise = np.interp(table.s, fsc.s, 1 - np.clip(fsc.unmasked, 0, 0.99)) * table.power
    used = (table.s > 1 / 8) & (table.s < 1 / (fsc.resolution() or 1.0))
    if used.sum() < 4:
        return 0.0
    return float(-2 * np.polyfit(table.s[used] ** 2, np.log(noise[used]), 1)[0])
