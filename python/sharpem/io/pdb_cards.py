"""The atoms' lines of a PDB file, put right before gemmi reads them.

Readers take a number that is not there for 0, and an element that is not there from where the name
begins: columns 13-14 hold it by the standard, but many programs begin all names in column 13, where
the alpha carbon CA reads as calcium. Before 1996 the columns of the element held line numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import gemmi

from sharpem.errors import InputError

__all__ = ["Mended", "mended"]

_COORDINATES = (slice(30, 38), slice(38, 46), slice(46, 54))
_OCCUPANCY = slice(54, 60)
_ELEMENT, _CHARGES = slice(76, 78), slice(78, 80)
_CHARGE = re.compile(rb"\d[+-]|[+-]\d| ?\d ?| *")
_BACKBONE = (b"N   ", b"CA  ", b"C   ", b"O   ", b"P   ")
_UNKNOWN = (b"UNX", b"UNL")  # residues of one atom each of which nobody knows what it is
_AMBIGUOUS = (b"ASX", b"GLX")  # their side chain's end is N or O
# Two letters that are taken for an element where names say nothing by their place.
_HEAVY = ("CL", "BR", "FE", "ZN", "MG", "MN", "CU", "NI", "SE", "SI")


@dataclass(frozen=True)
class Mended:
    """A PDB file's text that readers agree on.

    Attributes
    ----------
    text : bytes
        ASCII.
    atoms : int
        Number of atoms' lines.
    no_occupancy : int
        How many had none: these are 1 now.
    renamed : int
        How many elements were found out from the residue, because the name begins in column 13.
    """

    text: bytes
    atoms: int
    no_occupancy: int
    renamed: int


def mended(raw: bytes, name: str) -> Mended:
    """Fill in occupancies and elements that are not there.

    Raises
    ------
    InputError
        A coordinate or an occupancy is no number; the message names the line.
    """
    lines = raw.translate(_ASCII).splitlines()
    atoms = [n for n, line in enumerate(lines) if line.startswith((b"ATOM  ", b"HETATM"))]
    left = any(lines[n][12:16] in _BACKBONE and _is_polymer(lines[n][17:20]) for n in atoms)
    blank = renamed = 0
    for n in atoms:
        line = lines[n]
        _check_numbers(line, n + 1, name)
        if len(line) > 54 and not line[_OCCUPANCY].strip():
            line = line[:54] + b"  1.00" + line[60:]
            blank += 1
        if not _is_element(line[_ELEMENT]):  # then what follows is no charge
            element = _element(line, left=left)
            line = line[:76].ljust(76) + element.rjust(2) if element else line[:76]
            renamed += left
        elif not _CHARGE.fullmatch(line[_CHARGES]):
            line = line[:78]
        lines[n] = line
    return Mended(b"\n".join([*lines, b""]), len(atoms), blank, renamed)


_ASCII = bytes(n if n < 128 else ord("?") for n in range(256))


def _check_numbers(line: bytes, number: int, name: str) -> None:
    """Refuse what a reader would take for 0."""
    try:
        for field in _COORDINATES:
            float(line[field])
        if text := line[_OCCUPANCY].strip():
            float(text)
    except ValueError:
        shown = line[30:60].decode("ascii").strip()
        raise InputError(
            f"{name}: line {number} has {shown!r} in columns 31-60, expected x, y, z and the "
            "occupancy of an atom"
        ) from None


@cache
def _is_element(text: bytes) -> bool:
    symbol = text.decode("ascii").strip()
    return bool(symbol) and str(gemmi.Element(symbol).name).upper() == symbol.upper()


@cache
def _is_polymer(residue: bytes) -> bool:
    name = residue.decode("ascii").strip()
    return name == "MSE" or bool(gemmi.find_tabulated_residue(name).is_standard())


def _element(line: bytes, *, left: bool) -> bytes | None:
    """Find out the element by name and residue; None to leave it to the standard's columns."""
    residue, name = line[17:20].strip().upper(), line[12:16].strip().upper()
    letters = name.lstrip(b"0123456789'\"* ")
    if residue in _UNKNOWN:
        return b"X"
    if residue in _AMBIGUOUS and letters[:2] in (b"XD", b"XE", b"AD", b"AE"):
        return b"X"
    if _is_polymer(residue):
        return b"SE" if name == b"SE" and residue == b"MSE" else letters[:1] or None
    if not left:
        return None
    whole = letters == residue and _is_element(letters[:2])  # an ion
    two = letters[:2].decode("ascii")
    return letters[:2] if whole or two in _HEAVY else letters[:1] or None
