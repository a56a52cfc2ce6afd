"""``sharpem evaluate``: correlations and FSC of several maps with one model."""

import json
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest
from pdb_text import pdb_text
from real_maps import TINY_MAP, TINY_MODEL, TINY_RESOLUTION, present, real

from sharpem import Filter, InputError, SharpenBlur, apply, map_model_cc, read_map, write_map
from sharpem.cli import main
from sharpem.evaluation.agreement import ModelAgreement, evaluate, highest
from sharpem.io.model import read_model
from sharpem.maps.density import DensityMap
from sharpem.maps.statistics import correlate
from sharpem.simulate import simulate_map

# Correlation by a separate program with numpy.fft and gemmi alone, waters kept.
INDEPENDENT = [
    ("emd_20026/emd20026_prot.mrc.gz", "emd_20026/3ajo_fitted_refined.pdb", 1.75, 0.7394),
    ("emd_4413/6i5a_box.ccp4.gz", "emd_4413/initial.pdb", 2.3, 0.8109),
    ("emd_3488/emd_3488.mrc.gz", "emd_3488/5ni1_updated.cif", 3.2, 0.8141),
    ("emd_21457/emd_21457_seg.mrc.gz", "emd_21457/6vyb_Ndom.pdb", 3.2, 0.4686),
    (
        "emd_5185/3j06_no_ligand_box.ccp4.gz",
        "emd_5185/3j06_no_ligand_box_complete.pdb",
        3.3,
        0.7896,
    ),
    ("emd_8410/8410_zone4A.mrc.gz", "emd_8410/pdb5tj6.ent", 3.4, 0.6136),
    (TINY_MAP, TINY_MODEL, TINY_RESOLUTION, 0.7005),
    ("emd_30342/390_emd_30342_A_z4.mrc.gz", "emd_30342/390_7cec_A.cif", 3.9, 0.6334),
    ("emd_6770/B_no_ligand_box.ccp4.gz", "emd_6770/B_no_ligand_box_complete.pdb", 4.0, 0.7309),
    ("emd_3240/5fn5_box.ccp4.gz", "emd_3240/5fn5_box_complete.pdb.gz", 4.3, 0.6412),
]


@pytest.fixture(scope="module")
def simulated():
    """A ball of protein, B = 80, with twice the noise that half maps of 3 A have."""
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        protein = read_model(path)
    near = np.linalg.norm(protein.positions - protein.centre, axis=1) < 14
    return simulate_map(protein.selected(near), resolution=3.0, b_iso=80.0, noise=2.0, seed=5)


@pytest.fixture(scope="module")
def files(simulated, tmp_path_factory):
    """The map, the truth on another grid, something that is no map, and the model."""
    folder = tmp_path_factory.mktemp("evaluated")
    write_map(simulated.map, folder / "map.mrc")
    cut = np.ascontiguousarray(simulated.truth.data[2:, :, :])
    voxel = simulated.truth.voxel_size
    a, b, _, *angles = simulated.truth.cell
    x, y, z = simulated.truth.placement.nstart
    placement = replace(simulated.truth.placement, nstart=(x, y, z + 2))
    write_map(DensityMap(cut, (a, b, len(cut) * voxel[2], *angles), placement), folder / "cut.mrc")
    (folder / "bad.mrc").write_bytes(b"no map" * 300)
    (folder / "model.pdb").write_text(pdb_text(simulated.model))
    return folder


def test_the_truth_agrees_perfectly(simulated):
    found = evaluate(simulated.truth, simulated.model, resolution=3.0)
    assert found.correlation.cc_peaks == pytest.approx(1, abs=1e-5)
    inside = found.fsc.s <= 1 / 3.0
    assert found.fsc.value[inside].min() > 0.99  # beyond 3 A the truth holds less
    assert found.fsc_box.value[inside].min() > 0.999


def test_fsc_of_a_noisy_map(simulated):
    by_model = ModelAgreement(simulated.map, simulated.model, resolution=3.0)
    found = by_model.agreement(simulated.map)
    assert found.fsc.s[-1] < 1 / by_model.fsc_limit
    masked, box = found.fsc.crossing(0.5), found.fsc_box.crossing(0.5)
    assert masked.d < box.d  # the mask takes noise away
    assert masked.d == pytest.approx(3.0, abs=0.4)
    assert found.fsc_box.crossing(0.9).d > box.d > found.fsc_box.crossing(0.143).d


