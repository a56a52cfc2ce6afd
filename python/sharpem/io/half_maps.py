"""Pairs of half maps: found in job folders by their names, and read."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sharpem.errors import InputError
from sharpem.io.mrc import read_map
from sharpem.maps.density import DensityMap
from sharpem.maps.half_maps import HalfMaps, pair_half_maps

__all__ = ["find_half_maps", "partner", "read_half_maps"]


# How programs name the first of two half maps (RELION, cryoSPARC, EMDB, others), and what stands in
# its place in the name of the second.
_FIRST = re.compile(r"(?P<before>half_?(?:map_?)?)(?P<number>1|a)(?=[^0-9a-z]|$)", re.IGNORECASE)


_SECOND = {"1": "2", "a": "b", "A": "B"}


_ENDINGS = (".mrc", ".map", ".ccp4", ".mrc.gz", ".map.gz", ".ccp4.gz", ".mrc.bz2", ".map.bz2")


_ITERATION = re.compile(r"_it\d{3}_")  # RELION's intermediate maps


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
    if not os.path.isdir(folder):
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
    return second if os.path.isfile(second) else None


def read_half_maps(
    one: str | os.PathLike[str],
    two: str | os.PathLike[str] | None = None,
    *,
    voxel_size: float | None = None,
    full: DensityMap | None = None,
) -> HalfMaps:
    """Read a pair of half maps and check it.

    Parameters
    ----------
    one, two : path
        The files. Without ``two``: ``one`` is a job's folder, or has a partner beside it.
    voxel_size : float, optional
        Voxel size that overrides the headers', A.
    full : DensityMap, optional
        The full map, if there is one.

    Raises
    ------
    InputError
        As for :func:`find_half_maps` and :func:`pair_half_maps`, or no partner.
    """
    if two is None:
        if os.path.isdir(one):
            one, two = find_half_maps(one)
        elif (two := partner(one)) is None:
            raise InputError(
                f"{one}: half map 2 is not beside it under a name like it, expected --half2"
            )
    return pair_half_maps(
        read_map(one, voxel_size=voxel_size), read_map(two, voxel_size=voxel_size), full=full
    )
