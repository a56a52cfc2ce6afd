"""Gains of bands and places, relative to the overall filter, and what they make of a map.

out(x) = sum over bands k of g_k(x) m_k(x), where m_k is the map in band k under the overall filter.
What gains places ask for: estimate.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.symmetry import Symmetry
from sharpem.errors import InputError
from sharpem.io.npz import read_arrays
from sharpem.local.bands import Bands
from sharpem.local.boxes import to_voxels
from sharpem.local.lattice import read_at, symmetrised
from sharpem.maps.density import DensityMap
from sharpem.spectra.apply import apply, apply_directions
from sharpem.spectra.filters import Filter, RadialFilter

__all__ = ["Gains", "apply_gains"]

Array = NDArray[np.float64]
Map = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Gains:
    """Gains for amplitudes about an overall filter.

    Attributes
    ----------
    bands : Bands
    values : ndarray of float32, shape (k, nz, ny, nx)
        At the points of the lattice; 1: as the overall filter.
    shape : tuple of int
        Of the map, voxels along z, y, x.
    voxel_size : tuple of float
        Of the map, A.
    """

    bands: Bands
    values: Map
    shape: tuple[int, int, int]
    voxel_size: tuple[float, float, float]

    def sharpened(
        self, overall: DensityMap, spectrum: _core.Spectrum, radial: RadialFilter
    ) -> DensityMap:
        """Return a map under the gains.

        Parameters
        ----------
        overall : DensityMap
            The map under the overall filter.
        spectrum : sharpem._core.Spectrum
            Its Fourier coefficients before that filter.
        radial : RadialFilter
            The overall filter.

        Raises
        ------
        InputError
            The gains are those of another grid.
        """
        self.check(overall)
        out = overall.data.copy()
        factor: Callable[[Array], Array] = lambda s: np.asarray(radial(s))  # noqa: E731
        curves = [self.bands.curve(k, factor) for k in range(len(self.bands))]
        fields = [_core.Field(np.ascontiguousarray(g - 1), self.bands.step) for g in self.values]
        _core.add_bands(spectrum, curves, fields, out)
        return overall.with_data(out)

    def shared(self, density: DensityMap, symmetry: Symmetry) -> Gains:
        """Return gains that are the same at equivalent places: their geometric mean."""
        ln_gain = np.log(self.values.astype(np.float64))
        mean = [symmetrised(one, self.bands.step, density, symmetry) for one in ln_gain]
        return replace(self, values=np.exp(np.array(mean)).astype(np.float32))

    def at(self, place: tuple[float, float, float], density: DensityMap) -> Array:
        """Return the gain of every band, shape (k,), at a place: x, y, z in A."""
        at = to_voxels(density, np.array([place])) / self.bands.step
        return np.array([read_at(gain.astype(np.float64), at)[0] for gain in self.values])

    def check(self, density: DensityMap) -> None:
        """Refuse a map of another grid.

        Raises
        ------
        InputError
            With both grids.
        """
        same = np.allclose(density.voxel_size, self.voxel_size, rtol=1e-3)
        if density.shape != self.shape or not same:
            name = density.path or "map"
            raise InputError(
                f"{name}: {_grid(density.shape, density.voxel_size)}, expected the "
                f"{_grid(self.shape, self.voxel_size)} of the gains"
            )

    def save(self, path: Path) -> None:
        """Write the gains as PREFIX_gains.npz."""
        bands = self.bands
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                centres=bands.centres,
                s_max=bands.s_max,
                sigma=bands.sigma,
                step=bands.step,
                gains=self.values,
                shape=self.shape,
                voxel_size=self.voxel_size,
            )

    @classmethod
    def load(cls, path: Path) -> Gains:
        """Read the gains of a run.

        Raises
        ------
        InputError
            The file cannot be read, or holds no gains.
        """
        file = read_arrays(path, "gains of a local run")
        try:
            bands = Bands(
                file["centres"].astype(np.float64),
                float(file["s_max"]),
                float(file["sigma"]),
                int(file["step"]),
            )
            nz, ny, nx = (int(n) for n in file["shape"])
            x, y, z = (float(v) for v in file["voxel_size"])
            with np.errstate(over="ignore", invalid="ignore"):  # what does not fit is refused below
                values = file["gains"].astype(np.float32, casting="same_kind")
        except (KeyError, OverflowError, TypeError, ValueError):
            raise InputError(f"{path}: not gains, expected what --write-gains writes") from None
        found = cls(bands, values, (nz, ny, nx), (x, y, z))
        found._check_values(path)
        return found

    def _check_values(self, path: Path) -> None:
        bands, values = self.bands, self.values
        sound = (
            1 <= bands.step <= max(self.shape)
            and min(self.shape) >= 1
            and bands.centres.ndim == 1
            and len(bands) >= 2
            and bool(np.isfinite(bands.centres).all() and (np.diff(bands.centres) > 0).all())
            and values.shape == (len(bands), *bands.shape_over(self.shape))
            and bool(np.isfinite(values).all() and (values > 0).all())
            and all(0 < v < np.inf for v in (bands.s_max, bands.sigma, *self.voxel_size))
        )
        if not sound:
            raise InputError(f"{path}: gains that do not fit together, expected those of one run")


def apply_gains(density: DensityMap, filter_: Filter, gains: Gains) -> DensityMap:
    """Sharpen a map as another one on the same grid was sharpened locally: a half map, say.

    Parameters
    ----------
    density : DensityMap
    filter_ : Filter
        The overall filter.
    gains : Gains
        About that filter.

    Raises
    ------
    InputError
        The gains are those of another grid.
    """
    gains.check(density)
    overall = apply(density, filter_)
    spectrum = _core.analyse(density.data, density.cell, filter_.d_min)
    apply_directions(spectrum, filter_)
    return gains.sharpened(overall, spectrum, filter_.radial)


def _grid(shape: tuple[int, int, int], voxel_size: tuple[float, float, float]) -> str:
    nz, ny, nx = shape
    return f"{nx} x {ny} x {nz} voxels of {voxel_size[0]:.4g} A"
