"""The half-map filter: against the best radial filter there is, files, cross-check, single map."""

import json
from importlib import resources
from itertools import pairwise
from xml.etree import ElementTree

import gemmi
import numpy as np
import pytest
from real_maps import needs, real

from sharpem import _core, apply, read_map, sharpen
from sharpem.cli import main
from sharpem.errors import InputError
from sharpem.evaluation.agreement import ModelAgreement
from sharpem.io.model import read_model
from sharpem.io.mrc import write_map
from sharpem.maps.half_maps import pair_half_maps
from sharpem.simulate import simulate_map
from sharpem.spectra.filters import Filter, SharpenBlur, ShellFilter

RESOLUTION = 3.5


@pytest.fixture(scope="module")
def pair():
    """A simulated pair: B = 120 A^2, FSC = 0.143 over the box at 3.5 A."""
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        protein = read_model(path)
    near = np.linalg.norm(protein.positions - protein.centre, axis=1) < 16
    return simulate_map(
        protein.selected(near), resolution=RESOLUTION, b_iso=120.0, half_maps=True, seed=2
    )


@pytest.fixture(scope="module")
def result(pair):
    one, two = pair.half_maps
    return sharpen(half1=one, half2=two, resolution=RESOLUTION)


def best_radial_cc(density, by_model, shells=40):
    """Correlation of the best sum of shells with the model: least squares over the mask."""
    spectrum = _core.analyse(density.data, density.cell, by_model.resolution)
    s_max = 1 / by_model.resolution
    edges = np.linspace(0, s_max * (1 + 1e-6), shells + 1)
    parts = []
    for low, high in pairwise(edges):
        s = [0.0, low - 1e-7, low, high - 1e-7, high] if low else [0.0, high - 1e-7, high]
        step = [0.0, 0.0, 1.0, 1.0, 0.0] if low else [1.0, 1.0, 0.0]
        curve = _core.RadialCurve.table(s, step, s_max)
        part = _core.synthesise(spectrum, curve)[by_model.mask].astype(float)
        if np.ptp(part) > 0:
            parts.append((part - part.mean()) / part.std())
    parts = np.array(parts)
    model = by_model.density[by_model.mask].astype(float)
    weights = np.linalg.lstsq(parts @ parts.T, parts @ (model - model.mean()), rcond=1e-10)[0]
    return float(np.corrcoef(weights @ parts, model)[0, 1])


def test_close_to_the_best_radial_filter(pair, result):
    by_model = ModelAgreement(pair.map, pair.model, resolution=RESOLUTION)
    best = best_radial_cc(pair.map, by_model)
    found = by_model.correlation(result.map).cc_mask
    assert found > best - 0.005
    assert found > by_model.correlation(pair.map).cc_mask + 0.1


def test_order_of_the_halves_changes_no_bit(pair):
    one, two = pair.half_maps
    forth, back = sharpen(half1=one, half2=two), sharpen(half1=two, half2=one)
    assert forth.resolution == back.resolution
    assert forth.filter.to_dict() == back.filter.to_dict()
    np.testing.assert_array_equal(forth.map.data, back.map.data)


def test_model_for_the_amplitudes(pair, result):
    one, two = pair.half_maps
    helped = sharpen(half1=one, half2=two, resolution=RESOLUTION, model=pair.model)
    assert helped.method == "half-map"
    by_model = ModelAgreement(pair.map, pair.model, resolution=RESOLUTION)
    assert (
        by_model.correlation(helped.map).cc_mask > by_model.correlation(result.map).cc_mask - 0.001
    )


def test_resolution_from_the_fsc(pair):
    one, two = pair.half_maps
    found = sharpen(half1=one, half2=two)
    table = found.choice.shells.to_dict()
    assert table["resolution"]["unmasked_0.143"] == pytest.approx(RESOLUTION, abs=0.1)
    assert found.resolution == table["resolution"]["0.143"] < RESOLUTION
    assert table["resolution"]["0.5"] > found.resolution


def test_masked_fsc_is_that_of_less_noise(pair, result):
    """The mask lets all the signal and its share of the noise through: no more than that."""
    table = {
        k: np.array(v) for k, v in result.choice.shells.to_dict().items() if isinstance(v, list)
    }
    known = (table["fsc_unmasked"] > 0.15) & (table["s"] > 0.1)
    ratio = (
        table["fsc_unmasked"]
        / (1 - table["fsc_unmasked"])
        / result.choice.shells.to_dict()["mask_share"]
    )
    expected = ratio / (1 + ratio)
    np.testing.assert_allclose(table["fsc_corrected"][known], expected[known], atol=0.05)


