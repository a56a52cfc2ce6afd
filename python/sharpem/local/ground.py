"""What local sharpening starts from: the map under its overall filter, and the boxes in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharpem.filters import RadialFilter
from sharpem.local.boxes import Boxes
from sharpem.prepare import Prepared

__all__ = ["Ground"]


@dataclass(frozen=True, eq=False)
class Ground:
    """The common ground of all boxes.

    Attributes
    ----------
    prepared : Prepared
    filter : RadialFilter
        The overall filter.
    overall : ndarray of float32, shape (nz, ny, nx)
        The map after it.
    boxes : Boxes
    """

    prepared: Prepared
    filter: RadialFilter
    overall: NDArray[np.float32]
    boxes: Boxes
