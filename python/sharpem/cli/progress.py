"""Progress on the standard error stream: a bar on a terminal, else plain lines."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sharpem.cli.output import complain
from sharpem.progress import Progress, silent

if TYPE_CHECKING:
    from sharpem.jobs import Outcome

__all__ = ["Count", "countdown", "progress"]

_EVERY = 60.0  # s between lines about many jobs where nobody looks


@contextmanager
def progress(request: Namespace) -> Iterator[Progress]:
    """Give something to call with (stage, done, total); it shows nothing where nobody looks.

    Parameters
    ----------
    request : Namespace
        ``quiet`` and ``verbose`` (a line when a stage begins) as on the command line.
    """
    if not request.quiet and sys.stderr.isatty():
        with _bar(times=True) as shown:
            yield shown
    else:
        yield _Lines() if request.verbose and not request.quiet else silent


@contextmanager
def countdown(request: Namespace, total: int) -> Iterator[Callable[[Outcome], None]]:
    """Give something to call with every outcome of many jobs; it estimates the time left.

    Parameters
    ----------
    request : Namespace
        ``quiet`` and ``verbose`` (a line for every job, else one now and then) as on the command
        line.
    total : int
        Jobs.
    """
    counted = Count(total)
    if request.quiet:
        yield counted.add
    elif sys.stderr.isatty() and not request.verbose:
        with _bar(times=False) as shown:

            def add(outcome: Outcome) -> None:
                counted.add(outcome)
                shown(str(counted), counted.done, total)

            shown(str(counted), 0, total)
            yield add
    else:
        yield _Counts(counted, 0.0 if request.verbose else _EVERY)


@contextmanager
def _bar(*, times: bool) -> Iterator[Progress]:
    """Show a bar between what is done and, if wanted, the time that it took."""
    from rich.console import Console
    from rich.progress import BarColumn, ProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns: tuple[ProgressColumn, ...] = (
        BarColumn(),
        TextColumn("{task.description}", markup=False),
    )
    if times:
        stage = TextColumn("{task.description:<16}", markup=False)
        columns = (stage, BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)

        def show(stage: str, done: int, total: int) -> None:
            shown.update(task, description=stage, completed=done, total=total or None)

        yield show


class _Lines:
    """One line when a stage begins."""

    def __init__(self) -> None:
        self._stage = ""

    def __call__(self, stage: str, _done: int, _total: int) -> None:
        if stage != self._stage:
            complain(stage)
        self._stage = stage


class Count:
    """How far it is.

    Parameters
    ----------
    total : int
        Jobs.
    clock : callable
        Seconds.
    """

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()
        self.total, self.done, self.failed, self._fresh = total, 0, 0, 0

    def add(self, outcome: Outcome) -> None:
        """Count one more."""
        self.done += 1
        self.failed += not outcome.done
        self._fresh += outcome.fresh

    def __str__(self) -> str:
        """Count, failures, time left."""
        text = f"{self.done} of {self.total}" + (f", {self.failed} failed" if self.failed else "")
        left = self.total - self.done
        if left and self._fresh:
            text += f", {_duration(left * (self._clock() - self._start) / self._fresh)} left"
        return text


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


class _Counts:
    def __init__(self, counted: Count, every: float) -> None:
        self._counted, self._every, self._last = counted, every, time.monotonic()

    def __call__(self, outcome: Outcome) -> None:
        self._counted.add(outcome)
        now = time.monotonic()
        if now - self._last >= self._every:
            self._last = now
            what = "done" if outcome.done else "failed"
            complain(f"{outcome.job.key} {what}; {self._counted}")
