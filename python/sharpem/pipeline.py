"""The pipeline: a map in, a filter chosen, the filter applied.

Every method answers with a filter; applying a filter to a map is one function, :func:`apply`.
"""

from __future__ import annotations

from dataclasses import replace

from sharpem import _core
from sharpem.analysis.masks import check_mask, in_unit_range
from sharpem.analysis.memory_forecast import check_memory
from sharpem.analysis.molecular_volume import known_volume
from sharpem.analysis.placed_model import PlacedModel
from sharpem.analysis.prepare import Prepared, prepare
from sharpem.errors import InputError
from sharpem.findings import Finding
from sharpem.io.accept import MapLike, to_density
from sharpem.local.localise import localise
from sharpem.local.localised import LocalSettings
from sharpem.local.worth import worth_of_local
from sharpem.machine import give_memory_back, limited_threads, peak_memory
from sharpem.maps.arrays import Triple
from sharpem.maps.crystal import as_in_file, whole_cell
from sharpem.maps.density import DensityMap
from sharpem.maps.half_maps import HalfMaps
from sharpem.maps.model import Model
from sharpem.methods import half_map
from sharpem.methods.choice import Choice
from sharpem.methods.registry import METHODS, Method, MethodInput, Need
from sharpem.options.inputs import SharpenInput, as_half_maps, as_map, as_model
from sharpem.options.keywords import with_keywords_of
from sharpem.options.rules import check_options, chosen_method
from sharpem.progress import Stages
from sharpem.result import Result
from sharpem.spectra import apply as spectra_apply
from sharpem.spectra.apply import filtered
from sharpem.spectra.filters import Filter
from sharpem.spectra.shells import overall_b

_FINEST = 1.15  # voxels: the resolution of the corners of the box in reciprocal space

__all__ = ["apply", "sharpen"]


@with_keywords_of(SharpenInput)
def sharpen(asked: SharpenInput) -> Result:
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
    b_min, b_max, b_step : float, optional
        Overall B's to try, A^2. Default: -8 d^2 to 24 d^2, d being the resolution, in 21 trials.
    fraction : float
        Part of the molecular volume that the contour encloses.
    molecular_volume, mass, sequence, solvent_content, mask
        What is known of the molecule's size, one of them: A^3, kDa, a FASTA file, the solvent's
        share of the box, or a mask on the map's grid. Otherwise it is estimated. The mask is that
        of the half maps' FSC too.
    composition : {"protein", "nucleic"} or float, optional
        What the molecule is made of, or the fraction of its mass that is nucleic acid, 0 to 1.
        Default: by the model or the sequences, else unknown, which widens the interval of B.
    anisotropy : bool
        Remove the map's anisotropy.
    if_not_applicable : {"empirical", "stop"}, optional
        What to do when the score cannot judge the map: fall back to the expected sharpening, or
        return a result without a map. Default: empirical; stop for `paper`.
    paper : bool
        The algorithm as it was published (Terwilliger et al. 2018) and nothing else; other options
        that say otherwise are refused: docs/paper.md.
    local : bool
        Let the filter differ from place to place, where the map bears that out.
    local_box : int
        Side of the boxes that are looked at, voxels.
    local_blend : {"bands", "boxes"}
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
    check_options(asked)
    stages = Stages("prepare", "scan", "apply", progress=asked.progress)
    with limited_threads(asked.threads):
        with stages("prepare"):
            full = None if asked.density is None else as_map(asked.density, asked.voxel_size, None)
            half_maps = as_half_maps(asked.half1, asked.half2, full)
            original = full or as_map(None, asked.voxel_size, half_maps)
            density = original if asked.local else whole_cell(original)
            mask = _mask(asked)
            model = as_model(asked.model)
            placed = None if model is None else PlacedModel(model, density)
            about_mask = () if mask is None else check_mask(mask, density)
            name = chosen_method(asked, half_maps=half_maps is not None, model=model is not None)
            method = METHODS[name]
            place = asked.local_settings(density)
            asked = replace(asked, method=name)
            prepared, measured = _prepared(asked, density, half_maps, mask, model)
        with stages("scan"):
            given = _given(asked, prepared, measured, placed)
            choice = _noting_input(method.choose(given), about_mask, measured, model)
        with stages("apply"):
            if not choice.verdict.applicable and asked.stops:
                choice = replace(choice, filter=None)
            give_memory_back()
            result = _applied(prepared, choice, half_maps)
            if place is not None and result.map is not None:
                result = _localised(result, place, given, method)
            about_local = None
            if place is None:
                about_local = worth_of_local(prepared, result.choice, half_maps)
            result = _summed_up(result, about_local)
            result = result if density is original else _as_in_file(result, original)
    return replace(
        result,
        model=model,
        resolution_source="given" if asked.resolution else "half maps",
        seconds=stages.seconds,
        peak_memory_bytes=peak_memory(),
    )


def _given(
    asked: SharpenInput,
    prepared: Prepared,
    measured: half_map.Measured | None,
    model: PlacedModel | None,
) -> MethodInput:
    """What the method may use."""
    return MethodInput(
        prepared,
        asked.scan_settings(prepared.density, prepared.resolution),
        half_maps=measured,
        model=model,
        prior=asked.with_prior,
        optimize_d_cut=asked.optimize_d_cut,
        optimize_k=asked.optimize_k,
        b_sharpen=asked.b_sharpen,
        b_iso=asked.b_iso,
    )


