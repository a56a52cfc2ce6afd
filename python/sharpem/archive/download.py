"""One file from one server, taken up where an earlier attempt was cut off.

The bytes gather in a ``.part`` file. Beside it stands what the server said of the file, so that
only bytes of the same version are put together (RFC 9110, If-Range).
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any, NoReturn

import requests
from requests import exceptions
from urllib3.exceptions import HTTPError

from sharpem._core import __version__
from sharpem.archive.integrity import published_digest, what_is_wrong
from sharpem.archive.names import HEADER_LIMIT
from sharpem.errors import InputError
from sharpem.io.json_text import read_object
from sharpem.progress import Progress

__all__ = ["Download", "FailureError"]

_TIMEOUT = (10, 60)  # s, to connect and between two pieces
_PIECE = 2**20  # bytes
_LARGEST = 2**36  # bytes: several times the largest map of the EMDB
_HEADERS = {"Accept-Encoding": "identity", "User-Agent": f"sharpem/{__version__}"}
_FAULTS = (  # the first that fits: what to say, and whether to ask again
    (exceptions.ConnectTimeout, "no connection within {:g} s", False),  # a firewall
    (exceptions.SSLError, "its certificate is not accepted", False),
    (exceptions.ProxyError, "the proxy does not answer", True),
    (exceptions.Timeout, "does not answer in time", True),
    (exceptions.ConnectionError, "cannot be reached", True),
)


class FailureError(Exception):
    """A server does not give the file.

    `absent`: it has none; `again`: the next try may go well, `wait` seconds from now.
    """

    def __init__(
        self, reason: str, *, again: bool = False, absent: bool = False, wait: float = 0.0
    ) -> None:
        super().__init__(reason)
        self.again, self.absent, self.wait = again, absent, wait


class Download:
    """A file that gathers in `part`; `progress` is called with its bytes."""

    def __init__(self, part: Path, progress: Progress) -> None:
        self.part, self._progress = part, progress
        self.note = part.with_name(part.name + ".json")
        self._limit = HEADER_LIMIT if part.stem.endswith(".xml") else _LARGEST

    @property
    def size(self) -> int:
        """Bytes that have come so far."""
        return self.part.stat().st_size if self.part.exists() else 0

    def run(self, session: requests.Session, url: str) -> None:
        """Download until the part is the whole file, as long as announced and undamaged.

        Raises
        ------
        FailureError
            It is not; what there is waits for the next attempt.
        InputError
            There is no room for it.
        """
        if not self.size or self.size != read_object(self.note).get("bytes"):
            self._ask(session, url)
        known = read_object(self.note)
        if self.size < (known.get("bytes") or 0):
            raise FailureError(self._how_far(), again=True)
        if wrong := what_is_wrong(self.part, known.get("digest")):
            self._drop(wrong)

    def _ask(self, session: requests.Session, url: str) -> None:
        headers = _HEADERS | self._resume(url)
        try:
            with session.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
                if answer.status_code == 416:  # nothing after what is there: it was another file
                    self.part.unlink(missing_ok=True)
                _check_answer(answer)
                self._receive(url, answer)
        except HTTPError as error:  # urllib3's, while the body comes
            raise FailureError(self._how_far(), again=True) from error
        except requests.RequestException as error:
            for kind, words, again in _FAULTS:
                if isinstance(error, kind):
                    raise FailureError(words.format(_TIMEOUT[0]), again=again) from error
            raise FailureError(f"no answer of use ({type(error).__name__})") from error

    def _how_far(self) -> str:
        total = read_object(self.note).get("bytes") or "?"
        return f"cut off after {self.size} of {total} bytes"

    def _drop(self, reason: str) -> NoReturn:
        self.part.unlink(missing_ok=True)
        raise FailureError(reason, again=True)

    def _resume(self, url: str) -> dict[str, str]:
        """Headers that ask for the rest, where the server could tell that the file has changed."""
        known, size = read_object(self.note), self.size
        etag = known.get("etag") or "W/"
        # An ETag is one server's own; mirrors keep the time of the last change.
        same = known.get("url") == url and not etag.startswith("W/")
        validator = etag if same else known.get("modified")
        return {"Range": f"bytes={size}-", "If-Range": validator} if size and validator else {}

    def _receive(self, url: str, answer: requests.Response) -> None:
        start, total = self._span(answer)
        self._check_length(answer, start, total)
        note: dict[str, Any] = {"url": url, "bytes": total}
        note |= {
            "etag": answer.headers.get("ETag"),
            "modified": answer.headers.get("Last-Modified"),
        }
        known = read_object(self.note).get("digest") if start else None
        note["digest"] = published_digest(answer) or known
        limit = self._limit if total is None else total
        with self.part.open("r+b" if start else "wb") as file:
            self.note.write_text(json.dumps(note), "utf-8")  # only now: older bytes are gone
            file.seek(start)
            for piece in answer.raw.stream(_PIECE, decode_content=False):
                if file.tell() + len(piece) > limit:
                    self._drop(f"sends more than {limit} bytes")
                file.write(piece)
                self._progress(f"fetch {self.part.stem}", file.tell(), total or 0)

    def _span(self, answer: requests.Response) -> tuple[int, int | None]:
        """First byte that comes, and the length of the whole file."""
        if answer.status_code != 206:
            length = answer.headers.get("Content-Length", "")
            return 0, int(length) if re.fullmatch(r"[0-9]{1,18}", length) else None
        number = "([0-9]{1,18})"
        said = answer.headers.get("Content-Range", "")
        found = re.fullmatch(rf"bytes {number}-[0-9]+/{number}", said)
        span = (int(found[1]), int(found[2])) if found else None
        if span is None or span != (self.size, read_object(self.note).get("bytes")):
            self._drop("sent another part than asked for")
        return span

    def _check_length(self, answer: requests.Response, start: int, total: int | None) -> None:
        chunked = "chunked" in answer.headers.get("Transfer-Encoding", "")  # these have an end
        if total is None and not chunked and not self.part.stem.endswith(".gz"):
            raise FailureError("does not say how long the file is")
        if (total or 0) > self._limit:
            raise FailureError(f"announces {total} bytes, expected at most {self._limit}")
        free = shutil.disk_usage(self.part.parent).free
        if (total or 0) - start > free:
            raise InputError(
                f"{self.part.parent}: {(total or 0) - start} bytes to fetch, {free} free, expected "
                "room for them (SHARPEM_CACHE names another folder)"
            )


def _check_answer(answer: requests.Response) -> None:
    status, after = answer.status_code, answer.headers.get("Retry-After", "")
    if status in (404, 410):
        raise FailureError("does not have it", absent=True)
    if status not in (200, 206):
        again = status in (408, 416, 429) or status >= 500
        wait = float(after) if after.isdecimal() else 0.0
        raise FailureError(f"answers {status}", again=again, wait=wait)
    if "html" in answer.headers.get("Content-Type", ""):
        raise FailureError("answers with a web page (does the network ask for a login?)")
