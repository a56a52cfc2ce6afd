"""Maps moved, mirrored, turned over and scaled are found to be so."""

import numpy as np
import pytest

from sharpem.maps.density import DensityMap
from sharpem.maps.registration import register


@pytest.fixture(scope="module")
def map_():
    data = np.random.default_rng(0).standard_normal((44, 50, 47)).astype(np.float32)
    return DensityMap.from_array(data, (1.4, 1.5, 1.3))


@pytest.mark.parametrize("shift", [(0, 0, 0), (1, -2, 3), (15, 0, -7)])
def test_shift(map_, shift):
    moved = map_.with_data(np.roll(map_.data, shift[::-1], axis=(0, 1, 2)))
    found = register(map_, moved)
    assert found.shift == shift
    assert found.at_shift > 0.99
    np.testing.assert_allclose(found.offset, shift, atol=0.2)


def test_fraction_of_a_voxel(map_):
    moved = map_.with_data(0.5 * (map_.data + np.roll(map_.data, 1, axis=2)))
    np.testing.assert_allclose(register(map_, moved).offset, (0.5, 0, 0), atol=0.1)


def test_mirror_image_sign_and_scale(map_):
    mirrored = register(map_, map_.with_data(map_.data[:, ::-1].copy()))
    assert mirrored.mirrored > 0.9
    assert mirrored.at_shift < 0.5
    inverted = register(map_, map_.with_data(-2.5 * map_.data))
    assert inverted.correlation == pytest.approx(-1, abs=1e-4)
    assert inverted.scale == pytest.approx(2.5, rel=1e-3)


def test_strangers_and_tiny_boxes(map_):
    other = np.random.default_rng(1).standard_normal(map_.shape).astype(np.float32)
    found = register(map_, map_.with_data(other))
    assert abs(found.correlation) < 6 * found.error
    assert max(found.at_shift, found.mirrored) < 6 * found.error
    assert register(*[DensityMap.from_array(other[:8, :8, :8], 1.0)] * 2) is None
