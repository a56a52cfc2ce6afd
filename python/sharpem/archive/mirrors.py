"""The sites that hold the archives: asked one after the other, and again while there is hope."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from sharpem.archive.download import AbsentError, Download, RefusedError, Report, TransientError
from sharpem.errors import InputError

__all__ = ["Mirrors", "NotFoundError"]

_SITES = (
    "https://ftp.ebi.ac.uk/pub/databases",
    "https://files.wwpdb.org/pub",
    "https://ftp.pdbj.org/pub",
)
_TRIES = 4
_PAUSE = 1.0  # s before the second try; doubled from try to try
_LONGEST_PAUSE = 60.0  # s, whatever a server asks for
_PROGRESS = 2**20  # bytes; an attempt that brings so many does not count as failed


class NotFoundError(InputError):
    """All sites that hold the archives answer that they have no such file."""


class Mirrors:
    """Sites with the archives' layout below a root of their own.

    Parameters
    ----------
    roots : iterable of str, optional
        URLs; default: the environment's SHARPEM_MIRRORS, separated by spaces, else the EBI, the
        wwPDB and PDBj.

    Raises
    ------
    InputError
        A root is no URL of a web server.
    """

    def __init__(self, roots: Iterable[str] | None = None) -> None:
        given = tuple(roots or os.environ.get("SHARPEM_MIRRORS", "").split() or _SITES)
        for root in given:
            if urlsplit(root).scheme not in ("http", "https") or not urlsplit(root).netloc:
                raise InputError(f"mirror {root}: expected a URL that starts with https://")
        self.roots = [root.rstrip("/") for root in given]

    def fetch(self, name: str, folder: Path, tell: Report) -> str:
        """Fetch a file.

        Parameters
        ----------
        name : str
            Path below the root.
        folder : Path
            The file comes to lie there, under the same path.
        tell : callable
            Called with (stage, bytes done, bytes in all or 0).

        Returns
        -------
        str
            The URL it came from.

        Raises
        ------
        NotFoundError
            No site has it.
        InputError
            No site can be reached, or none gives the file whole; or there is no room for it.
        """
        said: dict[str, Exception] = {}
        asked = list(self.roots)
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_pause(attempt, said.values()))
            for root in list(asked):
                try:
                    return self._from(root, name, folder, tell)
                except (AbsentError, RefusedError, TransientError) as error:
                    said[root] = error
                    if not isinstance(error, TransientError):
                        asked.remove(root)
            if not asked:
                break
        raise _failure(name, said)

    def _from(self, root: str, name: str, folder: Path, tell: Report) -> str:
        import pooch

        pooch.get_logger().setLevel("WARNING")
        part = folder / f"{name}.part"
        part.parent.mkdir(parents=True, exist_ok=True)
        download = Download(part, tell)
        site = pooch.Pooch(path=folder, base_url=f"{root}/", registry={name: None})
        while True:
            before = download.size
            try:
                site.fetch(name, downloader=download)
            except TransientError:
                if download.size - before < _PROGRESS:
                    raise
                continue
            self.roots.sort(key=lambda one: one != root)  # who answers is asked first from now on
            return f"{root}/{name}"


def _pause(attempt: int, said: Iterable[Exception]) -> float:
    """Seconds before the next try."""
    wanted = max((error.wait for error in said if isinstance(error, TransientError)), default=0.0)
    return min(max(_PAUSE * 2.0 ** (attempt - 1), wanted), _LONGEST_PAUSE)


def _failure(name: str, said: dict[str, Exception]) -> InputError:
    file = name.rpartition("/")[2]
    if all(isinstance(error, AbsentError) for error in said.values()):
        sites = ", ".join(_site(root) for root in said)
        return NotFoundError(f"{file}: not in the archive (asked {sites})")
    reasons = [f"{_site(root)} {error}" for root, error in said.items()]
    return InputError(
        f"{file}: cannot be fetched ({'; '.join(reasons)}), expected a network (a proxy: "
        "HTTPS_PROXY; other sites: SHARPEM_MIRRORS) or the file in the cache"
    )


def _site(root: str) -> str:
    return urlsplit(root).netloc.rpartition("@")[2]  # without a password
