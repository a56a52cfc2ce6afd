"""The page of ``sharpem compare``: all methods side by side."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sharpem import _core
from sharpem.evaluation.compare import DEPOSITED, Compared, Comparison
from sharpem.findings import lines_of
from sharpem.methods.registry import COMPARED, METHODS, SCANNING
from sharpem.report.curves import Line, fsc_figure, lines_figure
from sharpem.report.pages import render_page
from sharpem.report.panel import GREY, Panel, svg
from sharpem.report.slices import Picture, pictures, window_of
from sharpem.report.words import typeset
from sharpem.spectra.filters import Filter

__all__ = [
    "best_sentence",
    "columns",
    "headline",
    "local_sentence",
    "model_sentence",
    "render_comparison",
    "texts",
]

_FRACTION = 0.2  # of the molecular volume inside the contour, as in the scan


class _Row(NamedTuple):
    name: str
    colour: str
    dashed: bool
    best: bool
    values: tuple[str, ...]
    reasons: tuple[str, ...]


def columns(comparison: Comparison) -> tuple[str, ...]:
    """Name the columns of the table, after the method's."""
    plain = ("applies", "b_sharpen (A^2)", "overall B (A^2)")
    by_model = ("CC_mask", "CC_box", "FSC = 0.5 (A)") if comparison.best else ()
    return (*plain, *by_model, *(("--local adds",) if _says_of_local(comparison) else ()))


def texts(comparison: Comparison, entry: Compared) -> tuple[str, ...]:
    """Write what goes under :func:`columns`."""
    rise = "" if entry.local_rise is None else f"{entry.local_rise:+.3f}"
    return (*_overall_texts(entry), *((rise,) if _says_of_local(comparison) else ()))


def _says_of_local(comparison: Comparison) -> bool:
    return any(entry.local_rise is not None for entry in comparison.entries)


def _overall_texts(entry: Compared) -> tuple[str, ...]:
    """Write what the overall filter does."""
    applicable = "" if entry.choice is None else "yes" if entry.choice.verdict.applicable else "no"
    plain = (applicable, _sharpening(entry), _known(f"{entry.b_output:.0f}"))
    if entry.agreement is None:
        return plain
    cc = entry.agreement.correlation
    return (*plain, f"{cc.cc_mask:.4f}", f"{cc.cc_box:.4f}", str(entry.agreement.fsc.crossing(0.5)))


def _sharpening(entry: Compared) -> str:
    """b_sharpen; for a filter by shell the one that it is like, marked so."""
    if entry.choice is None:
        return ""
    if entry.b_sharpen is not None:
        return f"{entry.b_sharpen:+.0f}"
    b = entry.choice.b_iso
    return _known(f"~{b.signal - b.target:+.0f}")


def _known(number: str) -> str:
    """A number as it stands in the table, or that it is not known."""
    return "not known" if "nan" in number else number


def headline(comparison: Comparison) -> str:
    """Say which way is best, and which is of those that did not use the model."""
    best, blind = comparison.best, comparison.best_blind
    if best is None or blind is None:
        return "No model was given, so nothing here says which map is best."
    deposited = comparison.entries[0].cc_mask or 0.0
    others = "" if best is blind else f"; without the model: {blind.label} ({blind.cc_mask:.4f})"
    return (
        f"Best by CC_mask: {best.label} ({best.cc_mask:.4f}){others}; as deposited {deposited:.4f}"
    )


def model_sentence(comparison: Comparison) -> str:
    """Say who judged; nothing where nobody did."""
    if comparison.best is None:
        return ""
    judge = comparison.model.name if comparison.model else "the model"
    return (
        f"The model judged: {judge}, all atoms at B = 0. The method called model looked at it too, "
        "the others did not."
    )


def best_sentence(comparison: Comparison) -> str:
    """Say what the best b_sharpen would have been, if the model was asked."""
    best_sharpening = comparison.best_sharpening
    if best_sharpening is None:
        return ""
    return (
        f"The best that b_sharpen alone can do, by the model: {best_sharpening.cc_mask:.4f} at "
        f"{best_sharpening.b_sharpen:+.0f} A^2."
    )


def local_sentence(comparison: Comparison) -> str:
    """Say what the column about local sharpening means, if there is one."""
    if not _says_of_local(comparison):
        return ""
    return (
        "--local adds: the expected rise of the correlation with the truth if gains differ from "
        "place to place, from signal and noise; no model was asked."
    )


def render_comparison(comparison: Comparison, *, command: str | None = None) -> str:
    """Report as a self-contained HTML page.

    Parameters
    ----------
    comparison : Comparison
        What :func:`sharpem.evaluation.compare.compare` gave. Its maps are made anew, one at a time.
    command : str, optional
        The command line that reproduces the run.
    """
    from markupsafe import Markup

    density, resolution = comparison.input, comparison.prepared.resolution
    figures = {name: Markup(text) for name, text in _figures(comparison).items()}
    sources = [("Map", str(density.path or "an array")), ("Resolution", f"{resolution:g} Å")]
    if comparison.model:
        sources.append(("Model", str(comparison.model)))
    cuts = _sections(comparison)
    return render_page(
        "comparison.html.j2",
        kind="comparison",
        title=density.path.name if density.path else "map",
        headline=headline(comparison),
        sentences=typeset(
            sentence(comparison) for sentence in (model_sentence, best_sentence, local_sentence)
        ),
        judged=comparison.best is not None,
        columns=[_with_signs(name) for name in columns(comparison)],
        rows=[_row(comparison, entry) for entry in comparison.entries],
        skipped=sorted(comparison.skipped.items()),
        figures=figures,
        sections=cuts,
        volume=_contour_voxels(comparison) * _voxel(comparison),
        by_shell=any(entry.b_sharpen is None for entry in comparison.entries),
        findings=[(kind, *typeset((text,))) for kind, text in lines_of(comparison.findings)],
        command=command,
        sources=sources,
    )


