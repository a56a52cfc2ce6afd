"""Many jobs on a Dask cluster of two processes, reached over TCP as one elsewhere would be."""

import os
import signal
import sys

import chores
import pytest

from sharpem import InputError
from sharpem.jobs import Dask, Job, Limits, run
from sharpem.jobs.dask import together
from sharpem.jobs.job import Task

distributed = pytest.importorskip("distributed", reason="needs the extra named cluster")


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    """Let the cluster's processes import the tests' own modules."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))


@pytest.fixture
def cluster():
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        protocol="tcp://",
        host="127.0.0.1",
        dashboard_address=None,
        worker_dashboard_address=None,
    ) as cluster:
        yield cluster


def test_jobs_on_a_cluster(tmp_path, cluster):
    engine = Dask(cluster.scheduler_address, Limits(timeout=20.0))
    jobs = [Job(str(n), "1", {}) for n in range(6)]
    jobs += [Job("bad", "1", {"do": "refuse"}), Job("dead", "1", {"do": "die"})]
    *good, bad, dead = run(chores.chore, jobs, tmp_path, engine=engine)
    assert all(one.done and one.fresh for one in good)
    assert {one.value["threads"] for one in good} == {"1"}
    assert bad.error == "a.mrc: wrong, expected right"
    assert "killed (signal 9)" in dead.error
    again = run(chores.chore, jobs[:6], tmp_path, engine=engine)
    assert not any(one.fresh for one in again)


def test_small_jobs_go_together(tmp_path, cluster, monkeypatch):
    monkeypatch.setattr("sharpem.jobs.dask._FEW", 1)
    jobs = [Job(str(n), "1", {}, small=True) for n in range(48)]
    jobs += [Job("large", "1", {}), Job("bad", "1", {"do": "refuse"}, small=True)]
    outcomes = run(chores.chore, jobs, tmp_path, engine=Dask(cluster.scheduler_address))
    assert [one.job for one in outcomes] == jobs
    assert [one.error for one in outcomes] == [*[None] * 49, "a.mrc: wrong, expected right"]


@pytest.mark.parametrize(
    ("small", "large", "threads", "first"),
    [
        (10, 2, 2, 1),  # few
        (100, 3, 2, 12),
        (5000, 0, 2, 16),
        (500, 0, 100, 2),
    ],
)
def test_groups_become_smaller_towards_the_end(small, large, threads, first):
    jobs = [Job(str(n), "", {}, small=n >= large) for n in range(large + small)]
    tasks = [Task("", job, "") for job in jobs]
    groups = together(tasks, threads)
    assert [task for group in groups for task in group] == tasks
    assert all(len(group) == 1 for group in groups if not group[0].job.small)
    sizes = [len(group) for group in groups[large:]]
    assert sizes[0] == first
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-threads:] == [1] * threads


def test_a_lost_worker_loses_no_job(tmp_path, cluster):
    victim = next(iter(cluster.workers.values())).pid
    tally = tmp_path / "tally"
    jobs = [
        Job(str(n), "1", {"do": "sleep", "seconds": 0.3, "tally": str(tally)}) for n in range(10)
    ]
    lost = []

    def kill_one(_outcome):
        if not lost:
            os.kill(victim, signal.SIGKILL)
            lost.append(victim)

    engine = Dask(cluster.scheduler_address)
    outcomes = run(chores.chore, jobs, tmp_path / "out", engine=engine, on_done=kill_one)
    assert all(one.done for one in outcomes)
    # Only what the lost worker had in hand was begun again.
    assert 10 <= len(tally.read_text().splitlines()) <= 12


def test_a_scheduler_that_goes(tmp_path, cluster):
    jobs = [Job(str(n), "1", {"do": "sleep", "seconds": 0.2}) for n in range(20)]
    kept = []

    def close(outcome):
        if not kept:
            cluster.close()
        kept.append(outcome.job.key)

    with pytest.raises(InputError, match="scheduler has gone"):
        run(chores.chore, jobs, tmp_path, engine=Dask(cluster.scheduler_address), on_done=close)
    assert all((tmp_path / key / "record.json").exists() for key in kept)


@pytest.mark.parametrize("address", ["nonsense://x", "no port"])
def test_a_scheduler_that_is_none(tmp_path, address):
    with pytest.raises(InputError, match=f"{address}: no Dask scheduler there"):
        run(chores.chore, [Job("one", "1", {})], tmp_path, engine=Dask(address))


def test_a_scheduler_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr("sharpem.jobs.dask._TIMEOUT", 0.5)
    with pytest.raises(InputError, match="no Dask scheduler there"):
        run(chores.chore, [Job("one", "1", {})], tmp_path, engine=Dask("tcp://127.0.0.1:9"))
