"""What the name of a map's file begins with."""

from __future__ import annotations

from pathlib import Path

__all__ = ["stem_of"]

_PACKED = (".gz", ".bz2")
_MAPS = (".mrc", ".map", ".ccp4", ".mtz", ".cif")


def stem_of(source: str | Path) -> str:
    """Name of a map's file without its folder and endings, from which names of files are made.

    Examples
    --------
    >>> stem_of("data/emd_3488.map.gz")
    'emd_3488'
    """
    name = Path(source).name
    for endings in (_PACKED, _MAPS):
        found = next((ending for ending in endings if name.lower().endswith(ending)), "")
        if len(name) > len(found):
            name = name[: len(name) - len(found)]
    return name
