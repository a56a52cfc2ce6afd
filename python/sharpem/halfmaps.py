"""Pairs of half maps: found, read, and checked for what would make the answer wrong or worse.

An error where the result would be wrong, a warning where it is merely worse.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.checks import flat_value, map_oddities
from sharpem.correlation import correlate
from sharpem.density import DensityMap
from sharpem.errors import InputError
from sharpem.fsc import HalfMapFsc
from sharpem.io.mrc import read_map
from sharpem.spectrum import ShellTable, band_limit, shell_table

__all__ = [
    "HalfMaps",
    "find_half_maps",
    "fsc_oddities",
    "pair_half_maps",
    "partner",
    "read_half_maps",
]

Array = NDArray[np.float64]

# How programs name the first of two half maps (RELION, cryoSPARC, EMDB, others), and what stands in
# its place in the name of the second.
_FIRST = re.compile(r"(?P<before>half_?(?:map_?)?)(?P<number>1|a)(?=[^0-9a-z]|$)", re.IGNORECASE)
_SECOND = {"1": "2", "a": "b", "A": "B"}
_ENDINGS = (".mrc", ".map", ".ccp4", ".mrc.gz", ".map.gz", ".ccp4.gz", ".mrc.bz2", ".map.bz2")
_ITERATION = re.compile(r"_it\d{3}_")  # RELION's intermediate maps

_SAME = 1 - 1e-6  # correlation of maps that are one map
_FLAT_ZONE = 0.05  # share of exactly equal voxels from which a map counts as masked
_SHARPENED = -80.0  # A^2: noise that rises so fast with resolution was sharpened
_SHARED_NOISE = 0.45  # FSC at the end, among noise alone, of maps that share it
_UNEVEN = 1.4  # ratio of the noise powers of a half map and a full map lies beyond
_LEAST_FSC = 0.5


@dataclass(frozen=True, eq=False)
class HalfMaps:
    """Two half maps on one grid.

    Attributes
    ----------
    one, two : DensityMap
    warnings : tuple of str
        What is odd about them, one sentence each.
    """

    one: DensityMap
    two: DensityMap
    warnings: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, str]:
        """Files they came from; "half map 1" and "half map 2" for arrays."""
        return _name(self.one, "half map 1"), _name(self.two, "half map 2")

    def mean(self) -> DensityMap:
        """Their mean: the full map, placed as half map 1, without its file's name."""
        data = (self.one.data + self.two.data) * np.float32(0.5)
        mean = self.one.with_data(data)
        return DensityMap(mean.data, mean.cell, mean.placement, notes=mean.notes)


def find_half_maps(place: str | os.PathLike[str]) -> tuple[Path, Path]:
    """Find a pair of half maps in a RELION, cryoSPARC or other job's folder.

    The unfiltered maps are preferred (``*_unfil.mrc``), RELION's final ones to those of an
    iteration, and of several cryoSPARC iterations the last.

    Parameters
    ----------
    place : path
        A folder.

    Raises
    ------
    InputError
        No pair, or pairs of several classes.
    """
    folder = Path(place)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder, expected that of a refinement job")
    names = sorted(p for p in folder.iterdir() if p.is_file() and p.name.endswith(_ENDINGS))
    pairs = [(p, q) for p in names if (q := partner(p)) is not None]
    pairs = [pair for pair in pairs if "_unfil" in pair[0].name] or pairs
    pairs = [pair for pair in pairs if not _ITERATION.search(pair[0].name)] or pairs
    if not pairs:
        found = ", ".join(p.name for p in names[:5]) + (" ..." if len(names) > 5 else "")
        raise InputError(
            f"{folder}: no pair of half maps among {len(names)} maps ({found or 'none'}), expected "
            "*half1*_unfil.mrc (RELION) or *_map_half_A.mrc (cryoSPARC) and their partners"
        )
    return _last(folder, pairs)


def _last(folder: Path, pairs: list[tuple[Path, Path]]) -> tuple[Path, Path]:
    """The last iteration of one series; classes are not chosen between."""
    series = {re.sub(r"_it\d+_|_\d+_(?=volume)", "_#_", p.name) for p, _ in pairs}
    if len(series) > 1:
        listed = ", ".join(p.name for p, _ in pairs[:6])
        raise InputError(
            f"{folder}: {len(pairs)} pairs of half maps ({listed}), expected one: name the files"
        )
    return max(pairs, key=lambda pair: [int(n) for n in re.findall(r"\d+", pair[0].name)])


