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


def terms(data):
    """Fourier coefficients F(hkl) = 1/N sum rho exp(-2 pi i h.x), the full sphere."""
    return np.fft.fftn(data.astype(np.float64)) / data.size


def shell_sums(density, edges, d_min, other=None):
    """Terms, mean s, and sums of Re F1 conj(F2), |F1|^2, |F2|^2 in shells; F(000) in none."""
    s = np.linalg.norm(s_vectors(density), axis=-1)
    one = terms(density.data)
    two = one if other is None else terms(other)
    shell = np.where((s > 0) & (s <= 1 / d_min), np.searchsorted(edges, s, side="right") - 1, -1)
    rows = []
    for i in range(len(edges) - 1):
        f1, f2, at = one[shell == i], two[shell == i], s[shell == i]
        mean = at.mean() if at.size else (edges[i] + edges[i + 1]) / 2
        power_1, power_2 = np.sum(abs(f1) ** 2), np.sum(abs(f2) ** 2)
        rows.append((at.size, mean, np.sum(f1 * f2.conj()).real, power_1, power_2))
    return np.array(rows).T


def sphere(radius, s):
    """Fourier transform of a sphere, 1 at s = 0."""
    w = 2 * np.pi * radius * np.asarray(s, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.where(w > 1e-4, 3 * (np.sin(w) - w * np.cos(w)) / w**3, 1.0)


def gaussian_mean(values, sigma):
    """Mean under a Gaussian of standard deviation sigma (voxels) about each voxel, in the box."""
    for axis, width in enumerate(sigma):
        x = np.arange(values.shape[axis])
        weights = np.exp(-0.5 * ((x[:, None] - x) / width) ** 2)
        weights /= weights.sum(axis=1, keepdims=True)
        values = np.moveaxis(np.tensordot(weights, values, (1, axis)), 0, axis)
    return values


def field(sites, values, shape, d0, overall_weight):
    """Eq. 9 at every voxel: sum w value / (w0 + sum w), w = exp(-r^2 / d0^2)."""
    at = np.stack(np.meshgrid(*map(np.arange, shape), indexing="ij"), axis=-1)[..., None, :]
    weights = np.exp(-np.sum((at - np.asarray(sites)) ** 2, axis=-1) / d0**2)
    return weights @ np.asarray(values) / (overall_weight + weights.sum(axis=-1))


def raised_cosine(n, edge):
    """Window of n points that rises over so many at both ends."""
    x = np.minimum(np.arange(n), np.arange(n)[::-1]) + 0.5
    return np.where(x < edge, 0.5 - 0.5 * np.cos(np.pi * np.minimum(x / max(edge, 1), 1)), 1.0)


def box(data, first, shape, edge):
    """A box less its mean as the window shows it, times the window."""
    cut = data[tuple(slice(a, a + n) for a, n in zip(first, shape, strict=True))].astype(np.float64)
    z, y, x = (raised_cosine(n, edge) for n in shape)
    window = z[:, None, None] * y[:, None] * x
    return (cut - np.sum(cut * window) / window.sum()) * window


def wilson_log_likelihood(intensity, s, ln_reference, noise, *, ln_scale, b):
    """Of exponentially distributed intensities about exp(ln_scale + ln_ref - q / 2) + noise."""
    mu = np.exp(ln_scale + ln_reference - 0.5 * np.einsum("ni,ij,nj->n", s, b, s)) + noise
    return -np.sum(np.log(mu) + intensity / mu)
