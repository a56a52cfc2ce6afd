"""Masks that users give: their place, their values, and whether they are about the molecule."""

from dataclasses import replace

import numpy as np
import pytest

from sharpem import sharpen
from sharpem.analysis.masks import check_mask, raised_cosine
from sharpem.errors import InputError
from sharpem.maps.density import DensityMap, Placement

N, STEP = 48, 1.5


@pytest.fixture(scope="module")
def ball():
    z, y, x = np.indices((N, N, N)) - N / 2
    return (x**2 + y**2 + z**2 < 12**2).astype(np.float32)


@pytest.fixture(scope="module")
def density(ball):
    noise, signal = (
        np.random.default_rng(seed).standard_normal((N, N, N)).astype(np.float32) for seed in (1, 2)
    )
    return DensityMap.from_array(noise + 4 * ball * signal, STEP)


def test_a_right_mask_has_no_finding(density, ball):
    assert check_mask(density.with_data(ball), density) == ()
    assert check_mask(density.with_data(np.ones_like(ball)), density) == ()


def test_an_inverted_mask_is_refused(density, ball):
    with pytest.raises(InputError, match=r"mask: inverted, the map varies .* times"):
        check_mask(density.with_data(1 - ball), density)
    with pytest.raises(InputError, match="inverted"):
        sharpen(density, resolution=6.0, mask=density.with_data(1 - ball))


def test_a_mask_about_the_solvent_is_doubtful(density, ball):
    corner = np.zeros_like(ball)
    corner[:12, :12, :12] = 1
    [found] = check_mask(density.with_data(corner), density)
    assert found.code == "mask-doubtful"


def test_a_mask_elsewhere_is_refused(density, ball):
    with pytest.raises(InputError, match=r"voxel size .* 1.5\) A against .* 3\) A"):
        check_mask(DensityMap.from_array(ball, 2 * STEP), density)
    moved = replace(density.with_data(ball), placement=Placement(origin_words=(30.0, 0.0, 0.0)))
    with pytest.raises(InputError, match=r"first voxel at .* against \(30, 0, 0\)"):
        check_mask(moved, density)


@pytest.mark.parametrize(("low", "high"), [(0, 100), (-1, 1)])
def test_values_that_are_not_those_of_a_mask(density, ball, low, high):
    with pytest.raises(InputError, match=f"values from {low} to {high}, expected 0 to 1"):
        check_mask(density.with_data(low + (high - low) * ball), density)


def test_raised_cosine():
    np.testing.assert_allclose(
        raised_cosine(np.array([-1, 0, 0.5, 1, 2], dtype=np.float32)), [0, 0, 0.5, 1, 1], atol=1e-7
    )
