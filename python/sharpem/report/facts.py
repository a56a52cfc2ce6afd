"""The facts about a run, stated once: the terminal shows the brief ones, the report all."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import NamedTuple

from sharpem.analysis.molecular_volume import MolecularVolume
from sharpem.local.localised import Localised
from sharpem.maps.density import DensityMap
from sharpem.methods.registry import METHODS
from sharpem.outcome import Sharpened
from sharpem.report.overall_b import output_against_target
from sharpem.spectra.filters import Anisotropy, Filter, SharpenBlur, ShellFilter

__all__ = [
    "Fact",
    "both_signs",
    "facts",
    "filter_text",
    "map_text",
    "rounded",
    "seconds_text",
    "short_b",
    "what_decided",
]


class Fact(NamedTuple):
    """One fact.

    Attributes
    ----------
    label, text : str
        What it is about, and what is so, with A for angstrom.
    brief : bool
        Whether the terminal shows it.
    source : str
        A name from outside, such as a file's, that stands before the text as it is.
    """

    label: str
    text: str
    brief: bool = False
    source: str = ""


def facts(result: Sharpened) -> list[Fact]:
    """All facts about a run but its reasons and warnings, from the input to the output."""
    return [*_of_input(result), *_of_outcome(result), *_of_b(result), *_of_molecule(result)]


def map_text(density: DensityMap) -> str:
    """Size and voxel size of a map."""
    size = " x ".join(str(n) for n in density.shape[::-1])
    steps = dict.fromkeys(f"{step:.4g}" for step in density.voxel_size)
    return f"{size} voxels of {' x '.join(steps)} A"


def both_signs(b_sharpen: float) -> str:
    """Write b_sharpen in both conventions.

    Examples
    --------
    >>> both_signs(90.2)
    'b_sharpen +90 A^2 (RELION/cryoSPARC: -90)'
    """
    b = round(b_sharpen)
    return f"b_sharpen {b:+d} A^2 (RELION/cryoSPARC: {-b:+d})"


def short_b(b: float) -> str:
    """Write a B to 0.1 A^2 below 10, else to 1, without a minus before zero."""
    return f"{b:.1f}" if 0.05 <= abs(b) < 9.95 else f"{round(b):d}"


def rounded(number: float) -> str:
    """Write a large number to three digits.

    Examples
    --------
    >>> rounded(101877.5)
    '102,000'
    """
    return f"{float(f'{number:.3g}'):,.0f}"


def filter_text(chosen: Filter) -> str:
    """Describe a filter's radial part and its resolution limit."""
    limit = f"nothing beyond {chosen.d_min:.3g} A"
    radial = chosen.radial
    if isinstance(radial, SharpenBlur):
        text = both_signs(radial.b_sharpen)
        if round(radial.b_sharpen) > 0:
            text += f" to {radial.d_cut:.3g} A"
        return f"{text}, {limit}"
    if isinstance(radial, ShellFilter):
        return f"a factor for each of {len(radial.d)} resolution shells, {limit}"
    return limit


def seconds_text(seconds: dict[str, float], digits: int, *, stages: bool = True) -> str:
    """Write the time in all, and that of each stage."""
    spent = dict(seconds)
    total = spent.pop("total", sum(spent.values()))
    parts = ", ".join(f"{name} {value:.{digits}f}" for name, value in spent.items())
    return f"{total:.{digits}f} s" + (f" ({parts})" if stages and parts else "")


def _of_input(result: Sharpened) -> Iterator[Fact]:
    density = result.input
    source = str(density.path or "mean of the half maps")
    if density.reflections is not None:
        source += f" ({','.join(density.reflections.labels)})"
    yield Fact("map", f", {map_text(density)}", brief=True, source=source)
    edges = " x ".join(f"{edge:.1f}" for edge in density.cell[:3])
    angles = " ".join(f"{angle:g}" for angle in density.cell[3:])
    yield Fact("box", f"{edges} A, angles {angles} degrees")
    if density.path is None and result.half_maps is not None:
        yield Fact("half maps", "", source=" and ".join(result.half_maps.names))
    labels = [label.strip() for label in density.placement.labels if label.strip()]
    if labels:
        yield Fact("labels", "", source="; ".join(labels))
    entry, by = result.entry, result.resolution_source
    if entry is not None:
        yield Fact("entry", "", brief=True, source=f"{entry.id}, {entry.title}")
    stated = "as given" if by == "given" else f"by {by}"
    yield Fact("resolution", f"{result.resolution:g} A, {stated}", brief=entry is not None)


