"""Local variance of a map, and the two classes of it: molecule and solvent (section 2.3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.spectra.shells import ShellTable

__all__ = [
    "LEAST_CONTRAST",
    "LocalVariance",
    "contrast",
    "local_variance",
    "map_variance",
    "scatter_of_noise",
    "variance_radius",
]

_RADIUS = 5.0  # A; by evidence: docs/molecular-volume.md


@dataclass(frozen=True)
class LocalVariance:
    """Mean squared density about each voxel, and the two levels it has.

    Attributes
    ----------
    data : ndarray of float32, shape (nz, ny, nx)
        Local mean of the squared density.
    levels : sharpem._core.VarianceLevels
        Typical value in the solvent and deep inside the molecule, and the molecule's share.
    radius : float
        Of the sphere, A.
    """

    data: NDArray[np.float32]
    levels: _core.VarianceLevels
    radius: float

    @property
    def fraction(self) -> float:
        """Share of the map that is molecule."""
        return self.levels.fraction

    def mask(self) -> NDArray[np.bool_]:
        """Voxels more like the molecule than like the solvent, shape (nz, ny, nx)."""
        level: float = 0.5 * (self.levels.solvent + self.levels.molecule)
        return self.data > level


def variance_radius(resolution: float) -> float:
    """Radius (A) of the sphere for the local variance of a map of that resolution (A)."""
    return max(_RADIUS, resolution)


def local_variance(
    map_: NDArray[np.float32],
    cell: tuple[float, ...],
    resolution: float,
    *,
    overwrite: bool = False,
) -> LocalVariance:
    """Split a map into molecule and solvent by its local variance.

    Parameters
    ----------
    map_ : ndarray of float32, shape (nz, ny, nx)
        Density with mean 0, cut at the resolution.
    cell : tuple of float
        Edges (A) and angles (degrees) of the box.
    resolution : float
        A.
    overwrite : bool
        Write the local variance over the map, which saves the memory of one.
    """
    radius = variance_radius(resolution)
    data = _core.local_mean_square(map_, cell, radius, 0.0, overwrite=overwrite)
    return LocalVariance(data, _core.variance_levels(data), radius)


def map_variance(
    spectrum: _core.Spectrum, resolution: float, radius: float | None = None
) -> LocalVariance:
    """Split a map into molecule and solvent, on a grid as coarse as the resolution (A) allows.

    The sphere has the `radius` (A) of :func:`variance_radius` unless another one is given.
    """
    radius = radius or variance_radius(resolution)
    data = _core.local_variance(spectrum, resolution, radius)
    return LocalVariance(data, _core.variance_levels(data), radius)


LEAST_CONTRAST = 1.3
"""Noise alone, white or coloured, comes to 0.8 - 1.15, maps of molecules to 1.6 or more."""


def scatter_of_noise(shells: ShellTable, resolution: float, radius: float) -> float:
    """Standard deviation of the local variance of Gaussian noise, in units of its mean.

    For stationary Gaussian noise of mean 0 and autocorrelation c(r), cov(x^2, y^2) = 2 c(r)^2
    (Isserlis 1918), so that the mean of the squares in a sphere has the variance
    2 integral p(r) c(r)^2 dr, p being the density of distances between two points of the sphere.

    Parameters
    ----------
    shells : ShellTable
        Give the noise's power spectrum, n shells, and by it c(r).
    resolution : float
        A; where the map is cut.
    radius : float
        Of the sphere, A.
    """
    used = shells.s <= 1.0 / resolution
    x = (np.arange(400) + 0.5) / 200  # r / radius
    p = 3 * x**2 - 9 / 4 * x**3 + 3 / 16 * x**5
    power = (shells.terms * shells.power)[used]
    c = np.sinc(2 * radius * np.multiply.outer(x, shells.s[used])) @ (power / power.sum())
    return float(np.sqrt(2 * np.mean(p * c**2) * 2))  # x goes to 2


def contrast(variance: LocalVariance, shells: ShellTable, resolution: float) -> float:
    """How much more a map's local variance scatters than that of noise with the same spectrum.

    A molecule in solvent gives a high local variance here and a low one there. Noise has the
    same everywhere, but for chance, of which there is more the coarser the noise.
    """
    found = _core.statistics(variance.data)
    scatter = found.rms / found.mean if found.mean > 0 else 0.0
    return scatter / scatter_of_noise(shells, resolution, variance.radius)
