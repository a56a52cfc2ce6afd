"""Files that only half maps or local sharpening give: filtered half maps, FSC, maps of local B."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sharpem.errors import InputError
from sharpem.io.fsc_xml import fsc_to_xml
from sharpem.io.mrc import write_map
from sharpem.io.star import postprocess_star
from sharpem.io.together import write_text
from sharpem.maps.density import DensityMap

if TYPE_CHECKING:
    from sharpem.outcome import Result
    from sharpem.spectra.filters import Filter
    from sharpem.spectra.fsc import HalfMapFsc

__all__ = ["extra_paths", "extra_writers", "fsc_xml", "star"]


def extra_paths(result: Result, prefix: str | Path, *, half_maps: bool) -> dict[str, Path]:
    """Kinds and names of the files that half maps add.

    Raises
    ------
    InputError
        Filtered half maps are wanted, but none were given.
    """
    paths: dict[str, Path] = {}
    if _has_fsc(result):
        paths |= {"star": Path(f"{prefix}.star"), "fsc": Path(f"{prefix}_fsc.xml")}
    if half_maps:
        if result.half_maps is None:
            raise InputError("no half maps were given, expected them where they are to be written")
        if result.filter is not None:
            paths |= {f"half{i}": Path(f"{prefix}_half{i}.mrc") for i in (1, 2)}
    return paths | {kind: Path(f"{prefix}_{kind}.mrc") for kind in _local_maps(result)}


def extra_writers(result: Result, names: dict[str, str]) -> dict[str, Callable[[Path], None]]:
    """One function per file of :func:`extra_paths`, each called with the path to write to."""
    writers: dict[str, Callable[[Path], None]] = {}
    if "star" in names:
        writers["star"] = partial(write_text, text=star(result, names.get("map")))
        writers["fsc"] = partial(write_text, text=fsc_xml(result))
    if "half1" in names and result.half_maps is not None and result.filter is not None:
        halves = (result.half_maps.one, result.half_maps.two)
        for kind, half in zip(("half1", "half2"), halves, strict=True):
            writers[kind] = partial(_write_filtered, half, result.filter, result.method)
    for kind, (make, label) in _local_maps(result).items():
        if kind in names:
            writers[kind] = partial(_write_made, make, label)
    return writers


def _local_maps(result: Result) -> dict[str, tuple[Callable[[], DensityMap | None], str]]:
    """Maps of what differs from place to place: kind to what makes it, and its label."""
    local = result.local
    if local is None:
        return {}
    maps: dict[str, tuple[Callable[[], DensityMap | None], str]] = {
        "b_sharpen": (local.b_sharpen_map, "local b_sharpen, A^2"),
        "b_iso": (local.b_iso_map, "local overall B of the input, A^2"),
    }
    if any(box.resolution for box in local.boxes):
        maps["resolution"] = (local.resolution_map, "local resolution, FSC = 0.143, A")
    return maps


def _write_made(make: Callable[[], DensityMap | None], label: str, path: Path) -> None:
    map_ = make()
    assert map_ is not None
    write_map(map_, path, label=label)


def _write_filtered(half: DensityMap, filter_: Filter, method: str, path: Path) -> None:
    from sharpem.spectra.apply import apply

    write_map(apply(half, filter_), path, label=f"{method}: half map, filter of the full map")


def _has_fsc(result: Result) -> bool:
    return result.choice.shells is not None and result.choice.shells.half_map_fsc is not None


def _fsc(result: Result) -> HalfMapFsc:
    assert result.choice.shells is not None
    assert result.choice.shells.half_map_fsc is not None
    return result.choice.shells.half_map_fsc


def fsc_xml(result: Result) -> str:
    """FSC of the half maps inside the mask, corrected for the mask, as the EMDB takes it."""
    fsc = _fsc(result)
    return fsc_to_xml(
        fsc.s.tolist(), fsc.corrected.tolist(), title="sharpem masked-corrected half-map FSC"
    )


def star(result: Result, map_name: str | None) -> str:
    """Blocks general, fsc and guinier, labels as in RELION's postprocess.star."""
    curves = _fsc(result)
    names = result.half_maps.names if result.half_maps else ("half map 1", "half map 2")
    general: dict[str, str | float] = {
        "rlnFinalResolution": curves.resolution() or 0.0,
        "rlnBfactorUsedForSharpening": result.b_iso.target - result.b_iso.signal,
        "rlnUnfilteredMapHalf1": names[0],
        "rlnUnfilteredMapHalf2": names[1],
        "rlnRandomiseFrom": curves.randomised_from,
    }
    if map_name is not None:
        general["rlnPostprocessedMap"] = map_name
    fsc = {
        "rlnSpectralIndex": range(curves.s.size),
        "rlnResolution": curves.s.tolist(),
        "rlnAngstromResolution": (1 / curves.s).tolist(),
        "rlnFourierShellCorrelationCorrected": curves.corrected.tolist(),
        "rlnFourierShellCorrelationUnmaskedMaps": curves.unmasked.tolist(),
        "rlnFourierShellCorrelationMaskedMaps": curves.masked.tolist(),
        "rlnCorrectedFourierShellCorrelationPhaseRandomizedMaskedMaps": curves.randomised.tolist(),
    }
    shells = result.prepared.shells
    before = np.log(shells.amplitude)
    guinier = {
        "rlnResolutionSquared": (shells.s**2).tolist(),
        "rlnLogAmplitudesOriginal": before.tolist(),
    }
    if result.shells_after is not None:
        measured = np.interp(shells.s, result.shells_after.s, result.shells_after.amplitude)
        after = np.log(np.maximum(measured, 1e-30))
        guinier["rlnLogAmplitudesSharpened"] = after.tolist()
    return postprocess_star(general, fsc, guinier, comment="written by sharpem")
