"""Fourier shell correlation of two half maps: unmasked, masked, phase-randomised, corrected.

A mask takes noise away, which raises the FSC rightly, and multiplies both halves by one function,
which raises it wrongly. The second part is measured with the phases randomised (Chen et al. 2013,
Ultramicroscopy 135, 24-35) and taken off. Units: s = 1/d in 1/A.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.maps.arrays import Map
from sharpem.maps.density import DensityMap
from sharpem.maps.statistics import dot
from sharpem.spectra.fsc_curve import Crossing, FscCurve
from sharpem.spectra.fsc_plateau import plateau, without_plateau

__all__ = [
    "FSC_RESOLUTION",
    "ByDirection",
    "HalfMapFsc",
    "HalfMapSpectra",
    "fsc_edges",
    "half_map_fsc",
    "whitened_inside",
]

Array = NDArray[np.float64]

FSC_RESOLUTION = 0.143
"""Where the full map correlates with the truth by 0.5 (Rosenthal & Henderson 2003)."""

_RANDOM_BELOW = 0.8  # unmasked FSC from which phases are randomised (Chen et al. 2013)
_MOST_SHELLS, _FEWEST_SHELLS, _FEWEST_TERMS = 60, 20, 20
_NOTHING = 1e-10  # of the strongest shell's power: rounding errors where a filter cut the map off
_SEED = 20180601


class HalfMapSpectra:
    """Fourier coefficients of two half maps to the limit of their grid, each transformed once.

    Parameters
    ----------
    one, two : DensityMap
        On one grid.
    """

    def __init__(self, one: DensityMap, two: DensityMap) -> None:
        """Transform both."""
        self.limit = 2 * max(one.voxel_size)
        self.one, self.two = (
            _core.analyse(half.data, half.cell, self.limit) for half in (one, two)
        )
        self.edges = fsc_edges(self.one)
        self.sums = _core.cross_sums(self.one, self.two, self.edges)
        self.used = self.sums.terms > 0

    @cached_property
    def unmasked(self) -> FscCurve:
        """FSC over the whole box, of the shells that hold anything."""
        value = _fsc(self.sums.cross, self.sums.power_1, self.sums.power_2)
        return FscCurve(self.sums.s[self.used], value[self.used])

    @property
    def seeds(self) -> tuple[int, int]:
        """Seeds of the random phases: by the halves' power, so that their order changes nothing."""
        stronger_first = float(self.sums.power_1.sum()) >= float(self.sums.power_2.sum())
        return (_SEED, _SEED + 1) if stronger_first else (_SEED + 1, _SEED)

    @cached_property
    def plateau(self) -> float:
        """Level at which the FSC ends among noise alone; 0 where it falls as it should."""
        return plateau(self.unmasked, self.sums.terms[self.used])

    @property
    def unmasked_resolution(self) -> float:
        """Where the FSC of the whole box falls below 0.143, A; else three times the limit."""
        value = without_plateau(self.unmasked.value, self.plateau)
        return FscCurve(self.unmasked.s, value).crossing(FSC_RESOLUTION).d or 3 * self.limit


class ByDirection(NamedTuple):
    """Sums of two spectra by shell and by 48 cells of direction.

    Attributes
    ----------
    terms, cross, power : ndarray, shape (n, 48)
        Number of terms, sum of Re F1 conj(F2), sum of (|F1|^2 + |F2|^2) / 2.
    units : ndarray, shape (48, 3)
        Mean unit vectors of the cells.
    """

    terms: Array
    cross: Array
    power: Array
    units: Array


