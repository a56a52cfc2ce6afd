"""What a caller of :func:`sharpem.sharpen` asks for, checked and brought into one form."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

import numpy as np

from sharpem.analysis.symmetry import symmetry_of
from sharpem.errors import InputError
from sharpem.io.accept import MapLike, ModelLike, to_density, to_model
from sharpem.io.half_maps import read_half_maps
from sharpem.local.blend import BLENDS
from sharpem.local.localised import LocalSettings
from sharpem.maps.density import DensityMap
from sharpem.maps.half_maps import HalfMaps, pair_half_maps
from sharpem.maps.model import Model
from sharpem.methods.scan import ScanSettings

__all__ = [
    "METHODS",
    "HalfMapLike",
    "as_half_maps",
    "as_map",
    "as_model",
    "check",
    "chosen_method",
    "local_settings",
    "scan_settings",
]

METHODS = ("surface", "kurtosis", "empirical", "single-map", "half-map", "model", "given")
_PATHS = (str, os.PathLike)
HalfMapLike: TypeAlias = MapLike


def check(ok: bool, what: str) -> None:
    """Raise an InputError that says `what` if not `ok`."""
    if not ok:
        raise InputError(what)


def as_map(
    density: MapLike | None,
    voxel_size: float | tuple[float, float, float] | None,
    halves: HalfMaps | None,
) -> DensityMap:
    """Map from whatever holds one (:func:`sharpem.io.accept.to_density`), or the half maps' mean.

    Raises
    ------
    InputError
        Neither a map nor half maps, or an array without its voxel size.
    """
    if density is None:
        if halves is None:
            raise InputError("no map, expected one, or two half maps")
        return halves.mean()
    return to_density(density, voxel_size)


def as_half_maps(
    half1: HalfMapLike | None, half2: HalfMapLike | None, full: DensityMap | None
) -> HalfMaps | None:
    """Pair of half maps, read where files were given; None where none was.

    Raises
    ------
    InputError
        One only, or two that do not go together.
    """
    if half1 is None:
        check(half2 is None, "half2 without half1, expected both half maps")
        return None
    if isinstance(half1, _PATHS) and (half2 is None or isinstance(half2, _PATHS)):
        return read_half_maps(half1, half2, full=full)
    if half2 is None or isinstance(half1, _PATHS) or isinstance(half2, _PATHS):
        raise InputError("half1 and half2 of two kinds, expected two maps or two files")
    return pair_half_maps(to_density(half1), to_density(half2), full=full)


def as_model(model: ModelLike | None) -> Model | None:
    """Model from whatever holds one: :func:`sharpem.io.accept.to_model`."""
    return None if model is None else to_model(model)


def chosen_method(
    method: str | None,
    b_sharpen: float | None,
    b_iso: float | None,
    *,
    halves: bool = False,
    model: bool = False,
) -> str:
    """Find the method that goes with what is given: half maps before a model before the map alone.

    Raises
    ------
    InputError
        The method needs what is not there, or has no use for what is.
    """
    wanted = [name for name, b in (("b_sharpen", b_sharpen), ("b_iso", b_iso)) if b is not None]
    check(len(wanted) < 2, "b_sharpen and b_iso both given, expected one of them")
    by_input = "half-map" if halves else "model" if model else "surface"
    method = method or ("given" if wanted else by_input)
    check(method in METHODS, f"method {method!r}, expected one of {', '.join(METHODS)}")
    if method == "given":
        check(bool(wanted), "method given without b_sharpen or b_iso, expected one of them")
    else:
        check(not wanted, f"method {method} with {''.join(wanted)}, expected method given")
    check(method != "half-map" or halves, "method half-map without half maps, expected two")
    check(method != "model" or model, "method model without a model, expected one")
    for value in (b_sharpen, b_iso):
        check(value is None or abs(value) <= 5000, f"B of {value} A^2, expected -5000 to 5000 A^2")
    return method


def scan_settings(
    *,
    b_min: float,
    b_max: float,
    b_step: float,
    fraction: float,
    d_cut: float | None,
    k: float,
    b_blur: float,
    wrap: bool = False,
) -> ScanSettings:
    """Check the numbers that a scan takes.

    Raises
    ------
    InputError
        One is out of range.
    """
    check(0 < fraction < 1, f"fraction {fraction:g}, expected between 0 and 1")
    check(0 < k < np.inf, f"k {k:g} per A, expected a positive number")
    check(d_cut is None or 0 < d_cut < np.inf, f"d_cut {d_cut} A, expected a positive number")
    check(bool(np.isfinite(b_blur)), f"b_blur {b_blur:g} A^2, expected a number")
    check(
        b_step > 0 and -2000 <= b_min < b_max <= 2000 and 4 <= (b_max - b_min) / b_step <= 1000,
        f"overall B from {b_min:g} to {b_max:g} in steps of {b_step:g} A^2, expected at least five "
        "trials, at most 1001, within -2000 to 2000 A^2",
    )
    return ScanSettings(b_min, b_max, b_step, fraction, d_cut, k, b_blur, wrap)


def local_settings(
    density: DensityMap,
    *,
    local: bool,
    size: int,
    blend: str,
    symmetry: str | Path | None,
) -> LocalSettings | None:
    """Check what is wanted of local sharpening; None where it is not wanted.

    Raises
    ------
    InputError
        An option is out of range, or the map has not the symmetry.
    """
    if not local:
        check(symmetry is None, "symmetry without local, expected both: it joins equivalent places")
        return None
    check(blend in BLENDS, f"local_blend {blend!r}, expected {' or '.join(BLENDS)}")
    check(8 <= size <= 4096, f"local_box {size} voxels, expected 8 or more")
    check(not density.periodic, "local sharpening of a crystal's map, expected a cryo-EM map")
    found = None if symmetry is None else symmetry_of(symmetry, density)
    return LocalSettings(size, blend, found)
