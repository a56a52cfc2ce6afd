"""Streams of gzip: by ISA-L, the extra called fast, where it is installed, else by zlib.

What is unpacked is the same. What is packed unpacks to the same, but is not the same byte by byte.
"""

from __future__ import annotations

import gzip
import zlib
from typing import Any, BinaryIO, cast

__all__ = ["DAMAGED", "packing", "unpacking"]

_isal: Any
_error: type[Exception]
try:
    from isal import igzip, isal_zlib

    _isal, _error = igzip, cast(type[Exception], isal_zlib.error)  # its stub says Exception
except ImportError:
    _isal, _error = None, zlib.error

DAMAGED: tuple[type[Exception], ...] = (EOFError, OSError, zlib.error, _error)
"""What reading a damaged stream, or one that was cut off, raises."""

_LEVEL = 4  # of zlib
_ISAL_LEVEL = 1  # packs maps as well as zlib's 4


def unpacking(raw: BinaryIO) -> BinaryIO:
    """Read what is packed in a file that is open for reading; closing it leaves the file open."""
    kind = gzip.GzipFile if _isal is None else _isal.IGzipFile
    return cast(BinaryIO, kind(fileobj=raw, mode="rb"))


def packing(raw: BinaryIO) -> BinaryIO:
    """Pack into a file that is open for writing; neither name nor time is in it."""
    if _isal is None:
        return cast(BinaryIO, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0))
    return cast(BinaryIO, _isal.IGzipFile("", "wb", _ISAL_LEVEL, raw, mtime=0))
