"""The sites that hold the archives: asked one after the other, and again while there is hope."""

from __future__ import annotations

import time
from collections.abc import Iterable

import requests
from requests.adapters import BaseAdapter
from urllib3.util import Url, parse_url

from sharpem.archive.download import Download, FailureError
from sharpem.archive.names import NotFoundError
from sharpem.errors import InputError

__all__ = ["fetch_from"]

_TRIES = 4
_PAUSE = 1.0  # s before the second try; doubled from try to try
_LONGEST_PAUSE = 60.0  # s, whatever a server asks for
_PROGRESS = 2**20  # bytes; an attempt that brings so many does not count as failed
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def fetch_from(roots: list[str], name: str, download: Download) -> str:
    """Fetch a file, `name` being its path below each root; the root that it came from.

    What fails for the moment is asked for again, after the other sites: urllib3's own retries know
    one site only, and nothing of bodies that are cut off.

    Raises
    ------
    NotFoundError
        No site has it.
    InputError
        No site can be reached, or none gives the file whole; or there is no room for it.
    """
    said: dict[str, FailureError] = {}
    with _Session(roots) as session:
        for attempt in range(_TRIES):
            asked = [root for root in roots if root not in said or said[root].again]
            if attempt and asked:
                wait = max(_PAUSE * 2.0 ** (attempt - 1), *(one.wait for one in said.values()))
                time.sleep(min(wait, _LONGEST_PAUSE))
            for root in asked:
                try:
                    _persist(session, f"{root}/{name}", download)
                except FailureError as error:
                    said[root] = error
                else:
                    return root
    raise _failure(name, said)


def _persist(session: requests.Session, url: str, download: Download) -> None:
    """Download from one site for as long as it goes on."""
    while True:
        before = download.size
        try:
            return download.run(session, url)
        except FailureError as error:
            if not error.again or download.size - before < _PROGRESS:
                raise


def _failure(name: str, said: dict[str, FailureError]) -> InputError:
    file = name.rpartition("/")[2]
    sites = {root: parse_url(root).netloc for root in said}  # without a password
    if all(error.absent for error in said.values()):
        return NotFoundError(
            f"{file}: not in the archive (asked {', '.join(map(str, sites.values()))})"
        )
    reasons = "; ".join(f"{sites[root]} {error}" for root, error in said.items())
    return InputError(
        f"{file}: cannot be fetched ({reasons}), expected a network (a proxy: "
        "HTTPS_PROXY; other sites: SHARPEM_MIRRORS) or the file in the cache"
    )


class _Session(requests.Session):
    """Goes to the mirrors, and where they redirect to: their own domains, by https."""

    def __init__(self, roots: Iterable[str]) -> None:
        super().__init__()
        self._roots = [parse_url(root) for root in roots]

    def get_adapter(self, url: str) -> BaseAdapter:
        """Find what carries a request; requests asks for every one, redirected ones too."""
        asked = parse_url(url)
        if not any(_belongs(asked, root) for root in self._roots):
            where = f"{asked.scheme}://{asked.netloc}"
            raise FailureError(f"redirects to {where}, expected https and a domain of the archive")
        return super().get_adapter(url)


def _belongs(asked: Url, root: Url) -> bool:
    """Whether a URL leads to a mirror: its server, by https one of its domain, or this machine."""
    if (asked.scheme, asked.netloc) == (root.scheme, root.netloc):
        return True
    if asked.host in _LOOPBACK:
        return root.host in _LOOPBACK
    return asked.scheme == "https" and f".{asked.host}".endswith(f".{_domain(root.host or '')}")


def _domain(host: str) -> str:
    """Domain of a server: ftp.ebi.ac.uk is in ebi.ac.uk, but emdb.ac.uk has no other above it."""
    above = host.partition(".")[2].split(".")
    named = above[-1].isalpha() and (len(above) > 2 or (len(above) == 2 and len(above[0]) > 3))
    return ".".join(above) if named else host
