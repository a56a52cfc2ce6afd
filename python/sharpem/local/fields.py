"""What the places of a map show: power and noise of every band, seen through smooth windows.

One way for each kind of input: half maps, a map whose solvent shows the noise, and a map of which
only the resolution is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.prepare import Prepared
from sharpem.local.bands import Bands, bands_of, rough_bands
from sharpem.maps.half_maps import HalfMaps

__all__ = ["Fields", "fields_of", "rough_fields"]

Array = NDArray[np.float64]
Map = NDArray[np.float32]

_SIGMA = 4.0  # A, of the window
_FOLD, _FOLD_GUESSED = 0.3, 0.2
_NOISE_KNOWN, _NOISE_GUESSED = 0.1, 0.7
_FLOOR = 1e-9


@dataclass(frozen=True, eq=False)
class Fields:
    """Power and noise in k bands at the points of a lattice over the map.

    Attributes
    ----------
    bands : Bands
    power, noise : ndarray of float32, shape (k, nz, ny, nx)
        Mean square density of the map, and of the noise in it.
    known : bool
        Whether the noise was measured. Otherwise the stated resolution alone tells it.
    fold : float
        Standard deviation of the logarithm of a band's signal between places of one B.
    noise_error : float
        Standard deviation of the noise level between places, as a fraction of it.
    """

    bands: Bands
    power: Map
    noise: Map
    known: bool = True
    fold: float = _FOLD
    noise_error: float = _NOISE_KNOWN


def fields_of(prepared: Prepared, halves: HalfMaps | None) -> Fields:
    """Return what the places of a map show, by the best evidence that there is.

    Parameters
    ----------
    prepared : Prepared
    halves : HalfMaps or None
    """
    if halves is not None:
        return from_half_maps(prepared, halves, bands_of(prepared, _SIGMA))
    if prepared.shells.noise is not None:
        return from_solvent(prepared, bands_of(prepared, _SIGMA))
    return from_resolution(prepared)


def rough_fields(prepared: Prepared, halves: HalfMaps | None) -> Fields | None:
    """Return the same for a quick look; None where the noise is not known.

    Parameters
    ----------
    prepared : Prepared
    halves : HalfMaps or None
    """
    bands = rough_bands(prepared, _SIGMA)
    if prepared.shells.noise is not None:  # half the work of half maps, and enough for a quick look
        return from_solvent(prepared, bands)
    return None if halves is None else from_half_maps(prepared, halves, bands)


def from_half_maps(prepared: Prepared, halves: HalfMaps, bands: Bands) -> Fields:
    """Half of the difference of two half maps is noise as it is in their mean, place by place."""
    half = np.float32(0.5) * (halves.one.data - halves.two.data)
    noise = _power(prepared, bands, _isotropic(prepared, half))
    return Fields(bands, _power(prepared, bands, prepared.spectrum), noise)


def from_solvent(prepared: Prepared, bands: Bands) -> Fields:
    """Take the noise that the solvent shows, which is the same everywhere."""
    shells = prepared.shells
    assert shells.noise is not None
    power = _power(prepared, bands, prepared.spectrum)
    return Fields(bands, power, _everywhere(bands.sums(shells, shells.noise), power))


def from_resolution(prepared: Prepared) -> Fields:
    """Take the noise that the stated resolution implies: even, and not well known."""
    shells, bands = prepared.shells, bands_of(prepared, _SIGMA)
    power = _power(prepared, bands, prepared.spectrum)
    ln_ratio = np.mean(
        [np.log(np.maximum(n / s, _FLOOR)) for s, n in prepared.signal_and_noise], axis=0
    )
    ratio = np.exp(np.interp(bands.centres, shells.s, ln_ratio))[:, None, None, None]
    coarse = power[bands.coarse]
    amount = (coarse / coarse.mean(axis=(1, 2, 3), keepdims=True)).mean(axis=0)
    mean = (power * amount).sum(axis=(1, 2, 3)) / amount.sum()
    noise = _everywhere(mean * ratio[:, 0, 0, 0] / (1 + ratio[:, 0, 0, 0]), power)
    return Fields(bands, power, noise, False, _FOLD_GUESSED, _NOISE_GUESSED)


def _power(prepared: Prepared, bands: Bands, spectrum: _core.Spectrum) -> Map:
    return bands.power(prepared.density.cell, spectrum)


def _everywhere(level: Array, like: Map) -> Map:
    each = level[:, None, None, None].astype(np.float32)
    answer: Map = np.broadcast_to(each, like.shape)
    return answer


def _isotropic(prepared: Prepared, data: Map) -> _core.Spectrum:
    """Fourier coefficients of a map with the anisotropy removed that was removed from the input."""
    spectrum = _core.analyse(data, prepared.density.cell, prepared.d_min)
    if prepared.removed is not None:
        _core.apply_anisotropy(spectrum, prepared.removed.b_cartesian, 1.0)
    if prepared.directional is not None:
        prepared.directional.apply_to(spectrum)
    return spectrum
