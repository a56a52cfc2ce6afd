"""X-ray maps: MTZ files in and out, crystal symmetry, and how well crystals are sharpened."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import gemmi
import numpy as np
import pytest
from real_maps import present, real

import sharpem
from sharpem import _core
from sharpem.cli import main
from sharpem.errors import InputError
from sharpem.evaluation.agreement import ModelAgreement
from sharpem.io.model import read_model
from sharpem.io.mtz import read_mtz
from sharpem.io.read import read_map
from sharpem.io.write_mtz import write_box_mtz, write_filtered_mtz
from sharpem.maps.crystal import space_group_of
from sharpem.maps.density import DensityMap
from sharpem.spectra.filters import Anisotropy, Filter, SharpenBlur

B_ISO = 40.0
D_MIN = 3.0
CRYSTALS = {
    "P 21 21 21": (31.0, 36.5, 40.2, 90.0, 90.0, 90.0),
    "C 1 2 1": (45.0, 30.0, 28.0, 90.0, 104.0, 90.0),
    "P 32 2 1": (33.0, 33.0, 41.0, 90.0, 90.0, 120.0),
    "P 1": (28.0, 30.0, 34.0, 80.0, 95.0, 101.0),
}


def atoms_in(cell: gemmi.UnitCell, count: int = 40) -> np.ndarray:
    """A chain of atoms 3.8 A apart, fractional coordinates."""
    random = np.random.default_rng(7)
    steps = random.normal(size=(count, 3))
    path = np.cumsum(3.8 * steps / np.linalg.norm(steps, axis=1)[:, None], axis=0)
    return np.array([cell.fractionalize(gemmi.Position(*xyz)).tolist() for xyz in path])


def structure_factors(
    hkl: np.ndarray, cell: gemmi.UnitCell, group: gemmi.SpaceGroup, b: float = B_ISO
) -> np.ndarray:
    """Of point carbons at B, all symmetry mates, summed directly; shape (n,)."""
    total = np.zeros(len(hkl), complex)
    for op in group.operations():
        moved = np.array([op.apply_to_xyz(x) for x in atoms_in(cell).tolist()])
        total += np.exp(2j * np.pi * hkl @ moved.T).sum(axis=1)
    s_squared = np.array([cell.calculate_1_d2(h) for h in hkl.tolist()])
    return 6 * total * np.exp(-b * s_squared / 4)


@pytest.fixture
def make_mtz(tmp_path):
    """Write an MTZ file of a small crystal; columns FP, SIGFP and a map's two."""

    def make(name="P 21 21 21", labels=("FWT", "PHWT"), file="x.mtz", missing=(), **kinds) -> Path:
        group, cell = gemmi.SpaceGroup(name), gemmi.UnitCell(*CRYSTALS[name])
        hkl = gemmi.make_miller_array(cell, group, D_MIN)
        f = structure_factors(hkl, cell, group)
        mtz = gemmi.Mtz(with_base=True)
        mtz.spacegroup = group
        mtz.set_cell_for_all(cell)
        mtz.add_dataset("data")
        names = ("FP", "SIGFP", *labels)
        for label, kind in zip(names, ("F", "Q", *(kinds.get("types", "FP"))), strict=True):
            mtz.add_column(label, kind)
        values = np.column_stack(
            [hkl, np.abs(f), np.ones(len(f)), np.abs(f), np.degrees(np.angle(f))]
        ).astype(np.float32)
        values[list(missing), 5] = np.nan
        mtz.set_data(values)
        mtz.history = ["made by a test"]
        mtz.write_to_file(str(tmp_path / file))
        return tmp_path / file

    return make


@pytest.mark.parametrize("name", CRYSTALS)
def test_map_is_the_fourier_sum_over_all_symmetry_mates(make_mtz, name):
    density = read_mtz(make_mtz(name))
    group, cell = gemmi.SpaceGroup(name), gemmi.UnitCell(*CRYSTALS[name])
    hkl = gemmi.make_miller_array(cell, gemmi.SpaceGroup("P 1"), D_MIN)
    f = structure_factors(hkl, cell, group)
    nz, ny, nx = density.shape
    for k, j, i in np.random.default_rng(1).integers(0, (nz, ny, nx), size=(12, 3)):
        phase = np.exp(-2j * np.pi * hkl @ (i / nx, j / ny, k / nz))
        expected = 2 * (f * phase).real.sum() / cell.volume
        assert density.data[k, j, i] == pytest.approx(expected, abs=2e-5 * np.abs(f).max())
    assert density.cell == pytest.approx(CRYSTALS[name])
    assert density.xray
    assert density.periodic
    assert density.reflections.d_min == pytest.approx(D_MIN, abs=0.05)
    between_planes = 1 / np.linalg.norm(np.linalg.inv(density.voxel_axes), axis=1)
    assert max(between_planes) <= 1.001 * density.reflections.d_min / 3
    assert abs(density.data.mean()) < 1e-5 * density.data.std()
    assert space_group_of(density).xhm() == group.xhm()


