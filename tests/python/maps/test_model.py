"""Atoms of a model as arrays."""

import numpy as np
import pytest

from sharpem.maps.model import Model


@pytest.fixture
def model():
    positions = np.array([[0.0, 0, 0], [4, 0, 0], [0, 6, 2]])
    return Model(positions, ("C", "N", "Zn"), np.ones(3), np.full(3, 20.0), 90.0, 110.0)


def test_box_around_the_atoms(model):
    assert len(model) == 3
    np.testing.assert_array_equal(model.centre, [2, 3, 1])
    np.testing.assert_array_equal(model.extent, [4, 6, 2])


def test_arrays_refuse_writing_but_the_callers_do_not():
    mine = np.zeros((1, 3))
    model = Model(mine, ("C",), np.ones(1), np.ones(1), 12.0, 15.0)
    with pytest.raises(ValueError, match="read-only"):
        model.positions[0] = 1
    mine[0] = 1


def test_a_move_leaves_the_original(model):
    np.testing.assert_array_equal(model.moved((1, 2, 3)).positions[0], [1, 2, 3])
    np.testing.assert_array_equal(model.positions[0], [0, 0, 0])


def test_a_part_has_its_fraction_of_mass_and_volume(model):
    part = model.selected(np.array([True, False, True]))
    assert part.elements == ("C", "Zn")
    assert part.mass == pytest.approx(60)
    assert part.dry_volume == pytest.approx(110 * 2 / 3)
