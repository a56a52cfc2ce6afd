"""Many jobs on this machine: what is done, skipped, told and left behind."""

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import chores
import pytest

from sharpem import InputError
from sharpem.io.lock import locked
from sharpem.jobs import Dask, Job, Limits, Local, Serial, fingerprint, run
from sharpem.jobs.attempt import Worker
from sharpem.jobs.job import Task

ENGINES = {"serial": Serial(), "local": Local(2)}


def job(key="one", fingerprint="1", **arguments):
    return Job(key, fingerprint, arguments)


@pytest.fixture(params=ENGINES.values(), ids=ENGINES)
def engine(request):
    return request.param


def names(folder):
    return sorted(path.name for path in Path(folder).iterdir() if path.name != ".lock")


def test_results_appear_with_their_record(tmp_path, engine):
    outcomes = run(chores.chore, [job("one"), job("two", text="2")], tmp_path, engine=engine)
    assert [(one.job.key, one.done, one.fresh) for one in outcomes] == [
        ("one", True, True),
        ("two", True, True),
    ]
    assert names(tmp_path) == ["one", "two"]
    assert (tmp_path / "two/result.txt").read_text() == "2"
    record = json.loads((tmp_path / "two/record.json").read_text())
    assert (record["status"], record["fingerprint"]) == ("done", "1")
    assert record["value"] == outcomes[1].value


def test_what_is_done_is_skipped_and_what_changed_is_done_again(tmp_path, engine):
    run(chores.chore, [job("same"), job("new", text="old")], tmp_path, engine=engine)
    told = []
    jobs = [job("new", "2", text="new"), job("same")]
    outcomes = run(chores.chore, jobs, tmp_path, engine=engine, on_done=told.append)
    assert [one.fresh for one in outcomes] == [True, False]
    assert [one.job.key for one in told] == ["same", "new"]
    assert (tmp_path / "new/result.txt").read_text() == "new"
    assert names(tmp_path) == ["new", "same"]


def test_failures_are_told_and_stop_nothing(tmp_path, engine):
    jobs = [job("bad", do="refuse"), job("broken", do="break"), job("good")]
    bad, broken, good = run(chores.chore, jobs, tmp_path, engine=engine)
    assert bad.error == "a.mrc: wrong, expected right"
    assert bad.value is None
    assert names(bad.folder) == ["record.json"]
    assert "ZeroDivisionError" in broken.error
    assert "a fault of the program" in (broken.folder / "log.txt").read_text()
    assert good.done
    again = run(chores.chore, [job("bad"), job("good")], tmp_path, engine=engine)
    assert [one.done for one in again] == [True, True]


def test_a_failure_takes_the_place_of_an_older_result(tmp_path):
    run(chores.chore, [job()], tmp_path, engine=Serial())
    (outcome,) = run(chores.chore, [job("one", "2", do="refuse")], tmp_path, engine=Serial())
    assert not outcome.done
    assert names(tmp_path / "one") == ["record.json"]


@pytest.mark.parametrize("text", ["", "no JSON", "[]", '{"schema": 99}'])
def test_a_spoilt_record_means_not_done(tmp_path, text):
    (first,) = run(chores.chore, [job()], tmp_path, engine=Serial())
    (first.folder / "record.json").write_text(text)
    (second,) = run(chores.chore, [job()], tmp_path, engine=Serial())
    assert second.fresh
    assert second.done


@pytest.mark.parametrize("key", ["", "a/b", "..", ".hidden", "x" * 201, "new\nline", "back\\slash"])
def test_keys_that_are_no_folders(tmp_path, key):
    with pytest.raises(InputError, match="no name for a folder"):
        run(chores.chore, [job(key)], tmp_path, engine=Serial())


def test_keys_twice(tmp_path):
    with pytest.raises(InputError, match="two jobs of that name"):
        run(chores.chore, [job("one"), job("ONE")], tmp_path, engine=Serial())


def test_a_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be made"):
        run(chores.chore, [job()], tmp_path / "file", engine=Serial())


def test_functions_must_have_a_name(tmp_path):
    with pytest.raises(InputError, match="can be imported"):
        run(lambda arguments, folder: {}, [job()], tmp_path, engine=Serial())


def test_prints_go_to_the_log(tmp_path, capfd):
    (outcome,) = run(chores.chore, [job(do="print")], tmp_path, engine=Local(1))
    assert sorted((outcome.folder / "log.txt").read_text().splitlines()) == [
        "from Python",
        "from outside",
    ]
    assert capfd.readouterr() == ("", "")


def test_workers_share_the_cores(tmp_path, monkeypatch):
    monkeypatch.setattr("sharpem.jobs.local.cores", lambda: 8)
    (outcome,) = run(chores.chore, [job()], tmp_path / "a", engine=Local(2))
    assert outcome.value["threads"] == "4"
    (outcome,) = run(chores.chore, [job()], tmp_path / "b", engine=Local(2, Limits(threads=3)))
    assert outcome.value["threads"] == "3"


