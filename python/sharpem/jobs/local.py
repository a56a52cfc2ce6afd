"""The engine for one machine: some processes, each doing one job at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue

from sharpem.errors import InputError
from sharpem.jobs.attempt import Limits, Worker
from sharpem.jobs.job import Task
from sharpem.jobs.records import Record

__all__ = ["Local", "cores"]


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Local:
    """Worker processes on this machine.

    Attributes
    ----------
    workers : int
        So many; they share the cores, unless the limits say how many threads each has.
    limits : Limits
    """

    workers: int = 1
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Check the number."""
        if self.workers < 1:
            raise InputError(f"workers {self.workers}, expected 1 or more")

    def records(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Record]]:
        """Do the tasks; each with its record as it ends."""
        count = min(self.workers, len(tasks))
        limits = self.limits
        if limits.threads is None:
            limits = replace(limits, threads=max(1, cores() // max(1, self.workers)))
        waiting: SimpleQueue[Task] = SimpleQueue()
        for task in tasks:
            waiting.put(task)
        ended: SimpleQueue[tuple[Task, Record] | BaseException] = SimpleQueue()
        workers = [Worker(limits) for _ in range(count)]
        for worker in workers:
            threading.Thread(target=_work, args=(worker, waiting, ended), daemon=True).start()
        try:
            for _ in tasks:
                if isinstance(end := ended.get(), BaseException):
                    raise end
                yield end
        finally:  # the caller may have been interrupted
            _drain(waiting)
            for worker in workers:
                worker.close()


def _work(
    worker: Worker,
    waiting: SimpleQueue[Task],
    ended: SimpleQueue[tuple[Task, Record] | BaseException],
) -> None:
    """Take tasks until there are none."""
    try:
        while True:
            task = waiting.get_nowait()
            ended.put((task, worker.do(task)))
    except Empty:
        pass
    except BaseException as error:  # a full disk: the caller's to hear
        ended.put(error)


def _drain(waiting: SimpleQueue[Task]) -> None:
    while True:
        try:
            waiting.get_nowait()
        except Empty:
            return
