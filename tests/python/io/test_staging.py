"""Files that appear together: kills, full disks and races; what dead runs left."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from killed_writes import files, is_recognised, state

import sharpem.io.staging
from sharpem.errors import InputError
from sharpem.io.checksum import other_map
from sharpem.io.together import check_free, write_together

LONG = bool(os.environ.get("SHARPEM_LONG"))
_MOUNTS = ["unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt"]
KILLED = {"unrecognised": 0, "left": 0, "mixed after": 0}


@pytest.fixture
def memory_folder(tmp_path):
    """A folder whose files need not reach a disk, where the system has such."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(dir=memory))
    yield folder
    shutil.rmtree(folder)


def outcome_of(mode, folder, script="killed_writes.py", *words):
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parents[1] / script), str(folder), mode, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(not LONG, reason="takes a minute: SHARPEM_LONG=1, as make nightly has it")
def test_killed_at_random_moments(tmp_path):
    counts = outcome_of("random", tmp_path)
    assert counts.items() >= {"kills": 200, **KILLED}.items()


@pytest.mark.parametrize("mode", ["replace", "add", "add-without-links"])
def test_killed_at_every_step(memory_folder, mode):
    counts = outcome_of(mode, memory_folder)
    assert counts["kills"] > 50
    assert counts["seen mixed"] > 0, "no kill hit the switch"
    assert counts.items() >= KILLED.items()


def test_no_size_of_disk_leaves_half(memory_folder):
    counts = outcome_of("disk", memory_folder)
    assert counts["refused"] > 100
    assert (counts["mixed"], counts["left"], counts["unnamed"]) == (0, 0, 0)


def _can_mount():
    try:
        return subprocess.run(_MOUNTS, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("mode", ["limit", "disk"])
def test_a_hundred_sizes_of_disk_leave_the_old_files_or_the_new(memory_folder, mode):
    if mode == "disk" and not _can_mount():
        pytest.skip("no file system can be mounted here")
    counts = outcome_of(mode, memory_folder, "full_disk.py", "1000" if LONG else "100")
    assert counts["sizes"] >= 100
    assert 80 < counts["refused"] < counts["sizes"]
    assert (counts["mixed"], counts["unnamed"]) == (0, 0)


def test_one_of_three_runs_wins(memory_folder):
    counts = outcome_of("race", memory_folder)
    assert counts == {"rounds": 30, "winners": 30, "mixed": 0, "left": 0}


def test_the_last_of_three_runs_that_overwrite_wins_whole(memory_folder):
    counts = outcome_of("race-overwrite", memory_folder)
    assert counts == {"rounds": 30, "winners": 90, "mixed": 0, "left": 0}


def test_a_living_run_is_left_alone(tmp_path):
    def write_slowly(path):
        path.write_text("slow a")
        write_together(files(tmp_path, "other", prefix="b"), overwrite=False)

    write_together({tmp_path / "slow": write_slowly}, overwrite=False)
    assert (tmp_path / "slow").read_text() == "slow a"
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("kind", [".sharpem-new-x", ".sharpem-replace-x"])
def test_what_others_left_is_not_touched(tmp_path, monkeypatch, kind):
    planted = tmp_path / kind
    planted.mkdir()
    (planted / "a.mrc").write_text("planted")
    (tmp_path / "a.mrc").write_text("mine")
    monkeypatch.setattr(sharpem.io.staging.os, "geteuid", lambda: os.getuid() + 1)
    check_free([tmp_path / "b"], overwrite=False)
    assert (tmp_path / "a.mrc").read_text() == "mine"
    assert (planted / "a.mrc").exists()


def test_a_link_planted_as_a_folder_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.mrc").write_text("precious")
    (tmp_path / ".sharpem-new-x").symlink_to(tmp_path / "elsewhere")
    check_free([tmp_path / "b"], overwrite=False)
    assert (tmp_path / "elsewhere" / "a.mrc").read_text() == "precious"


def test_an_interrupt_in_the_switch_is_heard_after_it(tmp_path, monkeypatch):
    write_together(files(tmp_path, "old"), overwrite=False)
    really, calls = Path.replace, []

    def replace(self, target):
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return really(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        write_together(files(tmp_path, "new"), overwrite=True)
    assert set(state(tmp_path).values()) == {"new"}
    assert not list(tmp_path.glob(".*"))


def test_a_switch_that_the_system_stops_is_completed_by_the_next_run(tmp_path, monkeypatch):
    write_together(files(tmp_path, "old"), overwrite=False)
    really, calls = Path.replace, []

    def replace(self, target):
        calls.append(target)
        if len(calls) > 1:
            raise OSError(5, "Input/output error", str(self), None, str(target))
        return really(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        with pytest.raises(InputError, match=r"a\.\w+: input/output error while files were put in"):
            write_together(files(tmp_path, "new"), overwrite=True)
    assert is_recognised(tmp_path)
    check_free([tmp_path / "b"], overwrite=False)
    assert set(state(tmp_path).values()) == {"new"}
    assert not list(tmp_path.glob(".*"))


def test_folders_inside_one(tmp_path):
    (tmp_path / "figures").mkdir()
    paths = [tmp_path / "figures" / "1.svg", tmp_path / "study.html"]
    write_together(dict.fromkeys(paths, Path.touch), overwrite=True)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(paths)


def test_a_link_is_replaced_not_followed(tmp_path):
    target, link = tmp_path / "target", tmp_path / "a.mrc"
    link.symlink_to(target)
    with pytest.raises(InputError, match="exists already"):
        write_together(files(tmp_path, "new"), overwrite=False)
    target.write_text("old")
    write_together(files(tmp_path, "new"), overwrite=True)
    assert target.read_text() == "old"
    assert not link.is_symlink()


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_name_that_can_be_none(tmp_path, name):
    with pytest.raises(InputError, match="expected a name for a file"):
        check_free([tmp_path / name], overwrite=False)


def test_loops_and_missing_folders(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError, match="no such folder"):
        check_free([tmp_path / "loop" / "a"], overwrite=False)
    with pytest.raises(InputError, match="exists already"):
        check_free([tmp_path / "loop"], overwrite=False)


def test_a_map_of_another_run_is_recognised(tmp_path):
    write_together(files(tmp_path, "one"), overwrite=False)
    path = tmp_path / "a.json"
    values = json.loads(path.read_text())
    assert other_map(path, values) is None
    (tmp_path / "a.mrc").write_text("two")
    assert "a.mrc beside a.json is not the map" in other_map(path, values)
    (tmp_path / "a.mrc").unlink()
    assert other_map(path, values) is None
    for odd in ({}, {"output": None}, {"output": {"map": 3, "map_sha256": "x"}}):
        assert other_map(path, odd) is None
