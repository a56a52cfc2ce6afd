"""Symmetry: found where a map has it, on every grid and in every setting; refused elsewhere."""

import gzip
from dataclasses import replace
from importlib import resources

import gemmi
import numpy as np
import pytest
from real_maps import TINY_MAP, needs, present, real

import sharpem
from sharpem.analysis.model_map import model_map
from sharpem.analysis.symmetry import symmetry_of
from sharpem.errors import InputError
from sharpem.io.model import read_model
from sharpem.maps.crop import crop
from sharpem.maps.density import DensityMap, Placement
from sharpem.maps.point_groups import is_among, settings

VOXEL = (2.5, 2.5, 2.5)
OFFSETS = {
    "C": (24, 5, 3),
    "D": (26, 5, 18),
    "T": (30, 10, 12),
    "O": (40, 12, 20),
    "I": (55, 20, 14),
}


@pytest.fixture(scope="module")
def unit():
    """A piece of a protein without symmetry, about 20 A wide, at the origin."""
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        protein = read_model(path)
    part = protein.selected(np.linalg.norm(protein.positions - protein.centre, axis=1) < 11)
    return part.moved(-part.positions.mean(axis=0))


def copied(unit, turns, offset):
    """Copies of a unit about the origin."""
    n = len(turns)
    return replace(
        unit,
        positions=np.concatenate([(unit.positions + offset) @ turn.T for turn in turns]),
        elements=unit.elements * n,
        occupancies=np.tile(unit.occupancies, n),
        b_iso=np.tile(unit.b_iso, n),
    )


def a_map(
    model, *, odd=(0, 0, 0), axis=None, step=VOXEL, angles=(90.0, 90.0, 90.0), noise=0.0, **place
):
    """Map of a model about the origin, which comes to stand at index `axis`; the model there."""
    half = np.ceil((np.abs(model.positions).max(axis=0) + 12) / step).astype(int)
    counts = 2 * half + odd
    axis = counts // 2 if axis is None else axis(counts)
    cell = (*(counts * step).tolist(), *angles)
    nz, ny, nx = counts[::-1].tolist()
    empty = DensityMap(np.zeros((nz, ny, nx), np.float32), cell, Placement(**place))
    moved = model.moved(np.array(empty.origin) + empty.voxel_axes @ axis)
    data = model_map(moved, empty, d_min=6.0, b_iso=100.0)
    grain = np.random.default_rng(3).standard_normal(data.shape, dtype=np.float32)
    return empty.with_data(data + noise * data.std() * grain), moved


def images_fall_on_atoms(symmetry, model, within=0.05):
    """Whether the operators permute the copies of a model's unit."""
    n = len(symmetry.operators)
    units = model.positions.reshape(n, -1, 3)
    images = symmetry.images(units[0])
    apart = np.linalg.norm(images[:, None] - units[None], axis=3).max(axis=2)
    return (
        np.array_equal(np.sort(apart.argmin(axis=1)), np.arange(n))
        and apart.min(axis=1).max() < within
    )


@pytest.mark.parametrize(
    ("name", "number"),
    [
        (name, i)
        for name in ("C2", "C5", "D3", "D4", "T", "O", "I")
        for i in range(len(settings(name)))
    ],
)
def test_found_in_every_setting(unit, name, number):
    density, model = a_map(copied(unit, settings(name)[number], OFFSETS[name[0]]))
    found = symmetry_of(name.lower(), density)
    assert found.name == name
    assert found.correlation > 0.97
    assert images_fall_on_atoms(found, model)
    np.testing.assert_allclose(found.operators[0], np.eye(3, 4), atol=1e-9)


