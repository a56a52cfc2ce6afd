"""Slow NumPy and SciPy versions of what the core does, written from the paper and nothing else."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

RANK = {6: 1, 18: 2, 26: 3}  # adjacency to what ndimage calls connectivity


def threshold(data, voxels):
    """The value that so many voxels reach."""
    return np.sort(data, axis=None)[-voxels]


def surface(inside, adjacency=6, *, wrap=False):
    """Outside voxels that touch an inside voxel."""
    structure = ndimage.generate_binary_structure(3, RANK[adjacency])
    if not wrap:
        return int((ndimage.binary_dilation(inside, structure) & ~inside).sum())
    grown = ndimage.binary_dilation(np.pad(inside, 1, mode="wrap"), structure)
    return int((grown[1:-1, 1:-1, 1:-1] & ~inside).sum())


def regions(inside, adjacency=6):
    """Connected regions."""
    return ndimage.label(inside, ndimage.generate_binary_structure(3, RANK[adjacency]))[1]


def s_vectors(density):
    """1/d as a vector in the Cartesian frame, for every term of ``np.fft.fftn``; any cell."""
    edges = density.voxel_axes * np.array(density.shape[::-1])  # columns a, b, c
    z, y, x = np.meshgrid(*[np.fft.fftfreq(n) * n for n in density.shape], indexing="ij")
    return np.stack([x, y, z], axis=-1) @ np.linalg.inv(edges)


def sharpen_blur(s, b_sharpen, d_cut, k, b_blur):
    """Amplitude factor, Eq. 1-4; no care for overflow."""
    if b_sharpen <= 0:
        return np.exp(b_sharpen * s**2 / 4)
    with np.errstate(divide="ignore", over="ignore"):
        f_sharpen = 1 / (1 + np.exp(k * (d_cut - 1 / s)))
    scale_sharpen, scale_blur = np.exp(b_sharpen * s**2 / 4), np.exp(-b_blur * s**2 / 4)
    return f_sharpen * scale_sharpen + (1 - f_sharpen) * scale_blur


def continuous(s, b_sharpen, d_cut, k, b_blur):
    """The same without a jump: the blur grows from nothing at -2 d_cut^2 to the whole at 0."""
    part = np.clip(1 + b_sharpen / (2 * d_cut**2), 0, 1)
    with np.errstate(divide="ignore", over="ignore"):
        f_sharpen = 1 / (1 + np.exp(k * (d_cut - 1 / s)))
    scale_sharpen = np.exp(b_sharpen * s**2 / 4)
    scale_blur = np.exp(((1 - part) * b_sharpen - part * b_blur) * s**2 / 4)
    return f_sharpen * scale_sharpen + (1 - f_sharpen) * scale_blur


def filtered(density, factor, d_min, tensor=None):
    """A map times an amplitude factor, a function of s, cut at d_min; anisotropy removed first."""
    s = s_vectors(density)
    s2 = np.square(s).sum(axis=-1)
    terms = np.fft.fftn(density.data.astype(np.float64)) * (s2 <= d_min**-2) * factor(np.sqrt(s2))
    if tensor is not None:
        b11, b22, b33, b12, b13, b23 = tensor
        b = np.array([[b11, b12, b13], [b12, b22, b23], [b13, b23, b33]])
        terms *= np.exp((np.einsum("...i,ij,...j", s, b, s) - np.trace(b) / 3 * s2) / 4)
    return np.fft.ifftn(terms).real


def kurtosis(data):
    """Fourth standardised moment; 3 for a Gaussian."""
    centred = data - data.mean()
    return np.mean(centred**4) / np.mean(centred**2) ** 2
