"""Several files that appear together, whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from sharpem.errors import InputError
from sharpem.io.contents import check_writable

__all__ = ["check_free", "write_text", "write_together"]


def check_free(path: Path, *, overwrite: bool) -> None:
    """Refuse a path that cannot be written to.

    Raises
    ------
    InputError
        The folder is missing or closed, or the file exists and is not to be replaced.
    """
    folder = path.parent
    check_writable(path)
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder, expected one to write {path.name} to")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{folder}: not writable, expected a folder to write {path.name} to")
    if path.is_dir():
        raise InputError(f"{path}: is a folder, expected a name for a file")
    if path.exists() and not overwrite:
        raise InputError(f"{path}: exists already, expected a new name or --overwrite")


def write_text(path: Path, *, text: str) -> None:
    """Write text as UTF-8; of file names that are none, the bytes are shown escaped."""
    path.write_text(text, encoding="utf-8", errors="backslashreplace")


def write_together(files: Mapping[Path, Callable[[Path], None]], *, overwrite: bool) -> None:
    """Write files under temporary names in their folders, then give all of them their own.

    Parameters
    ----------
    files : mapping
        For each path a function that writes it, called with the temporary path.
    overwrite : bool
        Replace existing files.

    Raises
    ------
    InputError
        A path cannot be written to, or the disk is full; then no file has changed.
    """
    for path in files:
        check_free(path, overwrite=overwrite)
    made: dict[Path, Path] = {}
    folders: list[tempfile.TemporaryDirectory[str]] = []
    try:
        for path, write in files.items():
            folder = tempfile.TemporaryDirectory(prefix=".sharpem-", dir=path.parent)
            folders.append(folder)
            made[path] = Path(folder.name) / path.name
            write(made[path])
        for path, temporary in made.items():
            temporary.replace(path)
    except OSError as error:
        raise InputError(
            f"{error.filename or next(iter(files))}: {error.strerror or error} while writing, "
            "nothing was written"
        ) from None
    finally:
        for folder in folders:
            folder.cleanup()
