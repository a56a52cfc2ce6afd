"""Doing jobs in this very process."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sharpem.errors import SharpemError
from sharpem.jobs.job import Task, find_function
from sharpem.jobs.records import LOG, Record, made, publish, workspace

__all__ = ["Serial", "perform"]


def perform(task: Task, work: Path) -> Record:
    """Call the function in the folder `work`; whatever goes wrong is in the record.

    Where the user can mend it, as one line; else where in the program, in the log.
    """
    start = time.perf_counter()
    value, error = None, None
    try:
        value = find_function(task.function)(dict(task.job.arguments), work)
    except SharpemError as fault:
        error = " ".join(str(fault).split())
    except MemoryError:
        error = "out of memory, expected to need less than there is"
    except Exception as fault:
        with (work / LOG).open("a", encoding="utf-8") as log:
            log.write(traceback.format_exc())
        error = " ".join(f"internal error, {type(fault).__name__}: {fault}".split())
        error += f" ({task.folder / LOG} shows where)"
    return made(task.job, seconds=time.perf_counter() - start, value=value, error=error)


@dataclass(frozen=True)
class Serial:
    """An engine for a debugger: one job after the other. No limits hold, a crash ends it all."""

    def records(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Record]]:
        """Do the tasks; each with its record as it ends."""
        for task in tasks:
            work = workspace(task)
            yield task, publish(task, work, perform(task, work))
