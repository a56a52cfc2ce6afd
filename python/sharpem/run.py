"""A run by names of files: what the command line and every row of a batch do."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from sharpem.archive.names import NotFoundError
from sharpem.archive.resolve import Resolver, is_entry
from sharpem.errors import InputError
from sharpem.findings import finding
from sharpem.io.half_maps import find_half_maps, partner
from sharpem.io.model import read_model
from sharpem.io.mrc import read_map as read_mrc
from sharpem.io.mtz import names_reflections
from sharpem.io.read import read_map
from sharpem.maps.density import DensityMap
from sharpem.methods.registry import METHODS, Need
from sharpem.options.request import SharpenRequest
from sharpem.options.rules import check_options, chosen_method
from sharpem.options.sharpen import SharpenOptions
from sharpem.options.table import Spelling, keyword_of, options_of
from sharpem.output import write_files
from sharpem.pipeline import sharpen
from sharpem.progress import Progress
from sharpem.result import Result

__all__ = ["possible_kinds", "run_request", "settled"]

_PAIR = 2


def settled(request: SharpenRequest, spell: Spelling = keyword_of) -> SharpenRequest:
    """Find out what a request leaves open, and check it, before any map is read or fetched.

    What is found: the EMDB entry and its resolution, both half maps, the method.

    Parameters
    ----------
    request : SharpenRequest
    spell : callable, optional
        How messages name options.

    Raises
    ------
    InputError
        The request contradicts itself, lacks something, or names an entry that there is not.
    """
    check_options(request, spell)
    request = _with_half_maps(_with_half_maps_of_entry(_with_entry(request)), spell)
    has_halves, table = request.half1 is not None, options_of(SharpenRequest)
    if request.write_gains and not request.local:
        table = options_of(SharpenRequest)
        found, missing = spell(table["write_gains"]), spell(table["local"])
        raise InputError(f"{found}: found without {missing}, expected both")
    if request.write_half_maps and not has_halves:
        one, two = spell(table["half1"]), spell(table["half2"])
        name = spell(table["write_half_maps"])
        raise InputError(f"{name}: no half maps given, expected {one} and {two}")
    if request.resolution is None and not has_halves and not names_reflections(request.source):
        raise InputError(
            f"{request.source}: no resolution given, expected {spell(table['resolution'])} D in A: "
            "see the map's EMDB entry or paper, or the FSC = 0.143 line of the reconstruction's log"
        )
    has_model = request.model is not None
    if request.all_models and not has_model:
        name, other = spell(table["all_models"]), spell(table["model"])
        raise InputError(f"{name}: found without {other}, expected both")
    method = chosen_method(request, half_maps=has_halves, model=has_model, spell=spell)
    return request.with_found(method=method)


def _with_entry(request: SharpenRequest) -> SharpenRequest:
    """Look the map's entry up; its resolution stands in for one that was not given."""
    if request.map is None or not is_entry(request.map):
        return request
    entry = Resolver().look_up(request.map)
    request = replace(request, entry=entry)
    if request.resolution is not None or entry.resolution is None:
        return request
    return request.with_found(resolution=entry.resolution, resolution_source=entry.id)


def _with_half_maps_of_entry(request: SharpenRequest) -> SharpenRequest:
    """Take the half maps that the map's entry lists, where nothing that was given is against it."""
    entry = request.entry
    asked = (request.half1, request.half2, request.method, request.b_sharpen, request.b_iso)
    against = request.paper or not request.half_maps or any(one is not None for one in asked)
    if entry is None or against or len(entry.half_map_names) != _PAIR:
        return request
    return replace(request.with_found(half1=entry.id), half_maps_of_entry=True)


def _without_half_maps(request: SharpenRequest) -> SharpenRequest:
    """Return the request for the deposited map alone."""
    method = chosen_method(
        replace(request, method=None), half_maps=False, model=request.model is not None
    )
    return replace(request, half1=None, half2=None, method=method, half_maps_of_entry=False)


def _with_half_maps(request: SharpenRequest, spell: Spelling) -> SharpenRequest:
    """Take a folder for half maps, and find the second one where the first was given alone."""
    table = options_of(SharpenRequest)
    map_, one, two = (spell(table[name]) for name in ("map", "half1", "half2"))
    if request.map is not None and os.path.isdir(request.map):
        if request.half1 is not None:
            raise InputError(f"{request.map}: a folder, and {one} too, expected one of them")
        request = request.with_found(map=None, half1=request.map)
    if request.half2 is not None and is_entry(request.half1):
        raise InputError(f"{two}: found with {one} {request.half1}, which stands for both")
    if request.half2 is not None and request.half1 is None:
        raise InputError(f"{two}: found without {one}, expected both half maps")
    if request.map is None and request.half1 is None:
        raise InputError(f"no {map_} given, expected a map, or {one} and {two}")
    if request.half1 is None or request.half2 is not None or is_entry(request.half1):
        return request
    if os.path.isdir(request.half1):
        first, second = find_half_maps(request.half1)
        return request.with_found(half1=str(first), half2=str(second))
    if (found := partner(request.half1)) is None:
        raise InputError(
            f"{request.half1}: {two} not given and no half map 2 beside it, expected both"
        )
    return request.with_found(half2=str(found))


