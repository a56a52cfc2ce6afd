"""Whether a map was filtered by its local resolution."""

from __future__ import annotations

import numpy as np

from sharpem import _core
from sharpem.findings import Finding, finding
from sharpem.maps.arrays import Map, Mask, Numbers
from sharpem.maps.statistics import median

__all__ = ["local_power", "locally_filtered"]

_LEFT_OF_MOLECULE = 0.15  # of the median: high-resolution power in a place without detail


def locally_filtered(
    spectrum: _core.Spectrum, molecule: Mask, resolution: float, limit: float
) -> Finding | None:
    """Tell a map that was filtered by its local resolution: detail ends earlier in some places.

    The ratio of local power near the limit to local power at low resolution differs between the
    places of a molecule by a factor of three or four; a local filter makes it vanish.
    """
    ratio = local_power(spectrum, 1 / (1.4 * limit), 1 / limit, molecule, 2.5 * resolution)
    ratio /= local_power(
        spectrum, 1 / (4 * resolution), 1 / (1.8 * limit), molecule, 2.5 * resolution
    )
    if ratio.size < 100:
        return None
    empty = float(np.mean(ratio < _LEFT_OF_MOLECULE * median(ratio)))
    if empty < 0.05:
        return None
    return finding(
        "locally-filtered",
        f"In {100 * empty:.0f} % of the molecule the map holds next to nothing near {limit:.1f} A: "
        "it was filtered by its local resolution.",
        "One filter cannot be right everywhere; sharpen the unfiltered map.",
    )


def local_power(
    spectrum: _core.Spectrum, low: float, high: float, molecule: Mask, radius: float
) -> Numbers:
    """Mean square of a band of the map about each voxel of the molecule.

    Parameters
    ----------
    spectrum : sharpem._core.Spectrum
        To `high` at least.
    low, high : float
        The band, 1/A.
    molecule : ndarray of bool, shape (nz, ny, nx)
        On a grid that holds `high`.
    radius : float
        Of the spheres that are averaged over, A.

    Returns
    -------
    ndarray, shape (n,)
    """
    d_min = max(spectrum.d_min, 0.999 / high)
    coarse = _core.resampled(spectrum, molecule.shape, d_min)
    s = np.linspace(0.0, 1.0 / d_min, 2000)
    inside = ((s >= low) & (s < high)).astype(np.float64)
    band: Map = _core.synthesise(coarse, _core.RadialCurve.table(s, inside, 1.0 / d_min))
    cell = coarse.cell
    del coarse
    mean: Map = _core.local_mean_square(band, cell, radius, 0.0, overwrite=True)
    return mean[molecule].astype(np.float64)
