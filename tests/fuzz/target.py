"""A target: files of one kind, and the reader that has to take or refuse whatever they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["NUMBERS", "Target"]

NUMBERS = (
    b"0", b"-0.0", b"1", b"-1", b"2", b"3.5", b"nan", b"inf", b"-inf", b"1e308", b"1e-320",
    b"1e999", b"99999999999", b"1" * 400, b"9" * 5000, b"0x10", b"1_0", b"+", b"-", b"********",
    "\u0663".encode(), b"\xe9\xff", b"\0", b"", b" ", b"\n", b"\r", b"\t", b"'", b'"', b";", b"#",
)  # fmt: skip
"""What stands where a number or a word was expected."""


@dataclass(frozen=True)
class Target:
    """A reader, and what it reads.

    Attributes
    ----------
    ending : str
        Of the file's name.
    seeds : callable
        Makes files that are to be damaged.
    read : callable
        Takes a path; InputError where it refuses the file. Anything else that it raises is a fault
        of the program; so is an answer that it finds to be wrong, which it tells by an assertion.
    words : tuple of bytes
        What the files are made of, beside numbers.
    header : range or None
        Bytes of the header of a binary file.
    named : bool
        Whether a refusal begins with the file's name.
    """

    ending: str
    seeds: Callable[[], list[bytes]]
    read: Callable[[Path], object]
    words: tuple[bytes, ...] = ()
    header: range | None = None
    named: bool = True
