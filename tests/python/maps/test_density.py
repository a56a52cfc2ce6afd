"""DensityMap: its contract, its geometry, its statistics."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import gemmi
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sharpem._core import statistics
from sharpem.errors import InputError
from sharpem.findings import finding
from sharpem.maps.density import DensityMap, Placement
from sharpem.maps.statistics import check_values

MONOCLINIC = (12.0, 9.0, 7.0, 90.0, 104.0, 90.0)
TRICLINIC = (12.0, 9.0, 7.0, 83.0, 104.0, 97.0)


@pytest.mark.parametrize("dtype", [np.float64, np.int16, np.uint8, np.float16, ">f4"])
def test_from_array_converts_any_real_numbers(random_array, dtype):
    array = random_array.astype(dtype)
    density = DensityMap.from_array(array, voxel_size=1.05)
    assert density.data.dtype == np.float32
    np.testing.assert_array_equal(density.data, array.astype(np.float32))


def test_from_array_takes_float32_without_a_copy(random_array):
    assert np.shares_memory(DensityMap.from_array(random_array, 1.05).data, random_array)


def test_from_array_sorts_fortran_order(random_array):
    density = DensityMap.from_array(np.asfortranarray(random_array), 1.05)
    assert density.data.flags.c_contiguous
    np.testing.assert_array_equal(density.data, random_array)


def test_data_refuses_writing_and_leaves_the_callers_array_alone(random_array):
    density = DensityMap.from_array(random_array, 1.05)
    with pytest.raises(ValueError, match="read-only"):
        density.data[0, 0, 0] = 1
    assert random_array.flags.writeable


def test_geometry_of_a_plain_box(random_array):
    density = DensityMap.from_array(random_array, voxel_size=(1.0, 2.0, 3.0))
    assert density.shape == (7, 9, 12)
    assert density.voxels == 756
    assert density.cell == density.full_cell == (12.0, 18.0, 21.0, 90.0, 90.0, 90.0)
    assert density.voxel_size == (1.0, 2.0, 3.0)
    assert density.sampling == (12, 9, 7)
    assert density.origin == (0.0, 0.0, 0.0)
    np.testing.assert_allclose(density.voxel_axes, np.diag([1.0, 2.0, 3.0]), atol=1e-15)


@pytest.mark.parametrize("cell", [MONOCLINIC, TRICLINIC])
def test_voxel_axes_follow_the_cell_as_gemmi_sees_it(random_array, cell):
    density = DensityMap(random_array, cell)
    steps = np.array(gemmi.UnitCell(*cell).orth.mat.tolist()) / [12, 9, 7]
    np.testing.assert_allclose(density.voxel_axes, steps, rtol=1e-12, atol=1e-12)


def test_box_of_part_of_a_cell_knows_the_full_cell(random_array):
    part = DensityMap(random_array, TRICLINIC, Placement(sampling=(24, 9, 21)))
    np.testing.assert_allclose(part.full_cell, (24.0, 9.0, 21.0, 83.0, 104.0, 97.0))
    assert part.voxel_size == (1.0, 1.0, 1.0)


def test_origin_comes_from_nstart_first(random_array):
    words = Placement(origin_words=(1.5, 2.5, 3.5))
    both = replace(words, nstart=(0, 0, -4))
    assert DensityMap(random_array, TRICLINIC, words).origin == (1.5, 2.5, 3.5)
    expected = gemmi.UnitCell(*TRICLINIC).orthogonalize(gemmi.Fractional(0, 0, -4 / 7))
    np.testing.assert_allclose(DensityMap(random_array, TRICLINIC, both).origin, expected.tolist())


def test_with_data_keeps_everything_else(random_array):
    odd = finding("header-repaired", "odd", "Nothing.")
    density = DensityMap(random_array, TRICLINIC, Placement(nstart=(1, 2, 3)), findings=(odd,))
    new = density.with_data(2.0 * random_array.astype(np.float64))
    np.testing.assert_array_equal(new.data, 2 * random_array)
    assert (new.cell, new.placement, new.notes) == (TRICLINIC, density.placement, ("odd",))


def test_with_data_of_another_shape_is_refused(random_array):
    density = DensityMap.from_array(random_array, 1.05)
    with pytest.raises(InputError, match=r"\(7, 9, 11\), expected the map's \(7, 9, 12\)"):
        density.with_data(random_array[:, :, :-1])


@pytest.mark.parametrize(
    ("array", "voxel_size", "message"),
    [
        (np.zeros((4, 4)), 1.0, r"shape \(4, 4\).*expected real numbers of shape \(nz, ny, nx\)"),
        (np.zeros((1, 4, 4)), 1.0, "each at least 2"),
        (np.zeros((2, 2, 2), complex), 1.0, "type complex128, expected real numbers"),
        (np.array([[["a", "b"]] * 2] * 2), 1.0, "expected real numbers"),
        (np.zeros((2, 2, 2)), 1.0, "all 8 values are 0"),
        (np.arange(8).reshape(2, 2, 2), 0.0, "voxel size 0.0, expected positive"),
        (np.arange(8).reshape(2, 2, 2), (1.0, -1.0, 1.0), "expected positive"),
        (np.arange(8).reshape(2, 2, 2), np.nan, "expected positive"),
        (np.full((2, 2, 2), 1e300), 1.0, "8 of 8 values are NaN or infinite"),
    ],
)
def test_from_array_refuses(array, voxel_size, message):
    with pytest.raises(InputError, match=message):
        DensityMap.from_array(array, voxel_size)


@pytest.mark.parametrize("change", [lambda a: a.astype(float), lambda a: a[:, :, ::2], np.ravel])
def test_the_constructor_holds_the_array_contract(random_array, change):
    with pytest.raises(InputError, match="expected float32 of shape"):
        DensityMap(change(random_array), MONOCLINIC)


def test_the_constructor_refuses_an_empty_cell(random_array):
    with pytest.raises(InputError, match="expected positive numbers"):
        DensityMap(random_array, (0.0, 9.0, 7.0, 90.0, 90.0, 90.0))


def test_same_grid_names_the_first_difference(random_array):
    one = DensityMap.from_array(random_array, 1.05)
    smaller = DensityMap.from_array(random_array[:, :, :8], 1.05)
    shifted = replace(one, placement=Placement(nstart=(1, 0, 0)))
    assert one.same_grid(one.with_data(-random_array)) is None
    assert one.same_grid(smaller) == "12 x 9 x 7 voxels against 8 x 9 x 7"
    assert one.same_grid(DensityMap.from_array(random_array, 1.06)) == (
        "voxel size (1.05, 1.05, 1.05) A against (1.06, 1.06, 1.06) A"
    )
    tilted = replace(one, cell=(*one.cell[:3], 90.0, 91.0, 90.0))
    assert one.same_grid(tilted) == "cell angles (90, 90, 90) against (90, 91, 90)"
    assert one.same_grid(shifted) == "first voxel at (0, 0, 0) A against (1.05, 0, 0) A"


def test_same_grid_lets_rounding_pass(random_array):
    one = DensityMap.from_array(random_array, 1.05)
    other = DensityMap.from_array(random_array, float(np.float32(1.05)))
    by_words = replace(other, placement=Placement(origin_words=(1e-3, 0, 0)))
    assert one.same_grid(other) is None
    assert one.same_grid(by_words) is None


@given(seed=st.integers(0, 2**32 - 1), offset=st.sampled_from([0.0, 1.0, -1e4]))
def test_statistics_agree_with_float64(seed, offset):
    data = np.random.default_rng(seed).normal(offset, 2, (5, 6, 7)).astype(np.float32)
    found, exact = statistics(data), data.astype(np.float64)
    assert (found.minimum, found.maximum, found.nonfinite) == (exact.min(), exact.max(), 0)
    np.testing.assert_allclose([found.mean, found.rms], [exact.mean(), exact.std()], rtol=1e-9)


def test_statistics_combine_planes_far_apart():
    data = np.random.default_rng(1).normal(100, 1, (17, 18, 19)).astype(np.float32)
    data[:8] -= 300
    exact = data.astype(np.float64)
    found = statistics(data)
    np.testing.assert_allclose([found.mean, found.rms], [exact.mean(), exact.std()], rtol=1e-12)


def test_nonfinite_values_are_counted_in_every_plane(random_array):
    random_array[0, 0, 0], random_array[3, 4, 5] = np.nan, np.inf
    random_array[6, 8, 11] = -np.inf
    assert statistics(random_array).nonfinite == 3
    with pytest.raises(InputError, match=r"^half1: 3 of 756 values are NaN or infinite"):
        check_values(random_array, "half1")


def test_a_map_can_be_pickled_and_copied_once_its_statistics_are_known(random_array):
    density = DensityMap.from_array(random_array, 1.5)
    assert density.statistics.nonfinite == 0
    for other in (pickle.loads(pickle.dumps(density)), copy.deepcopy(density)):
        np.testing.assert_array_equal(other.data, density.data)
        assert other.statistics.rms == density.statistics.rms
