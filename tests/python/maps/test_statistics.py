"""Sums over the voxels of a map, piece by piece, against NumPy in float64."""

import numpy as np
import pytest

from sharpem._core import statistics
from sharpem.errors import InputError
from sharpem.maps.statistics import (
    check_values,
    correlate,
    dot,
    median,
    pieces,
    standardised,
)


@pytest.fixture
def data():
    """Far from 0, and longer than two pieces."""
    noise = np.random.default_rng(1).normal(100.0, 0.5, size=(23, 31, 37))
    return noise.astype(np.float32)


def test_pieces_are_all_the_voxels_in_order(data):
    cut = list(pieces(data))
    assert len(cut) > 2
    np.testing.assert_array_equal(np.concatenate(cut), data.ravel())


def test_statistics_against_numpy(data):
    found, exact = statistics(data), data.astype(float)
    assert (found.minimum, found.maximum) == (data.min(), data.max())
    assert found.mean == pytest.approx(exact.mean(), rel=1e-12)
    assert found.rms == pytest.approx(exact.std(), rel=1e-9)
    assert found.nonfinite == 0


def test_skewness_is_the_third_standardised_moment(data):
    exact = data.astype(float)
    third = np.mean(((exact - exact.mean()) / exact.std()) ** 3)
    assert statistics(data).all.skewness == pytest.approx(third, rel=1e-6)
    padded = np.concatenate([np.full_like(data, 5.0), data])
    found = statistics(padded)
    assert (found.flat_value, found.flat) == (5.0, data.size)
    assert found.filled.skewness == pytest.approx(third, rel=1e-6)
    assert found.filled.rms == pytest.approx(exact.std(), rel=1e-9)


@pytest.mark.parametrize("value", [0.0, 7.0])
def test_a_single_value_scatters_by_nothing(value):
    found = statistics(np.full((2, 2, 2), value, np.float32))
    assert (found.all.rms, found.all.skewness, found.filled.rms) == (0, 0, 0)
    assert (found.flat, found.at_minimum, found.at_maximum) == (8, 8, 8)


def test_voxels_at_the_ends_and_at_the_flat_value_are_counted():
    data = np.arange(4 * 5 * 70, dtype=np.float32).reshape(4, 5, 70) % 11 - 3
    data[2, 3, 60:] = 0
    found = statistics(data)
    assert (found.minimum, found.maximum) == (-3, 7)
    assert found.at_minimum == np.count_nonzero(data == -3)
    assert found.at_maximum == np.count_nonzero(data == 7)
    assert (found.flat_value, found.flat) == (0, np.count_nonzero(data == 0))


def test_values_that_are_no_numbers_are_counted_and_refused(data):
    data[3, 4, 5:8] = np.nan, np.inf, -np.inf
    assert statistics(data).nonfinite == 3
    with pytest.raises(InputError, match=rf"^a\.mrc: 3 of {data.size} values are NaN or infinite"):
        check_values(data, "a.mrc")


def test_a_single_value_is_no_map():
    with pytest.raises(InputError, match=r"^a\.mrc: all 8 values are 2, expected a map"):
        check_values(np.full((2, 2, 2), 2, np.float32), "a.mrc")


def test_sums_of_products(data):
    other = data[::-1].copy()
    assert dot(data, other) == pytest.approx(np.vdot(data.astype(float), other.astype(float)))


def test_correlation_against_numpy(data):
    other = data + np.random.default_rng(2).normal(0, 0.5, data.shape).astype(np.float32)
    expected = np.corrcoef(data.ravel().astype(float), other.ravel().astype(float))[0, 1]
    assert correlate(data, other) == pytest.approx(expected, abs=1e-6)
    assert correlate(data, -3 * data + 1) == pytest.approx(-1, abs=1e-6)
    assert np.square(standardised(data)).sum() == pytest.approx(1)


def test_a_constant_correlates_with_nothing(data):
    assert correlate(np.ones_like(data), data) == 0


@pytest.mark.parametrize("size", [1, 2, 5, 8])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_median_is_that_of_numpy(size, kind):
    values = np.random.default_rng(size).normal(size=size).astype(kind)
    assert median(values) == np.median(values)
