"""What a file holds, plain or packed: read with bounds, so that a small file stays small.

A packed file may announce or unpack to any size. Nothing here believes it beyond what the size on
disk makes likely, and whatever goes wrong with a path is an :class:`InputError`.
"""

from __future__ import annotations

import bz2
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from sharpem.errors import InputError
from sharpem.io.gzip_stream import DAMAGED, unpacking

__all__ = [
    "Source",
    "check_is_file",
    "contents",
    "first_bytes",
    "opened",
    "reason_of",
]

_ANY = "a file"
_CHUNK = 2**23  # bytes read at a time
_ALWAYS = 2**26  # bytes that any packed file may unpack to
_LARGEST_RATIO = {
    "gzip": 1032,  # no deflate stream unpacks to more than this times its size
    "bzip2": 2000,  # the format allows 45 million; voxels that are nearly all 0 reach hundreds
}
_LARGEST_TEXT_RATIO = 200  # of text and tables; models reach 10


@dataclass(frozen=True)
class Source:
    """An open file.

    Attributes
    ----------
    path : Path
    stream : file object
        Unpacked bytes.
    packing : {"gzip", "bzip2"} or None
    size : int
        Bytes on disk.
    """

    path: Path
    stream: BinaryIO
    packing: str | None
    size: int

    @property
    def most(self) -> int:
        """Bytes that the file may unpack to."""
        return self.size if self.packing is None else self._most(_LARGEST_RATIO[self.packing])

    def _most(self, ratio: int) -> int:
        return _ALWAYS + ratio * self.size

    def read_all(self, largest: int) -> bytes:
        """Read everything.

        Raises
        ------
        InputError
            More than `largest` bytes, or more than text or a table packs into so few.
        """
        limit = largest if self.packing is None else min(largest, self._most(_LARGEST_TEXT_RATIO))
        parts: list[bytes] = []
        left = limit + 1
        while left > 0 and (part := self.stream.read(min(left, _CHUNK))):
            parts.append(part)
            left -= len(part)
        if left <= 0:
            raise InputError(
                f"{self.path}: more than {limit / 1e6:.0f} MB"
                + (f" in {self.size} bytes of {self.packing}" if self.packing else "")
                + ", expected a smaller file"
            )
        return b"".join(parts)


@contextmanager
def opened(path: Path, expected: str = _ANY) -> Iterator[Source]:
    """Open a regular file; gzip and bzip2 are recognised by the first bytes, not by the name.

    Raises
    ------
    InputError
        There is no such file, it is none, or it cannot be read or unpacked.
    """
    check_is_file(path, expected)
    try:
        with path.open("rb") as raw:
            size = os.fstat(raw.fileno()).st_size
            start = raw.read(3)
            raw.seek(0)
            if start[:2] == b"\x1f\x8b":
                with unpacking(raw) as stream:
                    yield Source(path, stream, "gzip", size)
            elif start == b"BZh":
                with bz2.BZ2File(raw) as packed:
                    yield Source(path, cast(BinaryIO, packed), "bzip2", size)
            else:
                yield Source(path, raw, None, size)
    except DAMAGED as error:
        raise InputError(f"{path}: {reason_of(error)}") from error


def contents(path: Path, expected: str, *, largest: int) -> bytes:
    """Unpacked bytes of a file, at most `largest`.

    Raises
    ------
    InputError
        As for :func:`opened`, or there are more.
    """
    with opened(path, expected) as source:
        return source.read_all(largest)


def first_bytes(path: Path, count: int, expected: str = _ANY) -> bytes:
    """Up to `count` unpacked bytes from the beginning of a file.

    Raises
    ------
    InputError
        As for :func:`opened`.
    """
    with opened(path, expected) as source:
        return source.stream.read(count)


def check_is_file(path: Path, expected: str = _ANY) -> None:
    """Refuse what is no regular file: a folder, a device, a pipe, a link to itself.

    Raises
    ------
    InputError
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        wanted = f", expected {expected}" if expected != _ANY else ""
        raise InputError(f"{path}: no such file{wanted}") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {reason_of(error)}, expected {expected}") from None
    if not stat.S_ISREG(mode):
        found = "a folder" if stat.S_ISDIR(mode) else "a device or pipe"
        raise InputError(f"{path}: {found}, expected {expected}")


def reason_of(error: BaseException) -> str:
    """One line for an error of the operating system or of a decompressor."""
    text = getattr(error, "strerror", None)
    if text:
        return str(text)[0].lower() + str(text)[1:]
    if isinstance(error, ValueError):
        return str(error)
    return f"packed data are damaged or cut off ({error})"
