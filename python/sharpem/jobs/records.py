"""Results on disk: a job's folder appears whole, with its record, by one renaming.

A job works in ``ROOT/.work``. When it ends, its record is written there, and the folder
becomes ``ROOT/KEY``. So that record is the truth: whoever is killed, whenever, a folder of that
name is whole, and of two workers that did the same job (a cluster may give up one that is merely
slow) one result stays.
"""

from __future__ import annotations

import shutil
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

from sharpem._core import __version__
from sharpem.errors import InputError
from sharpem.io.json_text import json_text, read_object
from sharpem.jobs.job import Job, Outcome, Task

__all__ = [
    "LOG",
    "Record",
    "clear",
    "made",
    "outcome",
    "publish",
    "read_done",
    "sweep",
    "workspace",
]

Record: TypeAlias = dict[str, Any]

RECORD, LOG = "record.json", "log.txt"
_WORK = ".work"
_SCHEMA = 1


def made(
    job: Job, *, seconds: float, value: dict[str, Any] | None = None, error: str | None = None
) -> Record:
    """Make the record of a job that was done, or that failed with `error`."""
    return {
        "schema": _SCHEMA,
        "sharpem": __version__,
        "key": job.key,
        "fingerprint": job.fingerprint,
        "status": "done" if error is None else "failed",
        "error": error,
        "seconds": seconds,
        "value": value,
    }


def outcome(task: Task, record: Record, *, fresh: bool) -> Outcome:
    """Read a record."""
    value, error, seconds = (record[name] for name in ("value", "error", "seconds"))
    return Outcome(task.job, task.folder, value, error, seconds, fresh)


def read_done(task: Task) -> Record | None:
    """Record of the job if it has been done, with the same fingerprint."""
    record = read_object(task.folder / RECORD)
    wanted = {"schema": _SCHEMA, "fingerprint": task.job.fingerprint, "status": "done"}
    return record if {name: record.get(name) for name in wanted} == wanted else None


def workspace(task: Task) -> Path:
    """Make an empty folder to work in.

    Raises
    ------
    InputError
        It cannot be made: another machine may not see the folder.
    """
    if not Path(task.root).is_dir():
        raise InputError(f"{task.root}: no such folder on the worker, expected a shared one")
    work = Path(task.root, _WORK, uuid.uuid4().hex)
    try:
        work.mkdir(parents=True)
    except OSError as error:
        raise InputError(f"{work}: {error.strerror or error}, expected to write there") from None
    return work


def publish(task: Task, work: Path, record: Record) -> Record:
    """Give the folder its name; of a failed job only the log stays.

    Returns
    -------
    dict
        The record that stands in the end: another's, where that one had been quicker.
    """
    if record["status"] == "failed":
        clear(work)
        _remove_empty_log(work)
    (work / RECORD).write_text(json_text(record), encoding="utf-8")
    while True:
        if (other := read_done(task)) is not None:
            shutil.rmtree(work, ignore_errors=True)
            return other
        try:
            work.rename(task.folder)
            return record
        except OSError:
            if not task.folder.exists():
                raise
            _remove(task)


def clear(work: Path) -> None:
    """Remove what a failed attempt left, but the log."""
    for path in work.iterdir():
        if path.name != LOG:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _remove_empty_log(work: Path) -> None:
    log = work / LOG
    if log.exists() and log.stat().st_size == 0:
        log.unlink()


def _remove(task: Task) -> None:
    """Take an older result away, whole."""
    aside = Path(task.root, _WORK, uuid.uuid4().hex)
    with suppress(FileNotFoundError):
        task.folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


def sweep(root: Path) -> None:
    """Remove what workers left that were killed."""
    shutil.rmtree(root / _WORK, ignore_errors=True)
