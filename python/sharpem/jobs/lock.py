"""One client at a time in a folder."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sharpem.errors import InputError

__all__ = ["locked"]

_NAME = ".lock"
_TAKEN = (errno.EWOULDBLOCK, errno.EACCES)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other clients out for as long as this one lives.

    The lock is the kernel's, on shared file systems the server's: it cannot outlive its owner, so
    none is ever stale. Where a file system has none, clients at the same time do no harm but
    work twice: results appear whole, and one of two stays.

    Raises
    ------
    InputError
        Somebody else is at work there.
    """
    path = folder / _NAME
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _TAKEN:
                file.seek(0)
                owner = file.read(200).strip() or "another run"
                raise InputError(
                    f"{folder}: in use by {owner}, expected one run at a time in a folder"
                ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.flush()
        yield
