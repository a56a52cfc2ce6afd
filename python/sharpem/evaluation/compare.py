"""All ways to choose a filter side by side, on one map that is prepared once.

With a model the map-model correlation at B = 0 says which way is best for this map (Terwilliger et
al. 2018, Fig. 9). Maps are not kept: each is ``apply(comparison.input, entry.filter)``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple, TypeAlias

from sharpem import _core
from sharpem.analysis.memory_forecast import check_memory
from sharpem.analysis.prepare import Prepared, prepare
from sharpem.evaluation.agreement import Agreement, Oracle, Yardstick
from sharpem.maps.crystal import whole_cell
from sharpem.maps.density import DensityMap
from sharpem.maps.half_maps import HalfMaps
from sharpem.maps.model import Model
from sharpem.methods import empirical
from sharpem.methods import half_map as halfmap
from sharpem.methods import model as model_method
from sharpem.methods import single_map as singlemap
from sharpem.methods.choice import Choice
from sharpem.methods.scan import ScanSettings
from sharpem.methods.scanned import KURTOSIS, SURFACE, ScanMethod, choose_by_scan
from sharpem.spectra.apply import apply
from sharpem.spectra.filters import Filter, SharpenBlur
from sharpem.spectra.shells import overall_b

__all__ = ["DEPOSITED", "MODEL", "WAYS", "Comparison", "Entry", "Given", "Way", "compare"]

Progress: TypeAlias = Callable[[str, int, int], None]

DEPOSITED = "deposited"
"""Name of the entry of the map as it came."""
MODEL = "model"
"""Name of the way that looks at the judge."""


class Given(NamedTuple):
    """What a method may look at."""

    prepared: Prepared
    settings: ScanSettings
    half_maps: HalfMaps | None
    model: Model | None


class Way(NamedTuple):
    """One way to choose a filter.

    ``missing`` says what of the input it lacks, None if nothing; ``choose`` answers.
    """

    name: str
    label: str
    missing: Callable[[Given], str | None]
    choose: Callable[[Given], Choice]


@dataclass(frozen=True)
class Entry:
    """What came of one way.

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
    """

    name: str
    label: str
    choice: Choice | None
    filter: Filter | None
    b_output: float
    agreement: Agreement | None
    seconds: float = 0.0

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
    entries : tuple of Entry
        The map as it came, then every way that the input allows.
    skipped : dict of str to str
        Ways that it does not allow, with what they lack.
    oracle : Oracle or None
        The best that any b_sharpen does, by the model.
    model : Path or None
        Of the judge, where it came from a file.
    """

    prepared: Prepared
    entries: tuple[Entry, ...]
    skipped: dict[str, str]
    oracle: Oracle | None = None
    model: Path | None = None

    @property
    def input(self) -> DensityMap:
        """The map as it came."""
        return self.prepared.density

    @property
    def best(self) -> Entry | None:
        """The entry with the highest cc_mask; None where no model judges."""
        return _highest(self.entries)

    @property
    def best_blind(self) -> Entry | None:
        """The best entry of those that did not look at the judge."""
        return _highest([entry for entry in self.entries if entry.name != MODEL])

    def map_of(self, entry: Entry) -> DensityMap:
        """Make the map of an entry anew."""
        return self.input if entry.filter is None else apply(self.input, entry.filter)


def _highest(entries: Iterable[Entry]) -> Entry | None:
    judged = [entry for entry in entries if entry.cc_mask is not None]
    return max(judged, key=lambda entry: entry.cc_mask or 0.0, default=None)


