"""Point groups: the axioms, the orders, the settings, and SciPy's groups among them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from sharpem.maps.point_groups import is_among, point_group_name, settings

ORDERS = {"T": 12, "O": 24, "I": 60}

names = st.one_of(
    st.sampled_from(sorted(ORDERS)),
    st.builds("{}{}".format, st.sampled_from("CD"), st.integers(1, 30)),
)


def order(name):
    return ORDERS.get(name) or int(name[1:]) * (2 if name[0] == "D" else 1)


@given(names, st.data())
def test_group_axioms(name, data):
    group = data.draw(st.sampled_from(settings(name)))
    one, two = (group[data.draw(st.integers(0, len(group) - 1))] for _ in range(2))
    assert is_among(one @ two, group)
    assert is_among(one.T, group)


@given(names)
def test_rotations_as_many_as_the_order_of_the_group(name):
    for group in settings(name):
        assert len(group) == order(name)
        products = group @ group.transpose(0, 2, 1)
        np.testing.assert_allclose(products, np.broadcast_to(np.eye(3), group.shape), atol=1e-12)
        np.testing.assert_allclose(np.linalg.det(group), 1, atol=1e-12)
        np.testing.assert_allclose(group[0], np.eye(3), atol=1e-12)
        apart = np.abs(group[:, None] - group[None]).max(axis=(2, 3)) + np.eye(len(group))
        assert apart.min() > 0.01


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("C1", 1),
        ("C4", 1),
        ("D2", 1),
        ("D6", 1),
        ("D3", 2),
        ("D7", 2),
        ("T", 5),
        ("O", 1),
        ("I", 10),
    ],
)
def test_settings_are_all_different(name, count):
    groups = settings(name)
    assert len(groups) == count
    for i, one in enumerate(groups):
        for two in groups[:i]:
            assert not all(is_among(turn, two) for turn in one)


@pytest.mark.parametrize("name", ["C5", "D3", "D4", "T", "O", "I"])
def test_one_of_the_settings_is_that_of_scipy(name):
    expected = Rotation.create_group(name).as_matrix()
    assert any(all(is_among(turn, group) for turn in expected) for group in settings(name))


def folds_along_z(group):
    return 1 + sum(np.allclose(turn[:, 2], (0, 0, 1)) for turn in group[1:])


def test_axes_along_z():
    assert sorted(map(folds_along_z, settings("I"))) == [2, 2, 3, 3, 3, 3, 5, 5, 5, 5]
    assert sorted(map(folds_along_z, settings("T"))) == [2, 3, 3, 3, 3]
    assert [folds_along_z(group) for name in ("C6", "D5", "O") for group in settings(name)] == [
        6,
        5,
        5,
        4,
    ]


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("name", ["D3", "D7"])
def test_a_two_fold_axis_of_d_along_x_or_y(name, axis):
    half = -np.eye(3)
    half[axis, axis] = 1
    assert any(is_among(half, group) for group in settings(name))


@pytest.mark.parametrize(
    ("text", "name"),
    [("c4", "C4"), (" D12 ", "D12"), ("t", "T"), ("O", "O"), ("i", "I"), ("I3", "I"), ("C1", "C1")],
)
def test_names(text, name):
    assert point_group_name(text) == name


@pytest.mark.parametrize(
    "text", ["", "C", "C0", "C04", "C100", "D", "I5", "T2", "222r", "C4.pdb", "4"]
)
def test_what_is_no_name(text):
    assert point_group_name(text) is None
