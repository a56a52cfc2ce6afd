"""A pair read, checked, and cut to the region about the model: section 2.9 of the paper."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from sharpem.archive.fetch import fetch, fetch_model
from sharpem.archive.names import entry_id, pdb_id
from sharpem.archive.store import Store
from sharpem.io.half_maps import read_half_maps
from sharpem.io.model import read_model, read_structure
from sharpem.io.read import read_map
from sharpem.maps.crop import box_around_model, crop
from sharpem.maps.density import DensityMap
from sharpem.maps.half_maps import HalfMaps
from sharpem.maps.model import Model
from sharpem.study.pairs import Pair

__all__ = ["Inputs", "fetched", "read_inputs", "stated_resolution"]


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a study works on.

    Attributes
    ----------
    density : DensityMap
    model : Model
        With its waters, at its place in the map.
    half_maps : HalfMaps or None
        On the grid of ``density``.
    """

    density: DensityMap
    model: Model
    half_maps: HalfMaps | None


def fetched(pair: Pair) -> Pair:
    """Put files in the place of entries of the EMDB and the PDB.

    Raises
    ------
    InputError
        There is no such entry, or it cannot be fetched.
    """
    if _is_entry(pair.map):
        entry = fetch(pair.map)
        resolution = pair.resolution or entry.resolution
        pair = replace(pair, map=str(entry.map), resolution=resolution)
    if _is_entry(pair.half1):
        one, two = fetch(pair.half1, half_maps=True).half_maps or ("", "")
        pair = replace(pair, half1=str(one), half2=str(two))
    if _is_entry(pair.model):
        pair = replace(pair, model=str(fetch(pair.model, model=True).model))
    elif pdb_id(pair.model) and not Path(pair.model).exists():
        pair = replace(pair, model=str(fetch_model(pair.model, Store())))
    return pair


def _is_entry(name: str) -> bool:
    return entry_id(name) is not None and not Path(name).exists()


def stated_resolution(pair: Pair) -> float | None:
    """Resolution published with the model, A: by the table, or else by the model's file.

    Raises
    ------
    InputError
        The file cannot be read.
    """
    if pair.model_resolution is not None:
        return pair.model_resolution
    stated = float(read_structure(Path(pair.model)).resolution)
    return stated if stated > 0 else None


def read_inputs(pair: Pair, padding: float | None) -> Inputs:
    """Read the files of a pair.

    Parameters
    ----------
    pair : Pair
    padding : float or None
        Cut the maps to everything within so much of an atom, A; None: they stay whole.

    Raises
    ------
    InputError
        A file cannot be read, grids differ, or the model lies outside the map.
    """
    full = read_map(pair.map) if pair.map else None
    halves = read_half_maps(pair.half1, pair.half2, full=full) if pair.half1 else None
    density = halves.mean() if full is None and halves is not None else full
    assert density is not None  # the table was checked
    model = read_model(pair.model, waters=True)
    if padding is None:
        return Inputs(density, model, halves)
    box = box_around_model(density, model, padding=padding)
    if halves is not None:
        size = box.map.shape[::-1]
        one, two = (crop(half, box.start, size) for half in (halves.one, halves.two))
        halves = replace(halves, one=one, two=two)
    return Inputs(box.map, model, halves)
