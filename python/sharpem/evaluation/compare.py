"""All methods side by side, on one map that is prepared once.

With a model the map-model correlation at B = 0 says which is best for this map (Terwilliger et
al. 2018, Fig. 9). Maps are not kept: each is ``apply(comparison.input, entry.filter)``.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sharpem import _core
from sharpem.analysis.memory_forecast import ExtraStep, check_memory
from sharpem.analysis.prepare import Prepared, prepare
from sharpem.evaluation.agreement import Agreement, BestSharpening, ModelAgreement
from sharpem.findings import Finding, unique
from sharpem.io.accept import MapLike, ModelLike, to_density, to_model
from sharpem.local.worth import differences
from sharpem.maps.arrays import Triple
from sharpem.maps.crystal import whole_cell
from sharpem.maps.density import DensityMap
from sharpem.maps.half_maps import HalfMaps
from sharpem.maps.model import Model
from sharpem.methods import half_map
from sharpem.methods.choice import Choice
from sharpem.methods.registry import COMPARED, METHODS, MODEL, Method, MethodInput, Need
from sharpem.methods.scan import ScanSettings
from sharpem.progress import Progress
from sharpem.spectra.apply import apply, filtered
from sharpem.spectra.filters import Filter, SharpenBlur
from sharpem.spectra.shells import overall_b

__all__ = ["DEPOSITED", "Compared", "Comparison", "compare"]


DEPOSITED = "deposited"
"""Name of the entry of the map as it came."""
_BESIDE_THE_MAP = ("half maps", "mask", "model")
_STEP = ExtraStep("compare", maps=9.0, atoms=True)


@dataclass(frozen=True)
class Compared:
    """The map after one method, or as it came.

    Attributes
    ----------
    name, label : str
        Short, and in words.
    choice : Choice or None
        The method's answer; None for the map as it came.
    filter : Filter or None
        What it does to the map; None for the map as it came.
    b_output : float
        Overall B of the map, A^2.
    agreement : Agreement or None
        With the model, if there is one.
    seconds : float
        That choosing took.
    local_rise : float or None
        By how much `--local` should raise the correlation with the truth; None where the noise is
        not known.
    """

    name: str
    label: str
    choice: Choice | None
    filter: Filter | None
    b_output: float
    agreement: Agreement | None
    seconds: float = 0.0
    local_rise: float | None = None

    @property
    def b_sharpen(self) -> float | None:
        """A^2, positive sharpens; None for a shell filter."""
        if self.filter is None:
            return 0.0
        radial = self.filter.radial
        return radial.b_sharpen if isinstance(radial, SharpenBlur) else None

    @property
    def cc_mask(self) -> float | None:
        """Correlation with the model at B = 0 near its atoms; None without a model."""
        return None if self.agreement is None else self.agreement.correlation.cc_mask


@dataclass(frozen=True)
class Comparison:
    """Outcome of :func:`compare`.

    Attributes
    ----------
    prepared : Prepared
        The map, as all methods saw it.
    entries : tuple of Compared
        The map as it came, then every method that the input allows.
    skipped : dict of str to str
        Methods that it does not allow, with what they lack.
    best_sharpening : BestSharpening or None
        The best that any b_sharpen does, by the model.
    findings : tuple of Finding
        What is odd about the map, the half maps and the model.
    model : Path or None
        Of the model that scores, where it came from a file.
    """

    prepared: Prepared
    entries: tuple[Compared, ...]
    skipped: dict[str, str]
    best_sharpening: BestSharpening | None = None
    model: Path | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def input(self) -> DensityMap:
        """The map as it came."""
        return self.prepared.density

    @property
    def best(self) -> Compared | None:
        """The entry with the highest cc_mask; None where no model judges."""
        return _highest(self.entries)

    @property
    def best_blind(self) -> Compared | None:
        """The best entry of those that did not use the model."""
        return _highest([entry for entry in self.entries if entry.name != MODEL])

    def map_of(self, entry: Compared) -> DensityMap:
        """Make the map of an entry anew."""
        return self.input if entry.filter is None else apply(self.input, entry.filter)


def _highest(entries: Iterable[Compared]) -> Compared | None:
    judged = [entry for entry in entries if entry.cc_mask is not None]
    return max(judged, key=lambda entry: entry.cc_mask or 0.0, default=None)


def compare(
    density: MapLike,
    *,
    resolution: float,
    half_maps: HalfMaps | None = None,
    model: ModelLike | ModelAgreement | None = None,
    radius: float = 3.0,
    voxel_size: float | Triple | None = None,
    max_memory: str | float | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Choose a filter by every method that the input allows, and measure what comes of it.

    Parameters
    ----------
    density : DensityMap, path, array_like, open mrcfile, gemmi Ccp4Map or FloatGrid
        An array, of shape (nz, ny, nx), needs `voxel_size`.
    resolution : float
        Of the map, A.
    half_maps : HalfMaps, optional
        On the same grid, from :func:`sharpem.maps.half_maps.pair_half_maps`.
    model : Model, path, gemmi.Structure or ModelAgreement, optional
        At its place in the map. It judges all entries; only the method called model looks at it. If
        it is on the map's grid already, its own resolution and radius count.
    radius : float
        A; voxels so near to atoms are compared with the model.
    voxel_size : float or (x, y, z), optional
        A; for arrays.
    max_memory : str or float, optional
        Refuse a map that would take more: bytes, or 4G, 500M. Default: what the machine has left.
    progress : callable, optional
        Called with (method, done, total).

    Raises
    ------
    InputError
        The resolution does not go with the map, or the model lies outside it.
    """
    tell = progress or (lambda _stage, _done, _total: None)
    density = whole_cell(to_density(density, voxel_size))
    if model is not None and not isinstance(model, ModelAgreement):
        model = to_model(model)
    halves = half_maps is not None
    steps = [_STEP] * (model is not None) + [METHODS["half-map"].memory] * halves
    maps, threads = 1 + 2 * halves, _core.threads()
    check_memory(density, resolution, max_memory, maps=maps, steps=steps, threads=threads)
    stages = len(COMPARED) + 1
    tell("prepare", 0, stages)
    by_model = (
        ModelAgreement(density, model, resolution=resolution, radius=radius)
        if isinstance(model, Model)
        else model
    )
    prepared = prepare(density, resolution)
    places = differences(prepared, half_maps)
    entries, skipped = [_deposited(prepared, by_model)], {}
    for number, method in enumerate(COMPARED.values(), start=1):
        tell(method.label, number, stages)
        if (lack := _lacking(method, prepared, half_maps, by_model)) is not None:
            skipped[method.name] = f"needs {lack.value}"
        else:
            entry = _compared(method, prepared, half_maps, by_model)
            rise = places.rise_over(entry.choice) if places and entry.choice else None
            entries.append(replace(entry, local_rise=rise))
    best_sharpening = None if by_model is None else by_model.best(density)
    judge = by_model.placed.model if by_model is not None else None
    path, seen = judge.path if judge else None, _findings(prepared, entries, half_maps, judge)
    return Comparison(prepared, tuple(entries), skipped, best_sharpening, path, seen)


