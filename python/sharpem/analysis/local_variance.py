"""Local variance of a map, and the two classes of it: molecule and solvent (section 2.3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.maps.statistics import statistics
from sharpem.spectra.shells import ShellTable

__all__ = [
    "LEAST_CONTRAST",
    "LocalVariance",
    "coarse_grid",
    "contrast",
    "local_variance",
    "map_variance",
    "scatter_of_noise",
    "variance_radius",
]


_RADIUS = 5.0  # A; by evidence: docs/molecular-volume.md


_COARSE_VOXEL = 0.4  # of the resolution: carries all terms to D_MIN_RATIO x resolution


_STARTS = (0.02, 0.1, 0.3, 0.6)  # guesses of the molecule's share to start from


_QUANTILES = 4000  # of them, that stand for their distribution


_SAMPLE = 400_000  # voxels that the split looks at


@dataclass(frozen=True)
class LocalVariance:
    """Mean squared density about each voxel, and the two levels it has.

    Attributes
    ----------
    data : ndarray of float32, shape (nz, ny, nx)
        Local mean of the squared density.
    solvent, molecule : float
        Typical value in the solvent and deep inside the molecule.
    radius : float
        Of the sphere, A.
    """

    data: NDArray[np.float32]
    solvent: float
    molecule: float
    radius: float

    @property
    def fraction(self) -> float:
        """Share of the map that is molecule: all above the solvent, in units of the molecule.

        Smoothing moves variance across the boundary but does not change its sum, so this does not
        depend on where a threshold is put.
        """
        excess = float(self.data.mean(dtype=np.float64)) - self.solvent
        return float(np.clip(excess / (self.molecule - self.solvent), 1e-6, 1.0))

    def mask(self) -> NDArray[np.bool_]:
        """Voxels more like the molecule than like the solvent, shape (nz, ny, nx)."""
        return self.data > 0.5 * (self.solvent + self.molecule)


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
    step = max(1, data.size // _SAMPLE) | 1  # odd: does not fall into step with the rows
    values = np.sort(data.ravel()[::step].astype(np.float64))
    floor = 1e-5 * values[-1]
    quantiles = values[:: max(1, values.size // _QUANTILES)]
    solvent = _solvent_level(np.log(np.maximum(quantiles, floor)))
    return LocalVariance(data, solvent, _molecule_level(values, solvent), radius)


def coarse_grid(
    grid: tuple[int, int, int], cell: tuple[float, ...], resolution: float
) -> tuple[int, int, int]:
    """Smallest quick grid, (z, y, x), that carries a map cut at the resolution (A)."""
    voxel, (a, b, c) = _COARSE_VOXEL * resolution, cell[:3]
    z, y, x = (min(n, _quick_size(edge / voxel)) for n, edge in zip(grid, (c, b, a), strict=True))
    return z, y, x


def _quick_size(least: float) -> int:
    """Smallest even product of 2, 3 and 5 not below `least`: quick to transform."""
    n = 2 * max(2, int(np.ceil(least / 2)))
    while True:
        rest = n
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return n
        n += 2


def map_variance(spectrum: _core.Spectrum, resolution: float) -> LocalVariance:
    """Split a map into molecule and solvent, on a grid as coarse as the resolution (A) allows."""
    grid = coarse_grid(spectrum.grid, spectrum.cell, resolution)
    coarse = _core.synthesise(_core.resampled(spectrum, grid, resolution))
    coarse -= np.float32(spectrum.mean)
    return local_variance(coarse, spectrum.cell, resolution, overwrite=True)


def _solvent_level(ln_values: NDArray[np.float64]) -> float:
    """Level of the lower of two classes; of several starts the best supported answer is kept."""
    answers = [_two_classes(ln_values, start) for start in _STARTS]
    return float(np.exp(max(answers)[1]))


def _two_classes(x: NDArray[np.float64], upper_share: float) -> tuple[float, float]:
    """Mixture of two Gaussians by expectation maximisation: (log likelihood, lower mean)."""
    upper = (np.arange(x.size) >= (1 - upper_share) * x.size).astype(np.float64)
    answer = (-np.inf, float(x[x.size // 4]))
    for _ in range(200):
        share = float(upper.mean())
        if not 1e-4 < share < 1 - 1e-4:
            break
        ln_upper, _ = _ln_weighted(x, upper, share)
        ln_lower, mean = _ln_weighted(x, 1 - upper, 1 - share)
        answer = (float(np.logaddexp(ln_lower, ln_upper).mean()), mean)
        upper = np.exp(ln_upper - np.logaddexp(ln_lower, ln_upper))
        if abs(float(upper.mean()) - share) < 1e-6:
            break
    return answer


def _ln_weighted(
    x: NDArray[np.float64], weight: NDArray[np.float64], share: float
) -> tuple[NDArray[np.float64], float]:
    """Log of share times the Gaussian fitted to x with the given weights, and its mean."""
    total = weight.sum()
    mean = float((weight * x).sum() / total)
    variance = float((weight * (x - mean) ** 2).sum() / total) + 1e-4
    return np.log(share) - 0.5 * np.log(variance) - 0.5 * (x - mean) ** 2 / variance, mean


def _molecule_level(values: NDArray[np.float64], solvent: float) -> float:
    """Mean over the voxels within 80 % of it: the plateau deep inside. `values` ascend."""
    level = float(values[-1])
    sums = np.concatenate([[0.0], np.cumsum(values[::-1])])
    for _ in range(100):
        count = values.size - int(np.searchsorted(values, solvent + 0.8 * (level - solvent)))
        new = sums[count] / max(count, 1)
        if abs(new - level) < 1e-6 * level:
            break
        level = new
    return max(level, solvent * (1 + 1e-6), 1e-30)


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
