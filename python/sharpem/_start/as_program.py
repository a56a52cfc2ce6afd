"""What comes first where sharpem runs as a program: streams, signals, BLAS; then long imports."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

__all__ = ["CODES", "as_program", "stdout_was_closed"]

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
"""Exit codes after a signal, as shells count them."""

stdout_was_closed = False


def as_program() -> None:
    """End at a signal without a word; nothing has been written yet.

    The command line then takes signals in its own way (:func:`sharpem.cli.main`). What is ignored,
    as after nohup, stays ignored. Streams that were closed are opened on nothing, so that no file
    of ours gets their numbers. NumPy's BLAS, which has small matrices alone to work on, starts no
    threads of its own, unless the user has set their number.
    """
    if not _is_program():
        return
    _open_closed_streams()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # else idle threads spin: all work is ours
    for number in CODES:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)


def _is_program() -> bool:
    """Whether this is ``sharpem ...`` or ``python -m sharpem ...``, not an import."""
    name = sys.argv[0] if sys.argv else ""
    if name != "-m":
        return os.path.basename(name) == "sharpem"
    words = sys.orig_argv
    return "-m" in words and words[words.index("-m") + 1 :][:1] == ["sharpem"]


def _open_closed_streams() -> None:
    global stdout_was_closed  # noqa: PLW0603 - of this process, as the stream is
    stdout_was_closed = sys.stdout is None
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free, which is this one
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for good
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    os._exit(CODES[signal.Signals(number)])
