"""Where an FSC falls below a level: holes, spikes, ends."""

import numpy as np
import pytest

from sharpem.spectra.fsc_curve import Crossing, FscCurve, never_rising

S = np.array([0.05, 0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize(
    ("value", "crossing"),
    [
        ([1.0, 0.9, 0.7, 0.3, 0.1], Crossing(4.0)),
        ([1.0, 0.3, 0.7, 0.3, 0.1], Crossing(4.0)),  # a hole in front
        ([0.1, 0.9, 0.7, 0.3, 0.1], Crossing(4.0)),  # low shells spoilt
        ([1.0, 0.9, 0.1, 0.55, 0.1], Crossing(1 / 0.15)),  # a spike behind
        ([1.0, 0.9, 0.1, 0.1, 0.6], Crossing(1 / 0.15)),
        ([1.0, 0.9, 0.7, 0.6, 0.5], Crossing(1 / 0.4, beyond=True)),
        ([0.4, 0.3, 0.2, 0.1, 0.0], Crossing(None)),
    ],
)
def test_crossing(value, crossing):
    found = FscCurve(S, np.array(value)).crossing(0.5)
    assert found.beyond == crossing.beyond
    assert found.d == (None if crossing.d is None else pytest.approx(crossing.d))


def test_a_rise_behind_a_wide_gap_is_no_signal():
    s = np.linspace(0.01, 0.48, 48)
    value = np.where(s < 0.2, 0.9, np.where(s > 0.35, 0.8, 0.0))
    assert FscCurve(s, value).crossing(0.5).d == pytest.approx(5, abs=0.2)


def test_never_rising_is_the_closest_such_curve():
    """No small change brings it closer."""
    rng = np.random.default_rng(0)
    value = rng.normal(np.linspace(1, 0, 12), 0.4)
    fit = never_rising(value)
    assert np.all(np.diff(fit) <= 1e-12)
    distance = np.sum(np.abs(fit - value))
    for _ in range(2000):
        other = np.sort(fit + rng.normal(0, 0.05, 12))[::-1]
        assert np.sum(np.abs(other - value)) >= distance - 1e-12
