"""Bad input and mishaps: one line, the right exit code, nothing left behind."""

import json

import pytest

import sharpem.cli.sharpen as sharpen_command
from sharpem.cli import main


@pytest.mark.parametrize(
    ("name", "resolution"),
    [
        ("missing.mrc", 4),
        (".", 4),
        ("text.mrc", 4),
        ("empty.mrc", 4),
        ("cut.mrc", 4),
        ("zero.mrc", 4),
        ("nan.mrc", 4),
        ("small.mrc", 4),
        ("whole.mrc", 2.0),  # finer than two voxels
        ("whole.mrc", 45.0),  # fewer than three shells
    ],
)
def test_bad_map(refused, folder, bad_maps, name, resolution):
    path = bad_maps / name
    line = refused("sharpen", path, "-r", resolution)
    assert str(path) in line
    assert list(folder.iterdir()) == []


GOOD = {"kind": "sharpen-blur", "b_sharpen": 50, "b_blur": 200, "d_cut": 4, "k": 10, "d_min": 3}
SHELLS = {"kind": "shells", "d": [10, 5], "scale": [1, 2], "d_min": 3}
BROKEN_FILTERS = {
    "missing": None,
    "text": b"no JSON",
    "binary": b"\x93\xff\x00",
    "deep": b"[" * 100_000,
    "list": [1, 2],
    "empty": {},
    "no filter": {"filter": None},
    "unknown kind": {**GOOD, "kind": "magic"},
    "no d_min": {name: value for name, value in GOOD.items() if name != "d_min"},
    "word": {**GOOD, "k": "steep"},
    "NaN": {**GOOD, "b_sharpen": float("nan")},
    "1e999": json.dumps(GOOD).replace("50", "1e999").encode(),
    "k of 0": {**GOOD, "k": 0},
    "negative d_min": {**GOOD, "d_min": -3},
    "d_min finer than any map": {**GOOD, "d_min": 0.01},
    "d_min coarser than any box": {**GOOD, "d_min": 1e5},
    "B of no map": {**GOOD, "b_sharpen": 1e6},
    "anisotropy of no map": {**GOOD, "anisotropy": [1e6, 0, 0, 0, 0, 0]},
    "nothing left": {**SHELLS, "scale": [0, 0]},
    "five B's": {**GOOD, "anisotropy": [1, 2, 3, 4, 5]},
    "lengths": {**SHELLS, "scale": [1]},
    "no shells": {**SHELLS, "d": [], "scale": []},
    "negative factor": {**SHELLS, "scale": [1, -2]},
    "ascending": {**SHELLS, "d": [5, 10]},
    "number for a list": {**SHELLS, "d": 5},
    "too strong": {**GOOD, "b_sharpen": 9e4},
}


@pytest.mark.parametrize("fault", BROKEN_FILTERS)
def test_bad_filter(refused, folder, tmp_path, map_file, fault):
    path = tmp_path / "filter.json"
    content = BROKEN_FILTERS[fault]
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    line = refused("apply", map_file, path)
    assert str(path) in line or fault == "too strong"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("name", ["text.mrc", "cut.mrc", "zero.mrc", "nan.mrc"])
def test_apply_to_a_bad_map(refused, folder, bad_maps, name):
    chosen = {"kind": "shells", "d": [10, 5], "scale": [1, 2], "d_min": 4}
    (bad_maps / "filter.json").write_text(json.dumps(chosen))
    line = refused("apply", bad_maps / name, bad_maps / "filter.json")
    assert name in line
    assert list(folder.iterdir()) == []


def test_bad_sequence_and_mask(refused, folder, map_file, bad_maps):
    for option, path in (("--sequence", "none.fasta"), ("--mask", bad_maps / "small.mrc")):
        refused("sharpen", map_file, "-r", "4", option, path)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "failure",
    [
        (KeyboardInterrupt(), 130, None),
        (MemoryError(), 1, "out of memory"),
        (RuntimeError("two\nlines"), 1, "internal error, RuntimeError: two lines (--debug"),
    ],
)
def test_failure_inside(outcome, folder, map_file, monkeypatch, failure):
    error, code, words = failure

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(sharpen_command, "run_request", fail)
    found, out, err = outcome("sharpen", map_file, "-r", "4")
    assert (found, out) == (code, "")
    assert words in err if words else err == ""
    assert err.count("\n") == (1 if words else 0)
    assert list(folder.iterdir()) == []


def test_debug_shows_where(capsys, folder, map_file, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("here")

    monkeypatch.setattr(sharpen_command, "run_request", fail)
    assert main(["sharpen", str(map_file), "-r", "4", "--debug"]) == 1
    assert "in fail" in capsys.readouterr().err


@pytest.mark.parametrize("stage", ["prepare", "apply"])
def test_interrupt_leaves_nothing(capsys, folder, map_file, monkeypatch, stage):
    from sharpem.cli import progress

    class Interrupting(progress._Lines):
        def __call__(self, now, done, total):
            if now == stage:
                raise KeyboardInterrupt

    monkeypatch.setattr(progress, "_Lines", Interrupting)
    assert main(["sharpen", str(map_file), "-r", "4", "--b-iso", "20", "-v"]) == 130
    assert capsys.readouterr() == ("", "")
    assert list(folder.iterdir()) == []
