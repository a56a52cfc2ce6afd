"""Maps for gemmi and mrcfile, with everything that places them."""

import gemmi
import mrcfile
import numpy as np
import pytest

from sharpem import read_map, write_map
from sharpem.errors import InputError
from sharpem.io.accept import to_density
from sharpem.io.hand_over import to_gemmi

FIELDS = {"nxstart": 3, "nystart": -4, "nzstart": 7, "mapc": 2, "mapr": 3, "maps": 1}


def test_gemmi_and_back(mrc_file):
    density = read_map(mrc_file(**FIELDS))
    back = to_density(to_gemmi(density))
    assert back.same_grid(density) is None
    np.testing.assert_array_equal(back.data, density.data)
    for field in ("axis_order", "nstart", "origin_words", "sampling", "space_group"):
        assert getattr(back.placement, field) == getattr(density.placement, field)


def test_gemmi_finds_the_voxels_at_their_places(mrc_file):
    density = read_map(mrc_file(**FIELDS))
    map_ = to_gemmi(density)
    map_.setup(float("nan"))
    k, j, i = np.unravel_index(density.data.argmax(), density.shape)
    x, y, z = density.voxel_axes @ (i, j, k) + density.origin
    assert map_.grid.interpolate_value(gemmi.Position(x, y, z)) == pytest.approx(
        float(density.data.max()), rel=1e-4
    )


def test_mrcfile_by_a_file(mrc_file, tmp_path):
    density = read_map(mrc_file(**FIELDS))
    write_map(density, tmp_path / "written.mrc")
    with mrcfile.open(tmp_path / "written.mrc") as mrc:
        assert [int(mrc.header[name]) for name in FIELDS] == list(FIELDS.values())
        assert mrc.voxel_size.tolist() == pytest.approx(density.voxel_size)
        np.testing.assert_array_equal(to_density(mrc).data, density.data)


def test_values_that_are_no_numbers_are_refused(mrc_file):
    density = read_map(mrc_file())
    broken = density.with_data(np.where(density.data == density.data.max(), np.nan, density.data))
    with pytest.raises(InputError, match="1 values are NaN"):
        to_gemmi(broken)
