"""Masks about the molecule for Fourier shell correlations, with soft edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.local_variance import local_variance
from sharpem.maps.arrays import Array, Cell, Map, Mask
from sharpem.maps.density import DensityMap
from sharpem.spectra.apply import radial_curve

__all__ = ["soft_edge", "soft_mask", "widened"]


_EDGE = 1.5  # A; standard deviation of the Gaussian that softens a mask


def soft_edge(mask: Mask, cell: Cell, *, sigma: float = _EDGE) -> Array:
    """Smear a mask's edge by a Gaussian of standard deviation `sigma` (A).

    Returns
    -------
    ndarray of float32, shape (nz, ny, nx)
        Between 0 and 1.
    """
    d_min = 1.2 * sigma  # where the Gaussian's transform has fallen to 1e-6
    spectrum = _core.analyse(mask.astype(np.float32), cell, d_min)
    curve = radial_curve(lambda s: np.exp(-2 * (np.pi * sigma * s) ** 2), 1 / spectrum.d_min)
    return np.clip(_core.synthesise(spectrum, curve), 0.0, 1.0)


def soft_mask(density: DensityMap, resolution: float) -> Map:
    """Mask of the molecule, from where the map varies, wide and with a soft edge.

    Parameters
    ----------
    density : DensityMap
        Mean of the half maps.
    resolution : float
        About that of the map, A.

    Returns
    -------
    ndarray of float32, shape (nz, ny, nx)
        0 to 1, the molecule widened by about 3 A + resolution, and a cosine edge about as wide as
        the resolution.
    """
    cut = _core.synthesise(_core.analyse(density.data, density.cell, resolution))
    cut -= np.float32(cut.mean(dtype=np.float64))
    inside = local_variance(cut, density.cell, resolution).mask()
    return widened(inside, density.cell, resolution)


def widened(inside: NDArray[np.bool_], cell: Cell, resolution: float) -> Map:
    """Widen a mask by about 3 A + resolution (A) and give it a cosine edge; 0 to 1."""
    reach = _core.local_mean_square(inside.astype(np.float32), cell, 3.0 + resolution, 0.0)
    wide = (reach > 0.02).astype(np.float32)
    depth = np.clip(_core.local_mean_square(wide, cell, resolution, 0.0), 0.0, 1.0)
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * depth), dtype=np.float32)
