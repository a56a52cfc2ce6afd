"""Masks that users give: their place, their values, and whether they are about the molecule."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sharpem import _core, sharpen
from sharpem.analysis.masks import (
    check_mask,
    in_unit_range,
    raised_cosine,
    soft_edge,
    soft_mask,
    widened,
)
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


def test_the_check_holds_for_the_faintest_map(density, ball):
    """Squares of values of 1e-30 are 0 in single precision, which said nothing of the mask."""
    faint = density.with_data(density.data * np.float32(1e-30))
    assert check_mask(faint.with_data(ball), faint) == ()


def test_a_mask_on_a_map_without_coarse_contrast_is_doubtful(density, ball):
    flat = density.with_data(np.ones_like(ball))
    [found] = check_mask(flat.with_data(ball), flat)
    assert found.code == "mask-doubtful"
    assert "varies 1.00 times" in found.text


def test_a_mask_elsewhere_is_refused(density, ball):
    with pytest.raises(InputError, match=r"voxel size .* 1.5\) A against .* 3\) A"):
        check_mask(DensityMap.from_array(ball, 2 * STEP), density)
    moved = replace(density.with_data(ball), placement=Placement(origin_words=(30.0, 0.0, 0.0)))
    with pytest.raises(InputError, match=r"first voxel at .* against \(30, 0, 0\)"):
        check_mask(moved, density)


def test_a_mask_in_percent_is_scaled_and_said_so(density, ball):
    mask = in_unit_range(density.with_data(100 * ball))
    np.testing.assert_array_equal(mask.data, ball)
    [found] = check_mask(mask, density)
    assert (found.code, found.severity) == ("mask-doubtful", "note")
    plain = density.with_data(ball)
    assert in_unit_range(plain) is plain
    result = sharpen(density, resolution=6.0, mask=density.with_data(100 * ball))
    assert found in result.choice.findings
    assert result.prepared.volume.fraction == pytest.approx(float(ball.mean()), rel=0.01)


@pytest.mark.parametrize(("low", "high"), [(0, 30), (-1, 1)])
def test_values_that_are_not_those_of_a_mask(density, ball, low, high):
    with pytest.raises(InputError, match=f"values from {low} to {high}, expected 0 to 1"):
        check_mask(density.with_data(low + (high - low) * ball), density)


def test_raised_cosine():
    np.testing.assert_allclose(
        raised_cosine(np.array([-1, 0, 0.5, 1, 2], dtype=np.float32)), [0, 0, 0.5, 1, 1], atol=1e-7
    )


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
    found = soft_mask([_core.analyse(noisy.data, noisy.cell, 3.0)] * 2, 4.0)
    assert found[radius < 9].min() > 0.9
    assert found[radius > 30].max() < 0.1
