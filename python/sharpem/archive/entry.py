"""An entry of the EMDB: what is known of its map before that is read, and its files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Entry"]

_SAID = ("id", "title", "status", "resolution", "resolution_method", "contour")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the EMDB says of a map, and where its files are.

    Attributes
    ----------
    id : str
        Such as EMD-3488.
    title : str
    status : str
        REL: released; HPUB, HOLD: header only; OBS: withdrawn.
    superseded_by : tuple of str
        Entries that took its place.
    resolution : float or None
        As the authors state it, A.
    resolution_method : str
        As the authors state it, such as FSC 0.143 CUT-OFF.
    contour : float or None
        The recommended level.
    pdb_ids : tuple of str
        Models fitted to it; those that overlap it fully come first.
    map_names, half_map_names, mask_names : tuple of str
        Files, as listed.
    files : dict of str to Path
        Those that were fetched: map, half_map_1, half_map_2, mask, model.
    urls : dict of str to str
        Where they came from, and the metadata; None where that is not known.
    """

    id: str
    title: str
    status: str
    superseded_by: tuple[str, ...] = ()
    resolution: float | None = None
    resolution_method: str = ""
    contour: float | None = None
    pdb_ids: tuple[str, ...] = ()
    map_names: tuple[str, ...] = ()
    half_map_names: tuple[str, ...] = ()
    mask_names: tuple[str, ...] = ()
    files: dict[str, Path] = field(default_factory=dict)
    urls: dict[str, str | None] = field(default_factory=dict)

    @property
    def map(self) -> Path | None:
        """The map, if it was fetched."""
        return self.files.get("map")

    @property
    def half_maps(self) -> tuple[Path, Path] | None:
        """Both half maps, if they were fetched."""
        if "half_map_1" not in self.files:
            return None
        return self.files["half_map_1"], self.files["half_map_2"]

    @property
    def mask(self) -> Path | None:
        """The first mask, if it was fetched."""
        return self.files.get("mask")

    @property
    def model(self) -> Path | None:
        """The fitted model as mmCIF, if it was fetched."""
        return self.files.get("model")

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON."""
        return {
            **{name: getattr(self, name) for name in _SAID},
            "pdb_ids": list(self.pdb_ids),
            "files": {kind: str(path) for kind, path in self.files.items()},
            "urls": self.urls,
        }
