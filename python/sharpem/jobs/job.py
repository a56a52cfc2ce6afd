"""What there is to do, and what came of it."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sharpem.errors import InputError

__all__ = ["Function", "Job", "Outcome", "Task", "file_stamp", "fingerprint"]

Function: TypeAlias = Callable[[dict[str, Any], Path], dict[str, Any]]
"""Does one job: given its arguments and its folder; returns what JSON can hold."""


@dataclass(frozen=True)
class Job:
    """One thing to do.

    Attributes
    ----------
    key : str
        Its name, unlike those of the others; its folder's name too.
    fingerprint : str
        Of all that the result depends on: a job whose fingerprint changed is done again.
    arguments : mapping
        For the function; what JSON can hold.
    small : bool
        Whether it takes a second or less, so that a cluster is better given several at once.
    """

    key: str
    fingerprint: str
    arguments: Mapping[str, Any]
    small: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of a job.

    Attributes
    ----------
    job : Job
    folder : Path
        With what the function wrote, ``record.json``, and ``log.txt`` where something was printed.
    value : dict or None
        What the function returned; None where it failed.
    error : str or None
        One line: why it failed.
    seconds : float
        Wall time of the function.
    fresh : bool
        Whether it was done now; otherwise it had been done before.
    """

    job: Job
    folder: Path
    value: dict[str, Any] | None
    error: str | None
    seconds: float
    fresh: bool

    @property
    def done(self) -> bool:
        """Whether there is a result."""
        return self.error is None


@dataclass(frozen=True)
class Task:
    """A job on its way to a worker, on this machine or another.

    Attributes
    ----------
    function : str
        ``module:name``.
    job : Job
    root : str
        The folder in which the jobs have theirs; an absolute path.
    """

    function: str
    job: Job
    root: str

    @property
    def folder(self) -> Path:
        """Where the result goes."""
        return Path(self.root, self.job.key)


def function_name(function: Function) -> str:
    """Name a function so that another process finds it.

    Raises
    ------
    InputError
        Another process would not.
    """
    module, name = function.__module__, function.__qualname__
    found = getattr(sys.modules.get(module), name, None)
    if module == "__main__" or found is not function:
        raise InputError(f"{module}.{name}: expected a function that can be imported by its name")
    return f"{module}:{name}"


def find_function(name: str) -> Function:
    """Import the function of that name."""
    module, _, attribute = name.partition(":")
    function: Function = getattr(importlib.import_module(module), attribute)
    return function


def fingerprint(values: Any) -> str:
    """Fingerprint of what JSON can hold.

    Examples
    --------
    >>> fingerprint({"map": "a.mrc", "resolution": 3.2})[:8]
    'f33c53d2'
    """
    text = json.dumps(values, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def file_stamp(path: str | os.PathLike[str]) -> list[int] | None:
    """Size (bytes) and time of the last change (ns) of a file; None where there is none."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return None
    return [status.st_size, status.st_mtime_ns]
