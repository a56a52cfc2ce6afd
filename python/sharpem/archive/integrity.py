"""Whether a file that was fetched is the one that was sent.

Neither the EMDB nor the PDB lists checksums of its files; a server may send one along, and packed
files end with one of their own.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sharpem.io.gzip_stream import DAMAGED, unpacking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from requests import Response

__all__ = ["published_digest", "what_is_wrong"]

_PIECE = 2**20  # bytes
_DIGESTS = {"sha-512": "sha512", "sha-256": "sha256", "md5": "md5"}


def published_digest(answer: Response) -> str | None:
    """Find the checksum sent along: RFC 9530 (Repr-Digest), RFC 3230 (Digest), Content-MD5."""
    sent = answer.headers
    texts = {"md5": sent.get("Content-MD5", "") if answer.status_code == 200 else ""}
    for item in f"{sent.get('Digest', '')},{sent.get('Repr-Digest', '')}".split(","):
        algorithm, _, value = item.strip().partition("=")
        texts[algorithm.lower()] = value.strip(":")
    for algorithm, name in _DIGESTS.items():
        with contextlib.suppress(ValueError):
            if texts.get(algorithm):
                return f"{name}:{base64.b64decode(texts[algorithm], validate=True).hex()}"
    return None


def what_is_wrong(path: Path, digest: str | None) -> str | None:
    """Compare a file with the checksum that came with it, and unpack it if it is packed.

    Returns
    -------
    str or None
        What is wrong with it.
    """
    if digest:
        algorithm, _, expected = digest.partition(":")
        found = hashlib.new(algorithm)
        with path.open("rb") as file:
            for piece in _pieces(file):
                found.update(piece)
        if found.hexdigest() != expected:
            wrong = f"{found.hexdigest()[:12]}..., expected {expected[:12]}..."
            return f"{algorithm} checksum {wrong}"
    if ".gz" in path.suffixes:
        try:
            with path.open("rb") as raw, unpacking(raw) as packed:  # checksum and length at its end
                for _ in _pieces(packed):
                    pass
        except DAMAGED as error:
            return f"packed data are damaged ({error})"
    return None


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
