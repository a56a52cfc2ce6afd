"""A job's attempts, under limits: the same on this machine and on a cluster's workers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sharpem.errors import InputError
from sharpem.jobs.job import Task
from sharpem.jobs.process import DiedError, Process, TimeUpError
from sharpem.jobs.records import Record, clear, made, publish, read_done, workspace

__all__ = ["Limits", "Worker"]

_LEAST_MEMORY = 10**8  # bytes: Python and NumPy alone


@dataclass(frozen=True)
class Limits:
    """What a job may take.

    Attributes
    ----------
    threads : int or None
        Of a job; None: the engine's choice.
    timeout : float or None
        Seconds after which it is killed and counts as failed.
    memory : int or None
        Bytes that it may allocate.
    retries : int
        How often a job is tried again whose process died.
    """

    threads: int | None = None
    timeout: float | None = None
    memory: int | None = None
    retries: int = 1

    def __post_init__(self) -> None:
        """Check the numbers."""
        for name, least in (
            ("threads", 1),
            ("timeout", 0),
            ("memory", _LEAST_MEMORY),
            ("retries", 0),
        ):
            value = getattr(self, name)
            if value is not None and not value >= least:
                raise InputError(f"{name} {value}, expected {least} or more")


class Worker:
    """Does jobs in a process of its own; a new one where the last died."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: Process | None = None
        self._closed = False

    def do(self, task: Task) -> Record:
        """Do a job, and put its result where it belongs.

        Returns
        -------
        dict
            The record; that of a job that somebody did in the meantime is as good.
        """
        if (other := read_done(task)) is not None:
            return other
        try:
            work = workspace(task)
            return publish(task, work, self._attempt(task, work))
        except InputError as error:
            return made(task.job, seconds=0.0, error=str(error))
        except OSError as error:  # a full disk: no place for a record either
            reason = (error.strerror or str(error)).lower()
            return made(task.job, seconds=0.0, error=f"{task.folder}: {reason}, nothing was kept")

    def _attempt(self, task: Task, work: Path) -> Record:
        start, error, tries = time.perf_counter(), "", 0
        while tries <= self._limits.retries:
            tries += 1
            try:
                return self._running(task.function).ask(task, work, timeout=self._limits.timeout)
            except TimeUpError:
                self._process = None
                error = f"took longer than {self._limits.timeout:g} s, and was ended"
                break
            except DiedError as death:
                if self._closed:
                    raise
                self._process = None
                clear(work)
                error = str(death) + (f", {tries} times" if tries > 1 else "")
        return made(task.job, seconds=time.perf_counter() - start, error=error)

    def _running(self, function: str) -> Process:
        if self._process is None:
            limits = self._limits
            self._process = Process(function, threads=limits.threads, memory=limits.memory)
        return self._process

    def close(self) -> None:
        """End the process, in the middle of a job too."""
        self._closed = True
        if self._process is not None:
            self._process.kill()
