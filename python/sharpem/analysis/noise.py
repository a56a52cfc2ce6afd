"""The noise of a single map, read off its solvent.

The solvent holds noise and nothing else. Its power spectrum, scaled to the whole box, is the
noise's share of every resolution shell; what is left is the signal's. No half maps are needed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.maps.checks import FLAT_ZONE, flat_value
from sharpem.maps.density import DensityMap
from sharpem.maps.statistics import dot
from sharpem.spectra.shells import ShellTable, shell_edges

__all__ = ["noise_power", "solvent_window"]

_ROUNDING = 1e-10  # of the strongest shell's power: weaker shells hold rounding errors

Array = NDArray[np.float64]
Map = NDArray[np.float32]

_LEAST_SOLVENT = 0.25  # share of the box below which its solvent is not believed


def _local_mean(mask: NDArray[np.bool_], cell: tuple[float, ...], radius: float) -> Map:
    """Share of a sphere about each voxel that is inside a mask."""
    d_min = radius / 4  # beyond this the sphere's transform holds next to nothing
    spectrum = _core.analyse(mask.astype(np.float32), cell, d_min)
    return _core.synthesise(spectrum, _core.RadialCurve.sphere(radius, 1.001 / d_min))


def solvent_window(
    density: DensityMap, molecule: NDArray[np.bool_], cell: tuple[float, ...], resolution: float
) -> Map | None:
    """Soft window that sees the solvent and nothing of the molecule.

    Parameters
    ----------
    density : DensityMap
        The map as it came.
    molecule : ndarray of bool, shape (nz, ny, nx)
        Where the molecule is, on any grid over the same box.
    cell, resolution
        Of the box (A, degrees) and the map (A).

    Returns
    -------
    ndarray of float32 or None
        On the grid of ``molecule``. None where too little solvent is left, or where part of the map
        is exactly constant: what a mask has left of the solvent does not show the molecule's noise.
    """
    if flat_value(density.data)[1] > FLAT_ZONE:
        return None
    far = _local_mean(molecule, cell, 5.0 + resolution) <= 0.02
    if np.count_nonzero(far) < _LEAST_SOLVENT * far.size:
        return None
    window = _local_mean(far, cell, max(resolution, 4.0))  # edge 0.5, inside 1
    window *= 2.0
    window -= 1.0
    np.square(np.clip(window, 0.0, 1.0, out=window), out=window)
    return window if dot(window, window) > 0.2 * _LEAST_SOLVENT * window.size else None


def noise_power(spectrum: _core.Spectrum, shells: ShellTable, window: Map) -> Array:
    """Mean |F|^2 of the noise in every shell, shape of ``shells.s``.

    The map is whitened first, so that strong low-resolution terms do not leak through the window
    into the weak ones; the window's power makes the normalisation.

    Parameters
    ----------
    spectrum : sharpem._core.Spectrum
        The map's terms.
    shells : ShellTable
        Of the same terms.
    window : ndarray of float32, shape (nz, ny, nx)
        From `solvent_window`.
    """
    power = np.maximum(shells.power, _ROUNDING * shells.power.max())
    white = _core.RadialCurve.table(shells.s, 1.0 / np.sqrt(power), 1.0 / spectrum.d_min)
    map_ = _core.synthesise(_core.resampled(spectrum, window.shape, spectrum.d_min), white)
    mean = dot(window, map_) / float(np.sum(window, dtype=np.float64))
    map_ -= np.float32(mean)
    map_ *= window
    seen = _core.analyse(map_, spectrum.cell, spectrum.d_min)
    sums = _core.shell_sums(seen, shell_edges(spectrum))
    used = sums.terms > 0
    per_voxel = window.size / dot(window, window)
    white_noise = np.interp(shells.s, sums.s[used], sums.power[used] / sums.terms[used])
    answer: Array = white_noise * per_voxel * power
    return answer
