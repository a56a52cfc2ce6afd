"""Result as JSON and files: schema, all or nothing, and what of an earlier run may stay."""

import hashlib
import json
import re
import sys
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from real_maps import TINY_MAP, real

import sharpem.output
from sharpem.cli.summary import summary as lines
from sharpem.errors import InputError
from sharpem.io.mrc import read_map, write_map
from sharpem.methods.choice import Trial
from sharpem.output import label_of
from sharpem.pipeline import apply, sharpen
from sharpem.report import render_report
from sharpem.report.words import summary
from sharpem.spectra.filters import Filter, ShellFilter

number = (int, float)
SCHEMA = {
    "schema": int,
    "sharpem": str,
    "input": {"map": str, "shape": [int], "voxel_size": [number], "sha256": str},
    "resolution": number,
    "method": str,
    "local": bool,
    "verdict": {
        "applicable": bool,
        "signal_to_noise": number,
        "reasons": [str],
        "warnings": [str],
    },
    "b_iso": {
        "input": number,
        "signal": number,
        "target": number,
        "output": number,
        "interval": [number],
        "surface": number,
        "expected": number,
    },
    "anisotropy": {"b_cartesian": [number], "corrected": bool},
    "filter": {"kind": str, "b_sharpen": number, "b_blur": number, "d_cut": number, "k": number},
    "molecular_volume": {"fraction": number, "angstrom3": number, "source": str},
    "region_weight": number,
    "trials": [
        {
            "b_iso": number,
            "b_sharpen": number,
            "threshold": number,
            "surface_area": int,
            "regions": int,
            "adjusted_surface_area": number,
            "kurtosis": number,
        }
    ],
    "output": {"map": str, "report": str, "map_sha256": str},
    "seconds": {"total": number, "prepare": number, "scan": number, "write": number},
    "peak_memory_bytes": int,
}
ENDINGS = {".mrc", ".json", ".html", ".cxc", ".py"}  # the tiny map is packed


def check(value, schema, where="json"):
    if isinstance(schema, dict):
        for key, inner in schema.items():
            assert key in value, f"{where}.{key}"
            check(value[key], inner, f"{where}.{key}")
    elif isinstance(schema, list):
        assert isinstance(value, list), where
        for item in value:
            check(item, schema[0], where)
    else:
        assert isinstance(value, schema), f"{where}: {value!r}"
        assert schema is bool or not isinstance(value, bool), where


@pytest.fixture(scope="module")
def made():
    return sharpen(read_map(real(TINY_MAP)), resolution=3.8)


@pytest.fixture(scope="module")
def stopped(made):
    verdict = replace(made.verdict, applicable=False, reasons=("It cannot be judged.",))
    b_iso = replace(made.b_iso, output=None)
    return replace(chosen(made, verdict=verdict, b_iso=b_iso), map=None, filter=None)


def chosen(result, **changes):
    """The same result with another choice."""
    return replace(result, choice=replace(result.choice, **changes))


def placed(result, density):
    """The same result for another map."""
    return replace(result, prepared=replace(result.prepared, density=density))


def endings(folder):
    return {path.suffix for path in folder.iterdir()}


def test_schema(made, tmp_path):
    written = made.write(tmp_path / "out")
    values = json.loads(written["json"].read_text())
    check(values, SCHEMA)
    assert values["schema"] == 1
    assert values["input"]["shape"] == list(made.input.shape)
    assert len(values["anisotropy"]["b_cartesian"]) == 6
    assert values["output"] == {
        "map": str(written["map"]),
        "report": str(written["report"]),
        "map_sha256": hashlib.sha256(written["map"].read_bytes()).hexdigest(),
    }
    assert values["trials"] == [vars(trial) for trial in made.trials]
    assert values["filter"]["b_sharpen"] == pytest.approx(
        values["b_iso"]["signal"] - values["b_iso"]["target"]
    )


def test_files(made, tmp_path):
    written = made.write(tmp_path / "v1.2")
    assert {kind: path.name for kind, path in written.items()} == {
        "map": "v1.2.mrc",
        "json": "v1.2.json",
        "report": "v1.2.html",
        "chimerax": "v1.2.cxc",
        "unpack": "v1.2_unpack.py",
    }
    assert endings(tmp_path) == ENDINGS
    np.testing.assert_array_equal(read_map(written["map"]).data, made.map.data)
    label = read_map(written["map"]).placement.labels[-1]
    assert f"surface: b_sharpen {made.filter.radial.b_sharpen:.1f} A^2, d 3.8 A" in label
    assert written["report"].read_text().startswith("<!DOCTYPE html>")
    assert "v1.2.mrc" in written["chimerax"].read_text()


def test_the_filter_of_the_json_makes_the_map(made, tmp_path):
    written = made.write(tmp_path / "out", report=False)
    chosen = Filter.from_dict(json.loads(written["json"].read_text())["filter"])
    assert chosen == made.filter
    assert apply(made.input, chosen).data.tobytes() == read_map(written["map"]).data.tobytes()


def test_seconds_hold_the_writing(made, tmp_path):
    seconds = json.loads(made.write(tmp_path / "out")["json"].read_text())["seconds"]
    assert seconds["write"] > 0
    assert seconds["total"] == pytest.approx(made.seconds["total"] + seconds["write"])
    assert "write" not in made.seconds


