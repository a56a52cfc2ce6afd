"""Boxes cut out of maps: every voxel stays where it was, for every program that reads them."""

from __future__ import annotations

from dataclasses import replace

import gemmi
import mrcfile
import numpy as np
import pytest
from real_maps import TINY_MAP, TINY_MODEL, TINY_RESOLUTION, present, real

import sharpem
from sharpem.errors import InputError
from sharpem.io.model import read_model
from sharpem.io.write_model import moved_model
from sharpem.maps.crop import at_corner, box_around_mask, box_around_model, crop
from sharpem.maps.density import DensityMap, Placement, Reflections
from sharpem.maps.model import Model
from sharpem.maps.soft_zone import soft_zone, surface_points

START, SIZE = (3, 2, 1), (6, 5, 4)
ANGLES = {"orthogonal": (90.0, 90.0, 90.0), "triclinic": (80.0, 100.0, 75.0)}
PLACES = {
    "at 0": Placement(),
    "NSTART": Placement(nstart=(-5, 7, 2)),
    "NSTART, back to 0": Placement(nstart=(-3, -2, -1)),
    "ORIGIN on the grid": Placement(origin_words=(11.0, -6.6, 22.0)),
    "ORIGIN between grid points": Placement(origin_words=(11.3, -6.1, 22.0)),
    "part of a cell": Placement(nstart=(4, 4, 4), sampling=(40, 30, 20)),
}


def atoms_at(positions, **values) -> Model:
    n = len(positions)
    return Model(
        np.array(positions, float), ("C",) * n, np.ones(n), np.ones(n), 12 * n, 15 * n, **values
    )


def a_map(array, placement=PLACES["at 0"], angles=ANGLES["orthogonal"]) -> DensityMap:
    nz, ny, nx = array.shape
    return DensityMap(array, (1.1 * nx, 1.1 * ny, 1.1 * nz, *angles), placement)


@pytest.mark.parametrize(("place", "angles"), [(p, a) for p in PLACES for a in ANGLES])
def test_voxels_stay_where_they_were(random_array, tmp_path, place, angles):
    whole = a_map(random_array, PLACES[place], ANGLES[angles])
    box = crop(whole, START, SIZE)
    expected = np.array(whole.origin) + whole.voxel_axes @ START
    np.testing.assert_array_equal(box.data, random_array[1:5, 2:7, 3:9])
    assert box.voxel_size == pytest.approx(whole.voxel_size)
    assert box.origin == pytest.approx(expected, abs=1e-5)
    assert box.placement.origin_words == pytest.approx(expected, abs=1e-5)
    sharpem.write_map(box, tmp_path / "box.mrc")
    again = sharpem.read_map(tmp_path / "box.mrc")
    assert again.same_grid(box) is None
    with mrcfile.open(tmp_path / "box.mrc") as mrc:
        origin = [mrc.header.origin[axis] for axis in "xyz"]
        voxel_size = mrc.voxel_size.tolist()
    assert origin == pytest.approx(expected, abs=1e-5)
    assert voxel_size == pytest.approx((1.1, 1.1, 1.1), abs=1e-6)


@pytest.mark.parametrize(
    ("place", "angles"),
    [
        *((p, a) for p in ("at 0", "NSTART", "part of a cell") for a in ANGLES),
        ("ORIGIN on the grid", "orthogonal"),
    ],
)
def test_gemmi_finds_the_density_at_the_same_positions(random_array, tmp_path, place, angles):
    whole = a_map(random_array, PLACES[place], ANGLES[angles])
    sharpem.write_map(crop(whole, START, SIZE), tmp_path / "box.mrc")
    grid = gemmi.read_ccp4_map(str(tmp_path / "box.mrc"), setup=True).grid
    for i, j, k in [(3, 2, 1), (8, 6, 4), (5, 3, 2)]:
        position = np.array(whole.origin) + whole.voxel_axes @ (i, j, k)
        nearest = grid.get_nearest_point(gemmi.Position(*position))
        assert nearest.value == random_array[k, j, i]
        image = grid.unit_cell.find_nearest_image(
            gemmi.Position(*position), grid.point_to_position(nearest), gemmi.Asu.Any
        )
        assert image.dist() < 1e-4


def test_box_is_its_own_cell_unless_it_was_part_of_one(random_array):
    alone = crop(a_map(random_array), START, SIZE)
    assert alone.full_cell == pytest.approx((6.6, 5.5, 4.4, 90, 90, 90))
    part = crop(a_map(random_array, PLACES["part of a cell"]), START, SIZE)
    assert part.full_cell == pytest.approx((44, 33, 22, 90, 90, 90))


@pytest.mark.parametrize(
    ("start", "size"), [((-1, 0, 0), (3, 3, 3)), ((0, 0, 0), (13, 3, 3)), ((2, 2, 2), (3, 1, 3))]
)
def test_box_outside_the_map_is_refused(random_array, start, size):
    with pytest.raises(InputError, match=r"expected within \(12, 9, 7\)"):
        crop(a_map(random_array), start, size)


