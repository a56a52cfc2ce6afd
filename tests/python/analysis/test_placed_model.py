"""A model on the grid of a map."""

import numpy as np
import pytest
from real_maps import TINY_MAP, TINY_MODEL, real

from sharpem import read_map, read_model
from sharpem.analysis.model_map import atom_mask, model_map
from sharpem.analysis.placed_model import PlacedModel
from sharpem.errors import InputError


@pytest.fixture(scope="module")
def placed():
    return PlacedModel(read_model(real(TINY_MODEL)), read_map(real(TINY_MAP)))


def test_density_is_that_of_the_model_and_made_once(placed):
    found = placed.density(4.0)
    np.testing.assert_array_equal(found, model_map(placed.model, placed.like, d_min=4.0))
    assert placed.density(4.0) is found
    assert placed.density(5.0) is not found
    with pytest.raises(ValueError, match="read-only"):
        found[0, 0, 0] = 1


def test_b_and_scattering_go_with_a_model_that_moves(placed):
    other = PlacedModel(placed.model, placed.like, b_iso=60.0, xray=True).moved((0, 0, 0))
    expected = model_map(placed.model, placed.like, d_min=4.0, b_iso=60.0, xray=True)
    np.testing.assert_array_equal(other.density(4.0), expected)


def test_within_marks_the_voxels_about_atoms(placed):
    np.testing.assert_array_equal(placed.within(3.0), atom_mask(placed.model, placed.like, 3.0))


def test_a_moved_model_is_elsewhere(placed):
    step = placed.like.voxel_size[0]
    inside = placed.density(4.0)
    moved = placed.moved((step, 0, 0)).density(4.0)
    # Next to no atom leaves the box by one voxel, so that the density moves along x.
    correlation = np.corrcoef(moved[:, :, 1:].ravel(), inside[:, :, :-1].ravel())[0, 1]
    assert correlation > 0.99
    with pytest.raises(InputError, match="0% of the atoms lie in the map"):
        _ = placed.moved((1e4, 0, 0)).atoms
