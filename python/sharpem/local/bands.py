"""A map in overlapping bands of resolution, and the smooth windows through which places are seen.

The bands are tents in s that add up to 1 at every s, so that a map is the plain sum of its bands,
and gains that are equal everywhere are a radial filter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.prepare import Prepared
from sharpem.maps.arrays import Indices
from sharpem.spectra.apply import radial_curve
from sharpem.spectra.shells import ShellTable

__all__ = ["Bands", "bands_of", "rough_bands"]

Array = NDArray[np.float64]

_COARSEST = 14.0  # A; what is coarser says where the molecule is
_WIDTH = 0.04
"""1/A, between the middles of bands. A band is a packet of waves about 0.28 / width = 7 A long:
narrower bands would mix the power of places that are farther apart."""
_FEWEST, _MOST = 5, 16
_COARSE = 0.2  # 1/A
_STEP = 0.9  # times the window's standard deviation: fields hardly change over less
_ROUGH_STEP = 2
_SAMPLES = 0.7
"""For a quick look: times the window's standard deviation, between the points at which a map is
looked at. They do not hold the waves of fine bands, but a window has 130 of them, whose mean square
tells a band's power as 65 terms would."""
_OVERLAP = 10 / 9  # (integral t^2)^2 / integral t^4 of a tent t, in units of its width


@dataclass(frozen=True, eq=False)
class Bands:
    """Bands of resolution, and the lattice on which fields over a map are held.

    Attributes
    ----------
    centres : ndarray, shape (k,)
        s in 1/A, evenly spaced; the first and the last band go on to 0 and to the map's end.
    s_max : float
        1/A, the end of the map's terms.
    sigma : float
        Standard deviation of the Gaussian window, A.
    step : int
        Voxels between the lattice's points.
    grid : tuple of int, optional
        Points along z, y, x at which the map is looked at, if not its voxels.
    apart : int
        Points of the lattice between places that are independent of each other.
    """

    centres: Array
    s_max: float
    sigma: float
    step: int
    grid: Indices | None = None
    apart: int = 3

    def __len__(self) -> int:
        """Return the number of bands."""
        return int(self.centres.size)

    @property
    def width(self) -> float:
        """Between the middles of neighbours, 1/A."""
        return float(self.centres[1] - self.centres[0])

    def tent(self, k: int, s: Array) -> Array:
        """Return the factor for amplitudes of band k, shape of s (1/A)."""
        unit = np.zeros(len(self))
        unit[k] = 1.0
        return np.interp(s, self.centres, unit)

    def curve(self, k: int, factor: Callable[[Array], Array] | None = None) -> _core.RadialCurve:
        """Return band k for the core, times a radial factor for amplitudes."""

        def band(s: Array) -> Array:
            tent = self.tent(k, s)
            return tent if factor is None else tent * factor(s)

        return radial_curve(band, self.s_max)

    @property
    def terms(self) -> Array:
        """Independent Fourier terms of every band that a window sees, shape (k,)."""
        window = (2 * self.sigma * np.sqrt(np.pi)) ** 3
        terms: Array = 2 * np.pi * self.centres**2 * self.width * _OVERLAP * window
        most = np.inf if self.grid is None else 0.5 * (2 * np.sqrt(np.pi) / _SAMPLES) ** 3
        return np.clip(terms, 1.0, most)

    @property
    def low(self) -> slice:
        """The bands that say how much molecule there is: the coarsest quarter."""
        return slice(0, max(2, len(self) // 4))

    @property
    def coarse(self) -> NDArray[np.bool_]:
        """The bands up to 5 A, two at least, in which B hardly counts."""
        return self.centres < max(_COARSE, float(self.centres[2]))

    def sums(self, shells: ShellTable, power: Array) -> Array:
        """Mean square density of every band of a map with this mean |F|^2 per shell, shape (k,)."""
        used = shells.s <= self.s_max * (1 + 1e-9)
        weights = np.array([used * self.tent(k, shells.s) ** 2 for k in range(len(self))])
        answer: Array = weights @ (shells.terms * power)
        return answer

    def shape_over(self, grid: Indices) -> Indices:
        """Return the points of the lattice over a map's grid."""
        nz, ny, nx = (-(-(n - 1) // self.step) + 1 for n in grid)
        return nz, ny, nx

    def power(self, cell: Sequence[float], spectrum: _core.Spectrum) -> NDArray[np.float32]:
        """Return the local mean square of a map in every band, shape (k, nz, ny, nx).

        Parameters
        ----------
        cell : sequence of 6 floats
            Of the map: a, b, c in A; alpha, beta, gamma in degrees.
        spectrum : sharpem._core.Spectrum
        """
        nz, ny, nx = spectrum.grid if self.grid is None else self.grid
        sigma = (self.sigma * nz / cell[2], self.sigma * ny / cell[1], self.sigma * nx / cell[0])

        def field(k: int) -> NDArray[np.float32]:
            band, of_map = self.curve(k), spectrum
            if self.grid is not None:
                of_map = _core.sampled_on(spectrum, band, self.grid)
                band = radial_curve(np.ones_like, self.s_max)
            return _core.local_product(of_map, of_map, band, self.step, sigma).values

        return np.array([field(k) for k in range(len(self))])


def bands_of(prepared: Prepared, sigma: float) -> Bands:
    """Return bands from 14 A to the resolution, or to where the map was cut off.

    Parameters
    ----------
    prepared : Prepared
    sigma : float
        Of the window, A.
    """
    centres = _centres(prepared)
    step = max(1, int(_STEP * sigma / max(prepared.density.voxel_size)))
    return Bands(centres, 1 / prepared.d_min, sigma, step)


def rough_bands(prepared: Prepared, sigma: float) -> Bands:
    """Return the same bands for a quick look: at fewer points than would hold the map."""
    nz, ny, nx = (
        min(n, round(edge / (_SAMPLES * sigma)))
        for n, edge in zip(prepared.density.shape, prepared.density.cell[2::-1], strict=True)
    )
    return Bands(_centres(prepared), 1 / prepared.d_min, sigma, _ROUGH_STEP, (nz, ny, nx), apart=2)


def _centres(prepared: Prepared) -> Array:
    end = 1 / max(prepared.fit_limit, prepared.resolution)
    start = min(1 / _COARSEST, 0.5 * end)
    count = int(np.clip(round((end - start) / _WIDTH) + 1, _FEWEST, _MOST))
    return np.linspace(start, end, count)