def test_missing_reflections_count_as_zero_and_are_told(make_mtz):
    lost = np.arange(0, 40)
    density = read_mtz(make_mtz(missing=lost))
    whole = read_mtz(make_mtz(file="whole.mtz"))
    assert np.isfinite(density.data).all()
    assert density.data.std() < whole.data.std()
    assert density.notes[-1] == f"40 of {len(read_hkl(make_mtz()))} reflections have no value."


def read_hkl(path: Path) -> np.ndarray:
    return gemmi.read_mtz_file(str(path)).make_miller_array()


@pytest.mark.parametrize(
    "labels",
    [("FWT", "PHWT"), ("2FOFCWT", "PH2FOFCWT"), ("FWT", "PHIFWT"), ("MYMAP", "MYPHASE")],
)
def test_columns_are_found(make_mtz, labels):
    assert read_mtz(make_mtz(labels=labels)).reflections.labels == labels


@pytest.mark.parametrize("labels", [("DELFWT", "PHDELWT"), ("FC", "PHIC"), ("FOFCWT", "PHFOFCWT")])
def test_difference_and_model_maps_are_taken_only_when_asked_for(make_mtz, labels):
    path = make_mtz(labels=labels)
    with pytest.raises(InputError, match=rf"no map coefficients.*FP \(F\).*{labels[0]} \(F\)"):
        read_mtz(path)
    assert read_mtz(path, labels).reflections.labels == labels


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (("FWT", "NONE"), "no column 'NONE' among FP"),
        (("SIGFP", "PHWT"), "column 'SIGFP' has type Q, expected F"),
        (("FWT", "FP"), r"column 'FP' has type F, expected P \(phases\)"),
    ],
)
def test_wrong_labels_are_refused(make_mtz, labels, message):
    with pytest.raises(InputError, match=message):
        read_mtz(make_mtz(), labels)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an MTZ file"),
        (b"MTZ ", "not an MTZ file"),
        (b"HEADER    PROTEIN" * 99, "not an MTZ"),
    ],
)
def test_files_that_are_no_mtz_are_refused(tmp_path, content, message):
    path = tmp_path / "bad.mtz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read_mtz(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_cut_off_file_and_missing_file_are_refused(make_mtz, tmp_path):
    path = make_mtz()
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match="not an MTZ file"):
        read_mtz(path)
    with pytest.raises(InputError, match="no such file"):
        read_mtz(tmp_path / "none.mtz")


def test_columns_without_values_are_refused(make_mtz):
    path = make_mtz()
    with pytest.raises(InputError, match="no reflection has a value in FWT,PHWT"):
        read_mtz(make_mtz(missing=range(len(read_hkl(path)))))


def test_voxel_size_and_labels_go_with_their_own_kind_of_file(make_mtz, mrc_file):
    with pytest.raises(InputError, match="--apix"):
        read_map(make_mtz(), voxel_size=1.0)
    with pytest.raises(InputError, match=r"--mtz-labels, expected an MTZ file"):
        read_map(mrc_file(), labels=("FWT", "PHWT"))


@pytest.mark.parametrize("name", CRYSTALS)
def test_map_of_the_mtz_written_is_the_map_written(make_mtz, tmp_path, name):
    density = read_mtz(make_mtz(name))
    result = sharpem.sharpen(density, resolution=density.reflections.d_min, b_sharpen=35)
    written = result.write(tmp_path / "out", report=False)
    labels = ("FWT_sharp", "PHWT_sharp")
    again = read_mtz(written["mtz"], labels)
    assert again.data.std() > 1.1 * density.data.std()
    np.testing.assert_allclose(again.data, result.map.data, atol=2e-5 * result.map.data.std())


