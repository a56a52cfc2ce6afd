"""A locally sharpened map: a table of its boxes, and maps of what differs from place to place."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sharpem import _core
from sharpem.analysis.symmetry import Symmetry
from sharpem.local.blend import Sites
from sharpem.local.boxes import BOX_SIZE
from sharpem.maps.density import DensityMap

__all__ = ["BoxChoice", "LocalSettings", "Localised"]


@dataclass(frozen=True)
class LocalSettings:
    """What a user can say about local sharpening.

    Attributes
    ----------
    size : int
        Of the boxes, voxels.
    blend : {"field", "boxes"}
    symmetry : Symmetry or None
        Equivalent places share one choice.
    """

    size: int = BOX_SIZE
    blend: str = "field"
    symmetry: Symmetry | None = None


@dataclass(frozen=True)
class BoxChoice:
    """One box.

    Attributes
    ----------
    centre : tuple of float
        x, y, z in A, where models live.
    b_sharpen : float
        Of its filter, A^2: the overall one plus what the box asks for.
    b_iso : float
        Overall B of the map there, A^2.
    error : float
        Its standard deviation, A^2.
    molecule : float
        Share of the box that is molecule.
    applicable : bool
        False: the box's own data say too little, and the overall filter rules.
    reason : str
    resolution : float or None
        Where half maps agree there, A.
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
class Localised:
    """A locally sharpened map and what it rests on.

    Attributes
    ----------
    map : DensityMap
    overall : DensityMap
        The map after the overall filter.
    boxes : tuple of BoxChoice
    settings : LocalSettings
    sites : Sites
        Centres of the boxes, and of their copies by symmetry.
    b_sharpen, b_iso : float
        Of the map as a whole, A^2.
    gain : float
        Share of a local fall-off that was removed, the median of the boxes.
    tau : float
        Standard deviation of the fall-off among boxes, A^2.
    reasons, warnings : tuple of str
        One sentence each.
    """

    map: DensityMap
    overall: DensityMap
    boxes: tuple[BoxChoice, ...]
    settings: LocalSettings
    sites: Sites | None
    b_sharpen: float
    b_iso: float
    gain: float
    tau: float
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]

    def b_sharpen_map(self) -> DensityMap:
        """Local b_sharpen at every voxel, A^2."""
        return self._field([box.b_sharpen for box in self.boxes], self.b_sharpen)

    def b_iso_map(self) -> DensityMap:
        """Overall B of the input about every voxel, A^2."""
        return self._field([box.b_iso for box in self.boxes], self.b_iso)

    def resolution_map(self) -> DensityMap | None:
        """Local resolution at every voxel, A; None without half maps."""
        values = np.array([box.resolution or np.nan for box in self.boxes], dtype=np.float64)
        if not np.isfinite(values).any():
            return None
        middle = float(np.nanmedian(values))
        return self._field(np.where(np.isfinite(values), values, middle).tolist(), middle)

    def _field(self, values: list[float], far: float) -> DensityMap:
        """Values of the boxes as a map, `far` away from all of them."""
        like = self.overall
        if self.sites is None:
            return like.with_data(np.full(like.shape, far, dtype=np.float32))
        copies = len(self.sites.at) // len(values)
        shift = np.tile(np.array(values) - far, copies)
        data = _core.expand(self.sites.field(shift, like.shape), like.shape)
        data += np.float32(far)
        return like.with_data(data)

    def to_dict(self) -> dict[str, Any]:
        """As in the JSON under ``local_sharpening``."""
        symmetry = self.settings.symmetry
        return {
            "blend": self.settings.blend,
            "box_size": self.settings.size,
            "symmetry": symmetry.name if symmetry else None,
            "d0": self.sites.d0 if self.sites else None,
            "b_sharpen": self.b_sharpen,
            "gain": self.gain,
            "tau": self.tau,
            "reasons": list(self.reasons),
            "warnings": list(self.warnings),
            "boxes": [asdict(box) for box in self.boxes],
        }