def possible_kinds(request: SharpenRequest) -> list[str]:
    """Kinds of the files that a settled request may come to write: :data:`sharpem.output.ENDINGS`.

    Which of them it does depends on the maps.
    """
    method, has_halves = METHODS[request.method or ""], request.half1 is not None
    with_fsc = has_halves and (method.score is not None or Need.HALF_MAPS in method.needs)
    wanted = {
        "map": True,
        "json": True,
        "chimerax": True,
        "unpack": True,
        "coot": "coot" in request.viewer_scripts,
        "pymol": "pymol" in request.viewer_scripts,
        "report": request.report,
        "star": with_fsc,
        "fsc": with_fsc,
        "half1": request.write_half_maps,
        "half2": request.write_half_maps,
        "b_sharpen": request.local,
        "b_iso": request.local,
        "resolution": request.local,
        "gains": request.write_gains,
        "mtz": request.write_mtz or names_reflections(request.source),
    }
    return [kind for kind in wanted if wanted[kind]]


def run_request(
    request: SharpenRequest,
    prefix: str | Path,
    *,
    overwrite: bool = False,
    command: str | None = None,
    called: str | Path | None = None,
    progress: Progress | None = None,
) -> tuple[Result, dict[str, Path]]:
    """Fetch and read what a settled request names, sharpen, write; the result and its files.

    Parameters
    ----------
    request : SharpenRequest
        From :func:`settled`.
    prefix, overwrite, command, called
        As of :func:`sharpem.output.write_files`.
    progress : callable, optional
        Called with (stage, done, total).

    Raises
    ------
    InputError
        A file cannot be fetched, read, worked on or written.
    """
    tell = progress or (lambda _stage, _done, _total: None)
    result = _by_the_best_there_is(request, tell)
    tell("write", 0, 1)
    written = write_files(
        result,
        prefix,
        report=request.report,
        overwrite=overwrite,
        command=command,
        mtz=request.write_mtz or None,
        half_maps=request.write_half_maps,
        gains=request.write_gains,
        viewers=request.viewer_scripts,
        called=called,
    )
    return result, written


def _by_the_best_there_is(request: SharpenRequest, tell: Progress) -> Result:
    """Sharpen by the entry's half maps, if nobody else's were given; without where they do not fit.

    Raises
    ------
    InputError
        As :func:`run_request`. A network that fails is no reason to leave half maps out: the same
        command would give another map the next day.
    """
    needed = request.write_half_maps or request.resolution is None
    if needed or not request.half_maps_of_entry:
        return _sharpened(_fetched(request, tell), tell)
    alone = _without_half_maps(request)
    try:
        fetched = _fetched(request, tell)
    except NotFoundError as error:
        return _noting_left_out(_sharpened(_fetched(alone, tell), tell), error)
    try:
        return _sharpened(fetched, tell)
    except InputError as error:
        found = replace(alone, map=fetched.map, mask=fetched.mask, model=fetched.model)
        return _noting_left_out(_sharpened(replace(found, entry=fetched.entry), tell), error)


def _noting_left_out(result: Result, reason: InputError) -> Result:
    found = finding(
        "halves-left-out",
        f"The entry's half maps were left out: {reason}.",
        "The deposited map was sharpened alone; look at the half maps, or give others with --half1 "
        "and --half2.",
    )
    return replace(result, choice=result.choice.noting((found,)))


def _fetched(request: SharpenRequest, tell: Progress) -> SharpenRequest:
    """Put files where names of entries stand."""
    resolver = Resolver(request.entry, tell)
    named = {kind: getattr(request, kind) for kind in ("map", "mask", "model")}
    found = {kind: resolver.file(kind, name) for kind, name in named.items() if name is not None}
    if request.half1 is not None and is_entry(request.half1):
        found["half1"], found["half2"] = _half_maps(resolver, request)
    return request.with_found(**found, entry=resolver.entry)


def _half_maps(resolver: Resolver, request: SharpenRequest) -> tuple[str, str]:
    """Fetch both half maps of an entry; who did not ask for them is told how to do without."""
    try:
        return resolver.half_maps(request.half1 or "")
    except NotFoundError:
        raise
    except InputError as error:
        if not request.half_maps_of_entry:
            raise
        raise InputError(f"{error} (--no-half-maps does without the half maps)") from None


def _sharpened(request: SharpenRequest, tell: Progress) -> Result:
    start = time.perf_counter()
    tell("read", 0, 1)
    density = _read(request)
    options: dict[str, Any] = {
        name: getattr(request, name) for name in options_of(SharpenOptions) if name in request.given
    }
    for name in ("half1", "half2", "mask"):
        if getattr(request, name) is not None:
            options[name] = read_mrc(getattr(request, name), voxel_size=request.voxel_size)
    if request.model is not None:
        options["model"] = read_model(request.model, all_models=request.all_models)
    source = request.resolution_source
    if density is not None and density.reflections is not None and request.resolution is None:
        options["resolution"], source = density.reflections.d_min, "reflections"
    read = time.perf_counter() - start
    result = sharpen(density, progress=tell, **options)
    seconds = {**result.seconds, "total": read + result.seconds["total"], "read": read}
    return replace(
        result,
        seconds=seconds,
        entry=request.entry,
        resolution_source=source or result.resolution_source,
    )


def _read(request: SharpenRequest) -> DensityMap | None:
    """The map, if there is one beside half maps."""
    if request.map is None:
        return None
    return read_map(
        request.map,
        voxel_size=request.voxel_size,
        labels=request.mtz_labels,
        xray=request.scatters_xrays,
    )
