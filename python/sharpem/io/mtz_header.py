"""The header of an MTZ file, compared with the length of the file before anybody believes it.

Format: a first word "MTZ ", the header's position in words of 4 bytes, a machine stamp; from word
21 the reflections, float32, a row each; then the header, lines of 80 characters as in
https://www.ccp4.ac.uk/html/mtzformat.html. gemmi reads the file; what would make it allocate
without bounds, or what it passes over, is looked at here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import gemmi
import numpy as np

from sharpem.errors import InputError

__all__ = ["MtzHeader", "check_mtz", "group_of_operators"]

_FIRST_WORD = 21  # where reflections begin, counted from 1
_LINE = 80
_MOST_COLUMNS = 10_000
_OPERATOR = re.compile(r"SYMM\s+(\S.*)")


@dataclass(frozen=True)
class MtzHeader:
    """What is believed of a header.

    Attributes
    ----------
    text : bytes
        The whole file, with a header of ASCII characters alone.
    operators : tuple of str
        Symmetry operators, as in the file.
    """

    text: bytes
    operators: tuple[str, ...]


def check_mtz(raw: bytes, name: str) -> MtzHeader:
    """Compare what the header announces with what there is.

    Parameters
    ----------
    raw : bytes
        The file, unpacked.
    name : str
        The file, for messages.

    Raises
    ------
    InputError
        It is no MTZ file, or is cut off, or announces more than it holds.
    """
    if raw[:4] != b"MTZ " or len(raw) < 4 * _FIRST_WORD:
        raise InputError(f"{name}: not an MTZ file (no 'MTZ ' at its beginning), expected one")
    start = _header_start(raw)
    if not 4 * (_FIRST_WORD - 1) <= start <= len(raw) - _LINE:
        raise InputError(
            f"{name}: not an MTZ file that is whole (header said to be at byte {start} of "
            f"{len(raw)}), expected one"
        )
    lines = [line.decode("ascii", "replace") for line in _lines(raw[start:])]
    columns, rows, batches = _counts(lines, name)
    _check_lists(lines, name)
    if rows == 0:
        raise InputError(f"{name}: no reflections, expected map coefficients")
    held, needed = start - 4 * (_FIRST_WORD - 1), 4 * columns * rows
    if not (3 <= columns <= _MOST_COLUMNS and rows > 0 and needed <= held):
        raise InputError(
            f"{name}: {held} bytes of reflections, expected {needed} for {rows} reflections of "
            f"{columns} columns, as its header says (NCOL)"
        )
    listed = sum(line.startswith("COLUMN") for line in lines)
    if listed != columns or not 0 <= batches <= len(lines):
        raise InputError(
            f"{name}: {listed} columns and up to {len(lines)} batches in the header, expected "
            f"{columns} and {batches}, as it says itself (NCOL)"
        )
    found = (_OPERATOR.match(line) for line in lines)
    header = np.frombuffer(raw[start:], np.uint8)
    ascii_only = np.where(header < 128, header, ord("?")).astype(np.uint8)
    return MtzHeader(raw[:start] + ascii_only.tobytes(), tuple(op[1].strip() for op in found if op))


def group_of_operators(header: MtzHeader, name: str) -> gemmi.SpaceGroup | None:
    """Space group that the operators make; None where the file lists none.

    Raises
    ------
    InputError
        They are no operators, or those of no space group known.
    """
    if not header.operators:
        return None
    try:
        group = gemmi.find_spacegroup_by_ops(
            gemmi.GroupOps([gemmi.Op(text) for text in header.operators])
        )
    except (RuntimeError, ValueError):
        group = None
    if group is None:
        shown = "; ".join(header.operators[:4])
        raise InputError(
            f"{name}: symmetry operators (SYMM) {shown[:80]} make no known space group, expected "
            "those of one"
        )
    return group


def _header_start(raw: bytes) -> int:
    """Byte at which the header begins; words are counted from 1."""
    order = ">" if raw[9] >> 4 == 1 else "<"
    [word] = np.frombuffer(raw[4:8], f"{order}i4")
    if word == -1:  # too far for 32 bits
        [word] = np.frombuffer(raw[12:20], f"{order}i8")
    return 4 * (int(word) - 1)


def _lines(header: bytes) -> Iterator[bytes]:
    for at in range(0, len(header), _LINE):
        yield header[at : at + _LINE]


def _counts(lines: list[str], name: str) -> tuple[int, int, int]:
    """Columns, reflections, batches."""
    found = [line.split()[1:4] for line in lines if line[:4].upper() == "NCOL"]
    try:
        [(columns, rows, batches)] = ([int(number) for number in numbers] for numbers in found)
    except ValueError:
        raise InputError(
            f"{name}: not one line NCOL with three numbers in the header, expected an MTZ file"
        ) from None
    return columns, rows, batches


def _check_lists(lines: list[str], name: str) -> None:
    """Refuse lengths of lists (operators, data sets) that a header of so many lines cannot hold."""
    for line in lines:
        if line[:4].upper() in ("SYMI", "NDIF"):
            found = re.match(r"\s*[+-]?(\d+)", line[4:].lstrip("NFnf"))
            if found and int(found[1]) > len(lines):
                raise InputError(
                    f"{name}: {line.split()[0]} announces {found[1]} lines in a header of "
                    f"{len(lines)}, expected an MTZ file"
                )
