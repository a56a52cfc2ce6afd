"""The outcome of a run on the terminal: the brief facts, reasons and warnings, and the files."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from pathlib import Path

from sharpem.findings import lines_of
from sharpem.local.localised import Place
from sharpem.maps.density import DensityMap
from sharpem.outcome import Sharpened
from sharpem.report.facts import facts, map_text, seconds_text

__all__ = ["map_line", "summary"]


def map_line(density: DensityMap) -> str:
    """Name, columns, size and voxel size of a map."""
    terms = density.reflections
    columns = f" ({','.join(terms.labels)})" if terms is not None else ""
    return f"{density.path or 'mean of the half maps'}{columns}, {map_text(density)}"


def summary(
    result: Sharpened, written: dict[str, Path], *, verbose: bool = False
) -> list[tuple[str, str]]:
    """Sum a run up.

    Parameters
    ----------
    result : Sharpened
    written : dict of str to Path
        The files.
    verbose : bool
        With all trials and boxes, and the time of each step.

    Returns
    -------
    list of (label, text)
    """
    lines = [(fact.label, fact.source + fact.text) for fact in facts(result) if fact.brief]
    boxes = result.local.boxes if result.local else ()
    in_short = result.local.reasons if boxes and result.local and not verbose else ()
    lines += [("reason", text) for text in result.verdict.reasons if text not in in_short]
    lines += lines_of(result.choice.findings, result.verdict.warnings)
    if verbose:
        lines += [("trial", text) for text in _trials(result)]
        lines += [("box", _box(box)) for box in boxes]
    map_first = sorted(written, key=lambda kind: kind != "map")
    lines.append(("wrote", ", ".join(str(written[kind]) for kind in map_first)))
    time = seconds_text(result.seconds, 1, stages=verbose)
    memory = f", {result.peak_memory_bytes / 1e6:.0f} MB" if verbose else ""
    return [*lines, ("time", time + memory)]


def _trials(result: Sharpened) -> Iterator[str]:
    for trial in result.trials:
        yield (
            f"B {trial.b_iso:+5.0f}: surface {trial.surface_area}, regions {trial.regions}, "
            f"adjusted {trial.adjusted_surface_area:.0f}, kurtosis {trial.kurtosis:.2f}"
        )


def _box(box: Place) -> str:
    x, y, z = box.centre
    known = box.resolution is not None and isfinite(box.resolution)
    resolution = f", {box.resolution:.2f} A" if known else ""
    return (
        f"at {x:.0f} {y:.0f} {z:.0f} A: b_sharpen {box.b_sharpen:+.0f}, B {box.b_iso:.0f} +- "
        f"{box.error:.0f} A^2, {100 * box.molecule:.0f} % molecule{resolution}. {box.reason}"
    )
