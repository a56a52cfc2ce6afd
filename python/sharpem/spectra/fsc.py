"""Fourier shell correlation of two half maps: unmasked, masked, phase-randomised, corrected.

A mask takes noise away, which raises the FSC rightly, and multiplies both halves by one function,
which raises it wrongly. The second part is measured with the phases randomised (Chen et al. 2013,
Ultramicroscopy 135, 24-35) and taken off. Units: s = 1/d in 1/A.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sharpem import _core
from sharpem.maps.arrays import Cell, Map
from sharpem.maps.density import DensityMap

__all__ = [
    "FSC_RESOLUTION",
    "HalfMapFsc",
    "crossing",
    "fsc_edges",
    "half_map_fsc",
    "masked_terms",
    "phase_randomised",
    "unmasked_resolution",
    "whitened",
]

Array = NDArray[np.float64]

FSC_RESOLUTION = 0.143
"""Where the full map correlates with the truth by 0.5 (Rosenthal & Henderson 2003)."""

_RANDOM_BELOW = 0.8  # unmasked FSC from which phases are randomised (Chen et al. 2013)
_MOST_SHELLS, _FEWEST_SHELLS, _FEWEST_TERMS = 60, 20, 20
_NOTHING = 1e-10  # of the strongest shell's power: rounding errors where a filter cut the map off
_SEED = 20180601


@dataclass(frozen=True, eq=False)
class HalfMapFsc:
    """FSC curves of two half maps; arrays of shape (n,).

    Attributes
    ----------
    s, terms : ndarray
        Mean 1/d of the shells (1/A) and number of Fourier terms in them, Friedel mates counted.
    unmasked, masked : ndarray
        Over the whole box; inside the mask.
    randomised : ndarray
        Inside the mask with phases randomised beyond ``randomised_from``; as masked up to there.
    corrected : ndarray
        (masked - randomised) / (1 - randomised) beyond ``randomised_from``; as masked up to there.
    randomised_from : float
        A.
    share : float
        Mean square of the mask: the part of white noise that it lets through.
    noise_ratio : float
        Power of half map 1 over that of half map 2 in the outer third of the shells.
    """

    s: Array
    terms: Array
    unmasked: Array
    masked: Array
    randomised: Array
    corrected: Array
    randomised_from: float
    share: float
    noise_ratio: float

    def resolution(self, level: float = FSC_RESOLUTION, *, masked: bool = True) -> float | None:
        """Resolution (A) where the curve, corrected or unmasked, first falls below a level."""
        return crossing(self.s, self.corrected if masked else self.unmasked, level)


def crossing(s: ArrayLike, fsc: ArrayLike, level: float) -> float | None:
    """Resolution (A) where a curve first falls below a level, linear in s between shells.

    Parameters
    ----------
    s, fsc : array_like, shape (n,)
        1/A, ascending, and the curve.
    level : float
        0.143 or 0.5, say.

    Returns
    -------
    float or None
        None where the curve never is above the level; its end where it stays above.

    Examples
    --------
    >>> crossing([0.1, 0.2, 0.3], [1.0, 0.6, 0.4], 0.5)
    4.0
    """
    s, fsc = np.asarray(s, dtype=np.float64), np.asarray(fsc, dtype=np.float64)
    above = np.flatnonzero(fsc >= level)
    if not above.size:
        return None
    below = above[0] + np.flatnonzero(fsc[above[0] :] < level)
    if not below.size:
        return float(1 / s[-1])
    i = int(below[0])
    at = s[i - 1] + (fsc[i - 1] - level) / (fsc[i - 1] - fsc[i]) * (s[i] - s[i - 1])
    return float(round(1 / at, 9))


def fsc_edges(spectrum: _core.Spectrum) -> Array:
    """Edges (1/A) of 20 to 60 shells of one width, to the spectrum's limit.

    The width is one reciprocal voxel where that makes 20 to 60 shells; the first shells are joined
    until they hold 20 terms. Even widths did mostly better than equal numbers of terms, which put
    all from 10 A down into one shell (by up to 0.008 of map-model correlation on simulated pairs).
    """
    s_max = (1 + 1e-9) / spectrum.d_min
    number = int(np.clip(round(s_max * min(spectrum.cell[:3])), _FEWEST_SHELLS, _MOST_SHELLS))
    edges = np.linspace(0.0, s_max, number + 1)
    edges[0] = 1e-9
    enough = np.cumsum(_core.shell_sums(spectrum, edges).terms) >= _FEWEST_TERMS
    first = min(int(np.argmax(enough)), number - 1)
    return np.delete(edges, np.arange(1, first + 1))


def whitened(spectrum: _core.Spectrum, s: Array, power: Array) -> Map:
    """Map with the power of all shells made 1: none leaks through a mask into a weaker one.

    Parameters
    ----------
    spectrum : sharpem._core.Spectrum
    s, power : ndarray, shape (n,)
        1/A; mean |F|^2 of the shells. Shells with next to nothing in them become 0.
    """
    some = power > _NOTHING * power.max()
    factor = np.where(some, 1.0 / np.sqrt(np.where(some, power, 1.0)), 0.0)
    map_ = _core.synthesise(spectrum, _core.RadialCurve.table(s, factor, 1.0 / spectrum.d_min))
    map_ -= np.float32(map_.mean(dtype=np.float64))
    return map_


def masked_terms(white: Map, mask: Map, like: _core.Spectrum) -> _core.Spectrum:
    """Fourier terms of a whitened map inside a mask, to the limit of ``like``."""
    return _core.analyse(np.ascontiguousarray(white * mask), like.cell, like.d_min)


def phase_randomised(map_: Map, cell: Cell, d_from: float, seed: int) -> Map:
    """Keep a map's amplitudes, and its phases up to ``d_from`` (A); the others are random."""
    answer = _core.synthesise(_core.analyse(map_, cell, d_from))
    amplitude = np.abs(np.fft.rfftn(map_ - answer))
    noise = np.random.default_rng(seed).standard_normal(map_.shape, dtype=np.float32)
    terms = np.fft.rfftn(noise)
    del noise  # a map's memory
    amplitude /= np.maximum(np.abs(terms), np.float32(1e-30))
    terms *= amplitude
    answer += np.fft.irfftn(terms, s=map_.shape, axes=(0, 1, 2))
    return answer


