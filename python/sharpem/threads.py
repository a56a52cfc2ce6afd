"""How many threads the core may use, inside a with block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sharpem import _core
from sharpem.errors import InputError

__all__ = ["limited_threads"]


@contextmanager
def limited_threads(limit: int | None) -> Iterator[None]:
    """Let the core use at most so many threads; the limit from before comes back at the end.

    Parameters
    ----------
    limit : int or None
        None leaves it as it is: OMP_NUM_THREADS or all cores, unless limited already.

    Raises
    ------
    InputError
        Not a whole number from 1; or the environment variable ``SHARPEM_CPU`` names no instruction
        set that this processor has.
    """
    if limit is not None and (limit < 1 or limit != int(limit)):
        raise InputError(f"{limit} threads, expected a whole number from 1")
    try:
        _core.instruction_set()
    except ValueError as error:
        raise InputError(str(error)) from None
    before = _core.threads()
    _core.set_threads(before if limit is None else limit)
    try:
        yield
    finally:
        _core.set_threads(before)
