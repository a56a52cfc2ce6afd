"""The files of a run: map, JSON, report, ChimeraX script, and what half maps and boxes add."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np

from sharpem.errors import InputError
from sharpem.io.checksum import checksum_of
from sharpem.io.fsc_xml import fsc_to_xml
from sharpem.io.mrc import save_map
from sharpem.io.star import postprocess_star
from sharpem.io.together import write_text, write_together
from sharpem.io.write_mtz import write_box_mtz, write_filtered_mtz
from sharpem.maps.density import DensityMap
from sharpem.outcome import Sharpened
from sharpem.spectra.apply import apply
from sharpem.spectra.filters import Filter
from sharpem.spectra.fsc import HalfMapFsc

__all__ = [
    "ENDINGS",
    "fsc_xml",
    "kinds_of",
    "label_of",
    "paths_of",
    "star",
    "write_files",
]

Writer: TypeAlias = Callable[[Path], None]

ENDINGS = {
    "json": ".json",
    "map": ".mrc",
    "chimerax": ".cxc",
    "unpack": "_unpack.py",
    "coot": "_coot.py",
    "pymol": ".pml",
    "report": ".html",
    "mtz": ".mtz",
    "star": ".star",
    "fsc": "_fsc.xml",
    "half1": "_half1.mrc",
    "half2": "_half2.mrc",
    "b_sharpen": "_b_sharpen.mrc",
    "b_iso": "_b_iso.mrc",
    "resolution": "_resolution.mrc",
    "gains": "_gains.npz",
}
"""What follows the prefix in the name of a file, by its kind."""


def paths_of(prefix: str | Path, kinds: Iterable[str]) -> dict[str, Path]:
    """Names of files; what is after a dot in the prefix stays (``v1.2`` + ``.mrc``)."""
    return {kind: Path(f"{prefix}{ENDINGS[kind]}") for kind in kinds}


def kinds_of(
    result: Sharpened,
    *,
    report: bool = True,
    mtz: bool | None = None,
    half_maps: bool = False,
    gains: bool = False,
    viewers: Collection[str] = (),
) -> list[str]:
    """Kinds of the files that a result is written to; parameters as of :func:`write_files`.

    Raises
    ------
    InputError
        Filtered half maps are wanted, but none were given.
    """
    if half_maps and result.half_maps is None:
        raise InputError("no half maps were given, expected them where they are to be written")
    from sharpem.report.opened import packed_files

    has_map, shells = result.map is not None, result.choice.shells
    has_fsc = shells is not None and shells.half_map_fsc is not None
    wants_mtz = result.input.reflections is not None if mtz is None else mtz
    wanted = {
        "json": True,
        "map": has_map,
        "chimerax": has_map,
        "unpack": has_map and bool(packed_files(result)),
        "coot": has_map and "coot" in viewers,
        "pymol": has_map and "pymol" in viewers,
        "report": report,
        "mtz": wants_mtz and has_map,
        "star": has_fsc,
        "fsc": has_fsc,
        "half1": half_maps and result.filter is not None,
        "half2": half_maps and result.filter is not None,
        "gains": gains and result.local is not None and result.local.gains is not None,
    }
    return [kind for kind in wanted if wanted[kind]] + list(_local_maps(result))


def write_files(
    result: Sharpened,
    prefix: str | Path,
    *,
    report: bool = True,
    overwrite: bool = False,
    command: str | None = None,
    mtz: bool | None = None,
    half_maps: bool = False,
    gains: bool = False,
    viewers: Collection[str] = (),
    called: str | Path | None = None,
    more: Mapping[Path, Writer] | None = None,
) -> dict[str, Path]:
    """Write all files of a result, or none; as :meth:`sharpem.Result.write`.

    Parameters
    ----------
    called : path, optional
        The prefix as the JSON and the report know it, where the files will be moved.
    more : mapping, optional
        Other files of the same run, as of :func:`sharpem.io.together.write_together`.
    """
    start = time.perf_counter()
    kinds = kinds_of(
        result, report=report, mtz=mtz, half_maps=half_maps, gains=gains, viewers=viewers
    )
    paths = paths_of(prefix, kinds)
    names = {kind: str(path) for kind, path in paths_of(called or prefix, kinds).items()}
    writers = {
        paths[kind]: write for kind, write in _writers(result, paths, names, called, command)
    }
    writers[paths["json"]] = partial(_write_json, result, names, start)  # last: it holds the time
    write_together(
        {**(more or {}), **writers},
        overwrite=overwrite,
        remove=_stale(result, prefix) if overwrite and result.map is None else (),
    )
    return paths


def _writers(
    result: Sharpened,
    paths: dict[str, Path],
    names: dict[str, str],
    called: str | Path | None,
    command: str | None,
) -> Iterable[tuple[str, Writer]]:
    """Kinds of files but the JSON, each with what writes it to a path."""
    from sharpem.report import equal_volume_contours, render_report
    from sharpem.report.viewers import viewer_scripts

    contours = equal_volume_contours(result)
    if result.map is not None:
        yield "map", partial(save_map, result.map, label=label_of(result))
        for kind, script in viewer_scripts(result, paths, called, contours):
            yield kind, partial(write_text, text=script)
    if "mtz" in paths:
        yield "mtz", partial(_write_mtz, result)
    if "report" in paths:
        html = render_report(result, command=command, outputs=names, contours=contours)
        yield "report", partial(write_text, text=html)
    if "star" in paths:
        yield "star", partial(write_text, text=star(result, names.get("map")))
        yield "fsc", partial(write_text, text=fsc_xml(result))
    if "half1" in paths and result.half_maps is not None and result.filter is not None:
        for kind, half in (("half1", result.half_maps.one), ("half2", result.half_maps.two)):
            yield kind, partial(_write_filtered, half, result.filter, result.method)
    if "gains" in paths and result.local is not None and result.local.gains is not None:
        yield "gains", result.local.gains.save
    for kind, (make, label) in _local_maps(result).items():
        yield kind, partial(_write_made, make, label)


def _write_json(result: Sharpened, names: dict[str, str], start: float, path: Path) -> None:
    """Write the JSON, with the checksum of the map beside it, and the time since `start`."""
    values = result.to_dict()
    values["output"] = {key: names.get(key) for key in ("map", "report")}
    if "map" in names:
        values["output"]["map_sha256"] = checksum_of(path.with_name(Path(names["map"]).name))
    for kind in ("mtz", "gains"):
        if kind in names:
            values["output"][kind] = names[kind]
    spent = time.perf_counter() - start
    total = result.seconds.get("total", 0.0) + spent
    values["seconds"] = {**result.seconds, "write": spent, "total": total}
    write_text(path, text=json.dumps(values, indent=1, allow_nan=False) + "\n")


def _stale(result: Sharpened, prefix: str | Path) -> list[Path]:
    """Map and scripts of an earlier run that must not stay: this one has found not to apply."""
    source = result.input.path
    kinds = ("map", "chimerax", "unpack", "coot", "pymol")
    found = [path for path in paths_of(prefix, kinds).values() if path.exists()]
    return [
        path
        for path in found
        if source is None or not source.exists() or not path.samefile(str(source))
    ]


def _write_mtz(result: Sharpened, path: Path) -> None:
    """A crystal's reflections with the new map's columns, or the terms of a cryo-EM map."""
    assert result.map is not None
    label = label_of(result)
    if result.input.reflections is not None and result.filter is not None:
        write_filtered_mtz(result.input, result.filter, path, label=label)
    else:
        write_box_mtz(result.map, path, d_min=result.d_min, label=label)


def label_of(result: Sharpened) -> str:
    """One line for the map's header: what was done to it."""
    radial = result.filter.radial.to_dict() if result.filter else {}
    b = radial.get("b_sharpen")
    what = "shell filter" if b is None else f"b_sharpen {b:.1f} A^2"
    where = "local about overall " if result.local is not None and result.local.boxes else ""
    return f"{result.method}: {where}{what}, d {result.resolution:g} A"


