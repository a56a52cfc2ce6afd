"""What entries are called, and where the archives keep their files.

All sites of the wwPDB lay the archives out alike, below a root of their own::

    ROOT/emdb/structures/EMD-3488/header/emd-3488.xml
                                  map/emd_3488.map.gz
                                  other/emd_3488_half_map_1.map.gz
                                  masks/emd_3488_msk_1.map
    ROOT/pdb/data/structures/divided/mmCIF/ni/5ni1.cif.gz
"""

from __future__ import annotations

import re

from sharpem.errors import InputError

__all__ = [
    "HEADER_LIMIT",
    "NotFoundError",
    "emdb_file",
    "entry_id",
    "model_file",
    "packed_or_not",
    "pdb_id",
]

HEADER_LIMIT = 2**24  # bytes of a header file: the EMDB's longest has less than a tenth of them
_EMDB = re.compile(r"emd[-_]([0-9]{4,6})", re.IGNORECASE)
_PDB = re.compile(r"(?:pdb_0000)?([0-9][a-z0-9]{3})", re.IGNORECASE | re.ASCII)
_PLAIN_NAME = re.compile(r"\w[\w.-]*", re.ASCII)


class NotFoundError(InputError):
    """All sites that hold the archives answer that they have no such file."""


def entry_id(text: str) -> str | None:
    """Read the name of an EMDB entry, such as emd_3488, as EMD-3488; None if it is none."""
    found = _EMDB.fullmatch(text)
    return f"EMD-{found[1]}" if found else None


def pdb_id(text: str) -> str | None:
    """Read the name of a PDB entry, 5NI1 or pdb_00005ni1, as 5ni1; None if it is none."""
    found = _PDB.fullmatch(text)
    return found[1].lower() if found else None


def emdb_file(entry: str, folder: str, name: str) -> str | None:
    """Path of an entry's file below the root.

    None if the name, which comes from the entry's metadata, leads out of the folder.
    """
    return f"emdb/structures/{entry}/{folder}/{name}" if _PLAIN_NAME.fullmatch(name) else None


def model_file(pdb: str) -> str:
    """Path of a model below the root."""
    return f"pdb/data/structures/divided/mmCIF/{pdb[1:3]}/{pdb}.cif.gz"


def packed_or_not(path: str) -> tuple[str, str]:
    """Both names under which a file may lie: as it is listed, and with or without ``.gz``."""
    return path, path.removesuffix(".gz") if path.endswith(".gz") else f"{path}.gz"
