"""What the report says, in words and in tables of numbers with their units."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from sharpem.spectra.filters import SharpenBlur

if TYPE_CHECKING:
    from sharpem.outcome import Result
    from sharpem.spectra.filters import Anisotropy, Filter

__all__ = ["Summary", "numbers", "summary", "trial_rows", "typeset"]

_B = "Å²"
_HELP = (
    "Two half maps: the filter then follows from how well they agree, shell by shell.",
    "A model that is about right: the filter then follows from how well it agrees with the map.",
    "The map as it came from the refinement: not masked, not sharpened, in its full box. The "
    "solvent around the molecule shows how much of the map is noise.",
    "If you know what you want: --b-sharpen or --b-iso sets it.",
)


class Summary(NamedTuple):
    """The verdict in plain words; ``state`` is ok, care or stop."""

    state: str
    headline: str
    done: tuple[str, ...]
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    remedies: tuple[str, ...]


def summary(result: Result) -> Summary:
    """Say first what matters: whether to trust the map, and what was done to it."""
    state, headline = _headline(result)
    verdict = result.verdict
    warnings = (*verdict.warnings, *result.prepared.warnings, *result.input.notes)
    of_boxes = result.local.reasons if result.local else ()  # they have a section of their own
    reasons = [reason for reason in verdict.reasons if reason not in of_boxes]
    return Summary(
        state,
        headline,
        _done(result),
        typeset(reasons),
        typeset(warnings),
        () if verdict.applicable else _HELP,
    )


def typeset(sentences: Iterable[str]) -> tuple[str, ...]:
    """Sentences once each, with the signs that the terminal does without."""
    signs = ((r"\bA\^2", _B), (r"\bA\^3", "Å³"), (r"(?<=\d) A\b", " Å"), (r"\+-", "±"))
    unique = [*dict.fromkeys(sentences)]
    for plain, sign in signs:
        unique = [re.sub(plain, sign, text) for text in unique]
    return tuple(unique)


def _headline(result: Result) -> tuple[str, str]:
    if result.filter is None:
        return "stop", f"Not applicable: the {result.method} method cannot judge this map"
    if not result.verdict.applicable:
        words = f"Not applicable: the {result.method} method cannot judge this map"
        return "care", words + "; a fall-back was used"
    if (span := _local_span(result)) is not None:
        return "ok", f"Sharpened locally: b_sharpen = {span}"
    return "ok", _action(result.filter)


def _local_span(result: Result) -> str | None:
    """Lowest and highest local b_sharpen about the overall one."""
    local = result.local
    if local is None or not local.boxes:
        return None
    low, high = (_number(end(box.b_sharpen for box in local.boxes)) for end in (min, max))
    if low == high:
        return f"{low} {_B} everywhere"
    return f"{low} to {high} {_B}, overall {_number(local.b_sharpen)} {_B}"


def _action(filter_: Filter) -> str:
    """Name what the filter does, in a few words."""
    if not isinstance(filter_.radial, SharpenBlur):
        return "Sharpened shell by shell"
    b = filter_.radial.b_sharpen
    verb = "Sharpened" if b > 0.5 else "Blurred" if b < -0.5 else "Left about as it was"
    return f"{verb}: b_sharpen = {_number(b)} {_B}"


def _done(result: Result) -> tuple[str, ...]:
    if result.filter is None:
        return (
            "No map was written. The trials below show what was found; run again with "
            "--if-not-applicable empirical for a map at the overall B expected of such a map.",
            f"{_before(result)}.",
        )
    sentences = (
        _fall_back_sentence(result),
        _local_sentence(result, _sharpening_sentence(result.filter)),
        _target_sentence(result),
        _evidence_sentence(result),
        _limits_sentence(result.filter),
        _anisotropy_sentence(result),
    )
    return tuple(filter(None, sentences))


def _fall_back_sentence(result: Result) -> str:
    if result.verdict.applicable:
        return ""
    return "This is the sharpening expected of such a map, not one that this map's contours chose."


def _sharpening_sentence(filter_: Filter) -> str:
    if not isinstance(filter_.radial, SharpenBlur):
        return "Amplitudes were scaled shell by shell; phases are untouched."
    b = filter_.radial.b_sharpen
    verb = "Sharpened" if b >= 0 else "Blurred"
    return (
        f"{verb} by b_sharpen = {_number(b)} {_B} (RELION and cryoSPARC would call this "
        f"B = {_number(-b)}). Phases are untouched."
    )


def _local_sentence(result: Result, overall: str) -> str:
    if _local_span(result) is None:
        return overall
    return f"On the whole: {overall} From place to place it differs: see Local sharpening."


def _before(result: Result) -> str:
    b = result.b_iso
    whole = f" (signal; {_known(b.input)} whole map)" if abs(b.input - b.signal) >= 0.5 else ""
    return f"Overall B before: {_known(b.signal)}{whole}"


def _target_sentence(result: Result) -> str:
    b = result.b_iso
    low, high = b.interval
    text = f"{_before(result)}. Target: {_known(b.target)}"
    if high > low:
        text += f", about 90 % interval {_number(low)} to {_number(high)} {_B}"
    if b.output is not None:
        radial = result.filter.radial if result.filter else None
        blurred = isinstance(radial, SharpenBlur) and radial.blurred_part > 0
        where = " (blurring about d_cut included)" if blurred else ""
        text += f". Measured on the sharpened map{where}: {_known(b.output)}"
    return text + "."


def _evidence_sentence(result: Result) -> str:
    ratio = result.verdict.signal_to_noise
    if ratio is None:
        return ""
    return f"Signal-to-noise of the score's maximum: {ratio:.1f} (below 3 it is not trusted)."


def _limits_sentence(filter_: Filter) -> str:
    radial = filter_.radial
    text = ""
    if isinstance(radial, SharpenBlur) and radial.blurred_part > 0:
        text = (
            f"Beyond d_cut = {radial.d_cut:.2f} Å sharpening gives way to blurring "
            f"(b_blur = {_number(radial.b_blur)} {_B}). "
        )
    return text + f"Terms beyond {filter_.d_min:.2f} Å were dropped."


def _anisotropy_sentence(result: Result) -> str:
    removed = result.prepared.removed
    if removed is None or removed.spread < 0.5:
        return ""
    return f"Anisotropy was removed: {_number(removed.spread)} {_B} between directions."


def numbers(result: Result) -> tuple[tuple[str, str], ...]:
    """Rows of the table of numbers: what it is, and its value with the unit."""
    volume = result.prepared.volume
    weight = result.choice.region_weight
    rows = [
        *_input_rows(result),
        ("Method", _method(result)),
        *_b_rows(result),
        ("Anisotropy: B11 B22 B33 B12 B13 B23", _tensor(result.prepared.anisotropy)),
        ("Of that removed", _tensor(result.prepared.removed)),
        ("Molecular volume", f"{volume.angstrom3:,.0f} Å³ ({volume.source})"),
        ("Molecule's share of the box", f"{100 * volume.fraction:.2f} %"),
        ("Weight of a region", "none" if weight is None else f"{weight:.4g} voxels of surface"),
        *_filter_rows(result),
        ("Time", _times(result.seconds)),
        ("Peak memory", f"{result.peak_memory_bytes / 2**20:,.0f} MiB"),
    ]
    return tuple(rows)


def _input_rows(result: Result) -> list[tuple[str, str]]:
    density = result.input
    nx, ny, nz = density.shape[::-1]
    size = " x ".join(f"{step:.4g}" for step in density.voxel_size)
    rows = [
        ("Input", _source(result)),
        ("Grid", f"{nx} x {ny} x {nz} voxels (x, y, z)"),
        ("Voxel", f"{size} Å"),
        ("Box", " x ".join(f"{edge:.1f}" for edge in density.cell[:3]) + " Å"),
    ]
    if density.cell[3:] != (90.0, 90.0, 90.0):
        rows.append(("Angles", " ".join(f"{angle:g}" for angle in density.cell[3:]) + "°"))
    labels = "; ".join(label.strip() for label in density.placement.labels if label.strip())
    rows += [("Labels", labels)] if labels else []
    rows += [("Entry", f"{result.entry.id}: {result.entry.title}")] if result.entry else []
    return [*rows, (f"Resolution ({result.resolution_source})", f"{result.resolution:g} Å")]


def _source(result: Result) -> str:
    if result.input.path is None and result.half_maps is not None:
        return "mean of the half maps " + " and ".join(result.half_maps.names)
    return str(result.input.path or "an array")


def _method(result: Result) -> str:
    used = result.choice.method
    return result.method if used == result.method else f"{result.method}, then {used}"


def _b_rows(result: Result) -> list[tuple[str, str]]:
    b = result.b_iso
    low, high = b.interval
    rows = [
        ("Overall B of the input", b.input),
        ("Overall B of the signal in it", b.signal),
        ("Target, overall B", b.target),
        ("Overall B of the output", b.output),
        ("Target by the score alone", b.surface),
        ("Target by expectation alone", b.expected),
    ]
    texts = [(name, "none" if v is None else _known(v)) for name, v in rows]
    return [
        *texts,
        ("Interval of the target, about 90 %", _range(low, high)),
    ]


def _tensor(anisotropy: Anisotropy | None) -> str:
    if anisotropy is None:
        return "none"
    return " ".join(f"{b:.1f}" for b in anisotropy.b_cartesian) + f" {_B}"


def _filter_rows(result: Result) -> list[tuple[str, str]]:
    filter_, span = result.filter, _local_span(result)
    if filter_ is None:
        return [("Filter", "none")]
    radial = filter_.radial
    if isinstance(radial, SharpenBlur):
        text = (
            f"b_sharpen = {radial.b_sharpen:.2f} {_B}, d_cut = {radial.d_cut:.3g} Å, "
            f"k = {radial.k:g} 1/Å, b_blur = {radial.b_blur:g} {_B}"
        )
    else:
        text = f"table of {len(radial.to_dict().get('d', ()))} shells"
    limit = ("Resolution limit of the map", f"{filter_.d_min:.3f} Å")
    if span is None or result.local is None:
        return [("Filter", text), limit]
    settings = result.local.settings
    symmetry = settings.symmetry.name if settings.symmetry else "none"
    boxes = f"{len(result.local.boxes)} of {settings.size} voxels, blend {settings.blend}"
    local = [("Local b_sharpen", span), ("Boxes", f"{boxes}, symmetry {symmetry}")]
    return [("Overall filter", text), *local, limit]


def _times(seconds: dict[str, float]) -> str:
    parts = ", ".join(f"{name} {value:.2f}" for name, value in seconds.items() if name != "total")
    total = seconds.get("total", sum(seconds.values()))
    return f"{total:.2f} s" + (f" ({parts})" if parts else "")


def trial_rows(result: Result) -> tuple[tuple[str, ...], ...]:
    """Rows of the table of trials, by overall B."""
    return tuple(
        (
            f"{t.b_iso:.1f}",
            f"{t.b_sharpen:.1f}",
            f"{t.threshold:.4g}",
            f"{t.surface_area:,}",
            f"{t.regions:,}",
            f"{t.adjusted_surface_area:,.0f}",
            f"{t.kurtosis:.2f}",
        )
        for t in sorted(result.trials, key=lambda trial: trial.b_iso)
    )


def _number(b: float) -> str:
    """Write a B to 0.1 A^2 below 10, else to 1, without a minus before zero."""
    return f"{b:.1f}" if 0.05 <= abs(b) < 9.95 else f"{round(b):d}"


def _known(b: float) -> str:
    """An overall B with its unit, or that it is not known."""
    return "not known" if math.isnan(b) else f"{_number(b)} {_B}"


def _range(low: float, high: float) -> str:
    return "not known" if math.isnan(low) else f"{_number(low)} to {_number(high)} {_B}"
