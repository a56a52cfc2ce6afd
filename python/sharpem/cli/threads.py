"""How many threads the commands that call the core directly may use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["limited_threads"]


@contextmanager
def limited_threads(limit: int | None) -> Iterator[None]:
    """Let the core use at most so many threads inside a with block; None leaves it as it is."""
    from sharpem import _core

    before = _core.threads()
    _core.set_threads(before if limit is None else limit)
    try:
        yield
    finally:
        _core.set_threads(before)
