"""Maps in and out: same numbers at the same place, in every dialect of the format."""

from __future__ import annotations

import itertools
import os
import tracemalloc

import gemmi
import mrcfile
import numpy as np
import pytest
from real_maps import TINY_MAP, present, real

from sharpem.io.mrc import read_map, write_map
from sharpem.maps.density import DensityMap, Placement

AXIS_ORDERS = list(itertools.permutations((1, 2, 3)))
SIZE = (12, 9, 7)  # x, y, z of random_array
PLACES = {
    "at zero": {},
    "nstart": {"nstart": (-3, 40, 5)},
    "origin": {"origin": (145.825, -112.5, 0.37)},
    "both": {"nstart": (1, 0, 0), "origin": (1.05, 0.0, 0.0)},
}
CELLS = {
    "the box": {"sampling": SIZE, "lengths": (12.6, 9.45, 7.35), "angles": (90, 90, 90)},
    "part of a cell": {"sampling": (20, 30, 7), "lengths": (24, 33, 7), "angles": (90, 90, 90)},
    "triclinic": {"sampling": (16, 9, 21), "lengths": (17, 11, 20), "angles": (83, 104, 97)},
    "more than a cell": {"sampling": (11, 9, 7), "lengths": (11, 9, 7), "angles": (90, 104, 90)},
}
KEPT = [
    *("nx", "ny", "nz", "nxstart", "nystart", "nzstart", "mx", "my", "mz", "cella", "cellb"),
    *("mapc", "mapr", "maps", "ispg", "nsymbt", "extra1", "extra2", "origin"),
]


def in_file_order(array, axis_order):
    columns, rows, sections = axis_order
    return np.ascontiguousarray(array.transpose(3 - sections, 3 - rows, 3 - columns))


@pytest.fixture
def placed_file(mrc_file, random_array):
    """Write random_array with mrcfile, in an axis order, at a place, in a cell."""

    def write(axis_order, place, cell, **fields):
        nstart = place.get("nstart", (0, 0, 0))
        sampling = dict(zip(("mx", "my", "mz"), cell["sampling"], strict=True))
        starts = (nstart[axis - 1] for axis in axis_order)
        return mrc_file(
            array=in_file_order(random_array, axis_order),
            **dict(zip(("mapc", "mapr", "maps"), axis_order, strict=True)),
            **dict(zip(("nxstart", "nystart", "nzstart"), starts, strict=True)),
            **(sampling | {"cella": cell["lengths"], "cellb": cell["angles"]}),
            origin=place.get("origin", (0, 0, 0)),
            **fields,
        )

    return write


def assert_valid(path):
    assert mrcfile.validate(path)


@pytest.mark.parametrize("axis_order", AXIS_ORDERS, ids=str)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("cell", CELLS)
def test_same_place_in_and_out(*, placed_file, random_array, tmp_path, axis_order, place, cell):
    source = placed_file(axis_order, PLACES[place], CELLS[cell])
    density = read_map(source)
    np.testing.assert_array_equal(density.data, random_array)

    out = tmp_path / "out.mrc"
    write_map(density, out)
    assert_valid(out)
    with mrcfile.open(source) as before, mrcfile.open(out) as after:
        for key in KEPT:
            assert before.header[key] == after.header[key], key
        np.testing.assert_array_equal(before.data, after.data)
    assert read_map(out).same_grid(density) is None


