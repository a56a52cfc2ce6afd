"""From signal and noise per shell to the filter R CC*."""

from types import SimpleNamespace

import numpy as np

from sharpem.methods.shell_filter import decaying, shell_filter, smooth_ratio, without_floor


def test_floor_and_tail():
    s = np.linspace(0.02, 0.4, 39)
    noise = 0.03 * np.random.default_rng(0).standard_normal(39)
    true = 1 / (1 + np.exp((s - 0.2) / 0.015))
    fsc = 0.1 + 0.9 * true + noise
    clean = decaying(s, without_floor(fsc))
    assert np.abs(clean - true).max() < 0.12
    below = np.flatnonzero(clean < 0.15)
    assert np.all(np.diff(clean[below[0] :]) <= 0)
    assert clean[-1] < 0.01
    high = np.full(39, 0.7)
    np.testing.assert_array_equal(without_floor(high), high)
    np.testing.assert_array_equal(decaying(s, high), high)
    assert decaying(s, np.full(39, -0.1)).max() == 0


def test_smooth_ratio_keeps_a_blur_and_loses_noise():
    s = np.linspace(0.02, 0.4, 60)
    line = 3.0 - 0.5 * 120 * s**2
    np.testing.assert_allclose(smooth_ratio(s, line, np.full(60, 0.1)), line, atol=1e-9)
    rough = line + 0.2 * np.random.default_rng(1).standard_normal(60)
    found = smooth_ratio(s, rough, np.full(60, 0.04))
    assert np.std(found - line) < 0.08


def test_filter_is_one_in_the_first_shell_and_rises_no_more_where_the_map_ends():
    s = np.linspace(0.02, 0.4, 39)
    prepared = SimpleNamespace(d_min=2.5, fit_limit=5.0)
    found = shell_filter(prepared, s, 2.0 * np.exp(20 * s**2), np.ones(39))
    d, scale = np.array(found.d), np.array(found.scale)
    assert scale[0] == 1
    inside = 1 / d <= 1 / 5.0
    np.testing.assert_allclose(scale[inside], np.exp(20 * (d[inside] ** -2 - s[0] ** 2)))
    assert scale[~inside].max() <= scale[inside][-1]
