"""``sharpem simulate``: what it writes overlays, says what was done, and is always the same."""

import json
from importlib import resources

import numpy as np
import pytest

from sharpem import map_model_cc, read_map, read_model
from sharpem.cli import main


@pytest.fixture(scope="module")
def model():
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        yield path


def run(*arguments):
    return main(["simulate", *(str(argument) for argument in arguments)])


def test_maps_half_maps_and_models(model, tmp_path, capsys):
    options = ("-r", 4, "--b-iso", 90, "--half-maps", "--shake", "0.5,2", "-o", tmp_path / "sim")
    assert run(model, *options) == 0
    out = capsys.readouterr().out
    names = {"sim.mrc", "sim.json", "sim_half1.mrc", "sim_half2.mrc", "sim_model.pdb"}
    names |= {"sim_shaken_0.5.pdb", "sim_shaken_2.pdb"}
    assert {path.name for path in tmp_path.iterdir()} == names
    full, one, two = (read_map(tmp_path / f"sim{part}.mrc") for part in ("", "_half1", "_half2"))
    np.testing.assert_allclose(full.data, (one.data + two.data) / 2, atol=1e-6 * one.data.max())
    truth = read_model(model)
    cc = map_model_cc(full, truth, resolution=4.0).cc_mask
    values = json.loads((tmp_path / "sim.json").read_text())
    assert values["cc_mask"] == pytest.approx(cc, abs=1e-4)
    assert f"{values['cc_mask']:.4f}" in out
    assert values["request"]["seed"] == 0
    for rms in (0.5, 2):
        wrong = read_model(tmp_path / f"sim_shaken_{rms}.pdb")
        shifts = wrong.positions - truth.positions
        assert np.sqrt((shifts**2).sum(axis=1).mean()) == pytest.approx(rms, abs=2e-3)
    assert set(read_model(tmp_path / "sim_model.pdb").b_iso) == {90.0}
    assert "not experimental" in full.placement.labels[-1]


def test_same_seed_same_bytes(model, tmp_path):
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        assert run(model, "-r", 5, "--seed", seed, "--phase-error", 30, "-o", tmp_path / name) == 0
    a, b, c = (read_map(tmp_path / f"{name}.mrc").data for name in "abc")
    np.testing.assert_array_equal(a, b)
    assert np.abs(a - c).max() > 0


def test_b_of_the_model_and_local_b(model, tmp_path):
    assert run(model, "-r", 5, "--b-iso", "model", "-o", tmp_path / "own") == 0
    assert run(model, "-r", 5, "--b-local", "-10,150", "--along", "y", "-o", tmp_path / "y") == 0
    own = read_model(tmp_path / "own_model.pdb").b_iso
    np.testing.assert_allclose(own, read_model(model).b_iso, atol=0.01)
    local = read_model(tmp_path / "y_model.pdb")
    assert (local.b_iso.min(), local.b_iso.max()) == (-10, 150)
    assert local.b_iso.argmin() == local.positions[:, 1].argmin()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "no resolution given"),
        (("-r", "4", "--b-local", "1,2,3"), "expected 2 numbers"),
        (("-r", "4", "--b-local", "1,2", "--b-iso", "3"), "not allowed with"),
        (("-r", "4", "--b-iso", "many"), "found many, expected a number"),
        (("-r", "4", "--apix", "3"), "half the resolution or less"),
        (("-r", "4", "--noise", "-1"), "--noise"),
        (("-r", "4", "--shake", "1,-2"), "expected 0 or more"),
        (("-r", "4", "--seed", "1.5"), "expected a whole number"),
        (("-r", "4", "--apix", "0.001"), "expected at most 2^31"),
    ],
)
def test_refused(model, tmp_path, capsys, arguments, message):
    assert run(model, *arguments, "-o", tmp_path / "out") == 2
    caught = capsys.readouterr()
    assert caught.err.count("\n") == 1
    assert message in caught.err
    assert not any(tmp_path.iterdir())


def test_what_is_there_stays(model, tmp_path, capsys):
    (tmp_path / "out.json").write_text("mine")
    assert run(model, "-r", 5, "-o", tmp_path / "out") == 2
    assert "exists already" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