@pytest.mark.parametrize("axis_order", AXIS_ORDERS, ids=str)
@pytest.mark.parametrize("cell", ["part of a cell", "triclinic"])
def test_gemmi_sees_the_voxels_where_we_do(placed_file, tmp_path, axis_order, cell):
    density = read_map(placed_file(axis_order, PLACES["nstart"], CELLS[cell]))
    out = tmp_path / "out.ccp4"
    write_map(density, out)
    ccp4 = gemmi.read_ccp4_map(str(out))
    ccp4.setup(float("nan"))
    for i, j, k in [(0, 0, 0), (11, 8, 6), (5, 4, 2)]:
        index = np.add((i, j, k), (-3, 40, 5))
        u, v, w = (int(n) for n in index % CELLS[cell]["sampling"])
        assert ccp4.grid.get_value(u, v, w) == density.data[k, j, i]
        fractional = gemmi.Fractional(*(index / CELLS[cell]["sampling"]))
        position = ccp4.grid.unit_cell.orthogonalize(fractional).tolist()
        ours = density.origin + density.voxel_axes @ (i, j, k)
        np.testing.assert_allclose(ours, position, atol=1e-4)


def test_geometry_read_from_a_part_of_a_triclinic_cell(placed_file):
    density = read_map(placed_file((3, 1, 2), PLACES["origin"], CELLS["triclinic"]))
    assert density.shape == (7, 9, 12)
    np.testing.assert_allclose(density.cell, (17 * 12 / 16, 11, 20 * 7 / 21, 83, 104, 97))
    np.testing.assert_allclose(density.full_cell, (17, 11, 20, 83, 104, 97))
    np.testing.assert_allclose(density.origin, (145.825, -112.5, 0.37), rtol=1e-6)
    assert density.placement.axis_order == (3, 1, 2)
    assert density.notes == ()


def test_chunks_join_without_a_seam(mrc_file, random_array, monkeypatch, tmp_path):
    monkeypatch.setattr("sharpem.io.mrc._CHUNK", 1000)
    path = mrc_file(array=in_file_order(random_array, (2, 3, 1)), mapc=2, mapr=3, maps=1)
    density = read_map(path)
    np.testing.assert_array_equal(density.data, random_array)
    write_map(density, tmp_path / "out.mrc.gz")
    np.testing.assert_array_equal(read_map(tmp_path / "out.mrc.gz").data, random_array)


@pytest.mark.parametrize("name", ["map.mrc", "map.mrc.gz", "map.map.bz2"])
def test_packing_is_told_by_content_not_by_name(mrc_file, random_array, name):
    path = mrc_file(name)
    renamed = path.rename(path.with_name("anything.mrc"))
    np.testing.assert_array_equal(read_map(renamed).data, random_array)


@pytest.mark.parametrize(
    ("name", "magic"), [("o.mrc", b"\x0c\0\0"), ("o.map.gz", b"\x1f\x8b"), ("o.mrc.bz2", b"BZh")]
)
def test_output_is_packed_as_its_name_says(random_array, tmp_path, name, magic):
    path = tmp_path / name
    write_map(DensityMap.from_array(random_array, 1.05), path)
    assert path.read_bytes().startswith(magic)
    assert_valid(path)
    np.testing.assert_array_equal(mrcfile.read(path), random_array)


def test_packed_output_is_the_same_every_time(random_array, tmp_path):
    density = DensityMap.from_array(random_array, 1.05)
    write_map(density, tmp_path / "a.mrc.gz")
    write_map(density, tmp_path / "b.mrc.gz")
    assert (tmp_path / "a.mrc.gz").read_bytes() == (tmp_path / "b.mrc.gz").read_bytes()


def test_header_of_a_map_made_from_an_array(random_array, tmp_path):
    path = tmp_path / "out.mrc"
    write_map(DensityMap.from_array(random_array, (1.0, 1.5, 2.0)), path, label="made up")
    assert_valid(path)
    with mrcfile.open(path) as mrc:
        header = mrc.header
        assert mrc.is_volume()
        assert mrc.voxel_size.tolist() == (1.0, 1.5, 2.0)
        assert (header.ispg, header.mode, header.nversion, header.nlabl) == (1, 2, 20141, 1)
        assert header.machst.tolist() == [0x44, 0x44, 0, 0]
        assert header.label[0] == b"sharpem: made up"
        exact = random_array.astype(np.float64)
        np.testing.assert_allclose(
            [header.dmin, header.dmax, header.dmean, header.rms],
            [exact.min(), exact.max(), exact.mean(), exact.std()],
            rtol=1e-6,
        )


