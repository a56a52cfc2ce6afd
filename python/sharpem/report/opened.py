"""Files as the scripts for viewers open them: absolute names, and packed maps unpacked.

None of ChimeraX, Coot and PyMOL says that it reads packed maps, and a run must not leave a second
copy of a large map behind. So scripts unpack to a folder that goes when the viewer ends.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from sharpem.outcome import Sharpened

__all__ = ["UNPACK", "StrPath", "absolute", "is_packed", "packed_files", "python_name", "unpacking"]

StrPath: TypeAlias = str | os.PathLike[str]

_MAGIC = (b"\x1f\x8b", b"BZh")  # gzip, bzip2

UNPACK = '''\
import atexit
import bz2
import gzip
import os
import re
import shutil
import tempfile


def unpacked(path):
    """Name of an unpacked copy, which is removed when the program ends."""
    folder = tempfile.mkdtemp(prefix="sharpem_")
    atexit.register(shutil.rmtree, folder, True)
    name = re.sub("[^A-Za-z0-9._-]", "_", os.path.splitext(os.path.basename(path))[0])
    copy = os.path.join(folder, name if "." in name else name + ".mrc")
    with open(path, "rb") as file:
        opener = bz2.open if file.read(3) == b"BZh" else gzip.open
    with opener(path, "rb") as packed, open(copy, "wb") as plain:
        shutil.copyfileobj(packed, plain)
    return copy
'''
"""Python that scripts begin with where a file is packed."""


def absolute(path: StrPath) -> Path:
    """Absolute path; a link stays what it is, for what is written replaces it, not its target."""
    folder, name = os.path.split(path)
    return Path(os.path.realpath(folder), name)


def is_packed(path: StrPath) -> bool:
    """Whether a file is there and packed with gzip or bzip2, told by its first bytes."""
    with suppress(OSError, ValueError), open(path, "rb") as file:
        return file.read(3).startswith(_MAGIC)
    return False


def unpacking(paths: Iterable[StrPath | None]) -> list[str]:
    """What a Python script begins with: :data:`UNPACK` where one of its files is packed."""
    return [UNPACK] if any(path is not None and is_packed(path) for path in paths) else []


def python_name(path: StrPath) -> str:
    """A file's name in Python; the name of its unpacked copy where it is packed."""
    name = repr(str(absolute(path)))
    return f"unpacked({name})" if is_packed(path) else name


def packed_files(result: Sharpened, input_path: StrPath | None = None) -> list[Path]:
    """Files among input, half maps and model that ChimeraX cannot open before they are unpacked."""
    halves, model = result.half_maps, result.model
    paths = [input_path or result.input.path]
    paths += [halves.one.path, halves.two.path] if halves else []
    if model is not None and model.path is not None and ".pdb" not in model.path.name.lower():
        paths.append(model.path)  # packed PDB files are read
    return [absolute(path) for path in paths if path is not None and is_packed(path)]
