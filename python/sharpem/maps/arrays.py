"""Types of the arrays that the package passes on."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Mask"]


Array: TypeAlias = NDArray[np.float32]


Triple: TypeAlias = tuple[float, float, float]


Indices: TypeAlias = tuple[int, int, int]


Cell: TypeAlias = tuple[float, float, float, float, float, float]


Numbers: TypeAlias = NDArray[np.float64]


Map = NDArray[np.float32]


Mask: TypeAlias = NDArray[np.bool_]
