"""What was measured as Markdown and as a plot, and how it gets into the pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Results = dict[str, dict[str, Any]]

ROOT = Path(__file__).parents[2]
README_IDS = ("start-help", "whole-EMD-3488", "whole-EMD-11007", "scan-1-EMD-11007",
              "scan-1-EMD-44046", "scan", "half-maps", "local", "cc3d-mask-26", "fft-scipy",
              "memory-512", "row", "cluster")  # fmt: skip


def markdown(rows: Sequence[dict[str, Any]]) -> str:
    """Table of rows."""
    lines = [
        "| figure | sharpem | other | ratio | goal (stretch) |",
        "|---|---:|---:|---:|---|",
    ]
    for row in rows:
        cells = (_time(row["ours"], row["unit"]), _time(row["theirs"], row["unit"]))
        number = f"{row['ratio']:.3g}"
        lines.append(f"| {row['figure']} | {cells[0]} | {cells[1]} | {number} | {row['goal']} |")
    return "\n".join(lines)


def _time(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "GB":
        return f"{value:.2f} GB"
    return f"{value:.3g} s {unit}" if value >= 1 else f"{1000 * value:.3g} ms {unit}"


def setting(results: Results) -> str:
    """Sentence on machine and date."""
    machines = {tuple(sorted(section["machine"].items())) for section in results.values()}
    told = [dict(machine) for machine in machines]
    first = max(told, key=lambda machine: machine["date"])
    loads = ", ".join(sorted({machine["load"].split()[0] for machine in told}))
    return (
        f"Measured {first['date']} on {first['CPU']} ({first['instructions']}; kernels "
        f"{first['kernels']}), {first['system']}; "
        f"{first['versions']}; load average at the start {loads}."
    )


def all_rows(results: Results) -> list[dict[str, Any]]:
    """Rows of all sections, in their order."""
    return [row for section in results.values() for row in section["rows"]]


def plot(results: Results, path: Path) -> None:
    """Time against voxels, both logarithmic, a line for each program."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "sharpem", "font.size": 10}):
        figure = Figure(figsize=(6.4, 4.4), layout="constrained")
        axis = figure.add_subplot()
        for (label, style), points in _curves(results).items():
            points.sort()
            axis.plot([n**3 for n, _ in points], [t for _, t in points], style, label=label)
        axis.set(xscale="log", yscale="log", xlabel="voxels", ylabel="CPU seconds")
        axis.grid(which="major", alpha=0.3)
        axis.legend(frameon=False)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _curves(results: Results) -> dict[tuple[str, str], list[tuple[int, float]]]:
    curves: dict[tuple[str, str], list[tuple[int, float]]] = {}

    def add(label: str, style: str, n: int, seconds: float) -> None:
        curves.setdefault((label, style), []).append((n, seconds))

    for row in all_rows(results):
        kind, n = row["id"].partition("-")[0], row.get("n")
        if kind == "growth":
            trials = row["figure"].split()[0]
            add(f"sharpem, {trials} trials", "C0o-", n, row["ours"])
            add(f"NumPy and SciPy, {trials} trials", "C1s-", n, row["theirs"])
        elif kind == "share":
            add("sharpem, whole command, EMDB entries", "C0^:", n, row["command"][1])
        elif kind == "base":
            add("sharpem 0.1.0, EMDB entries", "C2d:", n, row["theirs"])
        elif kind == "whole":
            add("published program, EMDB entries", "C3v:", n, row["theirs"])
    return curves


def write_docs(results: Results) -> None:
    """Put table, setting and plot into docs/speed.md, and a short table into the README."""
    rows = all_rows(results)
    _between(ROOT / "docs" / "speed.md", f"{setting(results)}\n\n{markdown(rows)}")
    short = [row for name in README_IDS for row in rows if row["id"] == name]
    _between(ROOT / "README.md", f"{markdown(short)}\n\n{setting(results)}")
    plot(results, ROOT / "docs" / "figures" / "speed.svg")


def _between(page: Path, text: str) -> None:
    """Replace what stands between the two marks of a page."""
    start, end = "<!-- benchmarks: made by benchmarks/run.py -->", "<!-- end of benchmarks -->"
    old = page.read_text(encoding="utf-8")
    pattern = re.escape(start) + ".*?" + re.escape(end)
    new, count = re.subn(pattern, lambda _: f"{start}\n{text}\n{end}", old, flags=re.DOTALL)
    if count != 1:
        raise SystemExit(f"{page}: {count} pairs of marks, expected one")
    page.write_text(new, encoding="utf-8")
