"""Sequences: FASTA as the PDB, UniProt and others write it, and PIR."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import gemmi

from sharpem.errors import InputError
from sharpem.io.contents import contents

__all__ = ["Sequence", "read_sequences"]

_EXPECTED = "FASTA: >name and letters"
_LARGEST = 2**24  # bytes
_PIR = re.compile(r"(P1|F1|DL|DC|RL|RC|N1|N3|XX);")
# ">5NI1_1|Chains A, C[auth X]|subunit alpha": a field of its own. Others begin "Chain A, Haem...".
_CHAINS = re.compile(r"(?:^|\|)\s*chains\s+([^|]+?)\s*(?:\||$)", re.IGNORECASE)
_PDBE = re.compile(r"pdb\|\w{4,12}\|(\w{1,2}(?: \w{1,2})*)\s*$")  # ">pdb|5ni1|A C"
_RESIDUE = re.compile(r"\(([A-Za-z0-9]{1,5})\)")  # "(MSE)", "(DA)"
_NOTHING = re.compile(r"[\s\d.*/-]+")  # spaces, numbers, gaps, breaks and ends


@dataclass(frozen=True)
class Sequence:
    """One record.

    Attributes
    ----------
    letters : str
        Upper case, one a residue.
    copies : int
        How many chains its title lists.
    """

    letters: str
    copies: int = 1


def read_sequences(path: str | Path) -> tuple[Sequence, ...]:
    """Read all records of a FASTA or PIR file that hold letters.

    Raises
    ------
    InputError
        The file cannot be read, is larger than sequences are, or holds none.
    """
    raw = contents(Path(path), _EXPECTED, largest=_LARGEST)
    text = raw.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    lines = (line for line in text.split("\n") if not line.startswith(";"))
    records = ("\n" + "\n".join(lines)).split("\n>")[1:]
    found = tuple(filter(lambda one: one.letters, (_sequence(one, path) for one in records)))
    if not found:
        raise InputError(f"{path}: no sequence found, expected {_EXPECTED}")
    return found


def _sequence(record: str, path: str | Path) -> Sequence:
    title, _, body = record.partition("\n")
    if _PIR.match(title):
        _, _, body = body.partition("\n")  # a second line of title
        body = body.partition("*")[0]
    letters = _NOTHING.sub("", _RESIDUE.sub(_one_letter, body)).upper()
    if odd := re.search("[^A-Z]", letters):
        raise InputError(f"{path}: {odd[0]!r} in a sequence, expected {_EXPECTED}")
    return Sequence(letters, copies(title))


def _one_letter(found: re.Match[str]) -> str:
    """Letter of a residue's name; X for one that nobody knows."""
    letter = str(gemmi.find_tabulated_residue(found[1].upper()).one_letter_code).strip()
    return letter.upper() if letter.isalpha() else "X"


def copies(title: str) -> int:
    """Count the chains that the title of a record lists.

    Examples
    --------
    >>> copies("5NI1_1|Chains A, C[auth X]|Hemoglobin subunit alpha|Homo sapiens (9606)")
    2
    >>> copies("5NI1_A Chain A, Hemoglobin subunit alpha")
    1
    """
    if found := _CHAINS.search(title):
        return max(1, sum(map(_chains_of, _listed(found[1]))))
    if found := _PDBE.match(title):
        return len(found[1].split())
    return 1


def _listed(chains: str) -> Iterator[str]:
    without = re.sub(r"\[[^\]]*\]", "", chains)  # [auth X]: another name of the same
    for name in re.split(r"[,;&/]|\band\b", without):
        if name.strip():
            yield name.strip()


def _chains_of(name: str) -> int:
    """1, or the length of a range such as A-D."""
    if found := re.fullmatch(r"([A-Z])\s*-\s*([A-Z])", name):
        return max(1, ord(found[2]) - ord(found[1]) + 1)
    return len(name.split())