def partner(first: str | os.PathLike[str]) -> Path | None:
    """Half map 2 that goes with a file of half map 1, by its name; None if there is no such file.

    Examples
    --------
    >>> partner("run_half1_class001_unfil.mrc") is None
    True
    """
    path = Path(first)
    matches = list(_FIRST.finditer(path.name))
    if not matches:
        return None
    match = matches[-1]
    start, end = match.span("number")
    second = path.with_name(path.name[:start] + _SECOND[match["number"]] + path.name[end:])
    return second if second.is_file() else None


def read_half_maps(
    one: str | os.PathLike[str],
    two: str | os.PathLike[str] | None = None,
    *,
    apix: float | None = None,
    full: DensityMap | None = None,
) -> HalfMaps:
    """Read a pair of half maps and check it.

    Parameters
    ----------
    one, two : path
        The files. Without ``two``: ``one`` is a job's folder, or has a partner beside it.
    apix : float, optional
        Voxel size that overrides the headers', A.
    full : DensityMap, optional
        The full map, if there is one.

    Raises
    ------
    InputError
        As for :func:`find_half_maps` and :func:`pair_half_maps`, or no partner.
    """
    if two is None:
        if Path(one).is_dir():
            one, two = find_half_maps(one)
        elif (two := partner(one)) is None:
            raise InputError(
                f"{one}: half map 2 is not beside it under a name like it, expected --half2"
            )
    return pair_half_maps(read_map(one, apix=apix), read_map(two, apix=apix), full=full)


def pair_half_maps(one: DensityMap, two: DensityMap, *, full: DensityMap | None = None) -> HalfMaps:
    """Check two half maps against each other and against the full map.

    Raises
    ------
    InputError
        Different grids or placement, one map twice, or a full map among the half maps.
    """
    first, second = _name(one, "half map 1"), _name(two, "half map 2")
    if difference := one.same_grid(two):
        raise InputError(f"{first} and {second}: different grids, {difference}, expected one grid")
    if correlate(one.data, two.data) > _SAME:
        raise InputError(
            f"{first} and {second}: the same map twice, expected two independent halves"
        )
    if full is not None:
        _check_full(one, two, full)
    return HalfMaps(one, two, _oddities(one, two))


def _check_full(one: DensityMap, two: DensityMap, full: DensityMap) -> None:
    name = _name(full, "full map")
    if difference := one.same_grid(full):
        raise InputError(
            f"{name}: not on the grid of the half maps, {difference}, expected one grid for all"
        )
    for half, other in ((one, two), (two, one)):
        if correlate(half.data, full.data) > _SAME:
            raise InputError(
                f"{_name(half, 'half map')}: the same map as {name}, expected a half map"
            )
        if correlate(half.data, full.data + other.data) > _SAME:
            raise InputError(
                f"{_name(half, 'half map')}: is the mean of {name} and the other half map, "
                "expected the full map as MAP and this one's place taken by the half map"
            )


def _oddities(one: DensityMap, two: DensityMap) -> tuple[str, ...]:
    found: list[str] = []
    flat = max(flat_value(half.data)[1] for half in (one, two))
    if flat > _FLAT_ZONE:
        found.append(
            f"{100 * flat:.0f} % of the half maps' voxels are exactly equal: they were masked, so "
            "the unmasked FSC is not, and the resolution may be overstated."
        )
    for half in (one, two):
        found += [s for s in map_oddities(half) if "sharpened already" in s]
    return tuple(dict.fromkeys(found))


def fsc_oddities(halves: HalfMaps, fsc: HalfMapFsc) -> tuple[str, ...]:
    """What the FSC says is odd about the half maps.

    Raises
    ------
    InputError
        They do not agree even at low resolution, or share their noise.
    """
    first, second = _name(halves.one, "half map 1"), _name(halves.two, "half map 2")
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
    return tuple(_fsc_warnings(halves, fsc, end))


def _fsc_warnings(halves: HalfMaps, fsc: HalfMapFsc, end: float) -> Iterable[str]:
    if end > 0.2:
        yield (
            f"The half maps' FSC is still {end:.2f} at the limit of the grid: the voxels are too "
            "coarse for the resolution, or the half maps are not independent."
        )
    limit = 2 * max(halves.one.voxel_size)
    tables = [shell_table(_core.analyse(h.data, h.cell, limit)) for h in (halves.one, halves.two)]
    resolution = fsc.resolution() or limit
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


def _name(density: DensityMap, otherwise: str) -> str:
    return str(density.path) if density.path else otherwise
