"""All ways to choose side by side: on a simulated map whose answer is known, and as a command."""

import json
import re
from html.parser import HTMLParser
from importlib import resources

import numpy as np
import pytest
from pdb_text import pdb_text
from real_maps import TINY_MAP, TINY_MODEL, TINY_RESOLUTION, present, real

from sharpem import apply, read_map, sharpen, write_map
from sharpem.cli import main
from sharpem.errors import InputError
from sharpem.evaluation.agreement import ModelAgreement
from sharpem.evaluation.compare import DEPOSITED, compare
from sharpem.io.model import read_model
from sharpem.maps.half_maps import pair_half_maps
from sharpem.methods.registry import COMPARED, MODEL
from sharpem.report.comparison import (
    columns,
    headline,
    local_sentence,
    model_sentence,
    render_comparison,
)
from sharpem.simulate import local_b, simulate_map

RESOLUTION = 3.5
REAL = [
    (TINY_MAP, TINY_MODEL, TINY_RESOLUTION),
    ("emd_6770/B_no_ligand_box.ccp4.gz", "emd_6770/B_no_ligand_box_complete.pdb", 4.0),
]
B_ISO = 100.0


@pytest.fixture(scope="module")
def simulated():
    """A ball of protein in a small box with solvent, at B = 100, with half maps."""
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        protein = read_model(path)
    near = np.linalg.norm(protein.positions - protein.centre, axis=1) < 14
    return simulate_map(
        protein.selected(near),
        resolution=RESOLUTION,
        b_iso=B_ISO,
        noise=1.0,
        half_maps=True,
        seed=3,
    )


@pytest.fixture(scope="module")
def files(simulated, tmp_path_factory):
    """Map, half maps and model of the simulation as files."""
    folder = tmp_path_factory.mktemp("simulated")
    write_map(simulated.map, folder / "full.mrc")
    for number, half in enumerate(simulated.half_maps, start=1):
        write_map(half, folder / f"half_map_{number}.mrc")
    (folder / "model.pdb").write_text(pdb_text(simulated.model))
    return folder


@pytest.fixture(scope="module")
def found(simulated):
    """Everything there is to compare."""
    return compare(
        simulated.map,
        resolution=RESOLUTION,
        half_maps=pair_half_maps(*simulated.half_maps),
        model=simulated.model,
    )


def by_name(comparison):
    return {entry.name: entry for entry in comparison.entries}


def test_every_way_is_there_or_said_to_be_missing(found):
    assert found.entries[0].name == DEPOSITED
    names = {entry.name for entry in found.entries} | set(found.skipped)
    assert names == {DEPOSITED, *COMPARED}
    assert "half-map" in by_name(found)
    assert all(found.skipped.values())


def test_sharpening_beats_the_map_as_it_came(found):
    entries = by_name(found)
    assert found.best.cc_mask > entries[DEPOSITED].cc_mask + 0.03
    assert found.best.cc_mask == max(entry.cc_mask for entry in found.entries)
    assert entries["empirical"].cc_mask > entries[DEPOSITED].cc_mask
    assert (
        found.best_sharpening.cc_mask
        > max(e.cc_mask for e in found.entries if e.b_sharpen is not None) - 0.02
    )


def test_same_answer_as_sharpening_alone(found, simulated):
    alone = sharpen(simulated.map, resolution=RESOLUTION)
    entry = by_name(found)["surface"]
    assert entry.choice.b_iso.target == pytest.approx(alone.b_iso.target)
    assert entry.b_output == pytest.approx(alone.b_iso.output)
    np.testing.assert_array_equal(found.map_of(entry).data, alone.map.data)


def test_agreement_is_that_of_the_filtered_map(found, simulated):
    by_model = ModelAgreement(simulated.map, simulated.model, resolution=RESOLUTION)
    for entry in found.entries[1:]:
        map_ = apply(simulated.map, entry.filter)
        assert by_model.correlation(map_) == entry.agreement.correlation


def test_a_model_on_the_grid_is_not_put_there_again(found, simulated, monkeypatch):
    by_model = ModelAgreement(simulated.map, simulated.model, resolution=RESOLUTION)
    by_model.agreement(simulated.map)
    monkeypatch.setattr("sharpem.analysis.placed_model.model_map", None)
    again = compare(
        simulated.map,
        resolution=RESOLUTION,
        half_maps=pair_half_maps(*simulated.half_maps),
        model=by_model,
    )
    assert [entry.filter for entry in again.entries] == [entry.filter for entry in found.entries]
    assert again.best_sharpening == found.best_sharpening


