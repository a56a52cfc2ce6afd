"""The figures of pages about many maps, and that no library that plots is needed for them."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest

from sharpem.report.batch import render_batch
from sharpem.report.panel import standalone
from sharpem.report.study_figures import study_figures
from sharpem.study.outcome import CaseOutcome, MethodOutcome, Shaken

METHODS = (
    "surface",
    "surface-bare",
    "kurtosis-bare",
    "half-map",
    "model",
    "model-held-out",
    "surface-local",
)


def case(number: int, group: str) -> CaseOutcome:
    cc = 0.6 + 0.01 * number
    return CaseOutcome(
        name=f"EMD-{1000 + number}",
        group=group,
        resolution=3.0 + 0.1 * number,
        cc_mask=cc,
        b_signal=100.0,
        best_b_sharpen=80.0 + number,
        best_cc=cc + 0.05,
        methods=tuple(MethodOutcome(name, name, True, cc, 70.0, 30.0, 0.1) for name in METHODS),
        curves={b: [(0.0, 0.5), (50.0, 0.6), (100.0, 0.4)] for b in ("-100", "0", "100")},
        shaken=tuple(Shaken(rms, 50 * rms + number, 0.5, 9 * rms) for rms in (0.0, 1.0, 2.0)),
    )


def row(number: int, **changes: object) -> dict[str, object]:
    values = {"name": f"m{number}", "status": "done", "report": None, "error": None}
    values |= {"resolution": 3.0, "method": "surface", "applicable": number != 0}
    values |= {"signal_to_noise": 10.0, "b_sharpen": 10.0 * number, "b_iso_input": 100.0}
    return values | {"b_iso_output": 30.0, "warnings": 0, "seconds": 1.0} | changes


def bars(svg: str) -> list[tuple[float, float]]:
    """Bottoms and tops, px."""
    found = re.findall(r'<path d="M[0-9.]+ ([0-9.]+)V([0-9.]+)H[^>]*fill-opacity', svg)
    return [(float(bottom), float(top)) for bottom, top in found]


def pictures(page: str) -> list[str]:
    return re.findall(r'<svg class="plot".*?</svg>', page, re.DOTALL)


def circles(svg: str) -> np.ndarray:
    return np.array(re.findall(r'<circle cx="([0-9.]+)" cy="([0-9.]+)"', svg), float)


@pytest.mark.parametrize(("count", "groups"), [(1, 1), (4, 2), (20, 3)])
def test_every_figure_of_a_study(count, groups):
    figures = study_figures([case(n, f"group {n % groups}") for n in range(count)])
    numbers = [one.number for one in figures]
    curves = ["7A", "7B"] if count > 1 else ["7A"]
    assert numbers == [*curves, "7C", "8", "9A", "9B", "9C", "9D", "10A", "regret"]
    for one in figures:
        assert "nan" not in one.svg
        assert standalone(one.svg).startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    against = next(one.svg for one in figures if one.number == "9B")
    assert len(circles(against)) == 2 * count + 2  # without and with prior, and in the legend
    for words in ("as published, no prior", "default, with prior"):
        assert against.count(f">{words}<") == 1


def test_equal_correlations_lie_on_the_line_of_equality():
    [figure] = [one for one in study_figures([case(n, "") for n in range(5)]) if one.number == "9B"]
    places = circles(figure.svg)[:-2]  # without the legend
    assert np.ptp(places[:, 0]) > 100
    np.testing.assert_allclose(places.sum(axis=1), places[0].sum(), atol=0.2)


def test_bars_are_as_high_as_the_counts():
    page = render_batch([row(n) for n in range(10)], title="t.csv")
    histogram, _, _, verdicts = pictures(page)
    heights = [bottom - top for bottom, top in bars(histogram)]
    # Ten even values in six bars, and 2 of 2.16 on the axis.
    assert heights == pytest.approx([200 * n / 2.16 for n in (2, 1, 2, 1, 2, 2)], abs=0.1)
    (base, total), (_, applicable) = bars(verdicts)
    assert (base - applicable) / (base - total) == pytest.approx(0.9, abs=0.002)


def test_no_picture_of_what_no_map_has():
    page = render_batch([row(n, signal_to_noise=None) for n in range(3)], title="t.csv")
    assert len(pictures(page)) == 3


WITHOUT = """
import importlib, json, pkgutil, sys
for name in ("matplotlib", "pooch"):
    sys.modules[name] = None  # an import of it fails
import sharpem
for module in pkgutil.walk_packages(sharpem.__path__, "sharpem."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from sharpem.report.batch import render_batch
from sharpem.report.study_figures import study_figures
from sharpem.study.outcome import CaseOutcome
cases, rows = json.load(sys.stdin)
print(len(study_figures([CaseOutcome.from_dict(one) for one in cases])))
print(render_batch(rows, title="t.csv").count("<svg"))
"""


def test_no_library_that_plots():
    """All modules, a batch's page and a study's figures, in a process that cannot import one."""
    text = json.dumps([[case(1, "").to_dict(), case(2, "").to_dict()], [row(0), row(1)]])
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], input=text, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["10", "4"]
