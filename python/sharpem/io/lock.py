"""One process at a time."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sharpem.errors import InputError

__all__ = ["locked", "take"]

_TAKEN = (errno.EWOULDBLOCK, errno.EACCES)
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS)


@contextmanager
def locked(path: Path, wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold a lock for as long as this process lives.

    The lock is the kernel's, on shared file systems the server's: it cannot outlive its owner, so
    none is ever stale. Where a file system has none, nobody is kept out.

    Parameters
    ----------
    path : Path
        The file to lock; it is made, and stays.
    wait : callable, optional
        Called if another process has the lock, which is then waited for.

    Raises
    ------
    InputError
        Another process has the lock, and `wait` is not given.
    OSError
        The file cannot be made.
    """
    with path.open("a+", encoding="utf-8") as file:
        if take(file) is False:
            if wait is None:
                file.seek(0)
                owner = file.read(200).strip() or "another run"
                raise InputError(
                    f"{path.parent}: in use by {owner}, expected one run at a time in a folder"
                )
            wait()
            take(file, wait=True)
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.flush()
        yield


def take(file: IO[Any], *, wait: bool = False) -> bool | None:
    """Take the lock of an open file, which goes with its owner.

    Returns
    -------
    bool or None
        False if another owner has it; None where the file system has no locks.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError as error:
        if error.errno not in (*_TAKEN, *_NO_LOCKS):
            raise
        return None if error.errno in _NO_LOCKS else False
    return True
