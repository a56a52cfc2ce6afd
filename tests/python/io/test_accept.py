"""What callers have in hand: paths, arrays, objects of mrcfile and gemmi."""

from __future__ import annotations

import gemmi
import mrcfile
import numpy as np
import pytest
from crystal import crystal

import sharpem
from sharpem.errors import InputError
from sharpem.io.accept import to_density, to_model
from sharpem.io.mrc import read_map
from sharpem.maps.density import DensityMap

FIELDS = {"nxstart": 3, "nystart": -4, "nzstart": 7, "mapc": 2, "mapr": 3, "maps": 1}


def assert_same(one: DensityMap, two: DensityMap) -> None:
    assert one.same_grid(two) is None
    assert one.placement.space_group == two.placement.space_group
    assert one.sampling == two.sampling
    np.testing.assert_array_equal(one.data, two.data)


@pytest.mark.parametrize("name", ["map.mrc", "map.mrc.gz", "map.mrc.bz2"])
def test_paths_and_open_mrcfiles(mrc_file, name):
    path = mrc_file(name, **FIELDS)
    expected = read_map(path)
    assert_same(to_density(path), expected)
    assert_same(to_density(str(path)), expected)
    with mrcfile.open(path) as mrc:
        density = to_density(mrc)
    assert_same(density, expected)
    assert density.placement == expected.placement


def test_a_memory_mapped_file_and_a_voxel_size_of_ones_own(mrc_file):
    with mrcfile.mmap(mrc_file(), mode="r") as mrc:
        density = to_density(mrc, voxel_size=2.0)
    assert density.voxel_size == (2.0, 2.0, 2.0)
    assert to_density(mrc_file(), 2.0).voxel_size == (2.0, 2.0, 2.0)


@pytest.mark.parametrize("set_up", [False, True])
def test_gemmi_map_keeps_its_place(mrc_file, set_up):
    path = mrc_file(**FIELDS)
    map_ = gemmi.read_ccp4_map(str(path))
    if set_up:
        map_.setup(0.0, gemmi.MapSetup.ReorderOnly)
    density = to_density(map_)
    assert density.same_grid(read_map(path)) is None
    np.testing.assert_array_equal(density.data, read_map(path).data)


def test_gemmi_grid_is_a_unit_cell():
    mtz, _ = crystal()
    grid = mtz.transform_f_phi_to_map("FWT", "PHWT", sample_rate=3)
    density = to_density(grid)
    assert density.periodic
    assert density.cell == (31, 36, 40, 90, 90, 90)
    np.testing.assert_array_equal(density.data, grid.array.T)
    map_ = gemmi.Ccp4Map()
    map_.grid = grid
    assert_same(to_density(map_), density)
    map_.update_ccp4_header()
    assert_same(to_density(map_), density)


@pytest.mark.parametrize(
    ("thing", "voxel_size", "message"),
    [
        (np.ones((3, 3, 3)), None, "an array without voxel_size"),
        (object(), None, "map of type object, expected a DensityMap, a path"),
        (gemmi.FloatGrid(4, 4, 4), None, "grid without a unit cell"),
        (np.arange(27.0).reshape(3, 3, 3), 1e300, "cell lengths"),
        (np.arange(27.0).reshape(3, 3, 3), np.nan, "voxel size nan, expected positive"),
        (np.arange(27.0).reshape(3, 3, 3), (1, 2), "expected positive numbers"),
        (np.full((3, 3, 3), np.nan), 1.0, "27 of 27 values are NaN"),
        (np.arange(9.0).reshape(3, 3), 1.0, "array of shape"),
    ],
)
def test_what_is_no_map_is_refused(thing, voxel_size, message):
    with pytest.raises(InputError, match=message):
        to_density(thing, voxel_size)


def test_a_map_is_taken_as_it_is(random_array):
    density = DensityMap.from_array(random_array, 1.05)
    assert to_density(density) is density
    with pytest.raises(InputError, match="a map has its own"):
        to_density(density, 1.0)


def test_models(tmp_path):
    _, structure = crystal()
    path = tmp_path / "x.pdb"
    structure.write_pdb(str(path))
    count = structure[0].count_atom_sites()
    structure.add_model(structure[0].clone())
    model = to_model(structure)
    assert len(model) == len(to_model(path)) == count
    assert len(structure) == 2
    assert to_model(model) is model
    with pytest.raises(InputError, match="model of type int"):
        to_model(3)


def test_numpy_sees_the_voxels(random_array):
    density = DensityMap.from_array(random_array, 1.05)
    assert np.asarray(density) is density.data
    assert np.shares_memory(np.asarray(density), random_array)
    copy = np.array(density)
    copy[0, 0, 0] = 99
    assert density.data[0, 0, 0] != 99
    assert np.asarray(density, dtype=np.float64).dtype == np.float64
    assert repr(density) == "<DensityMap 12 x 9 x 7 voxels of (1.05, 1.05, 1.05) A>"
    assert float(np.mean(density)) == pytest.approx(float(random_array.mean()))


@pytest.mark.parametrize(
    "cell",
    [(1e300, 9, 7, 90, 90, 90), (np.nan, 9, 7, 90, 90, 90), (12, 9, 7, np.nan, 90, 90),
     (12, 9, 7, 0, 90, 90), (12, 9, 7, 30, 30, 90), (12, 9, np.inf, 90, 90, 90)],
)  # fmt: skip
def test_cells_that_are_none_are_refused(random_array, cell):
    with pytest.raises(InputError, match=r"cell (lengths|angles)"):
        DensityMap(random_array, cell)


def test_sharpen_takes_what_callers_have(mrc_file):
    data = np.random.default_rng(1).normal(size=(40, 40, 40)).astype(np.float32)
    data[12:28, 12:28, 12:28] += 3
    path = mrc_file(array=data, nxstart=5)
    options = {"resolution": 3.0, "b_sharpen": 40.0}
    expected = sharpem.sharpen(read_map(path), **options).map
    with mrcfile.open(path) as mrc:
        for thing in (path, mrc, gemmi.read_ccp4_map(str(path))):
            found = sharpem.sharpen(thing, **options).map
            assert_same(found, expected)
    plain = sharpem.sharpen(data, voxel_size=1.05, **options).map
    np.testing.assert_array_equal(plain.data, expected.data)
