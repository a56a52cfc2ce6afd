"""Plateaus of FSC curves: found where halves share noise, not where voxels are merely coarse."""

import numpy as np
import pytest

from sharpem.spectra.fsc_curve import FscCurve
from sharpem.spectra.fsc_plateau import plateau, without_plateau

S = np.linspace(0.01, 0.45, 45)
TERMS = np.round(4e5 * S**2)


def curve(snr_at_nyquist, b_iso, shared=0.0):
    """FSC = (S + q N) / (S + N) of a signal that falls off with B against white noise."""
    snr = snr_at_nyquist * np.exp(0.5 * b_iso * (S[-1] ** 2 - S**2))
    noise = np.random.default_rng(0).normal(0, 1, S.size) * np.sqrt(2 / TERMS)
    return FscCurve(S, (snr + shared) / (snr + 1) + noise * (1 - shared))


@pytest.mark.parametrize("shared", [0.06, 0.25, 0.6, 0.85])
def test_shared_noise(shared):
    spoilt = curve(1e-4, 120, shared)
    level = plateau(spoilt, TERMS)
    assert level == pytest.approx(shared, abs=0.01)
    true = curve(1e-4, 120)
    np.testing.assert_allclose(without_plateau(spoilt.value, level), true.value, atol=0.05)


@pytest.mark.parametrize(
    "honest",
    [
        curve(1e-4, 120),
        curve(10, 40),  # voxels too coarse for the resolution: still 0.9 at the end
        curve(1.0, 40),
        curve(0.3, 60),
        FscCurve(S, np.where(S < 0.2, 0.95, np.where(S > 0.32, 0.5, 0.02))),  # rises to its end
        FscCurve(S, np.full(S.size, 0.25)),  # never higher: no signal that would show the level
    ],
)
def test_no_plateau(honest):
    assert plateau(honest, TERMS) == 0
    assert without_plateau(honest.value, 0.0) is honest.value
