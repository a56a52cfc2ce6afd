"""What the FSC of two half maps says about how they were made."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sharpem.errors import InputError
from sharpem.maps.half_maps import HalfMaps
from sharpem.spectra.fsc import HalfMapFsc, HalfMapSpectra
from sharpem.spectra.shells import ShellTable, band_limit, shell_table

__all__ = ["fsc_oddities"]


_SHARPENED = -80.0  # A^2: noise that rises so fast with resolution was sharpened


_SHARED_NOISE = 0.45  # FSC at the end, among noise alone, of maps that share it


_UNEVEN = 1.4  # ratio of the noise powers of a half map and a full map lies beyond


_LEAST_FSC = 0.5


def fsc_oddities(halves: HalfMaps, spectra: HalfMapSpectra, fsc: HalfMapFsc) -> tuple[str, ...]:
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
    return tuple(_fsc_warnings(spectra, fsc, end))


def _fsc_warnings(spectra: HalfMapSpectra, fsc: HalfMapFsc, end: float) -> Iterable[str]:
    if end > 0.2:
        yield (
            f"The half maps' FSC is still {end:.2f} at the limit of the grid: the voxels are too "
            "coarse for the resolution, or the half maps are not independent."
        )
    tables = [shell_table(spectrum) for spectrum in (spectra.one, spectra.two)]
    resolution = fsc.resolution() or spectra.limit
    cut = max(band_limit(table, resolution) for table in tables)
    if cut > 1.02 * resolution:
        yield (
            f"The half maps hold next to nothing beyond {cut:.2f} A: they were filtered, and "
            "better ones may exist (unfil, not post-processed)."
        )
    rise = [_noise_b(table, fsc) for table in tables]
    if min(rise) < _SHARPENED:
        yield (
            f"The half maps' noise rises with resolution (B of {min(rise):.0f} A^2): they seem to "
            "be sharpened already."
        )
    if abs(rise[0] - rise[1]) > 40.0 or not 0.25 < fsc.noise_ratio < 4.0:
        yield "The two half maps differ in filter or scale; their mean is a poor map."


def _noise_b(table: ShellTable, fsc: HalfMapFsc) -> float:
    """B with which a half map's noise falls off between 8 A and the resolution, A^2; 0: white."""
    noise = np.interp(table.s, fsc.s, 1 - np.clip(fsc.unmasked, 0, 0.99)) * table.power
    used = (table.s > 1 / 8) & (table.s < 1 / (fsc.resolution() or 1.0))
    if used.sum() < 4:
        return 0.0
    return float(-2 * np.polyfit(table.s[used] ** 2, np.log(noise[used]), 1)[0])