def test_crystal_goes_on_beyond_the_edge_of_its_cell(random_array):
    crystal = replace(a_map(random_array), reflections=Reflections(("F", "P"), 3.0), xray=True)
    box = crop(crystal, (-2, 7, -8), (15, 4, 3))
    tiled = np.tile(random_array, (3, 3, 3))
    np.testing.assert_array_equal(box.data, tiled[7 - 1 : 7 + 2, 9 + 7 : 9 + 11, 12 - 2 : 12 + 13])
    assert box.placement.nstart == (-2, 7, -8)
    assert box.full_cell == pytest.approx(crystal.cell)
    assert box.xray
    assert box.reflections is None
    assert not box.periodic


@pytest.mark.parametrize("angles", ANGLES)
def test_box_about_a_model_holds_all_within_the_padding_and_no_more(angles):
    whole = a_map(
        np.random.default_rng(3).normal(size=(40, 44, 48)).astype("f4"), angles=ANGLES[angles]
    )
    corners = whole.voxel_axes @ np.array([[20, 21, 19], [25, 23, 22]]).T
    box = box_around_model(whole, atoms_at(corners.T), padding=6.0)
    assert box.inside == 1
    assert not box.cut
    index = np.stack(np.meshgrid(*map(range, (48, 44, 40)), indexing="ij"), axis=-1)
    positions = index @ whole.voxel_axes.T
    near = (
        np.min([np.linalg.norm(positions - corner, axis=-1) for corner in corners.T], axis=0) <= 6
    )
    wanted = np.argwhere(near)
    first, last = np.array(box.start), np.array(box.start) + box.map.shape[::-1] - 1
    assert (first <= wanted.min(axis=0)).all()
    assert (last >= wanted.max(axis=0)).all()
    assert (wanted.min(axis=0) - first <= 2).all()
    assert (last - wanted.max(axis=0) <= 2).all()


def test_box_ends_at_the_edge_of_the_map_and_says_so(random_array):
    whole = a_map(random_array)
    box = box_around_model(whole, atoms_at([[5, 5, 4], [5, 5, 30], [6, 5, 4]]), padding=2.0)
    assert box.cut
    assert box.inside == pytest.approx(2 / 3)
    assert box.start == (2, 2, 1)
    assert box.map.shape[0] == 6


def test_model_elsewhere_is_refused_with_the_distance(random_array):
    with pytest.raises(
        InputError, match=r"no atom lies in the map \(the centres are 1\d\d A apart\)"
    ):
        box_around_model(a_map(random_array), atoms_at([[100, 50, 20]]))


def test_negative_width_is_refused(random_array):
    with pytest.raises(InputError, match="padding of -1 A"):
        box_around_model(a_map(random_array), atoms_at([[5, 5, 4]]), padding=-1)
    with pytest.raises(InputError, match="soft edge of -1 A"):
        box_around_mask(a_map(random_array), a_map(random_array), soft=-1)


def test_mask_gives_the_box(random_array):
    whole = a_map(random_array, PLACES["NSTART"])
    inside = np.zeros_like(random_array)
    inside[2:4, 3:6, 5:8] = 1
    box = box_around_mask(whole, whole.with_data(inside), padding=1.1)
    assert box.start == (4, 2, 1)
    np.testing.assert_array_equal(box.map.data, random_array[1:5, 2:7, 4:9])
    soft = box_around_mask(whole, whole.with_data(inside), padding=1.1, soft=1.0)
    np.testing.assert_array_equal(soft.map.data[1:3, 1:4, 1:4], random_array[2:4, 3:6, 5:8])
    assert not soft.map.data[0].any()


def test_mask_on_another_grid_or_empty_is_refused(random_array):
    whole = a_map(random_array)
    with pytest.raises(InputError, match="not on the map's grid: first voxel"):
        box_around_mask(whole, a_map(random_array, PLACES["NSTART"]))
    with pytest.raises(InputError, match=r"no value above 0\.5"):
        box_around_mask(whole, whole.with_data(np.zeros_like(random_array)))


@pytest.mark.parametrize("angles", ANGLES)
def test_soft_edge_is_a_raised_cosine_of_the_distance(angles):
    grid = a_map(np.zeros((30, 30, 30), "f4"), angles=ANGLES[angles])
    points = np.array([grid.voxel_axes @ (12, 14, 15), grid.voxel_axes @ (16, 14, 15)])
    weight = soft_zone(grid, points, 4.0, 5.0)
    index = np.stack(np.meshgrid(*map(range, grid.shape), indexing="ij"), axis=-1)[..., ::-1]
    distance = np.min(
        [np.linalg.norm(index @ grid.voxel_axes.T - p, axis=-1) for p in points], axis=0
    )
    expected = 0.5 + 0.5 * np.cos(np.pi * np.clip((distance - 4) / 5, 0, 1))
    assert np.abs(weight - expected).max() < 0.09  # steps of half a voxel
    assert (weight[distance < 3.99] == 1).all()
    assert not weight[distance > 9.01].any()


