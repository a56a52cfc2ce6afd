"""The simplest engine: one job after the other, in this very process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sharpem.jobs.job import Task
from sharpem.jobs.perform import perform
from sharpem.jobs.records import Record, publish, workspace

__all__ = ["Serial"]


@dataclass(frozen=True)
class Serial:
    """In this process: for a debugger. No limits hold, and a crash ends it all."""

    def records(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Record]]:
        """Do the tasks; each with its record as it ends."""
        for task in tasks:
            work = workspace(task)
            yield task, publish(task, work, perform(task, work))
