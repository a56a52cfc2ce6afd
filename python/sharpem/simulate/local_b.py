"""A B for each atom that changes through the molecule, as the order of real molecules does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sharpem.errors import InputError
from sharpem.maps.model import Model

__all__ = ["ALONG", "local_b"]

ALONG = ("radial", "x", "y", "z")
"""Ways in which B can change."""


def local_b(model: Model, low: float, high: float, *, along: str = "radial") -> NDArray[np.float64]:
    """Let B rise from `low` to `high`, linearly from the innermost or first atom to the last.

    Parameters
    ----------
    model : Model
    low, high : float
        A^2.
    along : {"radial", "x", "y", "z"}
        From the middle of the molecule outwards, or along an axis.

    Returns
    -------
    ndarray, shape (n,)
        B of the atoms, A^2.

    Raises
    ------
    InputError
        `along` is none of these.
    """
    if along not in ALONG:
        raise InputError(f"B along {along!r}, expected one of {', '.join(ALONG)}")
    if along == "radial":
        way = np.linalg.norm(model.positions - model.centre, axis=1)
    else:
        way = model.positions[:, "xyz".index(along)]
    way = way - way.min()
    return np.asarray(low + (high - low) * way / max(float(way.max()), 1e-9))
