"""Ways to damage a file that reach deep into its reader: same random numbers, same damage."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from random import Random

__all__ = ["damaged"]

_INTEGERS = (0, 1, -1, 2, 3, 255, 400, 2**15, 2**31 - 1, -(2**31), 10**6)
_FLOATS = (0.0, -1.0, 1e-30, 1e30, float("nan"), float("inf"), 3e38, 1e6, 90.0)
_ROUNDS = (1, 1, 1, 1, 2, 3)  # damages of one file
_LONGEST = 2**16  # bytes: files stay small, so that their reading is quick
_TOKEN = re.compile(rb"[^\s,:|<>\"]+")


def damaged(source: bytes, random: Random, words: Sequence[bytes], header: range | None) -> bytes:
    """Damage a copy of a file.

    Parameters
    ----------
    source : bytes
    random : Random
    words : sequence of bytes
        What takes the place of other words, or is put between them.
    header : range, optional
        Bytes of a binary file that say what the others mean: most damage is done there. None for
        a text.
    """
    text = bytearray(source)
    for _ in range(random.choice(_ROUNDS)):
        at = _place(len(text), random, header)
        if header is not None and random.random() < 0.5:
            _set_number(text, at, random)
        elif header is None and random.random() < 0.5:
            _set_word(text, at, random, words)
        else:
            _cut_or_fill(text, at, random, words)
    return bytes(text[:_LONGEST])


def _place(length: int, random: Random, header: range | None) -> int:
    """Any byte, more often one of the header."""
    if header is not None and random.random() < 0.75:
        return min(random.choice(header), length)
    return random.randrange(length + 1)


def _set_number(text: bytearray, at: int, random: Random) -> None:
    """Put another number in a word of 4 bytes."""
    at -= at % 4
    if random.random() < 0.5:
        text[at : at + 4] = struct.pack("<i", random.choice(_INTEGERS))
    else:
        text[at : at + 4] = struct.pack("<f", random.choice(_FLOATS))


def _set_word(text: bytearray, at: int, random: Random, words: Sequence[bytes]) -> None:
    """Put another word, of a list or of this text, in the place of one."""
    if not (token := _TOKEN.search(text, at)):
        return
    other = _TOKEN.search(text, random.randrange(len(text)))
    word = other[0] if other and random.random() < 0.3 else random.choice(words)
    text[token.start() : token.end()] = word


def _cut_or_fill(text: bytearray, at: int, random: Random, words: Sequence[bytes]) -> None:
    """Change a bit or a byte, or take out, repeat, move, cut off or overwrite a part."""
    length = random.randrange(1, 200)
    match random.randrange(8):
        case 0:
            text[at : at + 1] = bytes([random.randrange(256)])
        case 1 if at < len(text):
            text[at] ^= 1 << random.randrange(8)
        case 2:
            word = random.choice(words)
            text[at : at + len(word)] = word
        case 3:
            text[at:at] = random.choice(words)
        case 4:
            del text[at : at + length]
        case 5:
            text[at:at] = text[at : at + length]
        case 6:
            del text[at:]
        case 7:
            text[at : at + 80] = random.randbytes(min(length, 80))
