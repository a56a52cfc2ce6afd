"""One file from one server, going on where an earlier attempt was cut off.

The bytes gather in a ``.part`` file. Beside it stands what the server said of the file, so that
only bytes of the same version are put together (RFC 9110, If-Range). The file gets its name when
it is as long as announced, its published checksum fits, and it unpacks to its end.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sharpem._core import __version__
from sharpem.archive.integrity import published_digest, what_is_wrong
from sharpem.errors import InputError

if TYPE_CHECKING:
    from requests import Response

__all__ = ["AbsentError", "Download", "RefusedError", "Report", "TransientError"]

Report: TypeAlias = Callable[[str, int, int], None]

_TIMEOUT = (10, 60)  # s, to connect and between two pieces
_PIECE = 2**20  # bytes


class AbsentError(Exception):
    """The server has no such file."""


class RefusedError(Exception):
    """The server answers, but not with the file; asking again is of no use."""


class TransientError(Exception):
    """It may go well the next time; `wait` is what the server asks for, s."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.wait = wait


class Download:
    """A downloader as pooch takes it: called with the URL and where the whole file goes.

    Parameters
    ----------
    part : Path
        Where the bytes gather.
    tell : callable
        Called with (stage, bytes done, bytes in all or 0).
    """

    def __init__(self, part: Path, tell: Report) -> None:
        self._part, self._tell = part, tell
        self._about = part.with_name(part.name + ".json")

    def __call__(self, url: str, target: str, _pooch: object) -> None:
        """Download; pooch calls it.

        Raises
        ------
        AbsentError, RefusedError, TransientError
            There is no whole file; what there is waits for the next attempt.
        InputError
            There is no room for it.
        """
        if not self.size or self.size != self._read_about().get("total"):
            self._ask(url)
        self._verify()
        self._part.replace(target)
        self._about.unlink(missing_ok=True)

    @property
    def size(self) -> int:
        """Bytes that have come so far."""
        return self._part.stat().st_size if self._part.exists() else 0

    def _ask(self, url: str) -> None:
        import requests
        from urllib3.exceptions import HTTPError

        headers = {"Accept-Encoding": "identity", "User-Agent": f"sharpem/{__version__}"}
        headers |= self._resume(url)
        try:
            with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUT) as answer:
                if answer.status_code == 416:  # nothing after what is there: it was another file
                    self._part.unlink(missing_ok=True)
                _check_answer(answer)
                self._receive(url, answer)
        except requests.ConnectTimeout as error:  # a firewall: each attempt would take as long
            raise RefusedError(f"no connection within {_TIMEOUT[0]:g} s") from error
        except requests.exceptions.SSLError as error:
            raise RefusedError("its certificate is not accepted") from error
        except (requests.Timeout, requests.ConnectionError) as error:
            raise TransientError(_reason(error)) from error
        except requests.RequestException as error:
            raise RefusedError(f"no answer of use ({type(error).__name__})") from error
        except HTTPError as error:
            raise TransientError(self._how_far()) from error

    def _how_far(self) -> str:
        return f"cut off after {self.size} of {self._read_about().get('total') or '?'} bytes"

    def _resume(self, url: str) -> dict[str, str]:
        """Headers that ask for the rest, where the server could tell that the file has changed."""
        about, size = self._read_about(), self.size
        etag, modified = about.get("etag"), about.get("modified")
        # An ETag is one server's own; mirrors keep the time of the last change.
        same = about.get("url") == url and etag and not etag.startswith("W/")
        validator = etag if same else modified
        if not size or not validator:
            return {}
        return {"Range": f"bytes={size}-", "If-Range": validator}

    def _read_about(self) -> dict[str, Any]:
        with contextlib.suppress(OSError, ValueError):
            about = json.loads(self._about.read_text("utf-8"))
            if isinstance(about, dict):
                return about
        return {}

    def _receive(self, url: str, answer: Response) -> None:
        start, total = self._span(answer)
        sent = answer.headers
        chunked = "chunked" in sent.get("Transfer-Encoding", "")  # these have an end
        if total is None and not chunked and not self._part.stem.endswith(".gz"):
            raise RefusedError("does not say how long the file is")
        free = shutil.disk_usage(self._part.parent).free
        if total is not None and total - start > free:
            raise InputError(
                f"{self._part.parent}: {total - start} bytes to fetch, {free} free, expected room "
                "for them (SHARPEM_CACHE names another folder)"
            )
        digest = published_digest(answer) or (self._read_about().get("digest") if start else None)
        about: dict[str, Any] = {"total": total, "digest": digest, "url": url}
        about |= {"etag": sent.get("ETag"), "modified": sent.get("Last-Modified")}
        name = f"fetch {self._part.stem}"
        with self._part.open("r+b" if start else "wb") as file:
            self._about.write_text(json.dumps(about), "utf-8")  # after bytes of old are gone
            file.seek(start)
            for piece in answer.raw.stream(_PIECE, decode_content=False):
                file.write(piece)
                self._tell(name, file.tell(), total or 0)

    def _span(self, answer: Response) -> tuple[int, int | None]:
        """First byte that comes, and the length of the whole file."""
        if answer.status_code != 206:
            length = answer.headers.get("Content-Length", "")
            return 0, int(length) if length.isdecimal() else None
        found = re.fullmatch(r"bytes (\d+)-\d+/(\d+)", answer.headers.get("Content-Range", ""))
        here = (self.size, self._read_about().get("total"))
        if not found or here != (int(found[1]), int(found[2])):
            self._part.unlink(missing_ok=True)
            raise TransientError("sent another part than asked for")
        return int(found[1]), int(found[2])

    def _verify(self) -> None:
        """Keep a file that is merely too short, for the next attempt; drop a wrong one."""
        about, size = self._read_about(), self.size
        total = about.get("total")
        if total is not None and size < total:
            raise TransientError(self._how_far())
        wrong = "longer than announced" if total is not None and size > total else None
        wrong = wrong or what_is_wrong(self._part, about.get("digest"))
        if wrong:
            self._part.unlink(missing_ok=True)
            raise TransientError(wrong)


def _check_answer(answer: Response) -> None:
    status = answer.status_code
    if status in (404, 410):
        raise AbsentError("does not have it")
    if status in (408, 416, 429) or status >= 500:
        after = answer.headers.get("Retry-After", "")
        raise TransientError(f"answers {status}", float(after) if after.isdecimal() else 0.0)
    if status not in (200, 206):
        raise RefusedError(f"answers {status}")
    if "html" in answer.headers.get("Content-Type", ""):
        raise RefusedError("answers with a web page (does the network ask for a login?)")


def _reason(error: Exception) -> str:
    import requests

    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy does not answer"
    if isinstance(error, requests.Timeout):
        return "does not answer in time"
    return "cannot be reached"