def _local_maps(result: Sharpened) -> dict[str, tuple[Callable[[], DensityMap | None], str]]:
    """Maps of what differs from place to place: kind to what makes it, and its label."""
    local = result.local
    if local is None:
        return {}
    maps: dict[str, tuple[Callable[[], DensityMap | None], str]] = {}
    if np.isfinite(local.b_sharpen):
        maps["b_sharpen"] = (local.b_sharpen_map, "local b_sharpen, A^2")
    if np.isfinite(local.b_iso):
        maps["b_iso"] = (local.b_iso_map, "local overall B of the input, A^2")
    if local.fields is not None and local.fields.resolution is not None:
        maps["resolution"] = (local.resolution_map, "local resolution, FSC = 0.143, A")
    return maps


def _write_made(make: Callable[[], DensityMap | None], label: str, path: Path) -> None:
    map_ = make()
    assert map_ is not None
    save_map(map_, path, label=label)


def _write_filtered(half: DensityMap, filter_: Filter, method: str, path: Path) -> None:
    save_map(apply(half, filter_), path, label=f"{method}: half map, filter of the full map")


def _fsc(result: Sharpened) -> HalfMapFsc:
    assert result.choice.shells is not None
    assert result.choice.shells.half_map_fsc is not None
    return result.choice.shells.half_map_fsc


def fsc_xml(result: Sharpened) -> str:
    """FSC of the half maps inside the mask, corrected for the mask, as the EMDB takes it."""
    fsc = _fsc(result)
    return fsc_to_xml(
        fsc.s.tolist(), fsc.corrected.tolist(), title="sharpem masked-corrected half-map FSC"
    )


def star(result: Sharpened, map_name: str | None) -> str:
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
