"""What keeps a simulated map from the truth: noise, and phases that are off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.maps.arrays import Array
from sharpem.spectra.apply import radial_curve

__all__ = ["gaussian_noise", "power_near", "with_phase_errors"]

Numbers: TypeAlias = NDArray[np.float64]


def power_near(spectrum: _core.Spectrum, s: float) -> float:
    """Mean |F|^2 about s (1/A)."""
    width = max(0.006, 1 / min(spectrum.cell[:3]))
    sums = _core.shell_sums(spectrum, [s - width, s + width])
    return float(sums.power[0] / sums.terms[0])


def gaussian_noise(
    like: _core.Spectrum, amplitude: Callable[[Numbers], Numbers], seed: tuple[int, int]
) -> Array:
    """Gaussian noise.

    Parameters
    ----------
    like : Spectrum
        Gives grid, cell and limit.
    amplitude : callable
        s (1/A) -> root mean square |F| of the noise.
    seed : (int, int)

    Returns
    -------
    ndarray of float32, shape (nz, ny, nx)
    """
    white = np.random.default_rng(seed).standard_normal(like.grid, dtype=np.float32)
    scale = np.sqrt(white.size)  # a term of white noise of variance 1 has |F|^2 = 1 / voxels
    curve = radial_curve(lambda s: scale * amplitude(s), 1 / like.d_min)
    return _core.synthesise(_core.analyse(white, like.cell, like.d_min), curve)


def with_phase_errors(
    density: Array, step: float, error: Callable[[Numbers], Numbers], seed: tuple[int, int]
) -> Array:
    """Turn every Fourier term of a map by a random angle; amplitudes stay.

    Angles are Gaussian, so that shells correlate with the truth by exp(-error^2 / 2).

    Parameters
    ----------
    density : ndarray of float32, shape (nz, ny, nx)
    step : float
        Voxel size, A.
    error : callable
        s (1/A) -> root mean square angle, radians.
    seed : (int, int)

    Returns
    -------
    ndarray of float32, shape (nz, ny, nx)
    """
    white = np.random.default_rng(seed).standard_normal(density.shape)
    # The terms of a real map at h and -h are conjugate: so are those of white noise, whose
    # imaginary parts therefore are angles that keep the map real.
    angle = np.fft.rfftn(white).imag * np.sqrt(2 / white.size)
    angle *= error(_s_of_terms(density.shape, step))
    turned = np.fft.rfftn(density) * np.exp(1j * angle)
    return np.fft.irfftn(turned, density.shape, axes=(0, 1, 2)).astype(np.float32)


def _s_of_terms(shape: tuple[int, ...], step: float) -> Numbers:
    """Length of the reciprocal vectors of a half-complex transform, 1/A."""
    z, y = (np.fft.fftfreq(n, step) for n in shape[:2])
    x = np.fft.rfftfreq(shape[2], step)
    return np.asarray(np.sqrt(z[:, None, None] ** 2 + y[:, None] ** 2 + x**2))