def test_radial_filters_leave_the_fsc_alone(simulated):
    by_model = ModelAgreement(simulated.map, simulated.model, resolution=3.0)
    sharper = apply(simulated.map, Filter(SharpenBlur(60.0, d_cut=0.5), by_model.fsc_limit))
    before, after = by_model.fsc(simulated.map), by_model.fsc(sharper)
    np.testing.assert_allclose(after.value, before.value, atol=0.01)


def test_peaks_against_numpy(simulated):
    by_model = ModelAgreement(simulated.map, simulated.model, resolution=3.0)
    one, two = simulated.map.data, by_model.density
    voxels = 500
    marked = highest(one, two, voxels)
    expected = np.zeros(one.size, dtype=bool)
    for data in (one, two):
        expected[np.argsort(data.ravel())[-voxels:]] = True
    np.testing.assert_array_equal(marked.ravel(), expected)
    numpys = np.corrcoef(one[marked], two[marked])[0, 1]
    assert correlate(one[marked], two[marked]) == pytest.approx(numpys, abs=1e-5)


@pytest.mark.parametrize("case", present(INDEPENDENT))
def test_real_maps_against_an_independent_program(case, capsys):
    map_, model, resolution, cc = case
    arguments = ["evaluate", real(map_), "--model", real(model), "-r", resolution]
    assert main([str(argument) for argument in [*arguments, "--json"]]) == 0
    found = json.loads(capsys.readouterr().out)["maps"][0]
    assert found["cc_mask"] == pytest.approx(cc, abs=1e-3)
    assert -1 <= found["cc_peaks"] <= 1


def run(*arguments):
    return main([str(argument) for argument in arguments])


def test_several_maps_on_several_grids(files, tmp_path, capsys):
    maps = (files / "map.mrc", files / "cut.mrc")
    options = ("--model", files / "model.pdb", "-r", 3, "-o", tmp_path / "out")
    assert run("evaluate", *maps, *options) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:4] == ["map", "CC_mask", "CC_box", "CC_peaks"]
    values = json.loads((tmp_path / "out.json").read_text())
    cc = [line["cc_mask"] for line in values["maps"]]
    assert cc[0] < 0.98 < cc[1]  # the second is the truth, cut a little
    for line, number in zip(lines[1:3], cc, strict=True):
        assert f"{number:.3f}" in line
    fsc = values["maps"][0]["fsc"]["masked"]
    assert len(fsc["s"]) == len(fsc["value"])
    assert fsc["d_0.5"]["d"] >= fsc["d_0.143"]["d"]
    page = (tmp_path / "out.html").read_text()
    assert f"{cc[0]:.3f}" in page
    assert "://" not in page


def test_a_bad_map_does_not_stop_the_others(files, tmp_path, capsys):
    maps = [files / name for name in ("bad.mrc", "map.mrc", "none.mrc")]
    options = ("--model", files / "model.pdb", "-r", 3, "-o", tmp_path / "out", "--json")
    assert run("evaluate", *maps, *options) == 2
    caught = capsys.readouterr()
    values = json.loads(caught.out)["maps"]
    assert [("error" in line) for line in values] == [True, False, True]
    assert caught.err.count("\n") == 2
    assert "Not evaluated" in (tmp_path / "out.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("map.mrc", "--model", "model.pdb"), "no resolution given"),
        (("map.mrc", "--model", "model.pdb", "-r", "1.2"), "twice the voxel size"),
        (("map.mrc", "-r", "3"), "--model"),
        (("map.mrc", "--model", "empty.pdb", "-r", "3"), "expected an atomic model"),
        (("map.mrc", "--model", "far.pdb", "-r", "3"), "atoms lie in the map"),
        (("map.mrc", "--model", "map.mrc", "-r", "3"), "not a PDB or mmCIF file"),
        (("map.mrc", "--model", "model.pdb", "-r", "3", "-o", "no/out"), "no such folder"),
    ],
)
def test_bad_requests(files, capsys, monkeypatch, arguments, message):
    monkeypatch.chdir(files)
    (files / "empty.pdb").write_text("REMARK nothing\nEND\n")
    (files / "far.pdb").write_text(
        "ATOM      1  C   ALA A   1     500.000 500.000 500.000  1.00  0.00           C\nEND\n"
    )
    assert run("evaluate", *arguments) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.count("\n") == 1
    assert message in caught.err