def test_mtz_written_keeps_what_was_there(make_mtz, tmp_path):
    path = make_mtz("C 1 2 1", missing=[3, 8])
    density = read_mtz(path)
    filter_ = Filter(SharpenBlur(50, d_cut=3.5), 3.5, Anisotropy((10.0, 20, 5, 0, 3, 0)))
    names = write_filtered_mtz(density, filter_, tmp_path / "out.mtz", label="what was done")
    old, new = (gemmi.read_mtz_file(str(p)) for p in (path, tmp_path / "out.mtz"))
    assert new.spacegroup == old.spacegroup
    assert new.cell.parameters == old.cell.parameters
    assert new.column_labels() == [*old.column_labels(), *names]
    np.testing.assert_array_equal(new.array[:, : len(old.columns)], old.array)
    assert new.history == ["sharpem: FWT_sharp,PHWT_sharp what was done", "made by a test"]
    f, phi = (np.array(new.column_with_label(label).array) for label in names)
    gone = (new.make_d_array() < 3.5) | np.isin(np.arange(len(f)), [3, 8])
    np.testing.assert_array_equal(np.isnan(f), gone)
    np.testing.assert_array_equal(np.isnan(phi), gone)
    np.testing.assert_array_equal(phi[~gone], np.array(old.column_with_label("PHWT").array)[~gone])


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("2FOFCWT", "PH2FOFCWT"), ("FWT", "PHWT")),
        (("FWT", "PHWT"), ("FWT_sharp", "PHWT_sharp")),
        (("FWT", "PHI"), ("FWT_sharp", "PHWT_sharp")),
    ],
)
def test_new_columns_do_not_take_a_name_in_use(make_mtz, tmp_path, labels, expected):
    density = read_mtz(make_mtz(labels=labels), labels)
    filter_ = Filter(SharpenBlur(50, d_cut=3), 3.0)
    one = write_filtered_mtz(density, filter_, tmp_path / "one.mtz")
    assert one == expected
    two = write_filtered_mtz(read_mtz(tmp_path / "one.mtz", one), filter_, tmp_path / "two.mtz")
    three = write_filtered_mtz(read_mtz(tmp_path / "two.mtz", two), filter_, tmp_path / "3.mtz")
    assert len({labels, one, two, three}) == 4


def test_only_a_map_from_reflections_has_reflections_to_write(tmp_path, random_array):
    map_ = DensityMap.from_array(random_array, 1.0)
    with pytest.raises(InputError, match="not made from an MTZ file"):
        write_filtered_mtz(map_, Filter(SharpenBlur(1, d_cut=3), 3.0), tmp_path / "x.mtz")


@pytest.mark.parametrize("angles", [(90.0, 90.0, 90.0), (80.0, 100.0, 75.0)])
def test_terms_of_a_box_are_those_of_the_map(tmp_path, random_array, angles):
    map_ = DensityMap(random_array + 5, (13.0, 10.1, 8.3, *angles))
    names = write_box_mtz(map_, tmp_path / "x.mtz", d_min=2.63, label="test")
    assert names == ("FWT", "PHWT")
    mtz = gemmi.read_mtz_file(str(tmp_path / "x.mtz"))
    hkl = mtz.make_miller_array()
    volume = np.prod(map_.shape) * np.linalg.det(map_.voxel_axes)
    expected = volume * np.fft.fftn(map_.data, norm="forward").conj()[tuple(hkl.T[::-1])]
    f, phi = (np.array(mtz.column_with_label(name).array) for name in names)
    np.testing.assert_allclose(f * np.exp(1j * np.radians(phi)), expected, atol=1e-4 * f.max())
    spectrum = _core.analyse(map_.data, map_.cell, 2.63)
    assert 2 * len(f) == _core.shell_sums(spectrum, [1e-6, 1]).terms[0]
    assert mtz.spacegroup.xhm() == "P 1"
    assert mtz.cell.parameters == pytest.approx(map_.cell, rel=1e-6)


def test_counts_of_a_crystal_do_not_depend_on_where_the_cell_begins(make_mtz):
    density = read_mtz(make_mtz())
    moved = density.with_data(np.roll(density.data, (5, 11, 3), (0, 1, 2)))
    options = {"resolution": density.reflections.d_min, "solvent_content": 0.5, "b_step": 50}
    one, two = (sharpem.sharpen(map_, **options).trials for map_ in (density, moved))
    cut = sharpem.sharpen(
        replace(moved, reflections=None, placement=type(moved.placement)()), **options
    )
    assert [t.regions for t in one] == [t.regions for t in two]
    assert [t.surface_area for t in one] == [t.surface_area for t in two]
    assert [t.regions for t in one] != [t.regions for t in cut.trials]