@pytest.mark.parametrize("axis", [lambda n: n / 2, lambda n: n // 2, lambda n: (n - 1) / 2])
@pytest.mark.parametrize(
    "grid",
    [
        {},
        {"odd": (1, 1, 1)},
        {"odd": (1, 0, 1), "step": (2.5, 2.2, 1.9)},
        {"nstart": (-7, 11, 3)},
        {"origin_words": (-31.7, 12.0, 5.5), "odd": (0, 1, 0)},
    ],
    ids=["even", "odd", "uneven", "NSTART", "ORIGIN"],
)
def test_found_on_every_grid(unit, grid, axis):
    density, model = a_map(copied(unit, settings("D3")[0], OFFSETS["D"]), axis=axis, **grid)
    found = symmetry_of("D3", density)
    assert found.correlation > 0.97
    assert images_fall_on_atoms(found, model)


def test_found_in_an_oblique_box(unit):
    model = copied(unit, settings("C3")[0], OFFSETS["C"])
    density, model = a_map(model, angles=(80.0, 95.0, 110.0))
    assert images_fall_on_atoms(symmetry_of("C3", density), model)


def test_found_whatever_the_order_of_axes_in_the_file(unit, tmp_path):
    model = copied(unit, settings("C3")[0], OFFSETS["C"])
    density, model = a_map(model, odd=(2, 0, 5), axis_order=(3, 1, 2), nstart=(2, 3, 4))
    sharpem.write_map(density, tmp_path / "map.mrc")
    again = sharpem.read_map(tmp_path / "map.mrc")
    assert again.placement.axis_order == (3, 1, 2)
    assert images_fall_on_atoms(symmetry_of("C3", again), model)


def test_found_in_noise(unit):
    density, model = a_map(copied(unit, settings("D3")[1], OFFSETS["D"]), noise=0.5)
    found = symmetry_of("D3", density)
    assert 0.8 < found.correlation < 0.99
    assert images_fall_on_atoms(found, model, within=0.5)


def test_found_in_a_box_cut_out_about_the_molecule(unit):
    density, model = a_map(copied(unit, settings("C4")[0], OFFSETS["C"]))
    nz, ny, nx = density.shape
    box = crop(density, (0, 3, 0), (nx - 3, ny - 3, nz))
    assert images_fall_on_atoms(symmetry_of("C4", box), model, within=0.5)


def test_refused_where_the_box_holds_a_part_of_the_molecule(unit):
    density, _ = a_map(copied(unit, settings("C4")[0], OFFSETS["C"]))
    nz, ny, nx = density.shape
    with pytest.raises(InputError, match=r"no symmetry C4: correlation -?0\.\d\d"):
        symmetry_of("C4", crop(density, (0, 0, 0), (nx // 2, ny, nz)))


@pytest.mark.parametrize(
    ("has", "asked"),
    [("C1", "C2"), ("C1", "I"), ("C4", "C8"), ("C4", "C3"), ("C4", "D4"), ("C7", "C6"),
     ("C7", "C14"), ("D3", "D6"), ("D3", "T"), ("T", "O"), ("O", "I"), ("I", "O")],
)  # fmt: skip
def test_refused_where_the_map_has_another_symmetry(unit, has, asked):
    density, _ = a_map(copied(unit, settings(has)[0], OFFSETS[has[0]]))
    message = rf"^map: no symmetry {asked}: correlation -?0\.[0-4]\d .* expected at least 0\.7$"
    with pytest.raises(InputError, match=message):
        symmetry_of(asked, density)


@pytest.mark.parametrize(
    ("has", "asked"), [("C4", "C2"), ("D3", "C3"), ("O", "T"), ("I", "T"), ("O", "D4")]
)
def test_a_part_of_the_symmetry_is_symmetry_too(unit, has, asked):
    density, _ = a_map(copied(unit, settings(has)[0], OFFSETS[has[0]]))
    assert symmetry_of(asked, density).correlation > 0.97


@pytest.mark.parametrize(("occupancy", "holds"), [(0.7, True), (0.0, False)])
def test_a_unit_may_be_weaker_but_not_missing(unit, occupancy, holds):
    model = copied(unit, settings("C3")[0], OFFSETS["C"])
    occupancies = model.occupancies.copy()
    occupancies[: len(unit)] *= occupancy
    density, _ = a_map(replace(model, occupancies=occupancies))
    if holds:
        assert 0.8 < symmetry_of("C3", density).correlation < 0.999
    else:
        with pytest.raises(InputError, match="no symmetry C3"):
            symmetry_of("C3", density)


def test_c1_is_no_symmetry_and_always_there(unit):
    found = symmetry_of("C1", a_map(unit)[0])
    assert found.operators.shape == (1, 3, 4)
    assert found.correlation == 1.0
    np.testing.assert_array_equal(found.images([[1.0, 2.0, 3.0]]), [[[1.0, 2.0, 3.0]]])


def test_a_box_too_small_to_show_symmetry_is_refused(random_array):
    density = DensityMap.from_array(random_array, 1.0)
    with pytest.raises(InputError, match="map: box of 7 A, expected 12 A"):
        symmetry_of("C2", density)


def test_crystals_are_refused(unit):
    density, _ = a_map(copied(unit, settings("C4")[0], OFFSETS["C"]), space_group=75)
    with pytest.raises(InputError, match="a crystal's unit cell, expected a single particle's map"):
        symmetry_of("C4", density)


# Operators from files


def transforms(operators):
    return [
        gemmi.Transform(gemmi.Mat33(turn[:, :3].tolist()), gemmi.Vec3(*turn[:, 3]))
        for turn in operators
    ]


def a_structure(assembly=(), ncs=()):
    structure = gemmi.Structure()
    structure.name = "test"
    structure.add_model(gemmi.Model(1))
    structure[0].add_chain("A")
    residue = gemmi.Residue()
    residue.name, residue.seqid = "ALA", gemmi.SeqId("1")
    atom = gemmi.Atom()
    atom.name, atom.element = "CA", gemmi.Element("C")
    residue.add_atom(atom)
    structure[0]["A"].add_residue(residue)
    structure.setup_entities()
    if len(assembly):
        generator = gemmi.Assembly.Gen()
        generator.chains, generator.subchains = ["A"], ["Axp"]
        for number, transform in enumerate(transforms(assembly), 1):
            operator = gemmi.Assembly.Operator()
            operator.name, operator.transform = str(number), transform
            generator.operators.append(operator)
        whole = gemmi.Assembly("1")
        whole.generators.append(generator)
        structure.assemblies.append(whole)
    for number, transform in enumerate(transforms(ncs), 1):
        structure.ncs.append(gemmi.NcsOp(transform, str(number), given=False))
    return structure


def write(structure, path):
    text = (
        structure.make_mmcif_document().as_string()
        if ".cif" in path.name
        else structure.make_pdb_string()
    )
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.fixture
def ring(unit):
    """Map with C3 about an axis that is nowhere near the middle, its model and its operators."""
    model = copied(unit, settings("C3")[0], OFFSETS["C"])
    density, model = a_map(model, axis=lambda n: n // 2 + np.array((3, -2, 0)))
    centre = model.positions.reshape(3, -1, 3).mean(axis=(0, 1))
    turns = settings("C3")[0]
    return density, model, np.concatenate([turns, (centre - turns @ centre)[:, :, None]], axis=2)


@pytest.mark.parametrize("suffix", [".pdb", ".pdb.gz", ".cif", ".cif.gz"])
@pytest.mark.parametrize(("kind", "source"), [("assembly", "assembly 1"), ("ncs", "NCS")])
def test_operators_of_a_file(ring, tmp_path, kind, source, suffix):
    density, model, operators = ring
    path = write(a_structure(**{kind: operators[::-1]}), tmp_path / f"model{suffix}")
    found = symmetry_of(str(path), density)
    assert found.name == f"model{suffix} ({source})"
    assert found.correlation > 0.97
    assert len(found.operators) == 3
    assert images_fall_on_atoms(found, model)
    np.testing.assert_array_equal(found.operators[0], np.eye(3, 4))
    turns = found.operators[:, :, :3]
    np.testing.assert_allclose(
        turns @ turns.transpose(0, 2, 1), [np.eye(3)] * 3, rtol=0, atol=1e-12
    )


def test_ncs_where_the_assembly_is_the_identity(ring, tmp_path):
    density, _, operators = ring
    structure = a_structure(assembly=operators[:1], ncs=operators[1:])
    assert symmetry_of(write(structure, tmp_path / "m.cif"), density).name == "m.cif (NCS)"


def test_operators_elsewhere_are_refused(ring, tmp_path):
    density, _, operators = ring
    operators[1:, 0, 3] += 8
    path = write(a_structure(assembly=operators), tmp_path / "m.pdb")
    with pytest.raises(InputError, match=r"no symmetry m\.pdb \(assembly 1\): correlation .* file"):
        symmetry_of(path, density)


@pytest.mark.parametrize(
    "change", [lambda op: 1.1 * op, lambda op: op * [[1], [1], [-1]]], ids=["larger", "mirror"]
)
def test_operators_that_are_no_rotations_are_refused(ring, tmp_path, change):
    density, _, operators = ring
    operators[1] = change(operators[1])
    path = write(a_structure(assembly=operators), tmp_path / "m.pdb")
    with pytest.raises(InputError, match=r"m\.pdb: operators that are no rotations"):
        symmetry_of(path, density)


def test_files_without_operators(ring, tmp_path):
    with pytest.raises(InputError, match=r"m\.pdb: no operators but the identity, expected"):
        symmetry_of(write(a_structure(), tmp_path / "m.pdb"), ring[0])
    with pytest.raises(
        InputError, match="symmetry '222r': neither a point group nor a file, expect"
    ):
        symmetry_of("222r", ring[0])


@needs("emd_3488/emd_3488.mrc.gz")
def test_haemoglobin():
    """C2 was imposed on the deposited map; the chains alpha and beta are alike, but no D2."""
    density = sharpem.read_map(real("emd_3488/emd_3488.mrc.gz"))
    assert symmetry_of("C2", density).correlation > 0.99
    with pytest.raises(InputError, match="no symmetry D2"):
        symmetry_of("D2", density)
    by_model = symmetry_of(real("emd_3488/5ni1_updated.cif"), density)
    assert by_model.name == "5ni1_updated.cif (NCS)"
    assert by_model.correlation > 0.95
    expected = symmetry_of("C2", density).operators
    assert is_among(by_model.operators[1][:, :3], expected[:, :, :3], 0.01)


@pytest.mark.parametrize(
    ("map_", "symmetry"),
    present([(TINY_MAP, "C2"), ("emd_8410/8410_zone4A.mrc.gz", "emd_8410/pdb5tj6.ent")]),
)
def test_one_subunit_has_no_symmetry(map_, symmetry):
    density = sharpem.read_map(real(map_))
    given = real(symmetry) if "/" in symmetry else symmetry
    with pytest.raises(InputError, match=rf"no symmetry {symmetry.rpartition('/')[2]}"):
        symmetry_of(given, density)