def test_existing_files_stay(files, tmp_path):
    (tmp_path / "out.json").write_text("mine")
    options = ("--model", files / "model.pdb", "-r", 3, "-o", tmp_path / "out")
    assert run("evaluate", files / "map.mrc", *options) == 2
    assert (tmp_path / "out.json").read_text() == "mine"
    assert not (tmp_path / "out.html").exists()
    assert run("evaluate", files / "map.mrc", *options, "--overwrite", "-q") == 0
    assert json.loads((tmp_path / "out.json").read_text())["resolution"] == 3


def test_scattering_is_stated_for_each_map(files, tmp_path, capsys):
    arguments = ("evaluate", files / "map.mrc", "--model", files / "model.pdb", "-r", 3, "--json")
    cc = []
    for more in ((), ("--electrons",), ("--xray",)):
        assert run(*arguments, *more) == 0
        cc.append(json.loads(capsys.readouterr().out)["maps"][0]["cc_mask"])
    assert cc[0] == cc[1] != cc[2]
    assert run(*arguments, "--xray", "--electrons") == 2
    assert "--electrons" in capsys.readouterr().err


def test_maps_of_two_kinds_do_not_share_a_model_map(simulated):
    crystal = replace(simulated.map, xray=True)
    of_electrons = ModelAgreement(simulated.map, simulated.model, resolution=3.0)
    assert not of_electrons.goes_with(crystal, xray=True)
    assert of_electrons.goes_with(crystal, xray=False)
    stated = evaluate(crystal, simulated.model, resolution=3.0, xray=False)
    assert stated.correlation == of_electrons.correlation(simulated.map)


def test_all_models_of_an_assembly_and_findings_of_the_model(files, tmp_path, capsys):
    atoms = [line for line in (files / "model.pdb").read_text().splitlines() if line != "END"]
    half = len(atoms) // 2
    parts = [
        ["MODEL        1", *atoms[:half], "ENDMDL"],
        ["MODEL        2", *atoms[half:], "ENDMDL"],
    ]
    assembly = tmp_path / "assembly.pdb"
    assembly.write_text("\n".join([*parts[0], *parts[1], "END", ""]))
    options = ("-r", 3, "--json", "-o", tmp_path / "out")
    answers = {}
    for name, model, more in (
        ("whole", files / "model.pdb", ()),
        ("first", assembly, ()),
        ("all", assembly, ("--all-models",)),
    ):
        assert run("evaluate", files / "map.mrc", "--model", model, *options, *more) == 0
        answers[name] = json.loads(capsys.readouterr().out)
        (tmp_path / "out.json").unlink()
        if name == "first":
            assert "The file holds 2 models" in (tmp_path / "out.html").read_text()
        (tmp_path / "out.html").unlink()
    assert answers["all"]["maps"] == answers["whole"]["maps"] != answers["first"]["maps"]
    assert "model-odd-atoms" in [one["code"] for one in answers["first"]["findings"]]
    assert "model-odd-atoms" not in [one["code"] for one in answers["all"]["findings"]]
    assert run("evaluate", files / "map.mrc", "--model", assembly, "-r", 3) == 0
    assert "The file holds 2 models; the first was taken." in capsys.readouterr().out


def test_what_python_takes_for_a_map_and_a_model(files, simulated):
    by_path = map_model_cc(files / "map.mrc", files / "model.pdb", resolution=3.0)
    density, model = read_map(files / "map.mrc"), read_model(files / "model.pdb")
    assert by_path == map_model_cc(density, model, resolution=3.0)
    filter_ = Filter(SharpenBlur(60.0, d_cut=3.0), 2.5)
    made = apply(files / "map.mrc", filter_)
    np.testing.assert_array_equal(made.data, apply(density, filter_).data)
    as_array = apply(np.asarray(density), filter_, voxel_size=density.voxel_size)
    np.testing.assert_array_equal(np.asarray(as_array), made.data)
    with pytest.raises(InputError, match="voxel_size"):
        map_model_cc(np.asarray(density), model, resolution=3.0)
