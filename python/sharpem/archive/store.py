"""The part of the archives that is kept on this machine.

It has the archives' own layout, so that a full copy of them (rsync) serves as well, and a web
server on it as a mirror. What is not yet whole, and where files came from, is kept apart, in
``.incoming`` and ``.sources``.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sharpem.archive.download import Report
from sharpem.archive.mirrors import Mirrors, NotFoundError
from sharpem.errors import InputError

__all__ = ["Store", "cache_folder"]


def cache_folder() -> Path:
    """Find the folder: SHARPEM_CACHE, else the user's cache folder of this system."""
    if given := os.environ.get("SHARPEM_CACHE"):
        return Path(given).expanduser()
    import pooch

    return Path(pooch.os_cache("sharpem")).expanduser()


class Store:
    """Files of the archives, fetched when they are first wanted.

    Parameters
    ----------
    folder : path, optional
        Default: :func:`cache_folder`.
    mirrors : iterable of str, optional
        URLs: :class:`sharpem.archive.mirrors.Mirrors`.
    refresh : bool
        Fetch anew what is there.
    progress : callable, optional
        Called with (stage, bytes done, bytes in all or 0).
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] | None = None,
        mirrors: Iterable[str] | None = None,
        *,
        refresh: bool = False,
        progress: Report | None = None,
    ) -> None:
        self.folder = Path(folder).expanduser() if folder else cache_folder()
        self._mirrors, self._refresh = Mirrors(mirrors), refresh
        self._tell = progress or (lambda _stage, _done, _total: None)
        self._fetched: set[str] = set()

    def get(self, names: Sequence[str]) -> str:
        """Make sure that a file is there.

        Parameters
        ----------
        names : sequence of str
            Paths below the root under which it may lie.

        Returns
        -------
        str
            The one of them that there is.

        Raises
        ------
        NotFoundError
            There is none, here or on any mirror.
        InputError
            It cannot be fetched, or not be kept.
        """
        for name in names:
            if self._is_here(name):
                return name
        *others, last = names
        for name in others:
            with contextlib.suppress(NotFoundError):
                self._fetch(name)
                return name
        self._fetch(last)
        return last

    def path(self, name: str) -> Path:
        """Where a file lies."""
        return self.folder / name

    def url(self, name: str) -> str | None:
        """Where a file was fetched from; None if somebody else put it there."""
        return self._source(name).get("url")

    def _source(self, name: str) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            source = json.loads(self._source_path(name).read_text("utf-8"))
            if isinstance(source, dict):
                return source
        return {}

    def _source_path(self, name: str) -> Path:
        return self.folder / ".sources" / f"{name}.json"

    def _is_here(self, name: str) -> bool:
        """Whether the file is there, as long as it was when it was fetched."""
        if self._refresh and name not in self._fetched:
            return False
        path = self.path(name)
        size = path.stat().st_size if path.is_file() else -1
        return size >= 0 and self._source(name).get("bytes", size) == size

    def _fetch(self, name: str) -> None:
        incoming = self.folder / ".incoming"
        try:
            with self._alone(incoming / f"{name}.lock"):
                if not self._is_here(name):  # another process may have been quicker
                    url = self._mirrors.fetch(name, incoming, self._tell)
                    self._take_in(incoming / name, name, url)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise InputError(
                f"{error.filename or self.folder}: {reason}, expected a folder with room to keep "
                "files in (SHARPEM_CACHE names another)"
            ) from error

    def _take_in(self, whole: Path, name: str, url: str) -> None:
        source = self._source_path(name)
        for path in (source, self.path(name)):
            path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"url": url, "bytes": whole.stat().st_size})
        source.write_text(text, "utf-8")
        whole.replace(self.path(name))
        self._fetched.add(name)

    @contextlib.contextmanager
    def _alone(self, lock: Path) -> Iterator[None]:
        """Let one process at a time fetch a file; a lock ends with the process that holds it."""
        lock.parent.mkdir(parents=True, exist_ok=True)
        with lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._tell(f"wait for another process ({lock.stem})", 0, 0)
                fcntl.flock(file, fcntl.LOCK_EX)
            except OSError as error:
                # Without locks two processes may spoil each other's download: then its checks fail.
                if error.errno not in (errno.ENOLCK, errno.ENOTSUP):
                    raise
            yield
