"""Progress over many jobs on the standard error stream, with an estimate of the time left."""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sharpem.cli.output import complain

if TYPE_CHECKING:
    from sharpem.jobs import Outcome

__all__ = ["Count", "countdown"]

_EVERY = 60.0  # s between lines where nobody looks


@contextmanager
def countdown(request: Namespace, total: int) -> Iterator[Callable[[Outcome], None]]:
    """Give something to call with every outcome: a bar on a terminal, else a line now and then.

    Parameters
    ----------
    request : Namespace
        ``quiet`` and ``verbose`` (a line for every job) as on the command line.
    total : int
        Jobs.
    """
    counted = Count(total)
    if request.quiet:
        yield counted.add
    elif sys.stderr.isatty() and not request.verbose:
        with _bar(counted) as tell:
            yield tell
    else:
        yield _Lines(counted, 0.0 if request.verbose else _EVERY)


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


@contextmanager
def _bar(counted: Count) -> Iterator[Callable[[Outcome], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(str(counted), total=counted.total)

        def tell(outcome: Outcome) -> None:
            counted.add(outcome)
            shown.update(task, description=str(counted), completed=counted.done)

        yield tell


class _Lines:
    def __init__(self, counted: Count, every: float) -> None:
        self._counted, self._every, self._last = counted, every, time.monotonic()

    def __call__(self, outcome: Outcome) -> None:
        self._counted.add(outcome)
        now = time.monotonic()
        if now - self._last >= self._every:
            self._last = now
            what = "done" if outcome.done else "failed"
            complain(f"{outcome.job.key} {what}; {self._counted}")