def test_space_group_0_of_a_volume_becomes_1(mrc_file, tmp_path):
    density = read_map(mrc_file(ispg=0))
    write_map(density, tmp_path / "out.mrc")
    with mrcfile.open(tmp_path / "out.mrc") as mrc:
        assert mrc.header.ispg == 1
    assert density.notes == ()


@pytest.mark.parametrize(
    ("in_use", "expected"),
    [
        (["a", "b"], ["a", "b", "sharpem: new"]),
        (list("abcdefghij"), [*"abcdefghi", "sharpem: new"]),
        (["sharpem: 1", "sharpem: 2", *"abcdefgh"], ["sharpem: 2", *"abcdefgh", "sharpem: new"]),
    ],
)
def test_labels_are_kept_and_ours_appended(random_array, tmp_path, in_use, expected):
    placement = Placement(labels=tuple(in_use))
    density = DensityMap(random_array, (12.0, 9.0, 7.0, 90.0, 90.0, 90.0), placement)
    write_map(density, tmp_path / "out.mrc", label="new")
    assert read_map(tmp_path / "out.mrc").placement.labels == tuple(expected)
    assert_valid(tmp_path / "out.mrc")


def test_labels_are_80_ascii_characters(random_array, tmp_path):
    density = DensityMap.from_array(random_array, 1.05)
    write_map(density, tmp_path / "out.mrc", label="B = 90 Å²\n" + "x" * 100)
    (label,) = read_map(tmp_path / "out.mrc").placement.labels
    assert label == "sharpem: B = 90 ?? " + "x" * 61


@pytest.mark.parametrize(
    ("extended", "given", "written"),
    [
        (b"X,Y,Z".ljust(80) * 2, b"", b"CCP4"),
        (bytes(range(100)), b"", b"MRCO"),
        (bytes(range(100)), b"FEI1", b"FEI1"),
    ],
)
def test_extended_header_is_kept(*, mrc_file, random_array, tmp_path, extended, given, written):
    source = mrc_file("in.mrc.gz")
    with mrcfile.open(source, mode="r+") as mrc:
        mrc.set_extended_header(np.frombuffer(extended, "V1"))
        mrc.header.exttyp = given
    density = read_map(source)
    np.testing.assert_array_equal(density.data, random_array)
    write_map(density, tmp_path / "out.mrc")
    assert_valid(tmp_path / "out.mrc")
    with mrcfile.open(tmp_path / "out.mrc") as mrc:
        assert mrc.extended_header.tobytes() == extended
        assert mrc.header.exttyp == written


def test_output_has_the_usual_permissions(random_array, tmp_path):
    before = os.umask(0o027)
    try:
        write_map(DensityMap.from_array(random_array, 1.05), tmp_path / "out.mrc")
    finally:
        os.umask(before)
    assert (tmp_path / "out.mrc").stat().st_mode & 0o777 == 0o640


def test_map_in_memory_is_the_only_large_array(mrc_file, tmp_path):
    """Two maps' worth would exceed the limit: values are converted and sorted on the go."""
    array = np.random.default_rng(3).normal(size=(200, 300, 200)).astype(np.float16)
    path = mrc_file(array=array, mapc=3, mapr=2, maps=1)
    tracemalloc.start()
    try:
        density = read_map(path)
        write_map(density, tmp_path / "out.mrc")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < density.data.nbytes + 30e6 < 2 * density.data.nbytes


