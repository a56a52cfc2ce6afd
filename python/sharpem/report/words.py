"""What the report says, in words and in tables of numbers with their units."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from math import isnan
from typing import NamedTuple

from sharpem.findings import Finding
from sharpem.outcome import Sharpened
from sharpem.report.facts import facts, seconds_text, short_b, what_decided
from sharpem.report.overall_b import output_against_target
from sharpem.spectra.filters import Filter, SharpenBlur

__all__ = ["Summary", "finding_rows", "numbers", "summary", "trial_rows", "typeset"]

_B = "Å²"
_HARDLY = "Left about as it was"
_SIGNS = (
    (r"\bA\^2", _B),
    (r"\bA\^3", "Å³"),
    (r"(?<=\d) A\b", " Å"),
    (r"\b1/A\b", "1/Å"),
    (r"\+-", "±"),
)
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
    notes: tuple[str, ...]
    remedies: tuple[str, ...]


def summary(result: Sharpened) -> Summary:
    """Say first what matters: whether to trust the map, and what was done to it."""
    state, headline = _headline(result)
    verdict = result.verdict
    of_boxes = result.local.reasons if result.local else ()  # they have a section of their own
    reasons = [reason for reason in verdict.reasons if reason not in of_boxes]
    return Summary(
        state,
        headline,
        _done(result),
        typeset(reasons),
        typeset((*_texts(result, note=False), *verdict.warnings)),
        typeset(_texts(result, note=True)),
        () if verdict.applicable else _HELP,
    )


def _texts(result: Sharpened, *, note: bool) -> list[str]:
    """What was found, notes or all else; what to do stands in a table of its own."""
    return [one.text for one in result.choice.findings if (one.severity == "note") == note]


def typeset(sentences: Iterable[str]) -> tuple[str, ...]:
    """Sentences once each, with the signs that the terminal does without."""
    return tuple(_with_signs(text) for text in dict.fromkeys(sentences))


def _with_signs(text: str) -> str:
    for plain, sign in _SIGNS:
        text = re.sub(plain, sign, text)
    return text


def _headline(result: Sharpened) -> tuple[str, str]:
    if result.filter is None:
        return "stop", f"Not applicable: the {result.method} method cannot judge this map"
    if result.choice.leaves_alone:
        return "care", "Left alone: the map is as it was"
    if not result.verdict.applicable:
        words = f"Not applicable: the {result.method} method cannot judge this map"
        return "care", words + "; a fall-back was used"
    if (span := _local_span(result)) is not None:
        return "ok", f"{_verb(_overall(result))} locally: b_sharpen = {span}"
    decided = f" ({what_decided(result)})" if result.choice.weights else ""
    return "ok", _action(result, result.filter) + decided


def _overall(result: Sharpened) -> float:
    return result.local.b_sharpen if result.local else 0.0


def _local_span(result: Sharpened) -> str | None:
    """Lowest and highest local b_sharpen about the overall one."""
    local = result.local
    if local is None or not local.boxes:
        return None
    low, high = (short_b(end(box.b_sharpen for box in local.boxes)) for end in (min, max))
    if low == high:
        return f"{low} {_B} everywhere"
    return f"{low} to {high} {_B}, overall {short_b(local.b_sharpen)} {_B}"


def _action(result: Sharpened, filter_: Filter) -> str:
    """Name what the filter does, in a few words."""
    if not isinstance(filter_.radial, SharpenBlur):
        like = result.b_iso.signal - result.b_iso.target
        return "Filtered shell by shell" if isnan(like) else f"{_verb(like)} shell by shell"
    b = filter_.radial.b_sharpen
    return f"{_verb(b)}: b_sharpen = {short_b(b)} {_B}"


def _verb(b_sharpen: float) -> str:
    """What a filter does that is like one of this b_sharpen, A^2."""
    return "Sharpened" if b_sharpen > 0.5 else "Blurred" if b_sharpen < -0.5 else _HARDLY


def _done(result: Sharpened) -> tuple[str, ...]:
    if result.filter is None:
        return (
            "No map was written. The trials below show what was found; run again with "
            "--if-not-applicable empirical for a map at the overall B expected of such a map.",
            f"{_before(result)}.",
        )
    if result.choice.leaves_alone:
        return ("Every voxel is as it was; no Fourier coefficient was changed or dropped.",)
    sentences = (
        _fall_back_sentence(result),
        _local_sentence(result, _sharpening_sentence(result.filter)),
        _target_sentence(result),
        _evidence_sentence(result),
        _limits_sentence(result.filter),
        _anisotropy_sentence(result),
    )
    return tuple(filter(None, sentences))


def _fall_back_sentence(result: Sharpened) -> str:
    if result.verdict.applicable:
        return ""
    return "This is the sharpening expected of such a map, not one that this map's contours chose."


def _sharpening_sentence(filter_: Filter) -> str:
    if not isinstance(filter_.radial, SharpenBlur):
        return "Amplitudes were scaled shell by shell; phases are untouched."
    b = filter_.radial.b_sharpen
    verb = _verb(b)
    link = ":" if verb == _HARDLY else " by"
    return (
        f"{verb}{link} b_sharpen = {short_b(b)} {_B} (RELION and cryoSPARC would call this "
        f"B = {short_b(-b)}). Phases are untouched."
    )


def _local_sentence(result: Sharpened, overall: str) -> str:
    if _local_span(result) is None:
        return overall
    return f"On the whole: {overall} From place to place it differs: see Local sharpening."


def _before(result: Sharpened) -> str:
    b = result.b_iso
    if isnan(b.signal):
        return "Overall B before: not known"
    whole = "" if abs(b.input - b.signal) < 0.5 else f" (signal; {short_b(b.input)} {_B} whole map)"
    return f"Overall B before: {short_b(b.signal)} {_B}{whole}"


def _target_sentence(result: Sharpened) -> str:
    b = result.b_iso
    if isnan(b.target):
        return f"{_before(result)}."
    low, high = b.interval
    text = f"{_before(result)}. Target: {short_b(b.target)} {_B}"
    if high > low:
        text += f", about 90 % interval {low:.0f} to {high:.0f} {_B}"
    if reason := output_against_target(result):
        return f"{text}. {_with_signs(reason)}"
    if b.output is not None and not isnan(b.output):
        text += f". Measured on the output: {short_b(b.output)} {_B}"
    return text + "."


def _evidence_sentence(result: Sharpened) -> str:
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
            f"(b_blur = {short_b(radial.b_blur)} {_B}). "
        )
    return text + f"Terms beyond {filter_.d_min:.2f} Å were dropped."


def _anisotropy_sentence(result: Sharpened) -> str:
    removed = result.prepared.removed
    if removed is None or removed.spread < 0.5:
        return ""
    return f"Anisotropy was removed: {short_b(removed.spread)} {_B} between directions."


def numbers(result: Sharpened) -> tuple[tuple[str, str], ...]:
    """Rows of the table of numbers: what it is, and its value with the unit."""
    rows = [(one.label, one.source + _with_signs(one.text)) for one in facts(result)]
    rows.append(("time", seconds_text(result.seconds, 2)))
    rows.append(("peak memory", f"{result.peak_memory_bytes / 2**20:,.0f} MiB"))
    return tuple((label[0].upper() + label[1:], text) for label, text in rows)


def finding_rows(result: Sharpened) -> tuple[Finding, ...]:
    """Rows of the table of findings, notes last, with the signs that the terminal does without."""
    ordered = sorted(result.choice.findings, key=lambda one: one.severity == "note")
    return tuple(
        replace(one, text=_with_signs(one.text), do=_with_signs(one.do)) for one in ordered
    )


def trial_rows(result: Sharpened) -> tuple[tuple[str, ...], ...]:
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
