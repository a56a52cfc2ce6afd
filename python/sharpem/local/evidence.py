"""What the boxes of a map show: their power per shell, and how much of it is noise.

One way for each kind of input. All look at the map after the overall filter, whose flat spectrum
hardly leaks between shells when a box is cut out; what counts is how boxes differ.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.prepare import Prepared
from sharpem.analysis.signal_and_noise import NEAR_MOLECULE, gain_of_isotropy
from sharpem.local.boxes import FIT_FROM, Boxes, Ground
from sharpem.local.fall_off import FOLD, BoxPowers, Falls
from sharpem.spectra.fsc import FSC_RESOLUTION
from sharpem.spectra.fsc_curve import FscCurve
from sharpem.spectra.reference import ln_reference

__all__ = ["Evidence", "from_half_maps", "from_map", "from_model"]

Array = NDArray[np.float64]
Map = NDArray[np.float32]

_NOISE_KNOWN, _NOISE_GUESSED = 0.1, 0.7
"""Standard deviation of the logarithm of a box's noise level: even where the solvent or half maps
show it; where the stated resolution alone speaks, noise may well differ from place to place."""
_MODEL_FOLD = 0.15  # a model shows the fold; what is left are its errors
_FLOOR = 1e-9


@dataclass(frozen=True, eq=False)
class Evidence:
    """Powers of the boxes, and what to make of a difference.

    Attributes
    ----------
    powers : BoxPowers
        Shells from 12 A to where amplitudes can be fitted.
    gain : float
        Share of a local fall-off that is worth removing, 0 to 1 (near.gain_of_isotropy).
    near : ndarray, shape (n,)
        Share of a box's noise that counts, being where the molecule is.
    resolution : ndarray or None, shape (n,)
        Where the FSC of half maps falls below 0.143 in each box, A; NaN where it never is above.
    """

    powers: BoxPowers
    gain: float
    near: Array
    resolution: Array | None = None

    def gains(self, falls: Falls) -> Array:
        """Gain of every box: that of the map, or less where a box is noisier, shape (n,).

        As near.gain_of_isotropy: the mean of (S - N) / (S + N) over what counts.
        """
        noise = self.near[:, None] * falls.noise_ratio
        s = self.powers.s
        weight = self.powers.terms * s**2 * np.exp(ln_reference(s)) / (1 + noise)
        own = (weight * (1 - noise) / (1 + noise)).sum(axis=1) / weight.sum(axis=1)
        answer: Array = np.clip(own, 0.0, self.gain)
        return answer


@dataclass(frozen=True, eq=False)
class _Shells:
    """Sums over shells of n boxes: s, terms (m,); cross and powers (n, m), means per term."""

    s: Array
    terms: Array
    cross: Array
    power_1: Array
    power_2: Array
    used: NDArray[np.bool_]


def _sums(ground: Ground, one: Map, two: Map) -> _Shells:
    prepared, boxes = ground.prepared, ground.boxes
    cell = prepared.spectrum.cell
    grid = prepared.density.shape
    lengths = [cell[i] * boxes.shape[2 - i] / grid[2 - i] for i in range(3)]
    width = 1.0 / max(lengths)
    edges = np.arange(0.5 * width, 1.0 / prepared.d_min, width)
    found = _core.box_sums(one, two, cell, boxes.as_set(), prepared.d_min, edges)
    terms, s, *sums = (np.asarray(column) for column in found)
    filled = terms > 0
    cross, power_1, power_2 = (column[:, filled] / terms[filled] for column in sums)
    s, terms = s[filled], 0.5 * terms[filled] * boxes.independent
    limit = max(prepared.fit_limit, prepared.resolution)
    used = (s > 1 / FIT_FROM) & (s <= 1 / limit)
    return _Shells(s, terms, cross, power_1, power_2, used)


def from_map(ground: Ground) -> Evidence:
    """Look at one map; its noise is that which the solvent or the stated resolution tells."""
    prepared, boxes = ground.prepared, ground.boxes
    sums = _sums(ground, ground.overall, ground.overall)
    pooled = sums.power_1.mean(axis=0)
    known = prepared.shells.noise is not None
    ratio = _noise_in_boxes(prepared, boxes, sums.s)
    signal = pooled / (1 + ratio)
    level = boxes.seen / boxes.seen.mean()
    return Evidence(
        _powers(
            sums,
            sums.power_1 / signal,
            level[:, None] * ratio,
            noise_error=_NOISE_KNOWN if known else _NOISE_GUESSED,
        ),
        _gain(prepared, prepared.signal_and_noise),
        _near(boxes) if known else np.ones(len(boxes)),
    )


def from_half_maps(ground: Ground, one: Map, two: Map) -> Evidence:
    """Look at two half maps after the overall filter: they show the noise of every box.

    Parameters
    ----------
    ground : Ground
        Of the full map.
    one, two : ndarray of float32, shape (nz, ny, nx)
    """
    sums = _sums(ground, one, two)
    both = 0.25 * (sums.power_1 + sums.power_2)
    power, noise = both + 0.5 * sums.cross, both - 0.5 * sums.cross
    signal = np.maximum(sums.cross.mean(axis=0), 1e-3 * power.mean(axis=0))
    ratio = np.maximum(noise.mean(axis=0), _FLOOR * signal) / signal
    level = noise[:, sums.used].mean(axis=1) / noise[:, sums.used].mean()
    correlation = sums.cross / np.sqrt(np.maximum(sums.power_1 * sums.power_2, 1e-30))
    limits = [FscCurve(sums.s, row).crossing(FSC_RESOLUTION).d or np.nan for row in correlation]
    powers = _powers(sums, power / signal, level[:, None] * ratio, noise_error=_NOISE_KNOWN)
    gain = _measured_gain(ground, sums.s, ratio)
    return Evidence(powers, gain, _near(ground.boxes), np.array(limits))


def from_model(ground: Ground, model: Map) -> Evidence:
    """Look for the density of a model at B = 0 in every box: the model shows fold and noise.

    Where c is the regression of the map's terms on the model's, c^2 falls off as the signal does.

    Parameters
    ----------
    ground : Ground
    model : ndarray of float32, shape (nz, ny, nx)
        The model's density on the map's grid.
    """
    sums = _sums(ground, ground.overall, model)
    known = np.maximum(sums.power_2, 1e-6 * sums.power_2.max(axis=0))
    c = sums.cross / known
    mean = np.maximum(sums.cross.mean(axis=0) / known.mean(axis=0), 1e-30)
    noise = np.maximum(sums.power_1 - c**2 * known, _FLOOR * sums.power_1)
    level = noise[:, sums.used].mean(axis=1) / noise[:, sums.used].mean()
    powers = _powers(
        sums,
        c * np.abs(c) / mean**2,
        level[:, None] * noise.mean(axis=0) / (mean**2 * known),
        noise_error=_NOISE_KNOWN,
        fold=_MODEL_FOLD,
        coherent=True,
    )
    prepared = ground.prepared  # what a model lacks is no noise: the gain is the map's
    gain = _gain(prepared, prepared.signal_and_noise)
    return Evidence(powers, gain, np.zeros(len(ground.boxes)))


def _powers(
    sums: _Shells,
    power: Array,
    noise: Array,
    *,
    noise_error: float,
    fold: float = FOLD,
    coherent: bool = False,
) -> BoxPowers:
    used = sums.used
    return BoxPowers(
        sums.s[used],
        sums.terms[used],
        power[:, used],
        noise[:, used],
        noise_error,
        fold,
        coherent,
    )


def _noise_in_boxes(prepared: Prepared, boxes: Boxes, s: Array) -> Array:
    """Noise over signal in the boxes on average, shape of s."""
    shells = prepared.shells
    if shells.noise is not None:
        [(signal, _)] = prepared.signal_and_noise
        more = prepared.volume.fraction / boxes.molecule.mean()  # molecule in the boxes
        ratios = [shells.noise / np.maximum(signal, _FLOOR * shells.power) * more]
    else:
        ratios = [noise / signal for signal, noise in prepared.signal_and_noise]
    ln_ratio = np.mean([np.log(np.maximum(ratio, _FLOOR)) for ratio in ratios], axis=0)
    answer: Array = np.exp(np.interp(s, shells.s, ln_ratio))
    return answer


def _near(boxes: Boxes) -> Array:
    return np.minimum(1.0, NEAR_MOLECULE * boxes.molecule)


def _measured_gain(ground: Ground, s: Array, ratio: Array) -> float:
    """Gain where the boxes' own noise is known; of it counts what is near the molecule."""
    prepared, boxes = ground.prepared, ground.boxes
    near = min(1.0, NEAR_MOLECULE * float(boxes.molecule.mean()))
    shells = prepared.shells
    total = 1 + near * np.interp(shells.s, s, ratio)
    signal = shells.power / total
    return _gain(prepared, ((signal, shells.power - signal),))


def _gain(prepared: Prepared, pairs: tuple[tuple[Array, Array], ...]) -> float:
    gains = [gain_of_isotropy(prepared.shells, prepared.resolution, *pair) for pair in pairs]
    return float(np.mean(gains))
