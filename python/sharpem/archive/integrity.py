"""Whether a file that was fetched is the one that was sent.

Neither the EMDB nor the PDB lists checksums of its files; a server may send one along, and packed
files end with one of their own.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from requests import Response

__all__ = ["published_digest", "what_is_wrong"]

_PIECE = 2**20  # bytes
_DIGESTS = {"sha-512": "sha512", "sha-256": "sha256", "md5": "md5"}


def published_digest(answer: Response) -> str | None:
    """Find the checksum sent along: RFC 9530 (Repr-Digest), RFC 3230 (Digest), Content-MD5."""
    sent = answer.headers
    texts = {"md5": sent.get("Content-MD5", "") if answer.status_code == 200 else ""}
    for field in (sent.get("Digest", ""), sent.get("Repr-Digest", "")):
        for item in field.split(","):
            algorithm, _, value = item.strip().partition("=")
            texts[algorithm.lower()] = value.strip(":")
    for algorithm, name in _DIGESTS.items():
        with contextlib.suppress(ValueError):
            if texts.get(algorithm):
                return f"{name}:{base64.b64decode(texts[algorithm], validate=True).hex()}"
    return None


def what_is_wrong(path: Path, digest: str | None) -> str | None:
    """Say what is wrong with a file that is as long as it should be; None if nothing is.

    Parameters
    ----------
    path : Path
        Unpacked to its end if its name has ``.gz`` in it.
    digest : str or None
        As :func:`published_digest` found it.
    """
    wrong = _wrong_digest(path, digest)
    return wrong or (_wrong_gzip(path) if ".gz" in path.suffixes else None)


def _wrong_digest(path: Path, digest: str | None) -> str | None:
    if not digest:
        return None
    import pooch

    algorithm, _, expected = digest.partition(":")
    found = pooch.file_hash(str(path), alg=algorithm)
    if found == expected:
        return None
    return f"{algorithm} checksum {found[:12]}..., expected {expected[:12]}..."


def _wrong_gzip(path: Path) -> str | None:
    """Unpack to the end: gzip closes with a checksum and the length."""
    try:
        with gzip.open(path) as file:
            while file.read(_PIECE):
                pass
    except (OSError, EOFError, zlib.error) as error:
        return f"packed data are damaged ({error})"
    return None
