"""Arrays in NumPy's .npz files (zip of .npy), read with bounds.

https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. ``numpy.load`` believes what
the headers in the file announce, and allocates it.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from sharpem.errors import InputError
from sharpem.io.contents import contents

__all__ = ["read_arrays"]

_MAGIC, _START = b"\x93NUMPY\x01\x00", 10
_NUMBERS = re.compile(r"[<>|=]?[biuf]\d{1,2}")
_LONGEST_HEADER = 1000  # bytes
_LARGEST = 2**30  # bytes, packed; gains of the largest maps take a hundredth
_ALWAYS, _LARGEST_RATIO = 2**26, 200  # bytes that any file may unpack to; times its size


def read_arrays(path: Path, expected: str) -> dict[str, NDArray[Any]]:
    """Read all arrays of a file, by name; numbers only, no objects.

    Raises
    ------
    InputError
        The file cannot be read, is none, or announces more than it holds.
    """
    raw = contents(path, expected, largest=_LARGEST)
    try:
        with ZipFile(BytesIO(raw)) as packed:
            members = packed.infolist()
            if sum(one.file_size for one in members) > _ALWAYS + _LARGEST_RATIO * len(raw):
                raise ValueError("unpacks to far more than its size")
            return {one.filename.removesuffix(".npy"): _array(packed.read(one)) for one in members}
    except (
        BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        NotImplementedError,  # another way of packing
        OSError,
        OverflowError,
        RuntimeError,  # a password
        SyntaxError,
        TypeError,
        ValueError,
    ) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: not arrays of NumPy ({reason}), expected {expected}") from None


def _array(data: bytes) -> NDArray[Any]:
    """Array of a .npy file, which must hold as many numbers as its header announces."""
    end = _START + int.from_bytes(data[8:_START], "little")
    if data[:8] != _MAGIC or end > _LONGEST_HEADER:
        raise ValueError("no .npy of version 1.0 inside")
    header = ast.literal_eval(data[_START:end].decode("ascii"))
    kind, shape = str(header["descr"]), tuple(map(operator.index, header["shape"]))
    if not _NUMBERS.fullmatch(kind) or min(shape, default=0) < 0:
        raise ValueError("no numbers")
    dtype = np.dtype(kind)
    count = math.prod(shape)
    if count * dtype.itemsize > len(data) - end:
        raise ValueError("fewer numbers than announced")
    numbers = np.frombuffer(data, dtype, count, end)
    return numbers.reshape(shape, order="F" if header["fortran_order"] else "C")
