"""The pipeline: a map in, a filter chosen, the filter applied.

Every method answers with a filter; applying a filter to a map is one function, :func:`apply`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sharpem import _core
from sharpem.analysis.memory_forecast import check_memory
from sharpem.analysis.molecular_volume import known_volume
from sharpem.analysis.prepare import Prepared, prepare
from sharpem.errors import InputError
from sharpem.io.accept import MapLike, ModelLike, to_density
from sharpem.local.boxes import BOX_SIZE
from sharpem.local.localise import localise
from sharpem.local.localised import LocalSettings
from sharpem.machine import limited_threads, peak_memory
from sharpem.maps.crystal import as_in_file, whole_cell
from sharpem.maps.density import DensityMap
from sharpem.maps.model import Model
from sharpem.methods import empirical, given
from sharpem.methods import half_map as halfmap
from sharpem.methods import model as by_model
from sharpem.methods import single_map as singlemap
from sharpem.methods.choice import Choice
from sharpem.methods.scan import ScanSettings, optimise_shape
from sharpem.methods.scanned import KURTOSIS, SURFACE, ScanMethod, choose_by_scan
from sharpem.options import (
    METHODS,
    HalfMapLike,
    as_half_maps,
    as_map,
    as_model,
    check,
    chosen_method,
    local_settings,
    scan_settings,
)
from sharpem.outcome import Result
from sharpem.spectra.apply import apply, filtered
from sharpem.spectra.filters import Filter
from sharpem.spectra.shells import overall_b

__all__ = ["METHODS", "Progress", "Result", "apply", "sharpen"]

Progress = Callable[[str, int, int], None]
_SCANNED = {"surface": SURFACE, "kurtosis": KURTOSIS}


def sharpen(
    density: MapLike | None = None,
    *,
    resolution: float | None = None,
    voxel_size: float | tuple[float, float, float] | None = None,
    method: str | None = None,
    half1: HalfMapLike | None = None,
    half2: HalfMapLike | None = None,
    model: ModelLike | None = None,
    prior: str = "auto",
    b_sharpen: float | None = None,
    b_iso: float | None = None,
    d_cut: float | None = None,
    k: float = 10.0,
    b_blur: float = 200.0,
    optimize_d_cut: bool = False,
    optimize_k: bool = False,
    b_min: float = -100.0,
    b_max: float = 300.0,
    b_step: float = 20.0,
    fraction: float = 0.2,
    molecular_volume: float | None = None,
    mass: float | None = None,
    sequence: str | Path | None = None,
    solvent_content: float | None = None,
    mask: MapLike | None = None,
    anisotropy: bool = True,
    if_not_applicable: str = "empirical",
    local: bool = False,
    local_box: int = BOX_SIZE,
    local_blend: str = "field",
    symmetry: str | Path | None = None,
    threads: int | None = None,
    max_memory: str | float | None = None,
    progress: Progress | None = None,
) -> Result:
    """Choose how strongly to sharpen a map, and sharpen it.

    Parameters
    ----------
    density : DensityMap, path, array_like, open mrcfile, gemmi Ccp4Map or FloatGrid, optional
        The map; an array, of shape (nz, ny, nx), needs `voxel_size`. Default: the mean of the half
        maps.
    resolution : float, optional
        Of the map, A. Default: where the half maps' FSC falls below 0.143.
    voxel_size : float or tuple of float, optional
        A, along x, y, z; for arrays.
    method : {"surface", "kurtosis", "empirical", "single-map", "half-map", "model", "given"}
        How to choose. Default: given where b_sharpen or b_iso is given, half-map with half maps,
        model with a model, else surface.
    half1, half2 : DensityMap or path, optional
        Half maps on the map's grid; `half1` alone may be a refinement job's folder, or a file with
        its partner beside it. With the methods surface and kurtosis they check the answer.
    model : Model or path, optional
        At its place in the map. With half maps it gives the amplitudes at B = 0.
    prior : {"auto", "none"}
        Whether the expected sharpening has a say beside the score's maximum.
    b_sharpen, b_iso : float, optional
        A^2; for method given: what to apply (positive sharpens), or the overall B to reach.
    d_cut, k, b_blur : float, optional
        The filter's other parameters (Eq. 1-4): A (default: the resolution), 1/A, A^2.
    optimize_d_cut, optimize_k : bool
        Choose them by the score too.
    b_min, b_max, b_step : float
        Overall B's to try, A^2.
    fraction : float
        Part of the molecular volume that the contour encloses.
    molecular_volume, mass, sequence, solvent_content, mask
        What is known of the molecule's size, one of them: A^3, kDa, a FASTA file, the solvent's
        share of the box, or a mask on the map's grid. Otherwise it is estimated. The mask is that
        of the half maps' FSC too.
    anisotropy : bool
        Remove the map's anisotropy.
    if_not_applicable : {"empirical", "stop"}
        What to do when the score cannot judge the map: fall back to the expected sharpening, or
        return a result without a map.
    local : bool
        Let the filter differ from place to place, where the map bears that out.
    local_box : int
        Side of the boxes that are looked at, voxels.
    local_blend : {"field", "boxes"}
        How local filters become one map: sharpem.local.blend.
    symmetry : str or path, optional
        With `local`: C<n>, D<n>, T, O or I, or a file with operators. Equivalent places share one
        choice.
    threads : int, optional
        At most so many; default OMP_NUM_THREADS or all cores.
    max_memory : str or float, optional
        Refuse a map that would take more: bytes, or 4G, 500M. Default: what the machine has left.
    progress : callable, optional
        Called with (stage, done, total).

    Returns
    -------
    Result
        Map, filter, verdict and evidence.

    Raises
    ------
    InputError
        The request or the map is at fault.

    Examples
    --------
    >>> import sharpem
    >>> result = sharpem.sharpen(sharpem.read_map("map.mrc"), resolution=3.2)  # doctest: +SKIP
    >>> result.write("map_sharpened")  # doctest: +SKIP
    """
    start = time.perf_counter()
    full = None if density is None else as_map(density, voxel_size, None)
    halves = as_half_maps(half1, half2, full)
    original, atoms = full or as_map(None, voxel_size, halves), as_model(model)
    map_ = original if local else whole_cell(original)
    mask = None if mask is None else to_density(mask)
    mask = mask if mask is None or local else whole_cell(mask)
    source = "given" if resolution else "half maps"
    method = chosen_method(
        method, b_sharpen, b_iso, halves=halves is not None, model=atoms is not None
    )
    check(prior in ("auto", "none"), f"prior {prior!r}, expected auto or none")
    check(
        if_not_applicable in ("empirical", "stop"),
        f"if_not_applicable {if_not_applicable!r}, expected empirical or stop",
    )
    settings = scan_settings(
        b_min=b_min,
        b_max=b_max,
        b_step=b_step,
        fraction=fraction,
        d_cut=d_cut,
        k=k,
        b_blur=b_blur,
        wrap=map_.periodic,
    )
    place = local_settings(map_, local=local, size=local_box, blend=local_blend, symmetry=symmetry)
    tell = progress or (lambda _stage, _done, _total: None)
    with limited_threads(threads):
        check_memory(
            map_,
            resolution,
            max_memory,
            maps=1 + 2 * (halves is not None) + (mask is not None) + 3 * local,
            extra="model" if atoms is not None else "half-map" if halves is not None else None,
            threads=_core.threads(),
        )
        tell("prepare", 0, 3)
        volume = known_volume(
            map_,
            angstrom3=molecular_volume,
            mass=mass,
            sequence=sequence,
            solvent_content=solvent_content,
            mask=mask,
        )
        measured = None
        if halves is not None:
            measured = halfmap.measure(halves, resolution=resolution, mask=mask)
            resolution = resolution or measured.resolution
        if resolution is None:
            raise InputError("no resolution given, expected one in A, or half maps")
        prepared = prepare(map_, resolution, volume=volume, correct_anisotropy=anisotropy)
        prepared_at = time.perf_counter()
        tell("scan", 1, 3)
        if method in _SCANNED:
            choice = _by_scan(
                _SCANNED[method],
                prepared,
                settings,
                prior=prior == "auto",
                free=(optimize_d_cut, optimize_k),
                measured=measured,
            )
        elif method == "given":
            choice = given.choose(prepared, settings, b_sharpen=b_sharpen, b_iso=b_iso)
        else:
            choice = _by_shells(method, prepared, settings, measured, atoms)
        chosen_at = time.perf_counter()
        tell("apply", 2, 3)
        if not choice.verdict.applicable and if_not_applicable == "stop":
            choice = replace(choice, filter=None)
        result = replace(_finish(prepared, choice), half_maps=halves, resolution_source=source)
        if place is not None:
            score = _SCANNED.get(method)
            result = _localised(result, place, settings, score, prior=prior == "auto", model=atoms)
        tell("apply", 3, 3)
    seconds = {
        "total": time.perf_counter() - start,
        "prepare": prepared_at - start,
        "scan": chosen_at - prepared_at,
        "apply": time.perf_counter() - chosen_at,
    }
    result = replace(result, seconds=seconds, peak_memory_bytes=peak_memory())
    return result if map_ is original else _as_in_file(result, original)


def _as_in_file(result: Result, original: DensityMap) -> Result:
    """What was found of a whole unit cell, on the grid of the part or more of it there was."""
    density = replace(original, findings=result.input.findings)
    map_ = None if result.map is None else as_in_file(result.map)
    return replace(result, map=map_, prepared=replace(result.prepared, density=density))


def _by_scan(
    method: ScanMethod,
    prepared: Prepared,
    settings: ScanSettings,
    *,
    prior: bool,
    free: tuple[bool, bool],
    measured: halfmap.Measured | None,
) -> Choice:
    """Choose by a score over overall B; `free`: whether d_cut and k are chosen too."""
    if any(free):
        d_cut, k = free
        settings = optimise_shape(prepared, settings, method.score, d_cut=d_cut, k=k)
    choice = choose_by_scan(prepared, settings, method, prior=prior)
    if measured is None:
        return choice
    return halfmap.cross_checked(choice, prepared, measured, settings, method)


def _by_shells(
    method: str,
    prepared: Prepared,
    settings: ScanSettings,
    measured: halfmap.Measured | None,
    model: Model | None,
) -> Choice:
    """Choose by what is known of the shells, without a scan."""
    if method == "half-map" and measured is not None:
        return halfmap.choose(prepared, measured, model=model)
    if method == "model" and model is not None:
        return by_model.choose(prepared, model, settings)
    if method == "single-map":
        return singlemap.choose(prepared, settings)
    return empirical.choose(prepared, settings)


def _finish(prepared: Prepared, choice: Choice) -> Result:
    """Apply the chosen filter and measure what came of it."""
    result = Result.without_map(prepared, choice)
    if choice.filter is None:
        return result
    filter_ = Filter(choice.filter, prepared.d_min, prepared.removed)
    map_ = filtered(prepared.density, prepared.spectrum, choice.filter)
    return _measured(replace(result, map=map_, filter=filter_))


def _measured(result: Result) -> Result:
    """Measure the overall B of the map made."""
    assert result.shells_after is not None
    output = overall_b(result.shells_after, result.prepared.fit_limit).b_iso
    return replace(result, b_iso=replace(result.b_iso, output=output))


def _localised(
    result: Result,
    place: LocalSettings,
    settings: ScanSettings,
    method: ScanMethod | None,
    *,
    prior: bool,
    model: Model | None,
) -> Result:
    """Sharpen locally about the overall choice; a map that was not sharpened stays as it is."""
    prepared, choice = result.prepared, result.choice
    if result.map is None:
        return result
    local = localise(
        prepared,
        choice,
        result.map,
        place,
        scan=settings,
        method=method if choice.verdict.applicable else None,
        prior=prior,
        half_maps=result.half_maps,
        model=model,
    )
    verdict = replace(
        result.verdict,
        reasons=(*result.verdict.reasons, *local.reasons),
        warnings=(*result.verdict.warnings, *local.warnings),
    )
    return _measured(replace(result, map=local.map, local=local, verdict=verdict))