@dataclass(frozen=True, eq=False)
class HalfMapFsc:
    """FSC curves of two half maps; arrays of shape (n,).

    Attributes
    ----------
    s, terms : ndarray
        Mean 1/d of the shells (1/A) and number of Fourier coefficients in them, Friedel mates
        counted.
    unmasked, masked : ndarray
        Over the whole box; inside the mask.
    randomised : ndarray
        Inside the mask with phases randomised beyond ``randomised_from``; as masked up to there.
    corrected : ndarray
        (masked - randomised) / (1 - randomised) beyond ``randomised_from``; as masked up to there.
    randomised_from : float
        A.
    mask_power : float
        Mean square of the mask: the fraction of white noise that it lets through.
    noise_ratio : float
        Power of half map 1 over that of half map 2 in the outer third of the shells.
    plateau : float
        Level at which the unmasked curve ends although there is noise only: 0 where it falls as it
        should. It is taken off ``corrected``, and off ``unmasked`` where a resolution is read.
    by_direction : ByDirection or None
        Sums of both halves inside the mask, whitened, by shell and direction.
    """

    s: Array
    terms: Array
    unmasked: Array
    masked: Array
    randomised: Array
    corrected: Array
    randomised_from: float
    mask_power: float
    noise_ratio: float
    plateau: float = 0.0
    by_direction: ByDirection | None = None

    def crossing(self, level: float = FSC_RESOLUTION, *, masked: bool = True) -> Crossing:
        """Where the curve, corrected or unmasked, falls below a level for good."""
        value = self.corrected if masked else without_plateau(self.unmasked, self.plateau)
        return FscCurve(self.s, value).crossing(level)

    def resolution(self, level: float = FSC_RESOLUTION, *, masked: bool = True) -> float | None:
        """Resolution (A) at the crossing, to the hundredth of an A that anyone can measure."""
        found = self.crossing(level, masked=masked).d
        return None if found is None else round(found, 2)


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
    low = edges[: number // 3 + 1]  # enough, but in a box of a few voxels
    few = _core.resampled(spectrum, spectrum.grid, 1.0 / low[-1])
    first = int(np.count_nonzero(np.cumsum(_core.shell_sums(few, low).terms) < _FEWEST_TERMS))
    return np.delete(edges, np.arange(1, first + 1))


def whitened_inside(spectrum: _core.Spectrum, s: Array, power: Array, mask: Map) -> _core.Spectrum:
    """Fourier coefficients of a whitened map times a mask, to the limit of the spectrum.

    The power of all shells is made 1, so that none leaks through the mask into a weaker one.

    Parameters
    ----------
    spectrum : sharpem._core.Spectrum
    s, power : ndarray, shape (n,)
        1/A; mean |F|^2 of the shells. Shells with next to nothing in them become 0.
    mask : ndarray of float32, shape (nz, ny, nx)
        0 to 1.
    """
    inside = spectrum.copy()
    _core.multiply_by_mask(inside, _whitening(spectrum, s, power), mask)
    return inside


def _whitening(spectrum: _core.Spectrum, s: Array, power: Array) -> _core.RadialCurve:
    some = power > _NOTHING * power.max()
    factor = np.where(some, 1.0 / np.sqrt(np.where(some, power, 1.0)), 0.0)
    return _core.RadialCurve.table(s, factor, 1.0 / spectrum.d_min)


def half_map_fsc(spectra: HalfMapSpectra, mask: Map) -> HalfMapFsc:
    """Measure the FSC of two half maps to the limit of their grid.

    Parameters
    ----------
    spectra : HalfMapSpectra
    mask : ndarray of float32, shape (nz, ny, nx)
        0 to 1, best with a soft edge.
    """
    sums, used, edges = spectra.sums, spectra.used, spectra.edges
    s, terms = sums.s[used], sums.terms[used]
    powers = (sums.power_1[used] / terms, sums.power_2[used] / terms)
    inside = _inside(spectra, powers, mask)
    cells = _core.direction_sums(*inside, edges)
    masked = _fsc(*(one.sum(axis=1)[used] for one in (cells.cross, cells.power_1, cells.power_2)))
    d_from = spectra.unmasked.crossing(_RANDOM_BELOW).d or float(1 / s[0])
    random = _inside(spectra, powers, mask, randomised_from=d_from, into=inside)
    between = _core.cross_sums(*random, edges)
    by_mask = _fsc(between.cross, between.power_1, between.power_2)[used]
    # Two shells on, no kept phase is left in a shell: the mask mixes neighbours.
    beyond = s > 1 / d_from + 2 * (edges[-1] - edges[-2])
    by_chance = np.clip(by_mask, 0.0, 0.99)
    corrected = np.where(beyond, (masked - by_chance) / (1 - by_chance), masked)
    outer = s > s[-1] * 2 / 3
    noise = [float(np.sum(power[used][outer])) for power in (sums.power_1, sums.power_2)]
    return HalfMapFsc(
        s=s,
        terms=terms,
        unmasked=spectra.unmasked.value,
        masked=masked,
        randomised=np.where(beyond, by_mask, masked),
        corrected=without_plateau(corrected, spectra.plateau),
        randomised_from=d_from,
        mask_power=dot(mask, mask) / mask.size,
        noise_ratio=noise[0] / max(noise[1], 1e-300),
        plateau=spectra.plateau,
        by_direction=ByDirection(
            cells.terms[used],
            cells.cross[used],
            0.5 * (cells.power_1 + cells.power_2)[used],
            cells.directions,
        ),
    )


def _fsc(cross: Array, power_1: Array, power_2: Array) -> Array:
    """FSC by shell; 0 where a shell holds next to nothing."""
    lengths = np.sqrt(power_1 * power_2)
    some = lengths > _NOTHING * lengths.max()
    return np.where(some, cross / np.where(some, lengths, 1.0), 0.0)


def _inside(
    spectra: HalfMapSpectra,
    powers: tuple[Array, Array],
    mask: Map,
    *,
    randomised_from: float | None = None,
    into: tuple[_core.Spectrum, _core.Spectrum] | None = None,
) -> tuple[_core.Spectrum, _core.Spectrum]:
    """Both half maps whitened inside the mask; phases beyond a resolution (A) random, if given.

    Two spectra that are not needed any more may be given for their memory.
    """
    both = (spectra.one, spectra.two)
    inside = into or (spectra.one.copy(), spectra.two.copy())
    for terms, spectrum, power, seed in zip(inside, both, powers, spectra.seeds, strict=True):
        if into is not None:
            terms.assign(spectrum)
        if randomised_from is not None:
            _core.randomise_phases(terms, randomised_from, seed)
        _core.multiply_by_mask(terms, _whitening(terms, spectra.unmasked.s, power), mask)
    return inside
