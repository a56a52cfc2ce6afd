"""Gains and fall-off of places in terms that users know: b_sharpen, B, and resolution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sharpem.local.fall_off import FallOff
from sharpem.local.fields import Fields
from sharpem.local.gains import Gains
from sharpem.spectra.fsc import FSC_RESOLUTION

__all__ = ["b_sharpen_of", "excess_b", "resolution_of"]

Array = NDArray[np.float64]


def b_sharpen_of(gains: Gains) -> Array:
    """Return the b_sharpen, A^2, that comes closest to the gains beyond the overall filter's.

    ln g_k = c + b s_k^2 / 4, by least squares over the bands.
    """
    x = 0.25 * gains.bands.centres**2
    x = x - x.mean()
    answer: Array = np.tensordot(x, np.log(gains.values.astype(np.float64)), 1) / (x @ x)
    return answer


def excess_b(found: FallOff) -> float:
    """Return the dB of the molecule as a whole, A^2, from which that of places is to be counted."""
    x = found.x - found.x.mean()
    return float(-(x @ np.log(found.mean_signal / found.typical)) / (x @ x))


def resolution_of(fields: Fields, found: FallOff) -> Array:
    """Return where half maps would agree by FSC = 0.143 at every place, A.

    There S / (S + 2 N) = 0.143, where N is the noise in the mean of two half maps.
    """
    s = fields.bands.centres
    falling = np.empty(fields.power.shape, dtype=np.float32)
    for k, noise in enumerate(fields.noise):
        signal = found.signal(k)
        fsc = signal / (signal + 2 * noise)
        falling[k] = np.minimum(fsc, falling[k - 1]) if k else fsc
    above = (falling >= FSC_RESOLUTION).sum(axis=0)
    low = np.clip(above - 1, 0, len(s) - 2)
    first, second = (np.take_along_axis(falling, i[None], axis=0)[0] for i in (low, low + 1))
    part = np.clip((first - FSC_RESOLUTION) / np.maximum(first - second, 1e-9), 0.0, 1.0)
    answer: Array = 1 / (s[low] + part * (s[low + 1] - s[low]))
    return np.where(above == len(s), 1 / s[-1], np.where(above == 0, 1 / s[0], answer))