def test_atoms_beyond_the_edge_do_not_come_in_on_the_other_side():
    grid = a_map(np.ones((20, 20, 20), "f4"))
    weight = soft_zone(grid, np.array([[-2.0, 11, 11], [400, 11, 11]]), 3.0, 2.0)
    assert weight[:, :, :2].max() == 1
    assert not weight[:, :, 5:].any()


def test_surface_of_a_mask_is_where_it_ends():
    inside = np.zeros((9, 9, 9), bool)
    inside[2:7, 2:7, 2:7] = True
    points = surface_points(a_map(inside.astype("f4")), inside)
    assert len(points) == 5**3 - 3**3
    inside[...] = True
    assert len(surface_points(a_map(inside.astype("f4")), inside)) == 9**3 - 7**3


def test_corner_goes_to_the_origin(random_array):
    placement = Placement(
        nstart=(3, 4, 5), space_group=19, sampling=(40, 40, 40), extended_header=b"x" * 80
    )
    moved = at_corner(a_map(random_array, placement))
    assert moved.origin == (0, 0, 0)
    assert moved.full_cell == moved.cell
    assert moved.placement.space_group == 1


PDB = """\
CRYST1   50.000   60.000   70.000  90.00  90.00  90.00 P 21 21 21    4
MTRIX1   1  0.000000 -1.000000  0.000000        4.00000
MTRIX2   1  1.000000  0.000000  0.000000        5.00000
MTRIX3   1  0.000000  0.000000  1.000000        6.00000
ATOM      1  CA AGLY A   1      10.000  20.000  30.000  0.50 20.00           C
ANISOU    1  CA AGLY A   1     1000   2000   3000      0      0      0       C
ATOM      2  CA BGLY A   1      11.000  20.000  30.000  0.50 20.00           C
HETATM    3  O   HOH A   2      12.000  21.000  31.000  1.00 20.00           O
END
"""


@pytest.mark.parametrize("ending", [".pdb", ".cif"])
def test_model_moves_as_a_whole(tmp_path, ending):
    source = tmp_path / "model.pdb"
    source.write_text(PDB)
    text, found = moved_model(source, (-8, -9, -10), (40, 41, 42, 90, 90, 90), ending=ending)
    assert found == ending
    (tmp_path / f"moved{ending}").write_text(text)
    before, after = (gemmi.read_structure(str(p)) for p in (source, tmp_path / f"moved{ending}"))
    atoms = [cra.atom for cra in after[0].all()]
    assert [a.pos.tolist() for a in atoms] == [[2, 11, 20], [3, 11, 20], [4, 12, 21]]
    assert [a.altloc for a in atoms] == ["A", "B", "\0"]
    assert atoms[0].aniso.u22 == pytest.approx(0.2)
    assert after.cell.parameters == pytest.approx((40, 41, 42, 90, 90, 90))
    assert after.spacegroup_hm == "P 1"
    mate = before.ncs[0].apply(gemmi.Position(10, 20, 30)).tolist()
    assert after.ncs[0].apply(gemmi.Position(2, 11, 20)).tolist() == pytest.approx(
        np.add(mate, (-8, -9, -10)).tolist()
    )


def test_model_that_no_longer_fits_its_format_is_refused(tmp_path):
    source = tmp_path / "model.pdb"
    source.write_text(PDB)
    with pytest.raises(InputError, match="further than 9999 A"):
        moved_model(source, (20000, 0, 0), (40, 41, 42, 90, 90, 90))


def in_a_larger_box(density, atoms, margin=12):
    """The tiny map, which ends at its molecule, with solvent about it."""
    data = np.pad(density.data, margin)
    shift = margin * np.array(density.voxel_size)
    return DensityMap.from_array(data, density.voxel_size), atoms.moved(shift)


REAL = [
    (TINY_MAP, TINY_MODEL, TINY_RESOLUTION),
    ("emd_3488/emd_3488.mrc.gz", "emd_3488/5ni1_updated.cif", 3.2),
]


@pytest.mark.parametrize(("map_", "model", "resolution"), present(REAL))
def test_correlation_with_the_model_is_the_same_in_the_box(map_, model, resolution):
    whole, atoms = sharpem.read_map(real(map_)), read_model(real(model))
    if map_ == TINY_MAP:
        whole, atoms = in_a_larger_box(whole, atoms)
    expected = sharpem.map_model_cc(whole, atoms, resolution=resolution).cc_mask
    for soft in (None, 5.0):
        box = box_around_model(whole, atoms, soft=soft)
        assert box.map.voxels < 0.7 * whole.voxels
        found = sharpem.map_model_cc(box.map, atoms, resolution=resolution).cc_mask
        assert found == pytest.approx(expected, abs=0.002)