REAL = {  # shape (x, y, z), voxel size (A) from README.md; origin (A) from there or from NSTART
    "emd_20026/emd20026_prot.mrc.gz": ((94, 104, 112), 0.65, (117.0, 65.65, 101.4)),
    "emd_4413/6i5a_box.ccp4.gz": ((46, 70, 43), 1.064, (0, 0, 0)),
    "emd_11007/emd_11007.map.gz": ((240, 240, 240), 0.834, (0, 0, 0)),
    "emd_3488/emd_3488.mrc.gz": ((100, 100, 100), 1.05, (0, 0, 0)),
    "emd_5185/3j06_no_ligand_box.ccp4.gz": ((79, 62, 49), 0.869, (0, 0, 0)),
    "emd_8410/8410_zone4A.mrc.gz": ((113, 61, 101), 1.3, (97.5, 105.3, 105.3)),
    TINY_MAP: ((41, 38, 36), 1.08, (0, 0, 0)),
    "emd_30342/390_emd_30342_A_z4.mrc.gz": ((89, 81, 63), 1.113, (145.82, 112.83, 120.52)),
    "emd_6770/B_no_ligand_box.ccp4.gz": ((39, 49, 78), 1.338, (0, 0, 0)),
    "emd_3240/5fn5_box.ccp4.gz": ((64, 99, 66), 1.4, (0, 0, 0)),
    "emd_21457/emd_21457_seg.mrc.gz": ((48, 40, 47), 1.05, (162.75, 231.0, 204.75)),
    "emd_44046/emd_44046.map.gz": ((360, 360, 360), 1.044, (0, 0, 0)),
    "emd_32143/low-res-emd-32143.map.gz": ((100, 100, 100), 1.527, (0, 0, 0)),
    "emd_3001/EMD-3001.map.gz": ((43, 25, 73), (0.448, 0.393, 0.459), (-9.413, -4.71, 0)),
    "synthetic_halfmaps_5ni1/half_map_1.mrc.gz": ((96, 96, 96), 1.05, (0, 0, 0)),
}


@pytest.mark.parametrize("name", present(REAL))
def test_real_maps_stay_where_they_are(tmp_path, name):
    size, voxel_size, origin = REAL[name]
    density = read_map(real(name))
    assert density.shape == size[::-1]
    np.testing.assert_allclose(density.voxel_size, voxel_size, atol=6e-4)
    np.testing.assert_allclose(density.origin, origin, atol=6e-3)

    out = tmp_path / "out.mrc"
    write_map(density, out)
    assert_valid(out)
    before = gemmi.read_ccp4_map(str(real(name)))
    after = gemmi.read_ccp4_map(str(out))
    for word in (*range(1, 4), *range(5, 11), *range(17, 20), 24):  # sizes, starts, axes, NSYMBT
        assert before.header_i32(word) == after.header_i32(word), word
    assert [after.header_float(w) for w in (*range(11, 17), *range(50, 53))] == [
        before.header_float(w) for w in (*range(11, 17), *range(50, 53))
    ]
    np.testing.assert_array_equal(before.grid.array, after.grid.array)
    with mrcfile.open(out) as mrc:
        columns, rows, sections = density.placement.axis_order
        ours = density.data.transpose(3 - sections, 3 - rows, 3 - columns)
        np.testing.assert_array_equal(mrc.data, ours)
    assert read_map(out).same_grid(density) is None


@pytest.mark.parametrize(
    ("name", "corner"),
    present([(TINY_MAP, (0, 0, 0)), ("emd_3001/EMD-3001.map.gz", (-21 / 40, -12 / 12, 0))]),
)
def test_real_maps_overlay_in_gemmi(name, corner):
    density = read_map(real(name))
    ccp4 = gemmi.read_ccp4_map(str(real(name)), setup=False)
    ccp4.setup(float("nan"), gemmi.MapSetup.ReorderOnly)  # xyz order, box as in the file
    np.testing.assert_array_equal(ccp4.grid.array.transpose(2, 1, 0), density.data)
    position = ccp4.grid.unit_cell.orthogonalize(gemmi.Fractional(*corner)).tolist()
    np.testing.assert_allclose(density.origin, position, atol=1e-4)
