"""Batches under kill -9: client, workers, Dask's workers and scheduler, at aimed points.

SHARPEM_LONG takes every point instead of some (`make nightly`).
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import chores
import killed_jobs
import pytest
from killed_writes import Killer

from sharpem import InputError
from sharpem.jobs import Dask, Job, run

LONG = bool(os.environ.get("SHARPEM_LONG"))


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    """Let other processes import the tests' own modules."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))


@pytest.mark.parametrize(("who", "stride", "least"), [("client", 1, 100), ("worker", 6, 6)])
def test_killed_at_every_step(tmp_path, who, stride, least):
    command = [sys.executable, killed_jobs.__file__, str(tmp_path), who, str(1 if LONG else stride)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    assert counts["kills"] >= least
    assert (counts["mixed"], counts["not completed"], counts["left"]) == (0, 0, 0)
    assert who != "client" or counts["seen half way"] > 0


@contextmanager
def dask(folder, workers=2):
    """A scheduler and workers, processes of their own: the address, and the processes."""
    pytest.importorskip("distributed", reason="needs the extra named cluster")
    file = folder / "scheduler.json"
    common = ["--scheduler-file", str(file), "--no-dashboard"]
    commands = [["dask_scheduler", "--host", "tcp://127.0.0.1", "--port", "0", *common]]
    commands += [["dask_worker", *common, "--nthreads", "1", "--no-nanny"]] * workers
    processes = []
    try:
        for module, *words in commands:
            command = [sys.executable, "-m", f"distributed.cli.{module}", *words]
            processes.append(
                subprocess.Popen(
                    command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
                )
            )
        wait_for(file.exists)
        yield json.loads(file.read_text())["address"], processes
    finally:
        for process in processes:
            process.kill()
            process.wait()
        file.unlink(missing_ok=True)


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def aimed(step, after, folder):
    """Have a Dask worker die at a step below a folder."""
    Killer(step, after=after, below=folder)


# What a Dask worker itself does: making a folder to work in, renaming it to the job's, clearing.
POINTS = [(step, after) for step in range(1, 7) for after in (False, True)]


def test_dask_workers_killed_at_aimed_points(tmp_path):
    points = POINTS if LONG else [(1, True), (2, False), (2, True)]
    with dask(tmp_path, workers=len(points) + 1) as (address, processes):
        from distributed import Client

        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(len(points) + 1)
            workers = sorted(client.scheduler_info(n_workers=-1)["workers"])
            folder = killed_jobs.fresh(tmp_path)
            for (step, after), worker in zip(points, workers[1:], strict=True):
                client.run(aimed, step, after, str(folder), workers=[worker])
        many = [Job(str(n), "1", {"do": "write", "text": "1"}) for n in range(4 * len(workers))]
        outcomes = run(chores.chore, many, folder / "many", engine=Dask(address))
        assert all(one.done for one in outcomes)
        died = [process.poll() for process in processes[1:]].count(-signal.SIGKILL)
        assert died >= 2
    assert {path.name for path in (folder / "many").iterdir()} == {
        ".lock",
        *(job.key for job in many),
    }


@pytest.mark.parametrize("moment", range(4) if LONG else [1])
def test_dask_scheduler_killed(tmp_path, moment):
    folder = tmp_path / "batch"
    jobs = [Job(str(n), "1", {"do": "sleep", "seconds": 0.2}) for n in range(8)]
    kept = []
    with dask(tmp_path) as (address, processes):

        def kill(outcome):
            kept.append(outcome.job.key)
            if len(kept) == moment + 1:
                processes[0].kill()

        with pytest.raises(InputError, match="scheduler has gone"):
            run(chores.chore, jobs, folder, engine=Dask(address), on_done=kill)
    with dask(tmp_path) as (address, _):
        again = run(chores.chore, jobs, folder, engine=Dask(address))
    assert all(one.done for one in again)
    assert not {one.job.key for one in again if one.fresh} & set(kept)
    assert {path.name for path in folder.iterdir()} == {".lock", *(job.key for job in jobs)}


CLIENT = """
import os, signal, sys, chores
from sharpem.jobs import Dask, Job, run
jobs = [Job(str(n), "1", {"do": "sleep", "seconds": 0.1}) for n in range(6)]
seen = []
def on_done(outcome):
    seen.append(outcome)
    if len(seen) == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
print(sum(one.done for one in run(chores.chore, jobs, sys.argv[1], engine=Dask(sys.argv[2]),
                                  on_done=on_done)))
"""


def test_dask_client_killed(tmp_path):
    folder = tmp_path / "batch"
    with dask(tmp_path) as (address, _):
        for moment in range(1, 6 if LONG else 3):
            command = [sys.executable, "-c", CLIENT, str(folder), address, str(moment)]
            assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
            done = len(list(folder.glob("*/record.json")))
            assert moment <= done <= 6
        command[-1] = "0"
        last = subprocess.run(command, check=True, capture_output=True, text=True)
    assert last.stdout.split() == ["6"]
    assert {path.name for path in folder.iterdir()} == {".lock", *map(str, range(6))}