def _of_outcome(result: Sharpened) -> Iterator[Fact]:
    yield Fact("verdict", _verdict(result), brief=True)
    filter_ = result.filter
    if filter_ is None:
        yield Fact("filter", "none")
        return
    overall = result.local is not None and bool(result.local.boxes)
    text = "none: every voxel is as it was" if result.choice.leaves_alone else filter_text(filter_)
    yield Fact("filter", text, brief=True)
    if isinstance(filter_.radial, SharpenBlur) and not result.choice.leaves_alone:
        radial = filter_.radial
        yield Fact(
            "parameters of the overall filter" if overall else "parameters of the filter",
            f"b_sharpen = {radial.b_sharpen:.1f} A^2, d_cut = {radial.d_cut:.3g} A, "
            f"k = {radial.k:g} 1/A, b_blur = {radial.b_blur:g} A^2, d_min = {filter_.d_min:.2f} A",
        )
    if overall and result.local is not None:
        yield from _of_boxes(result.local)


def _of_boxes(local: Localised) -> Iterator[Fact]:
    """How far the filters of places lie apart, and how many places were informative."""
    low, high = (round(end(box.b_sharpen for box in local.boxes)) for end in (min, max))
    told = sum(box.applicable for box in local.boxes)
    symmetry = local.settings.symmetry
    about = f" to {high:+d} A^2 about the overall {round(local.b_sharpen):+d}"
    yield Fact(
        "local",
        f"b_sharpen {low:+d}{about if low < high else ' A^2 everywhere'}; "
        f"{told} of {len(local.boxes)} places tell something of their own"
        + (f", symmetry {symmetry.name}" if symmetry else ""),
        brief=True,
    )
    yield Fact("boxes", f"of {local.settings.size} voxels, blend {local.settings.blend}")


def _verdict(result: Sharpened) -> str:
    verdict = result.verdict
    ratio = verdict.signal_to_noise
    noise = "" if ratio is None else f", signal-to-noise {ratio:.1f}"
    method = what_decided(result)
    if verdict.applicable:
        return f"applicable ({method}{noise})"
    if result.map is None:
        return f"NOT APPLICABLE ({method}{noise}): no map was made"
    if result.choice.leaves_alone:
        return f"LEFT ALONE ({method}{noise}): the map is as it was"
    return f"NOT APPLICABLE ({method}{noise}): the map has the expected final B instead"


def what_decided(result: Sharpened) -> str:
    """Name the evidence that the choice rests on, with its weights where there are two."""
    weights = result.choice.weights
    if not weights:
        return METHODS[result.method].words
    return ", ".join(f"{name} {100 * weight:.0f} %" for name, weight in weights)


def _of_b(result: Sharpened) -> Iterator[Fact]:
    yield Fact("overall B", _overall_b(result), brief=True)
    if reason := output_against_target(result):
        yield Fact("B of the output", reason, brief=True)
    b_iso = result.b_iso
    for source, b in (("the score", b_iso.surface), ("expectation", b_iso.expected)):
        if b is not None:
            yield Fact(f"target by {source} alone", f"{short_b(b)} A^2")


def _overall_b(result: Sharpened) -> str:
    b = result.b_iso
    if isnan(b.signal):
        return "not known"
    before = f"{b.input:.0f} A^2; of the signal in it {b.signal:.0f} A^2"
    if b.output is None or isnan(b.output) or isnan(b.target):
        return before if b.signal != b.input else f"{b.input:.0f} A^2"
    low, high = b.interval
    target = f"{b.target:.0f} A^2" + (f" ({low:.0f} to {high:.0f})" if low < high else "")
    if b.signal == b.input:
        return f"{b.input:.0f} -> {b.output:.0f} A^2, aimed at {target}"
    return f"{b.input:.0f} -> {b.output:.0f} A^2; of the signal in it {b.signal:.0f} -> {target}"


def _of_molecule(result: Sharpened) -> Iterator[Fact]:
    prepared = result.prepared
    text = f"B differs by {prepared.anisotropy.spread:.0f} A^2 between directions"
    if isnan(prepared.anisotropy.spread):
        text = "not known"
    elif result.filter is None or result.filter.anisotropy is None:
        text += ", left in"
    else:
        text += f", {result.filter.anisotropy.spread:.0f} A^2 of it removed"
    yield Fact("anisotropy", text, brief=True)
    yield Fact("B11 B22 B33 B12 B13 B23", _tensor(prepared.anisotropy))
    changed = result.filter is not None and not result.choice.leaves_alone
    removed = prepared.removed if changed else None
    yield Fact("of that removed", _tensor(removed))
    yield Fact("molecule", _volume(prepared.volume), brief=True)
    weight = result.choice.region_weight
    if weight is not None:
        yield Fact("weight of a region", f"{weight:.4g} voxels of surface")


def _tensor(anisotropy: Anisotropy | None) -> str:
    if anisotropy is None:
        return "none"
    if isnan(anisotropy.spread):
        return "not known"
    return " ".join(f"{round(b):d}" for b in anisotropy.b_cartesian) + " A^2"


def _volume(volume: MolecularVolume) -> str:
    source = "estimated" if volume.source == "estimated" else f"from {volume.source}"
    return f"{rounded(volume.angstrom3)} A^3, {100 * volume.fraction:.1f} % of the map ({source})"
