"""The engine for SLURM: Dask workers as jobs, through dask-jobqueue."""

from __future__ import annotations

import shutil
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
    memory : str
        Of one job: ``8GB``.
    interface : str
        Network over which jobs and this machine talk. The default is this machine alone, which
        is right where the jobs run on it too; ``ip addr`` tells others, such as ib0.
    options : tuple of str
        More for sbatch, such as ``--constraint=...``.
    limits : Limits
        Threads are 1 if not given; so many cores are asked for.
    """

    jobs: int = 1
    partition: str | None = None
    account: str | None = None
    time: str = "01:00:00"
    memory: str = "8GB"
    interface: str = "lo"
    options: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)

    def records(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Record]]:
        """Do the tasks; each with its record as it ends."""
        need("dask_jobqueue")
        if shutil.which("sbatch") is None:
            raise InputError("sbatch: not found, expected to be on a machine that submits to SLURM")
        import dask
        from distributed import Client

        settings = {
            "distributed.deploy.lost-worker-timeout": "5s",
            "distributed.scheduler.allowed-failures": self.limits.retries + 1,
        }
        with dask.config.set(settings), self._cluster(tasks[0].root) as cluster:
            count = min(self.jobs, len(tasks))
            cluster.adapt(minimum=count, maximum=count, interval="2s", wait_count=1)
            with Client(cluster, set_as_default=False) as client:
                yield from records_of(client, tasks, self.limits)

    def _cluster(self, root: str) -> Any:
        """Start a scheduler here; nothing listens beyond the interface, dashboards on loopback."""
        from dask_jobqueue import SLURMCluster

        threads = self.limits.threads or 1
        return SLURMCluster(
            cores=1,
            processes=1,
            nanny=False,
            job_cpu=threads,
            memory=self.memory,
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
