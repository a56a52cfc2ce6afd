"""Several files that appear together, whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from sharpem.errors import InputError
from sharpem.io.contents import reason_of
from sharpem.io.staging import Stage, recover

__all__ = ["check_free", "write_text", "write_together"]


def check_free(paths: Iterable[Path], *, overwrite: bool, inputs: Iterable[Path] = ()) -> None:
    """Refuse paths that could not be written to; make good what dead runs left there.

    Parameters
    ----------
    paths : iterable of Path
    overwrite : bool
        Whether existing files may be replaced.
    inputs : iterable of Path
        Files that must stay.

    Raises
    ------
    InputError
        A folder is missing or closed, or a file exists and is not to be replaced.
    """
    paths = list(paths)
    for folder in dict.fromkeys(path.parent for path in paths):
        _check_folder(folder)
        recover(folder)
    existing = [path for path in paths if _is_there(path)]
    for path in existing:
        if any(os.path.exists(source) and _same(path, source) for source in inputs):
            raise InputError(f"{path}: is an input, expected another name for the output")
        if os.path.exists(path) and not path.is_file():
            what = "a folder" if path.is_dir() else "not a plain file"
            raise InputError(f"{path}: is {what}, expected a name for a file")
    if existing and not overwrite:
        raise InputError(f"{existing[0]}: exists already, expected a new name or --overwrite")


def _check_folder(folder: Path) -> None:
    if not os.path.isdir(folder):
        raise InputError(f"{folder}: no such folder, expected one to write to")
    try:
        # Permission bits do not tell for root and on network drives: try.
        with tempfile.TemporaryFile(dir=folder, prefix=".sharpem"):
            pass
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be written to ({reason_of(error)}), expected another folder"
        ) from None


def _is_there(path: Path) -> bool:
    """Whether the name is taken, by a link that leads nowhere too; InputError if it can be none."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {reason_of(error)}, expected a name for a file") from None
    return True


def _same(path: Path, source: Path) -> bool:
    with suppress(OSError):
        return path.samefile(source)
    return False


def write_text(path: Path, *, text: str) -> None:
    """Write text as UTF-8; what is none, from names of files, as escapes."""
    path.write_text(text, encoding="utf-8", errors="backslashreplace")


def write_together(
    files: Mapping[Path, Callable[[Path], None]],
    *,
    overwrite: bool,
    remove: Collection[Path] = (),
) -> None:
    """Write files in a hidden folder, then put all of them in place.

    Whoever looks at any moment, after a kill or a power cut too, finds the files from before or the
    new ones; or, in the instant of the switch, a JSON that names the checksum of the new map
    (:mod:`sharpem.io.checksum`), and the next run in the folder completes what is missing.

    Parameters
    ----------
    files : mapping
        For each path a function that writes it, called with a path in one and the same folder for
        all paths of a folder. Their folders: one of them, and some inside it.
    overwrite : bool
        Replace existing files. Otherwise one of several runs at the same time succeeds.
    remove : collection of Path
        Files from before that must not stay beside the new ones.

    Raises
    ------
    InputError
        A path cannot be written to, or the disk is full; then no file has changed.
    """
    if not files:
        return
    check_free(files, overwrite=overwrite)
    root = min((path.parent for path in files), key=lambda folder: len(folder.parts))
    at_work = root
    try:
        with Stage(root) as stage:
            for at_work, write in files.items():
                stage.write(at_work, write)
            for path in remove:
                stage.remove(path)
            stage.put_in_place(overwrite=overwrite)
    except FileExistsError as error:
        raise InputError(
            f"{error.filename}: exists already, expected a new name or --overwrite"
        ) from None
    except OSError as error:
        raise InputError(
            f"{at_work}: {reason_of(error)} while writing, nothing was written"
        ) from None