def _with_signs(name: str) -> str:
    return name.replace("A^2", "Å²").replace("(A)", "(Å)")


def _row(comparison: Comparison, entry: Compared) -> _Row:
    reasons = () if entry.choice is None else entry.choice.verdict.reasons
    best = entry is comparison.best
    return _Row(entry.label, *_look(entry), best, texts(comparison, entry), typeset(reasons))


def _look(entry: Compared) -> tuple[str, bool]:
    """Colour of a method's lines, and whether they are dashed: those of variants are."""
    if entry.name == DEPOSITED:
        return GREY, False
    method = COMPARED[entry.name]
    return method.colour, method.variant_of is not None


def _figures(comparison: Comparison) -> dict[str, str]:
    d = comparison.prepared.resolution
    chosen = [entry for entry in comparison.entries if entry.filter is not None]
    found = {
        "filters": lines_figure(
            [_filter_line(entry, entry.filter) for entry in chosen if entry.filter],
            d,
            "filters",
            "Amplitude factor A(s)",
            logarithmic=True,
            floor=0.1,
        ),
        "amplitudes": lines_figure(
            [_amplitude_line(comparison, entry) for entry in comparison.entries],
            d,
            "amplitudes",
            "Mean amplitude (relative)",
            logarithmic=True,
            floor=1e-4,
        ),
        "scores": _score_figure(comparison),
    }
    judged = [(entry, entry.agreement) for entry in comparison.entries if entry.agreement]
    if judged:
        lines = [Line(*agreement.fsc, *_look(entry)) for entry, agreement in judged]
        found["fsc"] = fsc_figure(lines, d, "fsc", "FSC of each map with the model")
        found["correlation"] = _correlation_figure(comparison)
    return found


def _filter_line(entry: Compared, filter_: Filter) -> Line:
    s = np.linspace(0, 1 / filter_.d_min, 300)
    return Line(s, filter_.radial(s), *_look(entry))


def _amplitude_line(comparison: Comparison, entry: Compared) -> Line:
    shells = comparison.prepared.shells
    factor = 1.0 if entry.filter is None else entry.filter.radial(shells.s)
    return Line(shells.s, shells.amplitude / shells.amplitude.max() * factor, *_look(entry))


def _score_figure(comparison: Comparison) -> str:
    """Draw the scores over overall B, and where each way ended up."""
    by_name = {entry.name: entry for entry in comparison.entries}
    panels = []
    for name in SCANNING:
        method, choice, panel = METHODS[name], by_name[name].choice, Panel()
        assert choice is not None
        assert method.score is not None
        b_iso = [trial.b_iso for trial in choice.trials]
        scores = [method.score.score(trial) for trial in choice.trials]
        panel.line(b_iso, scores, method.colour, dots=4, name=method.score.label)
        _targets(panel, comparison)
        panels.append(panel)
    words = "Adjusted surface area and kurtosis against overall B"
    below = "Overall B of the sharpened map (Å²); sharper to the left"
    return svg(panels, [140, 140], "scores", words, below)


def _targets(panel: Panel, comparison: Comparison) -> None:
    for entry in comparison.entries:
        if entry.choice is None or entry.b_sharpen is None:
            continue
        colour, dashed = _look(entry)
        panel.mark(entry.choice.b_iso.target, colour, "4 3" if dashed else "")


def _correlation_figure(comparison: Comparison) -> str:
    """Draw CC_mask over b_sharpen, and each way on it."""
    best_sharpening = comparison.best_sharpening
    assert best_sharpening is not None
    b, cc = np.array(best_sharpening.trials).T
    shown = [entry for entry in comparison.entries if entry.b_sharpen is not None]
    places = [entry.b_sharpen or 0.0 for entry in shown]
    low, high = (
        min(*places, best_sharpening.b_sharpen) - 60,
        max(*places, best_sharpening.b_sharpen) + 60,
    )
    near = (b >= low) & (b <= high)
    panel = Panel("CC_mask at B = 0")
    panel.line(b[near], cc[near], GREY, width=1.4)
    for entry in comparison.entries:
        colour, dashed = _look(entry)
        if entry.b_sharpen is None:
            panel.level(entry.cc_mask or 0.0, colour)
        else:
            panel.scatter([entry.b_sharpen], [entry.cc_mask or 0.0], colour, hollow=dashed)
    words = "Map-model correlation at B = 0 against b_sharpen"
    return svg([panel], [230], "correlation", words, "b_sharpen (Å²); sharper to the right")


class _Cut(NamedTuple):
    label: str
    colour: str
    dashed: bool
    level: float
    picture: Picture


def _contour_voxels(comparison: Comparison) -> int:
    share = comparison.prepared.volume.fraction
    return max(1, round(_FRACTION * share * comparison.input.voxels))


def _voxel(comparison: Comparison) -> float:
    return float(abs(np.linalg.det(comparison.input.voxel_axes)))


def _sections(comparison: Comparison) -> list[_Cut]:
    """Cut every map at the same place, with a contour that encloses the same volume in each."""
    voxels = _contour_voxels(comparison)
    window = window_of(comparison.input, _core.contour(comparison.input.data, voxels)[0])
    cuts = []
    for entry in comparison.entries:
        density = comparison.map_of(entry)
        level = _core.contour(density.data, voxels)[0]
        picture = pictures(density, window, level)[0]
        cuts.append(_Cut(entry.label, *_look(entry), level, picture))
    return cuts
