"""How a long computation says how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

__all__ = ["Progress", "Stages", "silent"]

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the name of a stage, how much of it is done, and how much it has in all (or 0)."""


def silent(_stage: str, _done: int, _total: int) -> None:
    """Show nothing."""


class Stages:
    """Calls back as stages begin and end, and keeps their wall times.

    Parameters
    ----------
    names : str
        In their order.
    progress : callable, optional
    """

    def __init__(self, *names: str, progress: Progress | None = None) -> None:
        self._names = names
        self._tell = progress or silent
        self._start = time.perf_counter()
        self.seconds = dict.fromkeys(("total", *names), 0.0)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Do a stage."""
        number, count = self._names.index(stage), len(self._names)
        start = time.perf_counter()
        self._tell(stage, number, count)
        yield
        now = time.perf_counter()
        self.seconds |= {stage: now - start, "total": now - self._start}
        if number == count - 1:
            self._tell(stage, count, count)
