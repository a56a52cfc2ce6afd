"""What all programs are given: a map, the filters of a scan, the size of the contour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sharpem import _core
from sharpem.spectra.filters import SharpenBlur

RESOLUTION, VOXEL, INSIDE = 3.0, 1.0, 0.02  # A, A, share of the voxels in the contour
D_MIN = 0.833 * RESOLUTION
TRIALS = 40


def ball_of_noise(n: int) -> NDArray[np.float32]:
    """Structured density in a ball, in faint white noise, shape (n, n, n)."""
    rng = np.random.default_rng(1)
    map_ = rng.standard_normal((n, n, n), dtype=np.float32)
    ndimage.gaussian_filter(map_, 1.2, output=map_, mode="wrap")
    axis = (np.arange(n) - n / 2).astype(np.float32)
    for z in range(n):
        map_[z] *= axis[z] ** 2 + axis[:, None] ** 2 + axis**2 < (0.3 * n) ** 2
        map_[z] += np.float32(0.02) * rng.standard_normal((n, n), dtype=np.float32)
    map_ -= np.float32(map_.mean(dtype=np.float64))
    return map_


@dataclass(frozen=True)
class Problem:
    """A cubic map of n voxels along each edge, to be scanned."""

    n: int
    trials: int = TRIALS

    @cached_property
    def map(self) -> NDArray[np.float32]:
        return ball_of_noise(self.n)

    @property
    def cell(self) -> tuple[float, ...]:
        return (self.n * VOXEL,) * 3 + (90.0,) * 3

    @property
    def inside(self) -> int:
        return round(INSIDE * self.n**3)

    @cached_property
    def filters(self) -> list[SharpenBlur]:
        return [SharpenBlur(float(b), RESOLUTION) for b in np.linspace(-150, 250, self.trials)]

    @cached_property
    def spectrum(self) -> _core.Spectrum:
        return _core.analyse(self.map, self.cell, D_MIN)

    def curve(self, filter_: SharpenBlur) -> _core.RadialCurve:
        f = filter_
        return _core.RadialCurve.sharpen_blur(f.b_sharpen, f.b_blur, f.d_cut, f.k, 1 / D_MIN)

    def scan(self, filters: list[SharpenBlur]) -> list[tuple[int, int]]:
        """Surface and regions of each trial, by sharpem."""
        found = _core.scan(self.spectrum, [self.curve(f) for f in filters], self.inside)
        return [(one.surface_area, one.regions) for one in found]
