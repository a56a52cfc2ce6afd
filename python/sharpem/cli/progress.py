"""Progress on the standard error stream: a bar on a terminal, plain lines when asked for."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

__all__ = ["Report", "progress"]

Report: TypeAlias = Callable[[str, int, int], None]


@contextmanager
def progress(request: Namespace) -> Iterator[Report]:
    """Give something to call with (stage, done, total); it shows nothing where nobody looks.

    Parameters
    ----------
    request : Namespace
        ``quiet`` and ``verbose`` as on the command line.
    """
    if request.quiet:
        yield _silent
    elif sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield _Lines() if request.verbose else _silent


@contextmanager
def _bar() -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<16}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)

        def report(stage: str, done: int, total: int) -> None:
            shown.update(task, description=stage, completed=done, total=total or None)

        yield report


def _silent(_stage: str, _done: int, _total: int) -> None:
    pass


class _Lines:
    """One line when a stage begins."""

    def __init__(self) -> None:
        self._stage = ""

    def __call__(self, stage: str, _done: int, _total: int) -> None:
        if stage != self._stage:
            print(f"sharpem: {stage}", file=sys.stderr)
        self._stage = stage
