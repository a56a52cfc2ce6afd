"""Damaged files: those that broke a reader once, and some new ones each time, read or refused."""

import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path

import executions
import pytest
from executions import TARGETS, FindError, check, finds, target_of

from sharpem.errors import InputError
from sharpem.machine import peak_memory

COUNT, SEED = 300, 20261126
ROOM = 300_000_000  # bytes that reading files of some kilobytes may take
RUN = Path(executions.__file__).with_name("run.py")


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_files_are_read_or_refused(name, tmp_path):
    target, before = target_of(name), peak_memory()
    path = tmp_path / f"x.{target.ending}"
    count = COUNT if name != "inspect" else COUNT // 10
    answers = list(islice(executions.executions(target, path, SEED), count))
    assert name == "star" or 0 < sum(answer is not None for answer in answers) < count
    assert peak_memory() - before < ROOM


@pytest.mark.parametrize(
    ("name", "find"), [pytest.param(name, f, id=f.name) for name in TARGETS for f in finds(name)]
)
def test_what_broke_a_reader_once(name, find, tmp_path):
    path = tmp_path / f"x.{target_of(name).ending}"
    shutil.copy(find, path)
    check(target_of(name), path)


def test_the_same_seed_gives_the_same_answers(tmp_path):
    def answers():
        return list(islice(executions.executions(target_of("table"), tmp_path / "x.csv", 7), 50))

    assert answers() == answers()


def test_a_reader_that_breaks_is_a_find(tmp_path):
    def reader(error):
        def read(path):
            raise error

        return executions.Target("x", lambda: [b"a"], read)

    for error in (ZeroDivisionError("wrong"), InputError("another file: wrong"), AssertionError()):
        with pytest.raises(FindError):
            check(reader(error), tmp_path / "x")
    assert check(reader(InputError(f"{tmp_path / 'x'}: wrong")), tmp_path / "x").endswith("wrong")


def test_the_runner(tmp_path):
    command = [sys.executable, RUN, "filter", "table", "--executions", "20", "--jobs", "2"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert sorted(line.split()[:2] for line in done.stdout.splitlines()) == [
        ["filter:", "20"],
        ["table:", "20"],
    ]