def test_a_worker_that_is_killed(tmp_path):
    jobs = [
        job("always", do="die"),
        job("once", do="die once", mark=str(tmp_path / "mark")),
        job("never"),
    ]
    always, once, never = run(chores.chore, jobs, tmp_path / "out", engine=Local(1))
    assert "killed (signal 9)" in always.error
    assert "2 times" in always.error
    assert once.done
    assert never.done


def test_a_job_that_takes_too_long(tmp_path):
    jobs = [job("long", do="sleep", seconds=60), job("good")]
    long, good = run(chores.chore, jobs, tmp_path, engine=Local(1, Limits(timeout=2.0)))
    assert long.error == "took longer than 2 s, and was ended"
    assert good.done


@pytest.mark.skipif(sys.platform != "linux", reason="limits on memory do not hold there")
def test_a_job_that_wants_too_much_memory(tmp_path):
    jobs = [job("big", do="allocate", bytes=2 * 10**9), job("good")]
    big, good = run(chores.chore, jobs, tmp_path, engine=Local(1, Limits(memory=10**9)))
    assert big.error.startswith("out of memory")
    assert good.done


@pytest.mark.parametrize("wrong", [{"threads": 0}, {"timeout": -1}, {"memory": 0}, {"retries": -1}])
def test_limits_that_are_none(wrong):
    with pytest.raises(InputError, match="or more"):
        Limits(**wrong)


def test_a_folder_that_the_worker_does_not_see(tmp_path):
    record = Worker(Limits()).do(Task("chores:chore", job(), str(tmp_path / "elsewhere")))
    assert record["status"] == "failed"
    assert "expected a shared one" in record["error"]


def test_a_full_disk_fails_the_job_alone(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("sharpem.jobs.attempt.publish", full)
    (outcome,) = run(chores.chore, [job()], tmp_path, engine=Local(1))
    assert outcome.error == f"{tmp_path / 'one'}: no space left on device, nothing was kept"
    assert names(tmp_path) == []


def test_an_error_of_the_caller_ends_the_workers(tmp_path):
    def stop(outcome):
        raise KeyboardInterrupt

    jobs = [job("quick"), job("slow", do="sleep", seconds=60)]
    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(chores.chore, jobs, tmp_path, engine=Local(2), on_done=stop)
    assert time.monotonic() - start < 50
    outcomes = run(chores.chore, [job("quick"), job("slow")], tmp_path, engine=Local(1))
    assert [one.fresh for one in outcomes] == [False, True]


CLIENT = """
import sys, chores
from sharpem.jobs import *
jobs = [Job(str(n), "1", {"do": "sleep", "seconds": 0.2, "tally": sys.argv[2]}) for n in range(20)]
outcomes = run(chores.chore, jobs, sys.argv[1], engine=Local(2))
print(sum(one.fresh for one in outcomes), sum(one.done for one in outcomes))
"""


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_one_client_at_a_time(tmp_path):
    with (
        locked(tmp_path / ".lock"),
        pytest.raises(InputError, match=f"in use by process {os.getpid()}"),
    ):
        run(chores.chore, [job()], tmp_path, engine=Serial())
    assert run(chores.chore, [job()], tmp_path, engine=Serial())[0].done


def test_client_killed_in_the_middle(tmp_path):
    folder, tally = tmp_path / "out", tmp_path / "tally"
    command = [sys.executable, "-c", CLIENT, str(folder), str(tally)]
    options = {"env": {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}}
    client = subprocess.Popen(command, **options)
    wait_for(lambda: len(list(folder.glob("*/record.json"))) >= 4)
    client.kill()
    client.wait()
    time.sleep(0.5)  # longer than what was under way
    done = len(list(folder.glob("*/record.json")))
    assert 4 <= done < 20
    kept = {path: path.stat().st_mtime_ns for path in folder.glob("*/record.json")}
    again = subprocess.run(command, **options, capture_output=True, text=True, check=True)
    assert again.stdout.split() == [str(20 - done), "20"]
    assert all(path.stat().st_mtime_ns == time_ for path, time_ in kept.items())
    assert names(folder) == sorted(str(n) for n in range(20))
    # Two jobs were under way when the client was killed: nothing else was done twice.
    assert 20 <= len(tally.read_text().splitlines()) <= 22


def test_fingerprints_follow_the_values():
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})


def test_dask_is_asked_for_where_it_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"sharpem\[cluster\]"):
        run(chores.chore, [job()], tmp_path, engine=Dask("tcp://127.0.0.1:1"))


def test_a_module_that_prints_and_is_slow_to_import(tmp_path, monkeypatch):
    """Its start is no answer, and counts towards no job's time."""
    (tmp_path / "noisy_chores.py").write_text(
        "import os, time\n"
        "print('hello', flush=True)\n"
        "os.write(1, b'hello\\n')\n"
        "time.sleep(1.5)\n"
        "def chore(arguments, folder):\n"
        "    return {}\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import noisy_chores

    jobs = [Job(name, "1", {}) for name in "ab"]
    engine = Local(1, Limits(timeout=1.0))
    outcomes = run(noisy_chores.chore, jobs, tmp_path / "out", engine=engine)
    assert [one.error for one in outcomes] == [None, None]
