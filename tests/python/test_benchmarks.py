"""The plain paths of the benchmarks count what sharpem counts; the pages can be written anew."""

from pathlib import Path

import pytest

from sharpem import _core

pytest.importorskip("scipy")
pytest.importorskip("speed", reason="the benchmarks are not in this copy of the sources")

from speed import core, rows, tables
from speed.plain import PlainScan, regions, regions_cc3d, surface
from speed.problem import Problem

N = 48


@pytest.fixture(scope="module")
def problem():
    return Problem(N, trials=6)


def test_scan_counts_the_same(problem, capsys):
    core.check_scan(problem, PlainScan(problem, workers=1), problem.filters)
    assert "counts of 6 trials identical" in capsys.readouterr().out
    assert len(set(problem.scan(problem.filters))) == 6  # they differ, so that this shows something


@pytest.mark.parametrize("neighbours", [6, 26])
def test_contour_counts_the_same(problem, neighbours):
    map_ = _core.synthesise(problem.spectrum)
    threshold = _core.contour(map_, problem.inside)[0]
    inside = map_ >= threshold
    count = _core.count_regions(map_, threshold, neighbours)
    assert count == regions(inside, neighbours) > 1
    assert _core.surface_voxels(map_, threshold, neighbours) == surface(inside, neighbours) > 1
    pytest.importorskip("cc3d")
    assert count == regions_cc3d(inside, neighbours)


def test_a_difference_stops_the_run():
    with pytest.raises(SystemExit, match="sharpem 3, the plain path 4"):
        rows.same("regions", 3, 4)


def test_table_has_times_ratio_and_goal():
    row = rows.row("a scan", 0.5, 10.0, "wall", goal=">= 15", id="scan")
    assert row["ratio"] == 20
    line = tables.markdown([row]).splitlines()[-1]
    assert line == "| a scan | 500 ms wall | 10 s wall | 20 | >= 15 |"


def test_pages_have_a_place_for_the_table(tmp_path):
    for page in ("README.md", "docs/speed.md"):
        copy = tmp_path / Path(page).name
        copy.write_text((tables.ROOT / page).read_text("utf-8"), encoding="utf-8")
        tables._between(copy, "THE TABLE")
        text = copy.read_text("utf-8")
        assert text.count("THE TABLE") == 1
        tables._between(copy, "ANOTHER")
        assert "THE TABLE" not in copy.read_text("utf-8")
    bare = tmp_path / "bare.md"
    bare.write_text("no marks")
    with pytest.raises(SystemExit, match="0 pairs of marks"):
        tables._between(bare, "x")
