"""Whether a molecule stands out of a map, or whether it might as well be noise."""

from __future__ import annotations

import numpy as np

from sharpem.density import statistics
from sharpem.molecule import LocalVariance
from sharpem.spectrum import ShellTable

__all__ = ["LEAST_CONTRAST", "contrast", "scatter_of_noise"]

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
    found = statistics(variance.data)
    scatter = found.rms / found.mean if found.mean > 0 else 0.0
    return scatter / scatter_of_noise(shells, resolution, variance.radius)