def test_checksum(made):
    assert made.sha256 == hashlib.sha256(made.input.path.read_bytes()).hexdigest()
    assert placed(made, replace(made.input, path=None)).sha256 is None
    assert placed(made, replace(made.input, path=Path("gone.mrc"))).sha256 is None


def test_no_nan_in_json(made, tmp_path):
    bad = Trial(0.0, float("nan"), np.float32(np.inf), 1, 2, -np.inf, np.nan)
    odd = chosen(
        made,
        trials=(bad,),
        verdict=replace(made.verdict, signal_to_noise=float("inf")),
        region_weight=float("nan"),
    )
    text = odd.write(tmp_path / "out", report=False)["json"].read_text()
    assert "NaN" not in text
    assert "Infinity" not in text
    values = json.loads(text)
    assert values["trials"][0]["kurtosis"] is values["trials"][0]["threshold"] is None
    assert values["region_weight"] is values["verdict"]["signal_to_noise"] is None


def test_shell_filters_have_a_label(made):
    filter_ = Filter(ShellFilter((9.0, 4.0), (1.0, 2.0)), 3.2)
    assert (
        label_of(replace(chosen(made, method="model"), filter=filter_))
        == "model: shell filter, d 3.8 A"
    )


def test_nothing_is_replaced_unasked(made, tmp_path):
    (tmp_path / "out.html").write_text("mine")
    with pytest.raises(InputError, match=r"out.html: exists already"):
        made.write(tmp_path / "out")
    assert endings(tmp_path) == {".html"}
    assert (tmp_path / "out.html").read_text() == "mine"
    made.write(tmp_path / "out", overwrite=True)
    assert endings(tmp_path) == ENDINGS
    assert (tmp_path / "out.html").read_text() != "mine"


@pytest.mark.parametrize("overwrite", [False, True])
def test_all_or_nothing(made, tmp_path, monkeypatch, overwrite):
    if overwrite:
        made.write(tmp_path / "out")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full_disk(_map, path, *, label):
        path.write_bytes(b"half a map")
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(sharpem.output, "save_map", full_disk)
    with pytest.raises(InputError, match="no space left on device while writing"):
        made.write(tmp_path / "out", overwrite=overwrite)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_fault_of_ours_leaves_nothing_either(made, tmp_path, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("a bug")

    monkeypatch.setattr(sharpem.output, "save_map", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        made.write(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_no_folder(made, tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        made.write(tmp_path / "none" / "out")


def test_stopped(stopped, tmp_path):
    written = stopped.write(tmp_path / "out")
    assert set(written) == {"json", "report"}
    assert endings(tmp_path) == {".json", ".html"}
    values = json.loads(written["json"].read_text())
    assert values["verdict"]["applicable"] is False
    assert values["filter"] is values["output"]["map"] is values["b_iso"]["output"] is None
    assert values["b_iso"]["input"] == stopped.b_iso.input
    assert len(values["trials"]) == len(stopped.trials)


def test_no_map_of_an_earlier_run_beside_not_applicable(made, stopped, tmp_path):
    made.write(tmp_path / "out")
    with pytest.raises(InputError, match="exists already"):
        stopped.write(tmp_path / "out")
    assert endings(tmp_path) == ENDINGS
    stopped.write(tmp_path / "out", overwrite=True)
    assert endings(tmp_path) == {".json", ".html"}


def test_stopping_does_not_remove_the_input(made, stopped, tmp_path):
    write_map(made.input, tmp_path / "out.mrc", label="the input")
    density = read_map(tmp_path / "out.mrc")
    placed(stopped, density).write(tmp_path / "out", overwrite=True)
    assert (tmp_path / "out.mrc").is_file()


def test_one_line_and_a_page_for_notebooks(made, stopped):
    assert repr(made).startswith(f"<Result of {made.input.path.name} by surface: ")
    assert "\n" not in repr(made)
    page = made._repr_html_()
    assert summary(made).headline in page
    assert page.count("<img ") == 3
    assert "Not applicable" in stopped._repr_html_()
    for picture in re.findall(r'base64,([^"]+)"', page):
        assert b64decode(picture).startswith(b"<svg xmlns=")


def test_plot(made, stopped):
    matplotlib = pytest.importorskip("matplotlib", reason="needs the extra named plot")
    matplotlib.use("agg")
    figure = made.plot()
    trials, amplitudes, _ = figure.axes
    assert list(trials.lines[0].get_ydata()) == [trial.surface_area for trial in made.trials]
    assert len(amplitudes.lines) == 3
    assert len(stopped.plot().axes) == 2


def test_plot_without_matplotlib(made, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match=r"matplotlib is not installed.*sharpem\[plot\]"):
        made.plot()


def test_a_map_left_alone_is_not_called_one_that_cannot_be_judged(made, tmp_path):
    written = made.write(tmp_path / "once")
    again = sharpen(written["map"], resolution=3.8)
    assert again.choice.leaves_alone
    np.testing.assert_array_equal(again.map.data, again.input.data)
    terminal = " ".join(text for _, text in lines(again, {}))
    page = render_report(again)
    for words in (terminal, page, repr(again)):
        assert "left alone" in words.lower()
        assert "Not applicable" not in words
        assert "not applicable" not in words
