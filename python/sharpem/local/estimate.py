"""Gains that places ask for: the filter R CC* of each, from its signal and noise.

The filter R CC* (Terwilliger et al. 2018, section 2.6), taken locally, brings the signal S to the
amplitudes at B = 0 and weighs it by S / (S + N).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sharpem.analysis.prepare import Prepared
from sharpem.local.bands import Bands
from sharpem.local.fall_off import FallOff
from sharpem.local.fields import Fields
from sharpem.local.gains import Gains
from sharpem.spectra.filters import RadialFilter

__all__ = ["expected_rise", "gains_of"]

Array = NDArray[np.float64]
Map = NDArray[np.float32]

_LARGEST = 2.5  # of ln g
_UNEVEN = 30.0  # A^2; places that differ by so much make the overall filter a poor compromise
_SPREAD, _POWER_ERROR = 40.0, 0.5  # A^2; of ln power, chance and folds
_FLOOR = 1e-6
_FADES = (3.5, 4.5)  # A; beyond, the resolution alone says too little about the noise of places


def gains_of(prepared: Prepared, radial: RadialFilter, fields: Fields, found: FallOff) -> Gains:
    """Make the gains from the fall-off of places.

    Where the noise is known they lead to the filter R CC* of every place, in scale with the overall
    filter at low resolution, as far as places differ (`FallOff.kept`). Where it is not, they keep
    to the overall filter's shape. In the solvent the overall filter stays.

    Parameters
    ----------
    prepared : Prepared
    radial : RadialFilter
        The overall filter.
    fields : Fields
    found : FallOff
        Of these fields.
    """
    bands, density = fields.bands, prepared.density
    mean_noise = np.array([float((n * found.weight).sum()) for n in fields.noise])
    mean = _ln_wiener(found.mean_signal, mean_noise)
    if fields.known:
        uneven = found.tau**2 / (found.tau**2 + _UNEVEN**2)
        more = found.kept * uneven * _ln_ideal(prepared, radial, bands, mean) - mean
        strength = 1.0
    else:
        more, by_power = -mean, _ByPower(fields)
        start, end = _FADES
        strength = float(np.clip((end - prepared.resolution) / (end - start), 0.0, 1.0))
    values = np.empty(fields.power.shape, dtype=np.float32)
    for k, noise in enumerate(fields.noise):
        ln_gain = _ln_wiener(found.signal(k, scaled=False), noise) + more[k]
        ln_gain += 0.0 if fields.known else by_power.ln_gain(k)
        values[k] = np.exp(np.clip(strength * found.inside * ln_gain, -_LARGEST, _LARGEST))
    return Gains(bands, values, density.shape, density.voxel_size)


class _ByPower:
    """What the power of places asks for, against that of their coarse bands.

    Places differ in B by about 40 A^2, that is in ln S by tau = 40 A^2 (s^2 - s_ref^2) / 2; of what
    their power shows, f^2 tau^2 / (f^2 tau^2 + error^2) is kept, where f = S / (S + N). It fades
    where noise rules and where s is small.
    """

    def __init__(self, fields: Fields) -> None:
        coarse, self.power = fields.bands.coarse, fields.power
        relative = self.power[coarse] / self.power[coarse].mean(axis=(1, 2, 3), keepdims=True)
        amount = relative.sum(axis=0, dtype=np.float64)
        weight = amount / amount.sum()
        self.mean = np.array([float((one * weight).sum()) for one in self.power])
        level = sum(self.power[k] / self.mean[k] for k in np.flatnonzero(coarse)) / coarse.sum()
        self.level = np.log(np.maximum(level, _FLOOR))
        noise = np.array([float((one * weight).sum()) for one in fields.noise])
        self.f = np.clip(1 - noise / self.mean, 0.02, 0.98)
        s2 = fields.bands.centres**2
        tau = self.f * 0.5 * _SPREAD * np.where(coarse, 0.0, s2 - s2[coarse].mean())
        self.keep = tau**2 / (tau**2 + _POWER_ERROR**2)

    def ln_gain(self, k: int) -> Array:
        """Logarithm of the gain of every place in band k, shape (nz, ny, nx)."""
        f, relative = self.f[k], self.power[k] / self.mean[k]
        asked = self.keep[k] / f * (np.log(np.maximum(relative, _FLOOR)) - self.level)
        ln_signal = np.clip(asked, -_LARGEST, _LARGEST)
        answer: Array = 0.5 * ln_signal - np.log(np.exp(ln_signal) * f + 1 - f)
        return answer


def _ln_wiener(signal: Array, noise: Array | Map) -> Array:
    """Return ln of S^1/2 / (S + N)."""
    answer: Array = 0.5 * np.log(signal) - np.log(signal + noise)
    return answer


def _ln_ideal(prepared: Prepared, radial: RadialFilter, bands: Bands, mean: Array) -> Array:
    """Return ln of R CC* of the whole molecule over the overall filter, shape (k,)."""
    shells = prepared.shells
    expected = bands.sums(shells, np.exp(shells.ln_reference))
    applied = np.asarray(radial(bands.centres))
    ratio = mean + 0.5 * np.log(expected) - np.log(np.maximum(applied, 1e-3 * applied.max()))
    answer: Array = ratio - np.log(np.exp(ratio[bands.low]).mean())
    return answer


def expected_rise(
    prepared: Prepared, radial: RadialFilter, fields: Fields, found: FallOff, gains: Gains
) -> float:
    """Return by how much the correlation with the truth at B = 0 should rise, from S and N.

    Parameters
    ----------
    prepared, radial, fields, found
        As of :func:`gains_of`.
    gains : Gains
        Their answer.
    """
    bands, shells = fields.bands, prepared.shells
    # A molecule of finite size hardly varies over more than 10 A: signal_and_noise.weights.
    counts = 1 - np.exp(-((10 * bands.centres) ** 4))
    expected = counts * bands.sums(shells, np.exp(shells.ln_reference))
    applied = np.asarray(radial(bands.centres))
    inside = found.weight > 0
    wanted, sums = 0.0, np.zeros((2, 2))
    for k, gain in enumerate(gains.values):
        scale, signal = np.exp(found.g[inside]), found.signal(k)[inside]
        wanted += expected[k] * scale.sum()
        for row, made in zip(sums, (applied[k], applied[k] * gain[inside]), strict=True):
            row[0] += (made * np.sqrt(counts[k] * expected[k] * scale * signal)).sum()
            row[1] += (counts[k] * made**2 * (signal + fields.noise[k][inside])).sum()
    overall, local = sums[:, 0] / np.sqrt(sums[:, 1] * wanted)
    return float(local - overall)