def test_map_file_of_a_crystal_lies_on_its_atoms_for_other_programs(make_mtz, tmp_path):
    density = read_mtz(make_mtz("P 32 2 1"))
    sharpem.write_map(density, tmp_path / "x.mrc")
    ccp4 = gemmi.read_ccp4_map(str(tmp_path / "x.mrc"), setup=True)
    assert ccp4.grid.spacegroup.xhm() == "P 32 2 1"
    atoms = atoms_in(ccp4.grid.unit_cell)
    at_atoms = [ccp4.grid.interpolate_value(gemmi.Fractional(*x)) for x in atoms.tolist()]
    assert np.mean(at_atoms) > 3 * density.data.std()
    again = sharpem.read_map(tmp_path / "x.mrc")
    assert again.periodic
    assert space_group_of(again).xhm() == "P 32 2 1"
    assert again.same_grid(density) is None


def test_command_line_from_mtz_to_map_and_mtz(make_mtz, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    path = make_mtz(labels=("2FOFCWT", "PH2FOFCWT"), file="crystal.mtz")
    assert main(["sharpen", str(path), "--no-report"]) == 0
    assert "crystal_sharpened.mtz" in capsys.readouterr().out
    values = json.loads((tmp_path / "crystal_sharpened.json").read_text())
    assert values["resolution"] == pytest.approx(D_MIN, abs=0.05)
    assert values["input"]["mtz_labels"] == ["2FOFCWT", "PH2FOFCWT"]
    assert values["output"]["mtz"] == "crystal_sharpened.mtz"
    assert not values["noise_from_solvent"]
    assert "crystal.mtz" not in (tmp_path / "crystal_sharpened.cxc").read_text()
    again = read_mtz(tmp_path / "crystal_sharpened.mtz")
    assert again.reflections.labels == ("FWT", "PHWT")
    assert main(["sharpen", str(path), "--no-report"]) == 2  # is there already
    assert "exists" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--mtz-labels", "FWT"], "--mtz-labels: found FWT, expected two columns"),
        (["--mtz-labels", "FWT,NONE"], "no column 'NONE'"),
        (["--apix", "1.2"], "an MTZ file has a unit cell"),
        (["-r", "1.0"], "resolution 1 A is finer than"),
    ],
)
def test_command_line_refuses_in_one_line(make_mtz, tmp_path, capsys, options, message):
    prefix = str(tmp_path / "out")
    assert main(["sharpen", str(make_mtz()), "-o", prefix, *options]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not list(tmp_path.glob("out*"))


def test_command_line_lists_the_columns_where_there_is_no_map(make_mtz, tmp_path, capsys):
    path = make_mtz(labels=("I", "SIGI"), types="JQ")
    assert main(["sharpen", str(path), "-o", str(tmp_path / "out")]) == 2
    assert "FP (F), SIGFP (Q), I (J), SIGI (Q)" in capsys.readouterr().err


def test_finer_resolution_than_the_reflections_is_told(make_mtz):
    density = read_mtz(make_mtz())
    result = sharpem.sharpen(density, resolution=2.5, method="empirical")
    assert result.d_min == pytest.approx(density.reflections.d_min, rel=1e-5)
    [found] = [one for one in result.choice.findings if one.code == "resolution-too-fine"]
    assert found.text == "The reflections end at 3.00 A, short of the stated 2.5 A."
    assert "filtered" not in {one.code for one in result.choice.findings}


SETS = [
    ("xray_3io0/before_maps.mtz", None, "xray_3io0/before.pdb"),
    ("xray_3io0/after_maps.mtz", None, "xray_3io0/after.pdb"),
    (
        "xray_3io0/before_maps.mtz",
        ("2FOFCWT_sharp", "PH2FOFCWT_sharp"),
        "xray_3io0/before.pdb",
    ),
    ("xray_2h6o/2h6o_phases.mtz", None, "xray_2h6o/2h6o.pdb"),
    ("xray_rnase_sa/rnasa-1.8-all_refmac1.mtz", None, "xray_rnase_sa/tutorial-modern.pdb"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "labels", "model"), present(SETS))
def test_real_crystals_are_sharpened_nearly_as_well_as_can_be(path, labels, model):
    density = read_mtz(real(path), labels)
    resolution = density.reflections.d_min
    by_model = ModelAgreement(density, read_model(real(model)), resolution=resolution * 1.0001)
    result = sharpem.sharpen(density, resolution=resolution)
    before, after = (by_model.correlation(map_).cc_mask for map_ in (density, result.map))
    assert result.verdict.applicable
    assert after > before + 0.01
    assert after > by_model.best(density).cc_mask - 0.003