def apply(
    density: MapLike, filter_: Filter, *, voxel_size: float | Triple | None = None
) -> DensityMap:
    """Apply a filter to a map: :func:`sharpem.spectra.apply.apply`.

    Parameters
    ----------
    density : DensityMap, path, array_like, open mrcfile, gemmi Ccp4Map or FloatGrid
        Any map; also a half map, or another map than the one the filter was chosen on.
    filter_ : Filter
        Radial factor, resolution limit, anisotropy to remove.
    voxel_size : float or (x, y, z), optional
        A; for arrays, of shape (nz, ny, nx).

    Raises
    ------
    InputError
        The map cannot be read, or does not go with the filter.
    """
    return spectra_apply.apply(to_density(density, voxel_size), filter_)


def _mask(asked: SharpenInput) -> DensityMap | None:
    if asked.mask is None:
        return None
    mask = in_unit_range(to_density(asked.mask))
    return mask if asked.local else whole_cell(mask)


def _as_in_file(result: Result, original: DensityMap) -> Result:
    """What was found of a whole unit cell, on the grid of the part or more of it there was."""
    density = replace(original, findings=result.input.findings)
    map_ = None if result.map is None else as_in_file(result.map)
    return replace(result, map=map_, prepared=replace(result.prepared, density=density))


def _prepared(
    asked: SharpenInput,
    density: DensityMap,
    half_maps: HalfMaps | None,
    mask: DensityMap | None,
    model: Model | None,
) -> tuple[Prepared, half_map.Measured | None]:
    """The map as all methods see it, and what the half maps say."""
    by_half_maps = Need.HALF_MAPS in METHODS[asked.method or ""].needs
    _check_memory(asked, density, half_maps, mask, model)
    made_of = asked.made_of(model)
    volume = known_volume(
        density,
        angstrom3=asked.molecular_volume,
        mass=asked.mass,
        sequence=asked.sequence,
        solvent_content=asked.solvent_content,
        mask=mask,
        composition=made_of,
    )
    measured, resolution = None, asked.resolution
    if half_maps is not None:
        measured = half_map.measure(
            half_maps,
            resolution=resolution,
            mask=mask,
            directional=asked.anisotropy and by_half_maps,
        )
        resolution = resolution or measured.resolution
    if resolution is None:
        raise InputError("no resolution given, expected one in A, or half maps")
    prepared = prepare(
        density,
        resolution,
        volume=volume,
        # Half maps tell the signal's directions from the noise's; the map alone does not.
        correct_anisotropy=asked.anisotropy and not by_half_maps,
        composition=made_of,
        published=asked.paper,
    )
    return prepared, measured


def _check_memory(
    asked: SharpenInput,
    density: DensityMap,
    half_maps: HalfMaps | None,
    mask: DensityMap | None,
    model: Model | None,
) -> None:
    """Refuse a run that the memory cannot hold, by the maps that it holds and its largest step."""
    steps = {"half-map": half_maps is not None, "model": model is not None}
    halves = 0 if half_maps is None else 4 if half_maps.rescaled else 2
    check_memory(
        density,
        asked.resolution,
        asked.max_memory,
        maps=1 + halves + (mask is not None) + 3 * asked.local,
        steps=[METHODS[name].memory for name in steps if steps[name]],
        threads=_core.threads(),
    )


def _noting_input(
    choice: Choice,
    about_mask: tuple[Finding, ...],
    measured: half_map.Measured | None,
    model: Model | None,
) -> Choice:
    """Add what is odd about mask, half maps and model, as far as the method has not said it."""
    about_halves = () if measured is None else measured.findings
    about_model = () if model is None else model.findings
    known = set(choice.findings)
    said = (*about_mask, *about_halves, *about_model)
    return choice.noting(tuple(one for one in said if one not in known))


def _applied(prepared: Prepared, choice: Choice, half_maps: HalfMaps | None) -> Result:
    """Apply the chosen filter, if there is one."""
    result = Result(prepared=prepared, choice=choice, half_maps=half_maps)
    if choice.filter is None:
        return result
    prepared = prepared.directed(choice.directional)
    result = replace(result, prepared=prepared)
    if choice.leaves_alone:
        whole = Filter(choice.filter, _FINEST * min(prepared.density.voxel_size))
        return replace(result, map=prepared.density.with_data(prepared.density.data), filter=whole)
    filter_ = Filter(choice.filter, prepared.d_min, prepared.removed, choice.directional)
    map_ = filtered(prepared.density, prepared.spectrum, choice.filter)
    return replace(result, map=map_, filter=filter_)


def _localised(result: Result, place: LocalSettings, given: MethodInput, method: Method) -> Result:
    """Sharpen locally about the overall choice."""
    assert result.map is not None
    local = localise(
        result.prepared,
        result.choice,
        result.map,
        place,
        scan=given.settings,
        method=method.score if result.verdict.applicable else None,
        prior=given.prior,
        half_maps=result.half_maps,
    )
    return replace(result, map=local.map, local=local)


def _summed_up(result: Result, about_local: str | None) -> Result:
    """Gather all reasons, findings and warnings, each once; measure the overall B of the map."""
    local = result.local
    choice = result.choice.noting(result.prepared.findings)
    verdict = choice.verdict
    warnings = dict.fromkeys((*verdict.warnings, *(local.warnings if local else ())))
    reasons = (*verdict.reasons, *(local.reasons if local else ()))
    reasons += () if about_local is None else (about_local,)
    b_iso = choice.b_iso
    if result.shells_after is not None:
        output = overall_b(result.shells_after, result.prepared.fit_limit).b_iso
        b_iso = replace(b_iso, output=output)
    verdict = replace(verdict, reasons=reasons, warnings=tuple(warnings))
    return replace(result, choice=replace(choice, verdict=verdict, b_iso=b_iso))
