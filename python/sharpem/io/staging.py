"""A hidden folder in which files are made, and from which they are put in place all at once.

No file system renames several files in one step. So the step that decides is another: the folder,
with all of its files whole and on the disk, gets a new name, which says that they belong in place.
Then they are put there, one after the other. Whoever comes upon such a folder whose process is dead
puts the rest in place; any other folder of a dead process is removed. A lock of the kernel, which
no dead process holds, tells which process lives.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from sharpem.errors import InputError
from sharpem.io.lock import take

__all__ = ["Stage", "recover"]

_LOCK = ".sharpem-lock"
_NEW, _ADD, _REPLACE = ".sharpem-new-", ".sharpem-add-", ".sharpem-replace-"
_OWNER, _GONE = ".owner", ".gone"
_PATIENCE = 60.0  # s
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
_LAST = (".mrc", ".mtz")

_own: set[str] = set()
"""Ends of the names of folders of this process: over NFS its own locks do not keep it out."""


class Stage:
    """The folder, made in `root`; it is gone when the context ends, whatever happened.

    Parameters
    ----------
    root : Path
        The files go there, or into folders in it on the same file system.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def __enter__(self) -> Stage:
        """Make the folder; those of dead processes are dealt with first."""
        with _locked(self._root):
            _recover(self._root)
            self._folder = Path(tempfile.mkdtemp(prefix=_NEW, dir=self._root))
            self._token = self._folder.name.removeprefix(_NEW)
            _own.add(self._token)
            self._owner = (self._folder / _OWNER).open("wb")
            take(self._owner)
        return self

    def __exit__(self, *_: object) -> None:
        """Remove what was not put in place."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._owner.close()
        _own.discard(self._token)

    def write(self, path: Path, write: Callable[[Path], None]) -> None:
        """Have a file made, and see that it reaches the disk.

        Parameters
        ----------
        path : Path
            Where it belongs.
        write : callable
            Called with the path to write to, in the same folder as those of the others.
        """
        staged = self._folder / path.relative_to(self._root)
        staged.parent.mkdir(exist_ok=True)
        if path.parent.stat().st_dev != self._root.stat().st_dev:  # no rename leads there
            raise OSError(errno.EXDEV, f"not on the file system of {self._root}")
        try:
            write(staged)
        except InputError as error:
            raise InputError(str(error).replace(str(staged), str(path))) from None
        _sync(staged)

    def remove(self, path: Path) -> None:
        """Have a file removed when the others are put in place."""
        marker = self._folder / _GONE / path.relative_to(self._root)
        marker.parent.mkdir(exist_ok=True)
        marker.touch()

    def put_in_place(self, *, overwrite: bool) -> None:
        """Give all files their names; an interrupt is heard when they have them.

        Parameters
        ----------
        overwrite : bool
            Replace what is there; otherwise a file that is there raises FileExistsError, and none
            of these remains.

        Raises
        ------
        OSError
            None has its name.
        InputError
            Some have, and replace others; the next run in the folder goes on with it.
        """
        for folder in {path.parent for path in _files(self._folder)}:
            _sync(folder)
        ready = self._root / ((_REPLACE if overwrite else _ADD) + self._token)
        with _locked(self._root):
            try:
                self._folder.rename(ready)
                _sync(self._root)
                _put(ready)
            except OSError as error:
                if overwrite and ready.is_dir():
                    raise InputError(_unfinished(self._root, error)) from None
                if ready.is_dir():
                    ready.rename(self._folder)
                raise
            except BaseException:  # interrupted
                if ready.is_dir():
                    _put(ready)
                    ready.rename(self._folder)
                raise
            ready.rename(self._folder)


def _unfinished(root: Path, error: OSError) -> str:
    return (
        f"{error.filename2 or error.filename or root}: {str(error.strerror).lower()} while files "
        f"were put in place; the next run that writes to {root} goes on with it"
    )


def recover(root: Path) -> None:
    """Complete, or remove, what runs left in a folder that were killed while they wrote."""
    if any(root.glob(".sharpem-*")):
        with suppress(OSError), _locked(root):  # where nothing can be changed, nothing is
            _recover(root)


def _recover(root: Path) -> None:
    for folder in sorted(root.glob(".sharpem-*-*")):
        with suppress(OSError):
            if not _is_dead(folder):
                continue
            if not folder.name.startswith(_NEW):
                with suppress(FileExistsError):  # somebody has put others there since
                    _put(folder)
            shutil.rmtree(folder)


def _is_dead(folder: Path) -> bool:
    """Whether it is a dead process's, and this user's: nobody may plant files for others."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        return False
    if folder.name.rpartition("-")[2] in _own:
        return False
    try:
        owner = (folder / _OWNER).open("r+b")
    except FileNotFoundError:  # killed before it had one: it is made while the lock is held
        return True
    with owner:
        return take(owner) is True


def _put(ready: Path) -> None:
    """Put files in place; what was done before, by this process or a dead one, does no harm."""
    root, files = ready.parent, _files(ready)
    if ready.name.startswith(_ADD):
        _add([(staged, root / staged.relative_to(ready)) for staged in files])
    else:
        for staged in files:
            staged.replace(root / staged.relative_to(ready))
        for marker in _files(ready / _GONE):
            (root / marker.relative_to(ready / _GONE)).unlink(missing_ok=True)
    for folder in {root, *(root / path.relative_to(ready).parent for path in files)}:
        _sync(folder)


def _files(folder: Path) -> list[Path]:
    """Files in a staged folder: the JSON, which tells what the map has to be, first; maps last."""
    found = [
        path
        for path in folder.rglob("*")
        if path.is_file() and not {_OWNER, _GONE} & {*path.relative_to(folder).parts}
    ]
    return sorted(found, key=lambda path: (path.suffix in _LAST, path.suffix != ".json", path))


def _add(pairs: list[tuple[Path, Path]]) -> None:
    """Put files where none are: of several processes that try, one succeeds, with all files."""
    try:
        for staged, path in pairs:
            _link(staged, path)
    except OSError:
        for staged, path in pairs:
            if staged.exists() and path.exists() and staged.samefile(path):
                path.unlink()
        raise


def _link(staged: Path, path: Path) -> None:
    try:
        os.link(staged, path, follow_symlinks=False)
    except FileExistsError:
        if not (path.exists() and staged.samefile(path)):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        staged.rename(path)


def _sync(path: Path) -> None:
    """Have a file or a folder on the disk, where the file system can."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.EBADF, errno.ENOTSUP):
            raise
    finally:
        os.close(number)


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Keep other runs from changing a folder; the lock's file is removed again."""
    path = root / _LOCK
    end = time.monotonic() + _PATIENCE
    while True:
        with path.open("ab") as file:
            if take(file) is not False and _is_at(file, path):
                try:
                    yield
                finally:
                    path.unlink(missing_ok=True)
                return
        if time.monotonic() > end:
            raise InputError(f"{root}: in use by another run, expected it to end its writing")
        time.sleep(0.01)


def _is_at(file: IO[Any], path: Path) -> bool:
    """Whether the open file is the one of that name still, not one that was removed meanwhile."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    return False