def compare(
    density: DensityMap,
    *,
    resolution: float,
    half_maps: HalfMaps | None = None,
    model: Model | None = None,
    radius: float = 3.0,
    max_memory: str | float | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Choose a filter in every way that the input allows, and measure what comes of it.

    Parameters
    ----------
    density : DensityMap
    resolution : float
        Of the map, A.
    half_maps : HalfMaps, optional
        On the same grid, from :func:`sharpem.maps.half_maps.pair_half_maps`.
    model : Model, optional
        At its place in the map. It judges all entries; only the method called model looks at it.
    radius : float
        A; voxels so near to atoms are compared with the model.
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
    density = whole_cell(density)
    check_memory(
        density,
        resolution,
        max_memory,
        maps=1 + 2 * (half_maps is not None),
        extra="compare" if model is not None else None if half_maps is None else "half-map",
        threads=_core.threads(),
    )
    tell("prepare", 0, len(WAYS) + 1)
    ruler = (
        None
        if model is None
        else Yardstick(density, model, resolution=resolution, radius=radius, xray=density.xray)
    )
    given = Given(
        prepare(density, resolution), ScanSettings(wrap=density.periodic), half_maps, model
    )
    entries, skipped = [_deposited(given.prepared, ruler)], {}
    for number, way in enumerate(WAYS, start=1):
        tell(way.label, number, len(WAYS) + 1)
        if lack := way.missing(given):
            skipped[way.name] = lack
        else:
            entries.append(_entry(way, given, ruler))
    oracle = None if ruler is None else ruler.best(density)
    return Comparison(
        given.prepared, tuple(entries), skipped, oracle, model.path if model else None
    )


def _deposited(prepared: Prepared, ruler: Yardstick | None) -> Entry:
    agreement = None if ruler is None else ruler.agreement(prepared.density)
    return Entry(DEPOSITED, "as deposited", None, None, prepared.b_input, agreement)


def _entry(way: Way, given: Given, ruler: Yardstick | None) -> Entry:
    start = time.perf_counter()
    choice = way.choose(given)
    seconds = time.perf_counter() - start
    assert choice.filter is not None
    prepared = given.prepared
    filter_ = Filter(choice.filter, prepared.d_min, prepared.removed)
    after = prepared.shells.filtered(choice.filter(prepared.shells.s))
    b_output = overall_b(after, prepared.fit_limit).b_iso
    choice = replace(choice, b_iso=replace(choice.b_iso, output=b_output))
    agreement = None if ruler is None else ruler.agreement(apply(prepared.density, filter_))
    return Entry(way.name, way.label, choice, filter_, b_output, agreement, seconds)


def _nothing(_given: Given) -> str | None:
    return None


def _scanned(method: ScanMethod, *, prior: bool) -> Callable[[Given], Choice]:
    return lambda given: choose_by_scan(given.prepared, given.settings, method, prior=prior)


def _no_half_maps(given: Given) -> str | None:
    return "needs --half1 and --half2" if given.half_maps is None else None


def _by_half_maps(given: Given) -> Choice:
    assert given.half_maps is not None
    measured = halfmap.measure(given.half_maps, resolution=given.prepared.resolution)
    return halfmap.choose(given.prepared, measured)


def _no_model(given: Given) -> str | None:
    return "needs --model" if given.model is None else None


def _by_model(given: Given) -> Choice:
    assert given.model is not None
    return model_method.choose(given.prepared, given.model, given.settings)


def _no_noise(given: Given) -> str | None:
    seen = given.prepared.shells.noise is not None
    return None if seen else "needs solvent that shows the noise"


WAYS = (
    Way("surface", "surface", _nothing, _scanned(SURFACE, prior=True)),
    Way("surface-bare", "surface, no prior", _nothing, _scanned(SURFACE, prior=False)),
    Way("kurtosis", "kurtosis", _nothing, _scanned(KURTOSIS, prior=True)),
    Way("kurtosis-bare", "kurtosis, no prior", _nothing, _scanned(KURTOSIS, prior=False)),
    Way("empirical", "empirical", _nothing, lambda x: empirical.choose(x.prepared, x.settings)),
    Way(
        "single-map",
        "single map",
        _no_noise,
        lambda x: singlemap.choose(x.prepared, x.settings),
    ),
    Way("half-map", "half maps", _no_half_maps, _by_half_maps),
    Way(MODEL, "model", _no_model, _by_model),
)
"""In the order of the table."""