def _findings(
    prepared: Prepared, entries: list[Compared], half_maps: HalfMaps | None, model: Model | None
) -> tuple[Finding, ...]:
    """What is odd about the input; of half maps and model also what the methods saw in them."""
    seen = [one for entry in entries if entry.choice for one in entry.choice.findings]
    beside = [one for one in seen if one.about in _BESIDE_THE_MAP]
    of_halves = half_maps.findings if half_maps is not None else ()
    of_model = model.findings if model is not None else ()
    return unique((*prepared.findings, *of_halves, *of_model, *beside))


def _lacking(
    method: Method,
    prepared: Prepared,
    half_maps: HalfMaps | None,
    by_model: ModelAgreement | None,
) -> Need | None:
    """The first thing that a method needs and the input does not have."""
    missing = {
        Need.HALF_MAPS: half_maps is None,
        Need.MODEL: by_model is None,
        Need.SOLVENT: prepared.shells.noise is None,
        Need.B: True,
    }
    return next((need for need in method.needs if missing[need]), None)


def _needed(
    method: Method,
    prepared: Prepared,
    half_maps: HalfMaps | None,
    by_model: ModelAgreement | None,
) -> MethodInput:
    """What a method cannot do without, and nothing else: the model scores the others."""
    needs_model = Need.MODEL in method.needs
    measured = None
    if Need.HALF_MAPS in method.needs and half_maps is not None:
        measured = half_map.measure(half_maps, resolution=prepared.resolution)
    return MethodInput(
        prepared,
        ScanSettings.scaled(prepared.resolution, wrap=prepared.density.periodic),
        half_maps=measured,
        model=by_model.placed if needs_model and by_model is not None else None,
    )


def _deposited(prepared: Prepared, by_model: ModelAgreement | None) -> Compared:
    agreement = None if by_model is None else by_model.agreement(prepared.density)
    return Compared(DEPOSITED, "as deposited", None, None, prepared.b_input, agreement)


def _compared(
    method: Method,
    prepared: Prepared,
    half_maps: HalfMaps | None,
    by_model: ModelAgreement | None,
) -> Compared:
    start = time.perf_counter()
    if Need.HALF_MAPS in method.needs:  # it finds the directions itself
        prepared = prepare(prepared.density, prepared.resolution, correct_anisotropy=False)
    choice = method.choose(_needed(method, prepared, half_maps, by_model))
    seconds = time.perf_counter() - start
    assert choice.filter is not None
    prepared = prepared.directed(choice.directional)
    filter_ = Filter(choice.filter, prepared.d_min, prepared.removed, choice.directional)
    after = prepared.shells.filtered(choice.filter(prepared.shells.s))
    b_output = overall_b(after, prepared.fit_limit).b_iso
    choice = replace(choice, b_iso=replace(choice.b_iso, output=b_output))
    agreement = None
    if by_model is not None:
        agreement = by_model.agreement(
            filtered(prepared.density, prepared.spectrum, filter_.radial)
        )
    return Compared(method.name, method.label, choice, filter_, b_output, agreement, seconds)
