"""A process that does one job at a time, seen from the one that started it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from sharpem.jobs.job import Task
from sharpem.jobs.records import Record

__all__ = ["DiedError", "Process", "TimeUpError"]

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class DiedError(Exception):
    """The process ended without an answer; the message says how."""


class TimeUpError(Exception):
    """The process was killed because its time was up."""


class Process:
    """A process that has imported what its jobs need and waits for them.

    Started by fork and exec at once: OpenMP hangs in a process that was only forked, and
    multiprocessing's own way to spawn is closed to a Dask worker and imports the user's script.

    Parameters
    ----------
    function : str
        What it will do: ``module:name``. The module is imported at once.
    threads : int or None
        For OpenMP and BLAS; None: as they are set for this process.
    memory : int or None
        Bytes of memory that it may allocate.

    Raises
    ------
    DiedError
        It did not start.
    """

    def __init__(self, function: str, *, threads: int | None, memory: int | None) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        if threads is not None:
            environment |= dict.fromkeys(_THREADS, str(threads))
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "sharpem.jobs.child",
                function,
                *([str(memory)] if memory else []),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        assert self._process.stdout is not None
        if not self._process.stdout.readline():  # its start counts towards no job's time
            self.kill()
            raise DiedError(_ending(self._process.returncode))

    def ask(self, task: Task, work: Path, *, timeout: float | None) -> Record:
        """Have a job done in the folder `work`.

        Raises
        ------
        DiedError, TimeUpError
            No answer; the process is of no more use.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request: dict[str, Any] = {**asdict(task), "work": str(work)}
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            answered = wait([self._process.stdout.fileno()], timeout)
            line = self._process.stdout.readline() if answered else b""
        except OSError:
            answered, line = [0], b""
        if not answered:
            self.kill()
            raise TimeUpError
        if not line.endswith(b"\n"):
            self.kill()
            raise DiedError(_ending(self._process.returncode))
        record: Record = json.loads(line)
        return record

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.communicate()


def _ending(code: int) -> str:
    if code == -9:
        return "its process was killed (signal 9), as happens when memory runs out"
    return f"its process died (signal {-code})" if code < 0 else f"its process ended ({code})"
