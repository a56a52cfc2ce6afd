"""The loop: what is done is skipped, the rest goes to an engine, every end is told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from sharpem.errors import InputError
from sharpem.io.lock import locked
from sharpem.jobs.job import Function, Job, Outcome, Task, function_name
from sharpem.jobs.records import Record, outcome, read_done, sweep

__all__ = ["Engine", "done_before", "run"]

_LOCK = ".lock"
_LONGEST = 200  # bytes of a key: file systems take names of 255


class Engine(Protocol):
    """Where jobs are done."""

    def records(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Record]]:
        """Do the tasks; each with its record as it ends, in any order."""


def run(
    function: Function,
    jobs: Sequence[Job],
    folder: str | os.PathLike[str],
    *,
    engine: Engine,
    on_done: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Do many jobs, each in ``folder/KEY``.

    A job that was done before, with the same fingerprint, is skipped; a changed or failed one is
    done again. A job that fails stops no other. The whole may be killed at any time and run
    again.

    Parameters
    ----------
    function : callable
        Called with a job's arguments and the folder to write to, which will have another name
        in the end; returns what JSON can hold. A worker process imports it by its name.
    jobs : sequence of Job
    folder : path
        Of all jobs; made if it is missing. Workers on other machines must see it too.
    engine : Engine
        :class:`Serial`, :class:`Local`, :class:`Dask` or :class:`Slurm`.
    on_done : callable, optional
        Called with every outcome as it comes, those from before first.

    Returns
    -------
    list of Outcome
        In the order of the jobs.

    Raises
    ------
    InputError
        Keys that cannot be folders or are there twice; a folder that cannot be written to or is
        in use; an engine that is not there.
    """
    _check_keys(jobs)
    root = _made(Path(os.path.realpath(folder)))
    tasks = [Task(function_name(function), job, str(root)) for job in jobs]
    outcomes: dict[str, Outcome] = {}

    def tell(task: Task, record: Record, *, fresh: bool) -> None:
        outcomes[task.job.key] = outcome(task, record, fresh=fresh)
        if on_done is not None:
            on_done(outcomes[task.job.key])

    with locked(root / _LOCK):
        sweep(root)
        for task in tasks:
            if (record := read_done(task)) is not None:
                tell(task, record, fresh=False)
        remaining = [task for task in tasks if task.job.key not in outcomes]
        for task, record in engine.records(remaining) if remaining else ():
            tell(task, record, fresh=True)
        sweep(root)
    return [outcomes[job.key] for job in jobs]


def done_before(job: Job, folder: str | os.PathLike[str]) -> bool:
    """Whether the folder has the job's result, with the same fingerprint."""
    return read_done(Task("", job, str(folder))) is not None


def _check_keys(jobs: Sequence[Job]) -> None:
    seen: dict[str, str] = {}
    for job in jobs:
        key = job.key
        plain = key.isprintable() and not set(key) & {"/", "\\"} and not key.startswith(".")
        if not (plain and 0 < len(os.fsencode(key)) <= _LONGEST):
            raise InputError(
                f"{key!r}: no name for a folder, expected at most {_LONGEST} bytes, no slash, "
                "no dot in front"
            )
        if (other := seen.setdefault(key.casefold(), key)) is not key:
            raise InputError(f"{key}: two jobs of that name ({other}), expected one")


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{folder}: cannot be made ({reason}), expected a folder") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{folder}: cannot be written to, expected a folder that can")
    return folder
