"""The engine for SLURM: Dask workers as jobs, through dask-jobqueue."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sharpem.errors import InputError
from sharpem.jobs.attempt import Limits
from sharpem.jobs.dask import need, records_of
from sharpem.jobs.job import Task
from sharpem.jobs.records import Record

__all__ = ["Slurm"]

_LOOPBACK = "127.0.0.1:0"
_MEMORY, _WORKER_ITSELF = 8 * 10**9, 5 * 10**8  # bytes


@dataclass(frozen=True)
class Slurm:
    """SLURM jobs, each a worker that does one task at a time; lost ones are replaced.

    Attributes
    ----------
    jobs : int
        At most so many at a time.
    partition, account : str or None
        None: the cluster's default.
    time : str
        Of one job, as sbatch takes it (``HH:MM:SS``); another follows while there is work.
    interface : str
        Network over which jobs and this machine talk. The default is this machine alone, which
        is right where the jobs run on it too; ``ip addr`` tells others, such as ib0.
    options : tuple of str
        More for sbatch, such as ``--constraint=...``.
    limits : Limits
        Threads are 1 if not given, memory 8 GB; SLURM is asked for that, and a little more memory
        for the worker itself.
    """

    jobs: int = 1
    partition: str | None = None
    account: str | None = None
    time: str = "01:00:00"
    interface: str = "lo"
    options: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Check that nothing given can become a line of its own in the job's script."""
        given = {
            name: getattr(self, name) for name in ("partition", "account", "time", "interface")
        }
        for name, text in [*given.items(), *(("sbatch", option) for option in self.options)]:
            _check_printable(name, text)

    def records(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Record]]:
        """Do the tasks; each with its record as it ends."""
        need("dask_jobqueue")
        if shutil.which("sbatch") is None:
            raise InputError("sbatch: not found, expected to be on a machine that submits to SLURM")
        _check_printable("folder", tasks[0].root)
        import dask
        from distributed import Client

        settings = {
            "distributed.deploy.lost-worker-timeout": "5s",
            "distributed.scheduler.allowed-failures": self.limits.retries + 1,
        }
        with dask.config.set(settings), self._started(tasks[0].root) as cluster:
            _try_out(cluster.job_script())
            count = min(self.jobs, len(tasks))
            cluster.adapt(minimum=count, maximum=count, interval="2s", wait_count=1)
            with Client(cluster, set_as_default=False) as client:
                yield from records_of(client, tasks, self.limits)

    def _started(self, root: str) -> Any:
        try:
            return self._cluster(root)
        except (ValueError, RuntimeError) as error:  # a network interface that is not there
            raise InputError(f"SLURM: {' '.join(str(error).split())}") from None

    def _cluster(self, root: str) -> Any:
        """Start a scheduler here; nothing listens beyond the interface, dashboards on loopback."""
        from dask_jobqueue import SLURMCluster

        threads = self.limits.threads or 1
        return SLURMCluster(
            cores=1,
            processes=1,
            nanny=False,
            job_cpu=threads,
            memory=f"{(self.limits.memory or _MEMORY) + _WORKER_ITSELF}B",
            walltime=self.time,
            queue=self.partition,
            account=self.account,
            job_extra_directives=list(self.options),
            interface=self.interface,
            death_timeout=60,
            python=sys.executable,
            local_directory="/tmp",
            log_directory=f"{root}/.slurm",
            worker_extra_args=["--dashboard-address", _LOOPBACK],
            scheduler_options={"dashboard_address": _LOOPBACK, "interface": self.interface},
        )


def _check_printable(name: str, text: str | None) -> None:
    if text is not None and not text.isprintable():
        raise InputError(
            f"{name} {text!r:.80}: holds control characters, expected one line of text"
        )


def _try_out(script: str) -> None:
    """Ask SLURM whether it would take such a job; dask-jobqueue would wait for ever if not."""
    done = subprocess.run(
        ["sbatch", "--test-only"], input=script, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise InputError(f"SLURM does not take the jobs: {reason[0]}")
