"""The paper's protocol over a table of pairs: rules, statistics, files."""

import csv
import json
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest
from pdb_text import pdb_text

from sharpem import read_map, write_map
from sharpem.cli import main
from sharpem.errors import InputError
from sharpem.evaluation.compare import compare
from sharpem.io.model import read_model
from sharpem.report.study_figures import study_figures
from sharpem.simulate import shaken, simulate_map
from sharpem.study import (
    CaseOutcome,
    MethodOutcome,
    Pair,
    Protocol,
    paper_table,
    read_pairs,
    run_study,
    statistics,
)
from sharpem.study.inputs import fetched, read_inputs, stated_resolution
from sharpem.study.refine import refined
from sharpem.study.statistics import preparation

HEADER = "name,map,model,resolution"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two simulated pairs, one with half maps; a model that is elsewhere; a table of them all."""
    folder = tmp_path_factory.mktemp("pairs")
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        protein = read_model(path)
    ball = protein.selected(np.linalg.norm(protein.positions - protein.centre, axis=1) < 13)
    (folder / "ball.pdb").write_text(pdb_text(ball))
    turned = replace(ball, positions=ball.positions[:, ::-1] - ball.centre[::-1] + ball.centre)
    (folder / "turned.pdb").write_text(pdb_text(turned))
    for name, b_iso, resolution in (("blurred", 120.0, 3.5), ("sharp", 20.0, 4.0)):
        made = simulate_map(ball, resolution=resolution, b_iso=b_iso, half_maps=True, seed=2)
        write_map(made.map, folder / f"{name}.mrc")
        for number, half in enumerate(made.half_maps, start=1):
            write_map(half, folder / f"{name}_half{number}.mrc")
    rows = [
        f"{HEADER},half1,half2,group,model_resolution,true_b",
        "blurred,blurred.mrc,ball.pdb,3.5,blurred_half1.mrc,blurred_half2.mrc,one,,120",
        "# a comment",
        "sharp,sharp.mrc,ball.pdb,4.0,,,two,3.9,20",
        "disagree,sharp.mrc,ball.pdb,4.0,,,two,3.8,",
        "coarse,sharp.mrc,ball.pdb,4.8,,,two,,",
        "turned,sharp.mrc,turned.pdb,4.0,,,two,,",
        "missing,none.mrc,ball.pdb,4.0,,,two,,",
    ]
    (folder / "pairs.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture(scope="module")
def study(folder, tmp_path_factory):
    return run_study(read_pairs(folder / "pairs.csv"), tmp_path_factory.mktemp("study") / "cases")


def test_every_pair_ends_somewhere(study):
    assert [case.name for case in study.counted] == ["blurred", "sharp"]
    assert {rule: [c.name for c in cs] for rule, cs in study.excluded.items() if cs} == {
        "resolution": ["disagree"],
        "limit": ["coarse"],
        "correlation": ["turned"],
    }
    assert list(study.failed) == ["missing"]
    assert "none.mrc: no such file" in study.failed["missing"]
    by_name = {case.name: case for case in study.cases}
    assert "4 A, of the model 3.8 A" in by_name["disagree"].excluded.reason
    assert by_name["disagree"].shape is None
    assert 0 < by_name["turned"].cc_mask < 0.3


def test_a_case_is_what_compare_finds_in_the_box(study, folder):
    pair = read_pairs(folder / "pairs.csv")[0]
    inputs = read_inputs(pair, 5.0)
    whole = read_map(pair.map)
    assert inputs.density.voxels < whole.voxels
    assert inputs.half_maps.one.same_grid(inputs.density) is None
    case, found = study.cases[0], compare(
        inputs.density, resolution=3.5, half_maps=inputs.half_maps, model=inputs.model
    )  # fmt: skip
    assert case.shape == inputs.density.shape
    assert case.cc_mask == found.entries[0].cc_mask
    by_name = {m.name: m.cc_mask for m in case.methods}
    local = {name for name in by_name if name.endswith("-local")}
    assert local == {"surface-local", "surface-bare-local", "half-map-local", "model-local"}
    for name in local:  # about the filter for the whole, and next to it on a map with one B
        assert by_name.pop(name) == pytest.approx(by_name[name.removesuffix("-local")], abs=0.01)
    apart = by_name.pop("model-held-out")
    assert apart == pytest.approx(by_name["model"], abs=0.02)
    assert by_name == {entry.name: entry.cc_mask for entry in found.entries[1:]}
    assert all(
        case.method(entry.name).interval == entry.choice.b_iso.interval
        for entry in found.entries[1:]
    )
    assert (case.best_b_sharpen, case.best_cc) == (
        found.best_sharpening.b_sharpen,
        found.best_sharpening.cc_mask,
    )
    assert case.method("half-map").b_sharpen is None
    assert case.method("surface").overall_b == pytest.approx(
        case.b_signal - case.method("surface").b_sharpen
    )


def test_curves_and_errors(study):
    """Fig. 7: a model of higher B asks for a map of higher B, a model with errors agrees less."""
    for case in study.counted:
        best = [max(case.curves[b], key=lambda point: point[1])[0] for b in ("-100", "0", "100")]
        assert best == sorted(best)
        assert best[1] == pytest.approx(case.b_signal - case.best_b_sharpen)
        cc = [one.cc_mask for one in case.shaken]
        assert cc == sorted(cc, reverse=True)
        assert [one.rms for one in case.shaken] == [0, 0.5, 1, 1.5, 2]
        spread = {
            name: np.ptp([getattr(one, name) for one in case.shaken])
            for name in ("overall_b", "refined_b")
        }
        assert spread["refined_b"] < spread["overall_b"]


def test_refinement_brings_atoms_back(folder):
    pair = read_pairs(folder / "pairs.csv")[0]
    inputs = read_inputs(pair, 5.0)
    wrong = shaken(inputs.model, 1.0)
    again = refined(wrong, inputs.density, inputs.model)
    before, after = (
        np.sqrt(np.mean(np.sum((one.positions - inputs.model.positions) ** 2, axis=1)))
        for one in (wrong, again)
    )
    assert after < 0.8 * before


def test_intervals_are_counted():
    interval = {"inside": (0.0, 10.0), "outside": (20.0, 30.0)}
    cases = [
        replace(
            case(name, 0.5, 0.6, b=(50.0, 45.0)),
            b_signal=50.0,
            methods=(MethodOutcome("surface", "surface", True, 0.6, 50.0, 0.0, 0.1, where),),
        )
        for name, where in interval.items()
    ]
    assert statistics(cases)[0].held == 0.5
    again = CaseOutcome.from_dict(json.loads(json.dumps(cases[0].to_dict())))
    assert again == cases[0]


def test_whole_maps(folder):
    pair = read_pairs(folder / "pairs.csv")[1]
    assert read_inputs(pair, None).density.shape == read_map(pair.map).shape


def test_half_maps_alone(folder):
    pair = replace(read_pairs(folder / "pairs.csv")[0], map="")
    mean, full = (
        read_inputs(one, None).density
        for one in (pair, replace(pair, map=str(folder / "blurred.mrc")))
    )
    np.testing.assert_allclose(mean.data, full.data, atol=1e-6 * full.data.max())


def test_outcomes_survive_json(study):
    for case in study.cases:
        again = CaseOutcome.from_dict(json.loads(json.dumps(case.to_dict())))
        assert again == case


def case(name, before, after, *, best_cc=0.6, b=(50.0, 60.0), group=""):
    """A case with one method, and a model-based one that has no b_sharpen."""
    methods = (
        MethodOutcome("surface", "surface", True, after, b[0], 20.0, 0.1),
        MethodOutcome("model", "model", True, after + 0.01, None, 20.0, 0.1),
    )
    return CaseOutcome(
        name, group, 3.0, cc_mask=before, best_b_sharpen=b[1], best_cc=best_cc, methods=methods
    )


def test_statistics_by_hand():
    cases = [
        case("a", 0.50, 0.56),
        case("b", 0.50, 0.52, b=(50.0, 20.0)),
        case("c", 0.50, 0.4999),
        case("d", 0.50, 0.47),
        replace(case("e", 0.1, 0.9), excluded=Protocol().correlation(0.1)),
    ]
    surface, model = statistics(cases)
    assert (surface.name, surface.maps) == ("surface", 4)
    assert surface.improved == 0.5
    assert surface.mean_gain == pytest.approx((0.06 + 0.02 - 0.0001 - 0.03) / 4)
    assert (surface.better, surface.worse) == (0.5, 0.25)
    assert surface.rms_delta_b == pytest.approx(np.sqrt((3 * 100 + 900) / 4))
    assert surface.mean_delta_b == pytest.approx((-30 + 30) / 4)
    assert surface.worst_regret == pytest.approx(0.13)
    assert surface.surface_ahead is None
    assert model.rms_delta_b is None
    assert model.surface_ahead == pytest.approx(-0.01)
    assert statistics([]) == ()


def test_preparation_by_hand():
    cases = [
        replace(case("a", 0.5, 0.6), volume_ratio=1.1, b_signal=50.0, true_b=47.0),
        replace(case("b", 0.5, 0.6), volume_ratio=1.3, b_signal=50.0, true_b=54.0),
        replace(case("c", 0.5, 0.6), volume_ratio=0.9, b_signal=50.0),
    ]
    found = preparation(cases)
    assert (found.volume_ratio, found.volume_within) == (1.1, pytest.approx(2 / 3))
    assert found.rms_b_error == pytest.approx(np.sqrt((9 + 16) / 2))
    assert preparation(cases[2:]).rms_b_error is None
    assert preparation([case("d", 0.5, 0.6)]) is None


def test_rules():
    rules = Protocol()
    assert rules.resolutions(3.2, 3.39) is None
    assert rules.resolutions(3.2, 3.4).rule == "resolution"
    assert rules.resolutions(3.2, None) is None
    assert rules.resolutions(None, 3.2).reason == "no resolution stated"
    assert rules.resolutions(4.5, 4.5) is None
    assert rules.resolutions(4.51, 4.5).rule == "limit"
    assert rules.correlation(0.3) is None
    assert rules.correlation(0.29).rule == "correlation"


def test_resolution_of_the_model_s_file(folder):
    pair = Pair("x", "x.mrc", str(folder / "ball.pdb"))
    assert stated_resolution(pair) is None
    assert stated_resolution(replace(pair, model_resolution=2.5)) == 2.5
    text = "REMARK   2 RESOLUTION.    3.40 ANGSTROMS.\n" + (folder / "ball.pdb").read_text()
    (folder / "stated.pdb").write_text(text)
    assert stated_resolution(replace(pair, model=str(folder / "stated.pdb"))) == 3.4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no rows"),
        (HEADER, "no rows"),
        (f"{HEADER},colour\na,b,c,3,red", "unknown column 'colour'"),
        ("name,map,model\na,b,c", "no column 'resolution'"),
        (f"{HEADER},name\na,b,c,3,d", "two columns are named name"),
        (f"{HEADER}\na,b,c", "line 2: 3 cells, expected 4"),
        (f"{HEADER}\na,b,c,good", "resolution 'good', expected a resolution in A"),
        (f"{HEADER}\n# x\na,b,c,-3", "line 3: resolution '-3'"),
        (f"{HEADER}\na,b,c,", "nothing under resolution"),
        (f"{HEADER}\na,,c,3", "nothing under map, expected one, or half maps"),
        (f"{HEADER}\na/b,m,c,3", "name 'a/b', expected letters"),
        (f"{HEADER}\na,b,c,3\nA,b,c,3", "the name 'A' again"),
        (f"{HEADER},half1,half2\na,b,c,3,h,", "one half map, expected both"),
        (f"{HEADER},true_b\na,b,c,3,nan", "true_b 'nan', expected a number"),
    ],
)
def test_bad_tables(tmp_path, capsys, text, message):
    (tmp_path / "bad.csv").write_text(text)
    assert main(["study", str(tmp_path / "bad.csv"), "-o", str(tmp_path / "out")]) == 2
    caught = capsys.readouterr()
    assert message in caught.err
    assert caught.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_table_that_is_no_text(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_pairs(tmp_path / "none.csv")
    (tmp_path / "map.csv").write_bytes(bytes(range(256)))
    with pytest.raises(InputError, match="not UTF-8"):
        read_pairs(tmp_path / "map.csv")


def test_entries_of_the_paper_are_there():
    pairs = read_pairs(paper_table())
    assert len(pairs) == 6
    assert all(pair.map.startswith("EMD-") for pair in pairs)
    assert {pair.model for pair in pairs} >= {"3j9c", "5h1r", "3j5p"}


@pytest.mark.usefixtures("archive")
def test_entries_are_fetched():
    pair = fetched(Pair("x", "EMD-3488", "5ni1", half1="EMD-3488"))
    assert pair.resolution is not None
    assert pair.map.endswith("emd_3488.map.gz")
    assert pair.model.endswith("5ni1.cif.gz")
    assert "half_map_1" in pair.half1
    assert "half_map_2" in pair.half2
    with pytest.raises(InputError, match="EMD-9999"):
        fetched(Pair("x", "EMD-9999", "5ni1"))


def test_command(folder, tmp_path, capsys):
    table, out = folder / "pairs.csv", tmp_path / "out"
    assert main(["study", str(table), "-o", str(out)]) == 4
    printed = capsys.readouterr()
    assert printed.err.splitlines()[-1].startswith("sharpem: missing: ")
    assert "2 of 6 pairs count" in printed.out
    assert "in the paper" in printed.out
    assert "disagree: resolution of the map 4 A" in printed.out
    values = json.loads((out / "study.json").read_text())
    assert (values["pairs"], values["counted"]) == (6, 2)
    assert set(values["groups"]) == {"one", "two"}
    with (out / "study.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["name"] for row in rows} == {case["name"] for case in values["cases"]} | {"missing"}
    blurred = {row["method"]: row for row in rows if row["name"] == "blurred"}
    assert set(blurred) == {m["name"] for m in values["cases"][0]["methods"]}
    page = (out / "study.html").read_text()
    assert page.count("<svg") == len(list((out / "figures").iterdir()))
    assert "://" not in page
    assert "none.mrc: no such file" in page
    for name in ("7A", "7B", "7C", "8", "9A", "9B", "9C", "9D"):
        assert (out / "figures" / f"figure_{name}.svg").read_text().startswith("<svg xmlns")


def test_done_is_not_done_again(folder, tmp_path):
    pairs = read_pairs(folder / "pairs.csv")[2:]
    seen = []
    for least in (0.3, 0.3, 0.2):
        told = []
        run_study(
            pairs, tmp_path / "x", protocol=Protocol(least_correlation=least), on_done=told.append
        )
        seen.append({one.job.key: one.fresh for one in told if one.done})
    assert all(seen[0].values())
    assert not any(seen[1].values())
    assert all(seen[2].values())


def test_no_pair_counts(folder, tmp_path, capsys):
    (folder / "none.csv").write_text(f"{HEADER}\ncoarse,sharp.mrc,ball.pdb,4.8\n")
    assert main(["study", str(folder / "none.csv"), "-o", str(tmp_path / "out")]) == 0
    assert "No pair counts" in capsys.readouterr().out
    assert "No pair counts" in (tmp_path / "out/study.html").read_text()


def test_local_figures_appear_with_local_methods(study):
    def without_local(case):
        kept = tuple(one for one in case.methods if not one.name.endswith("-local"))
        return replace(case, methods=kept)

    more = {one.number for one in study_figures(study.counted)}
    numbers = {one.number for one in study_figures([without_local(case) for case in study.counted])}
    assert {"10A", "10C"} <= more - numbers <= {"10A", "10B", "10C"}
