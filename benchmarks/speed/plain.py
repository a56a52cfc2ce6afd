"""The same by NumPy, SciPy and cc3d, written as one would write it."""

from __future__ import annotations

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from scipy import ndimage

from sharpem.spectra.filters import SharpenBlur
from speed.problem import D_MIN, VOXEL, Problem

Mask = NDArray[np.bool_]
Map = NDArray[np.float32]


class PlainScan:
    """The scan with scipy.fft, np.partition and scipy.ndimage."""

    def __init__(self, problem: Problem, workers: int) -> None:
        self.problem, self.workers = problem, workers
        n = problem.n
        self.terms = scipy.fft.rfftn(problem.map, workers=workers)
        h, k = np.fft.rfftfreq(n, VOXEL), np.fft.fftfreq(n, VOXEL)
        self.s = np.sqrt(k[:, None, None] ** 2 + k[:, None] ** 2 + h**2).astype(np.float32)
        self.terms[self.s > 1 / D_MIN] = 0
        self.terms[0, 0, 0] = 0

    def map(self, filter_: SharpenBlur) -> Map:
        """Synthesise the map of one trial."""
        n = self.problem.n
        grid = np.linspace(0, float(self.s.max()), 4096)  # as one would, not to evaluate it n^3 / 2
        factor = np.interp(self.s, grid, filter_(grid)).astype(np.float32)
        return np.asarray(scipy.fft.irfftn(self.terms * factor, (n, n, n), workers=self.workers))

    def trial(self, filter_: SharpenBlur) -> tuple[int, int]:
        """Surface and regions of one trial."""
        return counts(self.map(filter_), self.problem.inside)


def counts(map_: Map, keep: int) -> tuple[int, int]:
    """Surface and regions of the contour that encloses so many voxels."""
    threshold = np.partition(map_.ravel(), map_.size - keep)[map_.size - keep]
    inside = np.asarray(map_ >= threshold)
    return surface(inside, 6), regions(inside, 6)


def _structure(neighbours: int) -> Mask:
    return ndimage.generate_binary_structure(3, {6: 1, 18: 2, 26: 3}[neighbours])


def surface(inside: Mask, neighbours: int) -> int:
    """Outside voxels that touch an inside voxel."""
    return int((ndimage.binary_dilation(inside, _structure(neighbours)) & ~inside).sum())


def regions(inside: Mask, neighbours: int) -> int:
    """Connected regions, by scipy.ndimage."""
    return int(ndimage.label(inside, _structure(neighbours))[1])


def regions_cc3d(inside: Mask, neighbours: int) -> int:
    """Connected regions, by cc3d."""
    import cc3d

    return int(cc3d.connected_components(inside, connectivity=neighbours, return_N=True)[1])
