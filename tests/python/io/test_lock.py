"""One process at a time: the lock of a folder."""

import os
from contextlib import ExitStack

import pytest

from sharpem.errors import InputError
from sharpem.io.lock import locked


def test_a_second_run_is_refused_and_told_who_has_it(tmp_path):
    path = tmp_path / "lock"
    with (
        locked(path),
        pytest.raises(InputError, match=f"in use by process {os.getpid()} on"),
        locked(path),
    ):
        pass


def test_the_lock_is_free_again(tmp_path):
    for _ in range(2):
        with locked(tmp_path / "lock"):
            pass


def test_who_waits_gets_it(tmp_path):
    path, first = tmp_path / "lock", ExitStack()
    first.enter_context(locked(path))
    with (
        locked(path, wait=first.close),
        pytest.raises(InputError, match="in use"),
        locked(path),
    ):
        pass
