"""Masks with soft edges: what they hold, and how they end."""

import math

import numpy as np
import pytest

from sharpem.analysis.masks import soft_edge, soft_mask, widened
from sharpem.maps.density import DensityMap


def test_soft_edge_keeps_inside_and_outside():
    mask = np.zeros((40, 40, 40), dtype=bool)
    mask[10:30, 10:30, 10:30] = True
    soft = soft_edge(mask, (40.0, 40.0, 40.0, 90.0, 90.0, 90.0))
    assert soft[20, 20, 20] == pytest.approx(1, abs=1e-4)
    assert soft[2, 2, 2] == pytest.approx(0, abs=1e-4)
    # half way across a plane edge a Gaussian has done half its work
    assert 0.5 * (soft[20, 20, 9] + soft[20, 20, 10]) == pytest.approx(0.5, abs=0.01)
    profile = [0.5 * (1 + math.erf((x + 0.5) / (1.5 * math.sqrt(2)))) for x in range(-5, 5)]
    np.testing.assert_allclose(soft[20, 20, 5:15], profile, atol=0.01)


def test_soft_mask_covers_the_molecule_and_ends_softly():
    z, y, x = np.indices((48, 48, 48)) - 24
    ball = (x**2 + y**2 + z**2 < 8**2).astype(np.float32)
    mask = widened(ball.astype(bool), (72.0, 72.0, 72.0, 90.0, 90.0, 90.0), 4.0)
    radius = 1.5 * np.sqrt(x**2 + y**2 + z**2)
    assert mask[radius < 13].min() > 0.99
    assert mask[radius > 12 + 14].max() < 1e-5
    profile = mask[24, 24, 24:]
    assert np.all(np.diff(profile) <= 1e-6)
    assert np.count_nonzero((profile > 0.05) & (profile < 0.95)) >= 2
    one, two = (
        np.random.default_rng(seed).standard_normal(ball.shape).astype(np.float32)
        for seed in (4, 5)
    )
    noisy = DensityMap.from_array(ball * 6 * np.abs(two) + one, 1.5)
    found = soft_mask(noisy, 4.0)
    assert found[radius < 9].min() > 0.9
    assert found[radius > 30].max() < 0.1
