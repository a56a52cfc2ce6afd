"""An entry of the EMDB, with those of its files that were fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sharpem.archive.metadata import Metadata

__all__ = ["Entry"]


@dataclass(frozen=True, kw_only=True)
class Entry(Metadata):
    """What the EMDB says of a map, and where its files are.

    Attributes
    ----------
    id : str
        Such as EMD-3488.
    files : dict of str to Path
        Those that were fetched: map, half_map_1, half_map_2, mask, model.
    urls : dict of str to str
        Where they came from, and the metadata; None where that is not known.

    The others are those of :class:`sharpem.archive.metadata.Metadata`: title, status, resolution
    (A), resolution_method, contour, pdb_ids.
    """

    id: str
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
            "id": self.id,
            "title": self.title,
            "status": self.status,
            "resolution": self.resolution,
            "resolution_method": self.resolution_method,
            "contour": self.contour,
            "pdb_ids": list(self.pdb_ids),
            "files": {kind: str(path) for kind, path in self.files.items()},
            "urls": self.urls,
        }
