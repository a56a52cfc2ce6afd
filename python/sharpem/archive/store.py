"""The part of the archives that is kept on this machine.

It has the archives' own layout, so that a full copy of them (rsync) serves as well, and a web
server on it as a mirror. What is not yet whole, and where files came from, is kept apart, in
``.incoming`` and ``.sources``.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from sharpem.archive.names import NotFoundError
from sharpem.errors import InputError
from sharpem.io.json_text import read_object
from sharpem.io.lock import locked
from sharpem.progress import Progress, silent

__all__ = ["Store", "cache_folder"]

_SITES = (
    "https://ftp.ebi.ac.uk/pub/databases",
    "https://files.wwpdb.org/pub",
    "https://ftp.pdbj.org/pub",
)


def cache_folder() -> Path:
    """Find the folder: SHARPEM_CACHE, else the user's cache folder of this system."""
    if given := os.environ.get("SHARPEM_CACHE"):
        return Path(os.path.expanduser(given))
    habit = "~/Library/Caches" if sys.platform == "darwin" else "~/.cache"
    return Path(os.path.expanduser(os.environ.get("XDG_CACHE_HOME") or habit), "sharpem")


def _checked(root: str) -> str:
    with contextlib.suppress(ValueError):
        url = urlsplit(root)
        if url.scheme in ("http", "https") and url.hostname and url.port != 0:
            return root
    raise InputError(f"mirror {root}: expected a URL that starts with https://")


class Store:
    """Files of the archives, fetched when they are first wanted.

    Parameters
    ----------
    folder : path, optional
        Default: :func:`cache_folder`.
    mirrors : iterable of str, optional
        Roots of sites that have the archives' layout; default: the environment's SHARPEM_MIRRORS,
        separated by spaces, else the EBI, the wwPDB and PDBj.
    refresh : bool
        Fetch anew what is there.
    progress : callable, optional
        Called with the bytes of each file.

    Raises
    ------
    InputError
        A root is no URL of a web server.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str] | None = None,
        mirrors: Iterable[str] | None = None,
        *,
        refresh: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self.folder = Path(os.path.expanduser(folder)) if folder else cache_folder()
        self._refresh, self._progress = refresh, progress or silent
        self._fetched: set[str] = set()
        given = tuple(mirrors or os.environ.get("SHARPEM_MIRRORS", "").split() or _SITES)
        self._roots = [_checked(root).rstrip("/") for root in given]

    def get(self, *names: str) -> tuple[Path, str | None]:
        """Find a file under one of its possible paths, or fetch it.

        Returns
        -------
        path : Path
            Where it lies.
        url : str or None
            Where it was fetched from; None if somebody else put it there.

        Raises
        ------
        NotFoundError
            There is no such file.
        InputError
            It cannot be fetched, or not be kept.
        """
        name = next(filter(self._is_here, names), None) or self._fetch_one(names)
        return self.folder / name, read_object(self._note(name)).get("url")

    def _fetch_one(self, names: Sequence[str]) -> str:
        for name in names[:-1]:
            with contextlib.suppress(NotFoundError):
                return self._fetch(name)
        return self._fetch(names[-1])

    def _note(self, name: str) -> Path:
        return self.folder / ".sources" / f"{name}.json"

    def _is_here(self, name: str) -> bool:
        """Whether the file is there, as long as it was when it was fetched."""
        path = self.folder / name
        if (self._refresh and name not in self._fetched) or not path.is_file():
            return False
        return read_object(self._note(name)).get("bytes") in (None, path.stat().st_size)

    def _fetch(self, name: str) -> str:
        part = self.folder / ".incoming" / f"{name}.part"
        waiting = f"wait for another process ({part.stem})"
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            with locked(part.with_suffix(".lock"), lambda: self._progress(waiting, 0, 0)):
                if not self._is_here(name):  # another process may have been quicker
                    self._download(part, name)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise InputError(
                f"{error.filename or self.folder}: {reason}, expected a folder with room to keep "
                "files in (SHARPEM_CACHE names another)"
            ) from error
        return name

    def _download(self, part: Path, name: str) -> None:
        from sharpem.archive.download import Download  # only now: they import the HTTP client
        from sharpem.archive.mirrors import fetch_from

        download = Download(part, self._progress)
        root = fetch_from(self._roots, name, download)
        self._roots.sort(key=root.__ne__)  # who answers is asked first from now on
        for source, path in ((download.note, self._note(name)), (part, self.folder / name)):
            path.parent.mkdir(parents=True, exist_ok=True)
            source.replace(path)
        self._fetched.add(name)
