"""Fall-offs of boxes: what was put in comes out, and nothing is made of chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sharpem.local.fall_off import BoxPowers, fit_falls

S = np.linspace(0.1, 0.33, 10)
TERMS = 40.0 * (S / S[0]) ** 2


def powers(b, *, noise=0.2, level=1.0, fold=0.0, seed=0, known=0.1):
    """Powers of boxes with fall-offs b: terms exponentially distributed (Wilson 1949)."""
    rng = np.random.default_rng(seed)
    b = np.asarray(b, dtype=float)[:, None]
    signal = np.exp(rng.normal(0, 1, b.shape) - 0.5 * b * S**2)
    signal = signal * np.exp(rng.normal(0, fold, (b.size, S.size)))
    expected = signal + level * noise
    seen = expected * rng.gamma(TERMS, 1 / TERMS, (b.size, S.size))
    return BoxPowers(S, TERMS, seen, np.full((b.size, S.size), noise), known)


def test_fall_offs_are_recovered():
    true = np.linspace(-60, 60, 40)
    found = fit_falls(powers(true, fold=0.2))
    assert np.corrcoef(found.b, true)[0, 1] > 0.95
    assert np.sqrt(np.mean((found.b - true) ** 2)) < 15
    assert found.tau == pytest.approx(true.std(), rel=0.25)


def test_errors_are_what_they_say():
    true = np.random.default_rng(3).normal(0, 30, 300)
    found = fit_falls(powers(true, fold=0.3, seed=4))
    deviation = (found.b - true) / found.error
    assert 0.7 < deviation.std() < 1.3


@given(st.integers(0, 50))
@settings(max_examples=10, deadline=None)
def test_equal_boxes_stay_equal(seed):
    """What folds and chance make is no fall-off: a tenth of what is seen at most."""
    found = fit_falls(powers(np.zeros(30), fold=0.3, seed=seed))
    assert found.tau < 12
    assert np.abs(found.b).max() < 12
    assert not found.told.any() or found.tau > 3


def test_a_model_shows_more_than_the_power_does():
    """Of power in phase with a model noise makes no part: errors are smaller where noise rules."""
    by_power = fit_falls(powers(np.linspace(-50, 50, 30), noise=5.0))
    known = powers(np.linspace(-50, 50, 30), noise=5.0)
    rng = np.random.default_rng(1)
    signal = np.exp(-0.5 * np.linspace(-50, 50, 30)[:, None] * S**2)
    scatter = np.sqrt(2 * signal * known.noise / TERMS)
    in_phase = BoxPowers(
        S, TERMS, signal + scatter * rng.normal(size=signal.shape), known.noise, 0.1, 0.15, True
    )
    by_model = fit_falls(in_phase)
    assert by_model.error.mean() < by_power.error.mean()
    assert np.corrcoef(by_model.b, np.linspace(-50, 50, 30))[0, 1] > 0.9


def test_signal_below_nothing_is_survived():
    """Negative regression in every shell: no number but a small one comes out of it."""
    nothing = BoxPowers(S, TERMS, np.full((3, S.size), -0.1), np.ones((3, S.size)), 0.1, 0.15, True)
    found = fit_falls(nothing)
    assert np.isfinite(found.b).all()
    assert np.isfinite(found.error).all()
