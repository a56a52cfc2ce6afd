"""Many jobs on a real Slurm cluster of this machine alone: tests/slurm.sh."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import chores
import pytest

from sharpem import InputError
from sharpem.jobs import Job, Slurm, run

pytest.importorskip("dask_jobqueue", reason="needs the extra named cluster")

SCRIPT = Path(__file__).parents[2] / "slurm.sh"


@pytest.fixture(scope="module")
def slurm():
    programs = ("sbatch", "munged", "slurmctld", "slurmd")
    path = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])
    missing = [name for name in programs if shutil.which(name, path=path) is None]
    if missing or os.geteuid() != 0:
        pytest.skip(f"no Slurm to start: {', '.join(missing) or 'needs root'}")
    with (
        tempfile.TemporaryDirectory(prefix="slurm") as folder,
        pytest.MonkeyPatch.context() as set_,
    ):
        started = subprocess.run(
            [SCRIPT, "start", folder], capture_output=True, text=True, check=False
        )
        if started.returncode:
            pytest.skip(f"Slurm did not start: {started.stderr.strip()}")
        set_.setenv(*started.stdout.strip().split("=", 1))
        set_.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        yield
        subprocess.run([SCRIPT, "stop", folder], check=True)


def queued():
    listed = subprocess.run(
        ["squeue", "-h", "-o", "%A"], capture_output=True, text=True, check=True
    )
    return listed.stdout.split()


def listening():
    """Addresses on which this machine listens, as /proc/net/tcp has them, and on IPv6."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    lines += Path("/proc/net/tcp6").read_text().splitlines()[1:]
    return {line.split()[1].rpartition(":")[0] for line in lines if line.split()[3] == "0A"}


def test_jobs_on_slurm_and_one_cancelled(slurm, tmp_path):
    before, during, cancelled = listening(), set(), []
    tally = tmp_path / "tally"
    jobs = [
        Job(str(n), "1", {"do": "sleep", "seconds": 0.3, "tally": str(tally)}) for n in range(12)
    ]

    def cancel_one(_outcome):
        during.update(listening())
        if not cancelled:
            cancelled.extend(queued()[:1])
            subprocess.run(["scancel", *cancelled], check=True)

    outcomes = run(chores.chore, jobs, tmp_path / "out", engine=Slurm(jobs=2), on_done=cancel_one)
    assert cancelled
    assert all(one.done and one.fresh for one in outcomes)
    assert 12 <= len(tally.read_text().splitlines()) <= 14
    loopback = {"0100007F", "00000000000000000000000001000000"}
    assert during - before <= loopback
    end = time.monotonic() + 30
    while queued():
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"partition": "nope"}, "partition"),
        ({"time": "never"}, "time"),
        ({"interface": "ib7"}, "ib7"),
    ],
)
def test_what_slurm_does_not_take(slurm, tmp_path, wrong, said):
    with pytest.raises(InputError, match=said):
        run(chores.chore, [Job("one", "1", {})], tmp_path, engine=Slurm(**wrong))


def test_no_slurm_here(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="sbatch: not found"):
        run(chores.chore, [Job("one", "1", {})], tmp_path, engine=Slurm())