def test_the_model_judges_but_is_not_seen(found, simulated):
    blind = compare(simulated.map, resolution=RESOLUTION)
    assert blind.best is None
    assert blind.best_sharpening is None
    assert "half-map" in blind.skipped
    for entry in blind.entries:
        assert entry.cc_mask is None
        assert entry.b_sharpen == by_name(found)[entry.name].b_sharpen
    assert "No model was given" in headline(blind)
    assert headline(found).startswith(f"Best by CC_mask: {found.best.label}")
    assert found.best_blind.name != MODEL
    assert f"{found.best_blind.label} ({found.best_blind.cc_mask:.4f})" in headline(found)
    assert "looked at it too" in model_sentence(found)
    assert model_sentence(blind) == ""


def test_model_elsewhere(simulated):
    with pytest.raises(InputError, match="0% of the atoms lie in the map"):
        compare(simulated.map, resolution=RESOLUTION, model=simulated.model.moved((0, 300, 0)))


@pytest.mark.parametrize("case", present(["simulated", *REAL]))
def test_the_best_map_follows_the_b_of_the_model(case, simulated):
    """Fig. 7A of the paper: best map B 45, 95 and 160 A^2 for model B -100, 0 and +100 A^2."""
    density, model, resolution = simulated.map, simulated.model, RESOLUTION
    if case != "simulated":
        map_, model_, resolution = case
        density, model = read_map(real(map_)), read_model(real(model_))
    by_models = [
        ModelAgreement(density, model, resolution=resolution, b_iso=b) for b in (-100.0, 0.0, 100.0)
    ]
    sharp, middle, blurred = (r.best(density, b_range=(-400, 600)).b_sharpen for r in by_models)
    assert 40 < sharp - middle < 130  # the paper: 50
    assert 50 < middle - blurred < 130  # the paper: 65


class _Page(HTMLParser):
    """Collects tags, and complains about what does not close."""

    _EMPTY = frozenset(("meta", "image", "path", "use", "br"))

    def __init__(self, text):
        super().__init__()
        self.count, self._open = {}, []
        self.feed(text)
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.count[tag] = self.count.get(tag, 0) + 1
        if tag not in self._EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self._EMPTY:
            assert self._open.pop() == tag


def test_page(found):
    text = render_comparison(found, command="sharpem compare <map>")
    page = _Page(text)
    assert page.count["image"] == len(found.entries)
    bare = re.sub(r"base64,[^\"]*", "", text)
    assert not re.search(r"https?:|//[a-z]|@import|file:|<script", bare)
    assert "sharpem compare &lt;map&gt;" in text
    for entry in found.entries:
        assert entry.label in text
        assert f"{entry.cc_mask:.4f}" in text
    assert text == render_comparison(found, command="sharpem compare <map>")


def test_page_without_a_model(simulated):
    page = render_comparison(compare(simulated.map, resolution=RESOLUTION))
    assert "CC_mask" not in page
    assert "needs --half1" in page


def run(*arguments):
    return main([str(argument) for argument in arguments])


def test_command(files, tmp_path, capsys):
    inputs = (files / "full.mrc", "-r", RESOLUTION, "--half1", files / "half_map_1.mrc")
    options = ("--model", files / "model.pdb", "-o", tmp_path / "out")
    assert run("compare", *inputs, *options) == 0
    out = capsys.readouterr().out
    values = json.loads((tmp_path / "out.json").read_text())
    assert values["judged_by"] == "model"
    table = {line["name"]: line for line in values["methods"]}
    best = table[values["best"]]
    assert f"Best by CC_mask: {best['label']}" in out
    assert "half maps" in out
    assert table[DEPOSITED]["filter"] is None
    for line in table.values():
        assert 0 < line["agreement"]["cc_mask"] <= best["agreement"]["cc_mask"]
    assert (tmp_path / "out.html").stat().st_size > 10_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.html", "out.json"]


def test_json_on_stdout(files, tmp_path, capsys):
    assert run("compare", files / "full.mrc", "-r", 3.5, "--json", "-o", tmp_path / "x") == 0
    assert json.loads(capsys.readouterr().out) == json.loads((tmp_path / "x.json").read_text())