def half_map_fsc(one: DensityMap, two: DensityMap, mask: Map) -> HalfMapFsc:
    """Measure the FSC of two half maps to the limit of their grid.

    Parameters
    ----------
    one, two : DensityMap
        On one grid.
    mask : ndarray of float32, shape (nz, ny, nx)
        0 to 1, best with a soft edge.
    """
    limit = 2 * max(one.voxel_size)
    spectra = [_core.analyse(half.data, half.cell, limit) for half in (one, two)]
    edges = fsc_edges(spectra[0])
    sums = _core.cross_sums(spectra[0], spectra[1], edges)
    used = sums.terms > 0
    s, terms = sums.s[used], sums.terms[used]
    unmasked = _fsc(sums)[used]
    white = [
        whitened(spectrum, s, power[used] / terms)
        for spectrum, power in zip(spectra, (sums.power_1, sums.power_2), strict=True)
    ]
    masked = _masked_fsc(white, mask, spectra[0], edges)[used]
    d_from = crossing(s, unmasked, _RANDOM_BELOW) or float(1 / s[0])
    random = [phase_randomised(w, one.cell, d_from, _SEED + i) for i, w in enumerate(white)]
    by_mask = _masked_fsc(random, mask, spectra[0], edges)[used]
    # Two shells on, no kept phase is left in a shell: the mask mixes neighbours.
    beyond = s > 1 / d_from + 2 * (edges[-1] - edges[-2])
    by_chance = np.clip(by_mask, 0.0, 0.99)
    corrected = np.where(beyond, (masked - by_chance) / (1 - by_chance), masked)
    outer = s > s[-1] * 2 / 3
    noise = [float(np.sum(power[used][outer])) for power in (sums.power_1, sums.power_2)]
    return HalfMapFsc(
        s,
        terms,
        unmasked,
        masked,
        np.where(beyond, by_mask, masked),
        corrected,
        d_from,
        float(np.mean(np.square(mask, dtype=np.float64))),
        noise[0] / max(noise[1], 1e-300),
    )


def unmasked_resolution(one: DensityMap, two: DensityMap) -> float:
    """Where the FSC of the whole box falls below 0.143, A; else three times the grid's limit."""
    limit = 2 * max(one.voxel_size)
    spectra = [_core.analyse(half.data, half.cell, limit) for half in (one, two)]
    sums = _core.cross_sums(spectra[0], spectra[1], fsc_edges(spectra[0]))
    used = sums.terms > 0
    return crossing(sums.s[used], _fsc(sums)[used], FSC_RESOLUTION) or 3 * limit


def _fsc(sums: _core.CrossSums) -> Array:
    """FSC by shell; 0 where a shell holds next to nothing."""
    lengths = np.sqrt(sums.power_1 * sums.power_2)
    some = lengths > _NOTHING * lengths.max()
    return np.where(some, sums.cross / np.where(some, lengths, 1.0), 0.0)


def _masked_fsc(white: list[Map], mask: Map, like: _core.Spectrum, edges: Array) -> Array:
    one, two = (masked_terms(map_, mask, like) for map_ in white)
    return _fsc(_core.cross_sums(one, two, edges))
