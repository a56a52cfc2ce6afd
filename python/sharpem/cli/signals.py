"""Signals that end a program, as exceptions: what is open is closed, what is half done removed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from sharpem._start.as_program import CODES

__all__ = ["SignalledError", "signals_raised"]


class SignalledError(BaseException):
    """The process is asked to end.

    Attributes
    ----------
    exit_code : int
        128 and the signal's number.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = CODES[signal.Signals(number)]


@contextmanager
def signals_raised() -> Iterator[None]:
    """Raise SignalledError where a signal asks the process to end, KeyboardInterrupt for SIGINT.

    Ignored signals stay ignored. In another thread than the main one nothing changes, for only that
    one hears signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in CODES}
    unheard = (signal.SIG_IGN, None)  # None: another language's
    before = {number: handler for number, handler in before.items() if handler not in unheard}
    for number in before:
        how = signal.default_int_handler if number == signal.SIGINT else _raise
        signal.signal(number, how)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise(number: int, _frame: FrameType | None) -> NoReturn:
    raise SignalledError(number)