@pytest.fixture
def among_files(files, monkeypatch):
    """Be in the folder of the files, where there is an empty model too."""
    (files / "empty.pdb").write_text("REMARK nothing\nEND\n")
    monkeypatch.chdir(files)


@pytest.mark.usefixtures("among_files")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("full.mrc",), "no resolution given"),
        (("full.mrc", "-r", "0.9"), "finer than"),
        (("full.mrc", "-r", "3.5", "--half2", "half_map_2.mrc"), "found without --half1"),
        (("full.mrc", "-r", "3.5", "--model", "none.pdb"), "no such file"),
        (("full.mrc", "-r", "3.5", "--model", "empty.pdb"), "expected an atomic model"),
        (("none.mrc", "-r", "3.5"), "no such file"),
        (
            ("full.mrc", "-r", "3.5", "--half1", "half_map_1.mrc", "--half2", "half_map_1.mrc"),
            "the same map twice",
        ),
    ],
)
def test_bad_requests(tmp_path, capsys, arguments, message):
    assert run("compare", *arguments, "-o", tmp_path / "out") == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.count("\n") == 1
    assert message in caught.err
    assert not any(tmp_path.iterdir())


def test_findings_of_half_maps_and_model_reach_the_answers(simulated, tmp_path, capsys):
    one, two = simulated.half_maps
    write_map(simulated.map, tmp_path / "full.mrc")
    write_map(one, tmp_path / "half_map_1.mrc")
    write_map(two.with_data(2 * two.data), tmp_path / "half_map_2.mrc")
    atoms = pdb_text(simulated.model).replace("END\n", "")
    both = f"MODEL        1\n{atoms}ENDMDL\nMODEL        2\n{atoms}ENDMDL\nEND\n"
    (tmp_path / "model.pdb").write_text(both)
    said = "The file holds 2 models; the first was taken."
    options = ["-r", str(RESOLUTION), "--half1", str(tmp_path / "half_map_1.mrc")]
    options += ["--half2", str(tmp_path / "half_map_2.mrc"), "--model", str(tmp_path / "model.pdb")]
    for command in ("compare", "sharpen"):
        out = tmp_path / command
        assert main([command, str(tmp_path / "full.mrc"), *options, "-o", str(out)]) == 0
        printed = capsys.readouterr().out
        values = json.loads(out.with_suffix(".json").read_text())
        codes = [one["code"] for one in values["findings"]]
        assert codes.count("model-odd-atoms") == 1
        assert codes.count("halves-scale") == 1
        assert said in printed
        assert said in out.with_suffix(".html").read_text()


def test_all_models_without_a_model(simulated, tmp_path, capsys):
    write_map(simulated.map, tmp_path / "full.mrc")
    for command in ("compare", "sharpen"):
        assert main([command, str(tmp_path / "full.mrc"), "-r", "3.5", "--all-models"]) == 2
        assert "--all-models: found without --model" in capsys.readouterr().err


def test_what_local_would_add():
    """A column where places differ, zero where not, none where the noise is not known."""
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        protein = read_model(path)
    b_iso = local_b(protein, 40.0, 300.0, along="z")
    uneven = simulate_map(protein, resolution=RESOLUTION, b_iso=b_iso, half_maps=True, seed=2)
    even = simulate_map(protein, resolution=RESOLUTION, b_iso=B_ISO, half_maps=True, seed=2)
    cut = simulate_map(protein, resolution=RESOLUTION, b_iso=B_ISO, box="cut", seed=2)
    for made, low, high in ((uneven, 0.02, 0.2), (even, 0.0, 0.002)):
        halves = pair_half_maps(*made.half_maps)
        found = compare(made.map, resolution=RESOLUTION, half_maps=halves)
        rises = [entry.local_rise for entry in found.entries[1:]]
        assert all(low <= rise <= high for rise in rises)
        assert found.entries[0].local_rise is None
        assert "--local adds" in columns(found)
        assert "--local adds" in render_comparison(found)
    found = compare(cut.map, resolution=RESOLUTION)
    assert all(entry.local_rise is None for entry in found.entries)
    assert "--local adds" not in columns(found)
    assert local_sentence(found) == ""