def test_filter_and_choice(pair, result):
    radial = result.filter.radial
    assert isinstance(radial, ShellFilter)
    assert radial.scale[0] == 1
    assert min(radial.scale) >= 0
    assert np.all(np.diff(radial.d) < 0)
    assert result.trials == ()
    assert result.input.path is None
    np.testing.assert_allclose(result.input.data, pair.map.data, atol=1e-5)
    low, high = result.b_iso.interval
    assert (low + high) / 2 == pytest.approx(result.b_iso.target)
    assert result.b_iso.signal == pytest.approx(120, abs=20)
    assert result.verdict.warnings == ()


def test_the_target_is_that_of_the_b_sharpen_that_is_most_like_the_filter(pair, result):
    """Over the voxels of the maps; low orders count a little more there."""
    expected = apply(pair.map, Filter(result.filter.radial, RESOLUTION)).data.ravel()

    def alike(b_sharpen):
        blurred = Filter(SharpenBlur(b_sharpen, RESOLUTION), RESOLUTION)
        return np.corrcoef(apply(pair.map, blurred).data.ravel(), expected)[0, 1]

    found = result.b_iso.signal - result.b_iso.target
    assert max(np.arange(0.0, 250.0, 5.0), key=alike) == pytest.approx(found, abs=15)


def test_the_full_map_may_be_filtered_already(pair, result):
    """A radial filter on the full map is undone: amplitudes are the map's, CC* the half maps'."""
    one, two = pair.half_maps
    before = Filter(ShellFilter((50.0, 5.0, 3.0), (1.0, 1.5, 3.0)), 2.4)
    again = sharpen(apply(pair.map, before), half1=one, half2=two, resolution=RESOLUTION)
    by_model = ModelAgreement(pair.map, pair.model, resolution=RESOLUTION)
    assert by_model.correlation(again.map).cc_mask == pytest.approx(
        by_model.correlation(result.map).cc_mask, abs=0.002
    )


def test_given_mask(pair, result):
    one, two = pair.half_maps
    mask = pair.map.with_data(pair.mask)
    found = sharpen(half1=one, half2=two, resolution=RESOLUTION, mask=mask)
    assert found.choice.shells.to_dict()["mask_share"] == pytest.approx(pair.mask.mean())
    by_model = ModelAgreement(pair.map, pair.model, resolution=RESOLUTION)
    assert by_model.correlation(found.map).cc_mask > by_model.correlation(result.map).cc_mask - 0.01


def test_a_mask_worse_than_none_is_left_out(pair, result):
    """A mask about a corner of the solvent: said, and not used."""
    one, two = pair.half_maps
    corner = np.zeros(pair.map.shape, dtype=np.float32)
    corner[:8, :8, :8] = 1
    found = sharpen(half1=one, half2=two, resolution=RESOLUTION, mask=pair.map.with_data(corner))
    assert {x.code for x in found.choice.findings} == {"mask-doubtful"}
    assert any("left out" in x.do for x in found.choice.findings)
    np.testing.assert_array_equal(
        found.choice.shells.half_map_fsc.corrected, result.choice.shells.half_map_fsc.corrected
    )


def test_single_map_does_as_well_where_there_is_solvent(pair, result):
    by_model = ModelAgreement(pair.map, pair.model, resolution=RESOLUTION)
    alone = sharpen(pair.map, resolution=RESOLUTION, method="single-map")
    assert by_model.correlation(alone.map).cc_mask == pytest.approx(
        by_model.correlation(result.map).cc_mask, abs=0.005
    )


def test_single_map_needs_solvent(pair):
    cut = pair.map.with_data(np.where(pair.mask, pair.map.data, 0))
    with pytest.raises(InputError, match="no solvent that would show the noise"):
        sharpen(cut, resolution=RESOLUTION, method="single-map")


def test_surface_is_checked_on_each_half(pair):
    one, two = pair.half_maps
    found = sharpen(half1=one, half2=two, resolution=RESOLUTION, method="surface")
    check = found.choice.shells.to_dict()["half_maps"]
    assert len(check["b_sharpen"]) == len(check["b_sharpen_score_alone"]) == 2
    alone = sharpen(one, resolution=RESOLUTION, molecular_volume=found.prepared.volume.angstrom3)
    chosen = alone.b_iso.signal - alone.b_iso.target
    assert check["b_sharpen"][0] == pytest.approx(chosen, abs=1)
    assert any("On the half maps alone" in text for text in found.verdict.reasons)
    assert found.trials


