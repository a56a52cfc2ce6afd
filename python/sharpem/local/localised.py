"""A locally sharpened map: a table of its places, and maps of what differs from place to place."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sharpem import _core
from sharpem.analysis.symmetry import Symmetry
from sharpem.local.boxes import BOX_SIZE
from sharpem.local.gains import Gains
from sharpem.maps.density import DensityMap

__all__ = ["LocalFields", "LocalSettings", "Localised", "Place"]


@dataclass(frozen=True)
class LocalSettings:
    """What a user can say about local sharpening.

    Attributes
    ----------
    size : int
        Of the boxes, voxels: the places of the table, and what `boxes` cuts out.
    blend : {"bands", "boxes"}
    symmetry : Symmetry or None
        Equivalent places share one choice.
    published : bool
        Boxes as published: each takes the maximum of its own score, and is cut out before any
        filter.
    """

    size: int = BOX_SIZE
    blend: str = "bands"
    symmetry: Symmetry | None = None
    published: bool = False


@dataclass(frozen=True)
class Place:
    """One place: the middle of a box.

    Attributes
    ----------
    centre : tuple of float
        x, y, z in A, where models live.
    b_sharpen : float
        Of its filter, A^2; of gains, that which comes closest to them.
    b_iso : float
        Overall B of the map there, A^2.
    error : float
        Its standard deviation, A^2.
    molecule : float
        Fraction of the box that is molecule.
    applicable : bool
        False: the place's own data say too little, and the overall filter rules.
    reason : str
    resolution : float or None
        To which the signal there stands out of the noise, A, where both are known.
    """

    centre: tuple[float, float, float]
    b_sharpen: float
    b_iso: float
    error: float
    molecule: float
    applicable: bool
    reason: str
    resolution: float | None = None


@dataclass(frozen=True, eq=False)
class LocalFields:
    """What differs from place to place, on lattices over the map.

    Attributes
    ----------
    b_sharpen, b_iso : Field
        A^2.
    resolution : Field or None
        A; where signal and noise are known.
    """

    b_sharpen: _core.Field
    b_iso: _core.Field
    resolution: _core.Field | None = None


@dataclass(frozen=True, eq=False)
class Localised:
    """A locally sharpened map and what it rests on.

    Attributes
    ----------
    map : DensityMap
    overall : DensityMap
        The map after the overall filter.
    boxes : tuple of Place
    settings : LocalSettings
    fields : LocalFields or None
        None where nothing differs.
    b_sharpen, b_iso : float
        Of the map as a whole, A^2.
    tau : float
        Standard deviation of the fall-off among places, A^2.
    reasons, warnings : tuple of str
        One sentence each.
    gains : Gains or None
        Of bands and places, where the map was made by them.
    rise : float or None
        By how much the correlation with the truth is expected to rise over the overall filter's.
    """

    map: DensityMap
    overall: DensityMap
    boxes: tuple[Place, ...]
    settings: LocalSettings
    fields: LocalFields | None
    b_sharpen: float
    b_iso: float
    tau: float
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    gains: Gains | None = None
    rise: float | None = None

    def b_sharpen_map(self) -> DensityMap:
        """Local b_sharpen at every voxel, A^2."""
        return self._expanded(
            None if self.fields is None else self.fields.b_sharpen, self.b_sharpen
        )

    def b_iso_map(self) -> DensityMap:
        """Overall B of the input about every voxel, A^2."""
        return self._expanded(None if self.fields is None else self.fields.b_iso, self.b_iso)

    def resolution_map(self) -> DensityMap | None:
        """Local resolution at every voxel, A; None where signal and noise are not known."""
        if self.fields is None or self.fields.resolution is None:
            return None
        return self._expanded(self.fields.resolution, 0.0)

    def _expanded(self, field: _core.Field | None, everywhere: float) -> DensityMap:
        like = self.overall
        if field is None:
            return like.with_data(np.full(like.shape, everywhere, dtype=np.float32))
        return like.with_data(_core.expand(field, like.shape))

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON under ``local_sharpening``."""
        symmetry = self.settings.symmetry
        return {
            "blend": self.settings.blend,
            "box_size": self.settings.size,
            "symmetry": symmetry.name if symmetry else None,
            "b_sharpen": self.b_sharpen,
            "tau": self.tau,
            "rise": self.rise,
            "reasons": list(self.reasons),
            "warnings": list(self.warnings),
            "boxes": [asdict(box) for box in self.boxes],
        }