def test_files(pair, result, tmp_path):
    written = result.write(tmp_path / "out", half_maps=True)
    names = {"map", "json", "report", "chimerax", "star", "fsc", "half1", "half2"}
    assert set(written) == names
    assert all(path.is_file() for path in written.values())
    values = json.loads(written["json"].read_text())
    assert values["method"] == "half-map"
    assert values["filter"]["kind"] == "shells"
    assert values["shells"]["scale"][-1] is None
    half = read_map(written["half1"]).data
    np.testing.assert_allclose(half, apply(pair.half_maps[0], result.filter).data, rtol=1e-6)
    mean = (half + read_map(written["half2"]).data) / 2
    np.testing.assert_allclose(mean, result.map.data, atol=1e-3 * result.map.data.std())
    block = gemmi.cif.read(str(written["star"])).find_block("general")
    assert float(block.find_value("_rlnFinalResolution")) == pytest.approx(
        values["shells"]["resolution"]["0.143"], abs=1e-5
    )
    points = ElementTree.parse(written["fsc"]).getroot().findall("coordinate")
    assert [float(p.findtext("y")) for p in points] == pytest.approx(
        values["shells"]["fsc_corrected"], abs=1e-5
    )
    page = written["report"].read_text(encoding="utf-8")
    assert "Fourier shell correlation" in page
    assert "phases randomised" in page


def test_half_maps_that_were_not_given_cannot_be_written(pair, tmp_path):
    result = sharpen(pair.map, resolution=RESOLUTION, b_sharpen=50)
    with pytest.raises(InputError, match="no half maps were given"):
        result.write(tmp_path / "out", half_maps=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({}, "no map, expected one"),
        ({"half2": "x.mrc"}, "half2 without half1"),
        ({"half1": "no_such_half1.mrc"}, "half map 2 is not beside it"),
    ],
)
def test_what_is_missing_is_said(keywords, message):
    with pytest.raises(InputError, match=message):
        sharpen(**keywords)


def test_methods_need_what_they_work_on(pair):
    for method in ("half-map", "model"):
        with pytest.raises(InputError, match=f"method {method} without"):
            sharpen(pair.map, resolution=3.5, method=method)
    with pytest.raises(InputError, match="no resolution given"):
        sharpen(pair.map)


def test_job_folder_on_the_command_line(pair, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    job = tmp_path / "job012"
    job.mkdir()
    for i, half in enumerate(pair.half_maps, 1):
        write_map(half, job / f"run_half{i}_class001_unfil.mrc")
    assert main(["sharpen", str(job), "-o", "out", "--write-half-maps", "--no-report"]) == 0
    assert sorted(path.name for path in tmp_path.glob("out*")) == [
        *("out.cxc", "out.json", "out.mrc", "out.star"),
        *("out_fsc.xml", "out_half1.mrc", "out_half2.mrc"),
    ]
    assert "half-map" in (tmp_path / "out.json").read_text()
    assert "The half maps agree" in capsys.readouterr().out
    assert main(["sharpen", "--half2", str(job / "run_half2_class001_unfil.mrc")]) == 2
    assert main(["sharpen"]) == 2
    assert main(["sharpen", str(tmp_path), "-o", "again", "--half1", str(job)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3


@needs("synthetic_halfmaps_5ni1/half_map_1.mrc.gz")
def test_synthetic_pair():
    folder = real("synthetic_halfmaps_5ni1")
    halves = [read_map(folder / f"half_map_{i}.mrc.gz") for i in (1, 2)]
    mean = pair_half_maps(*halves).mean()
    model = read_model(folder / "model_shifted.pdb")
    result = sharpen(half1=halves[0], half2=halves[1], resolution=3.2)
    by_model = ModelAgreement(mean, model, resolution=3.2)
    best = best_radial_cc(mean, by_model, shells=60)
    assert by_model.correlation(result.map).cc_mask > best - 0.005
    table = result.choice.shells.to_dict()["resolution"]
    assert table["unmasked_0.143"] == pytest.approx(3.2, abs=0.1)


def test_single_map_of_a_filtered_map_falls_back(pair):
    spectrum = _core.analyse(pair.map.data, pair.map.cell, 2.4)
    s, factor = np.array([0.0, 0.2, 0.205, 0.4]), np.array([1.0, 1.0, 1e-3, 1e-3])
    _core.apply(spectrum, _core.RadialCurve.table(s, factor, 0.42))
    cut = pair.map.with_data(_core.synthesise(spectrum))
    result = sharpen(cut, resolution=RESOLUTION, method="single-map")
    assert not result.verdict.applicable
    assert "What the earlier filter at" in result.verdict.reasons[0]
    assert result.choice.leaves_alone
    assert result.filter.to_dict()["kind"] == "sharpen-blur"
