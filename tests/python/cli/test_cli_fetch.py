"""``sharpem fetch``, and names of entries where other commands expect files."""

import gzip
import json
from importlib import resources

import gemmi
import numpy as np
import pytest
from archive_server import HEADER_3, status

import sharpem
from sharpem.io.model import read_model
from sharpem.simulate import simulate_map

HEADER = "emdb/structures/EMD-3488/header/emd-3488.xml"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A ball of protein as map and half maps, and the protein, packed as in the archive."""
    folder = tmp_path_factory.mktemp("emdb")
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        protein = read_model(path)
        structure = gemmi.read_structure(str(path))
    near = np.linalg.norm(protein.positions - protein.centre, axis=1) < 14
    made = simulate_map(protein.selected(near), resolution=4.0, b_iso=100.0, noise=1.0, seed=5)
    shift = made.model.centre - protein.selected(near).centre
    structure[0].transform_pos_and_adp(gemmi.Transform(gemmi.Mat33(), gemmi.Vec3(*shift)))
    noise = made.map.data - made.truth.data
    noises = (noise[::-1], noise[:, ::-1])
    half1, half2 = (made.map.with_data(made.truth.data + one) for one in noises)
    named = {"map/emd_3488": made.map, "other/emd_3488_half_map_1": half1}
    named |= {"other/emd_3488_half_map_2": half2}
    held = {}
    for name, density in named.items():
        sharpem.write_map(density, folder / "one.map.gz", overwrite=True)
        held[f"emdb/structures/EMD-3488/{name}.map.gz"] = (folder / "one.map.gz").read_bytes()
    model = gzip.compress(structure.make_mmcif_document().as_string().encode())
    return held | {"pdb/data/structures/divided/mmCIF/ni/5ni1.cif.gz": model}


@pytest.fixture
def emdb(archive, files, folder):
    """The archive with an entry that can be worked on, and an empty folder to be in."""
    archive.files |= files
    return archive


def test_fetch(emdb, outcome, tmp_path):
    code, out, err = outcome("fetch", "EMD-3488", "--half-maps", "--mask", "--model")
    assert (code, err) == (0, "")
    assert "EMD-3488, Haemoglobin with a phase plate" in out
    assert "4 A, FSC 0.143 CUT-OFF" in out
    assert "0.06" in out
    assert out.count(str(tmp_path / "cache")) == 5


def test_copies(emdb, outcome, refused, folder):
    (folder / "data").mkdir()
    words = ("fetch", "emd_3488", "--pdb", "5me2", "-o", "data", "--json")
    assert outcome(*words)[0] == 0
    code, out, _ = outcome(*words)  # what is there is the same: nothing to complain of
    found = json.loads(out)
    assert code == 0
    assert found["files"] == {"map": "data/emd_3488.map.gz", "model": "data/5me2.cif.gz"}
    assert sorted(path.name for path in (folder / "data").iterdir()) == [
        "5me2.cif.gz",
        "emd_3488.map.gz",
    ]
    (folder / "data/5me2.cif.gz").write_text("mine")
    assert "data/5me2.cif.gz: exists already" in refused(*words)
    assert (folder / "data/5me2.cif.gz").read_text() == "mine"
    assert outcome(*words, "--overwrite")[0] == 0
    assert gzip.decompress((folder / "data/5me2.cif.gz").read_bytes()) == b"data_5me2"


def test_options_for_places(emdb, outcome, monkeypatch, tmp_path):
    monkeypatch.delenv("SHARPEM_MIRRORS")
    words = ("--mirror", "http://127.0.0.1:9/pub", "--mirror", emdb.url, "--cache", tmp_path / "c")
    assert outcome("fetch", "EMD-3488", *words, "-q") == (0, "", "")
    assert (tmp_path / "c" / HEADER).is_file()
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["EMD-99999"], "EMD-99999: no such entry in the archive"),
        (["EMD-4321"], "EMD-4321: no map in the archive, its status is OBS, superseded by"),
        (["EMD-1234", "--half-maps"], "EMD-1234: has no half map 1"),
        (["EMD-3488", "--pdb", "1abc"], "1abc: no model fitted to EMD-3488"),
        (["map.mrc"], "map.mrc: expected an entry of the EMDB, such as EMD-3488"),
        (["EMD-3488", "-o", "missing"], "missing: no such folder"),
        (["EMD-3488", "--mirror", "ftp://x"], "mirror ftp://x: expected a URL"),
    ],
)
def test_refusals(emdb, refused, folder, words, said):
    assert said in refused("fetch", *words)
    assert list(folder.iterdir()) == []


def test_sharpen(emdb, outcome, folder, tmp_path):
    code, out, err = outcome("sharpen", "EMD-3488")
    assert (code, err) == (0, "")
    assert "EMD-3488, Haemoglobin" in out
    assert "4 A, by EMD-3488" in out
    values = json.loads((folder / "EMD-3488_sharpened.json").read_text())
    assert (values["resolution"], values["resolution_source"]) == (4.0, "EMD-3488")
    map_path = "emdb/structures/EMD-3488/map/emd_3488.map.gz"
    assert values["input"]["map"] == str(tmp_path / "cache" / map_path)
    assert values["input"]["entry"]["urls"]["map"] == f"{emdb.url}/{map_path}"
    page = (folder / "EMD-3488_sharpened.html").read_text("utf-8")
    assert "Haemoglobin with a phase plate" in page
    assert "4 Å, by EMD-3488" in page


def test_sharpen_with_all_that_the_entry_has(emdb, outcome, folder):
    words = ("--half1", "EMD-3488", "--model", "5ni1", "-r", 4.5, "-o", "out", "--no-report")
    code, _, err = outcome("sharpen", "EMD-3488", *words, "--write-half-maps")
    assert (code, err) == (0, "")
    values = json.loads((folder / "out.json").read_text())
    assert (values["method"], values["resolution_source"]) == ("half-map", "given")
    assert list(values["input"]["entry"]["files"]) == ["map", "half_map_1", "half_map_2"]
    assert (folder / "out_half2.mrc").is_file()


def test_half_maps_alone(emdb, outcome, folder):
    code, _, err = outcome("sharpen", "--half1", "EMD-3488", "-o", "out", "--no-report", "-q")
    assert (code, err) == (0, "")
    values = json.loads((folder / "out.json").read_text())
    assert values["resolution_source"] == "half maps"
    assert values["input"]["entry"] is None


def test_nothing_large_is_fetched_for_a_request_at_fault(emdb, refused):
    assert "nowhere: no such folder" in refused("sharpen", "EMD-3488", "-o", "nowhere/out")
    assert "expected --b-sharpen" in refused("sharpen", "EMD-3488", "--method", "given")
    assert set(emdb.paths()) == {HEADER}


def test_entry_without_a_resolution(emdb, refused):
    emdb.files[HEADER] = HEADER_3.replace(">4.0</resolution>", "></resolution>").encode()
    line = refused("sharpen", "EMD-3488", "--no-half-maps")
    assert "EMD-3488: no resolution given, expected -r D" in line


def test_half_maps_stand_in_for_a_resolution(emdb, outcome, folder):
    emdb.files[HEADER] = HEADER_3.replace(">4.0</resolution>", "></resolution>").encode()
    code, _, err = outcome("sharpen", "EMD-3488", "-o", "out", "--no-report", "-q")
    assert (code, err) == (0, "")
    assert json.loads((folder / "out.json").read_text())["resolution_source"] == "half maps"


OTHER = "emdb/structures/EMD-3488/other/emd_3488_half_map_"


def values_of(outcome, folder, *words):
    code, _, err = outcome("sharpen", "EMD-3488", *words, "-o", "out", "--no-report", "-q")
    assert code == 0, err
    return json.loads((folder / "out.json").read_text())


def test_half_maps_of_the_entry_are_used(emdb, outcome, folder):
    values = values_of(outcome, folder)
    assert values["method"] == "half-map"
    assert list(values["input"]["entry"]["files"]) == ["map", "half_map_1", "half_map_2"]
    assert not [one for one in values["findings"] if one["code"] == "halves-left-out"]


@pytest.mark.parametrize(
    ("words", "method"),
    [
        (["--no-half-maps"], "surface"),
        (["--method", "kurtosis"], "kurtosis"),
        (["--b-sharpen", "20"], "given"),
        (["--no-half-maps", "--model", "5ni1"], "model"),
    ],
)
def test_half_maps_of_the_entry_are_not_fetched(emdb, outcome, folder, words, method):
    values = values_of(outcome, folder, *words)
    assert values["method"] == method
    assert values["input"]["half_maps"] is None
    assert not [path for path in emdb.paths() if "half_map" in path]


def test_half_maps_of_the_entry_with_its_model(emdb, outcome, folder):
    assert values_of(outcome, folder, "--model", "5ni1")["method"] == "half-map"


def left_out(values):
    [found] = [one for one in values["findings"] if one["code"] == "halves-left-out"]
    assert found["severity"] == "warning"
    assert values["input"]["half_maps"] is None
    return found["text"]


def test_half_maps_that_the_archive_lacks(emdb, outcome, folder):
    del emdb.files[f"{OTHER}2.map.gz"]
    values = values_of(outcome, folder)
    assert values["method"] == "surface"
    assert "EMD-3488: has no half map 2 in the archive" in left_out(values)


def test_half_maps_on_another_grid(emdb, outcome, folder, tmp_path):
    for i in (1, 2):
        name = f"{OTHER}{i}.map.gz"
        (tmp_path / "half.map.gz").write_bytes(emdb.files[name])
        half = sharpem.read_map(tmp_path / "half.map.gz")
        smaller = sharpem.DensityMap.from_array(half.data[2:-2], half.voxel_size)
        sharpem.write_map(smaller, tmp_path / "half.map.gz", overwrite=True)
        emdb.files[name] = (tmp_path / "half.map.gz").read_bytes()
    values = values_of(outcome, folder)
    assert values["method"] == "surface"
    assert "not on the grid of the half maps" in left_out(values)


def test_half_maps_that_cannot_be_fetched(emdb, refused, folder, monkeypatch):
    """A failure that may be over tomorrow does not silently give another map today."""
    monkeypatch.setattr("sharpem.archive.mirrors.time.sleep", lambda _: None)
    emdb.moods[f"{OTHER}1.map.gz"] = [status(500)] * 20
    line = refused("sharpen", "EMD-3488", "-o", "out")
    assert "half_map_1" in line
    assert "--no-half-maps" in line
    assert list(folder.iterdir()) == []


def test_half_maps_that_were_asked_for_are_not_left_out(emdb, refused):
    del emdb.files[f"{OTHER}2.map.gz"]
    assert "has no half map 2" in refused("sharpen", "EMD-3488", "--half1", "EMD-3488")


@pytest.mark.parametrize("command", ["sharpen", "compare"])
def test_second_half_map_beside_an_entry(emdb, refused, command):
    words = (command, "EMD-3488", "--half1", "EMD-3488", "--half2", "x.mrc")
    assert "--half2: found with --half1 EMD-3488" in refused(*words)


def test_file_of_that_name_goes_first(archive, folder, map_file, outcome):
    (folder / "emd_3488").write_bytes(map_file.read_bytes())
    assert outcome("inspect", "emd_3488")[0] == 0
    assert archive.asked == []


def test_no_such_entry_and_no_such_file(emdb, refused):
    assert "EMD-99999: no such entry" in refused("sharpen", "EMD-99999", "-r", 3)


def test_inspect(emdb, outcome, map_file):
    code, out, _ = outcome("inspect", "EMD-3488", map_file)
    assert code == 0
    assert "EMD-3488, Haemoglobin" in out
    assert out.count("overall B") == 1  # the other has no resolution
    [values] = json.loads(outcome("inspect", "EMD-3488", "--json")[1])
    assert (values["resolution"], values["entry"]["id"]) == (4.0, "EMD-3488")


def test_inspect_goes_on(emdb, outcome):
    code, out, err = outcome("inspect", "EMD-99999", "EMD-3488")
    assert code == 2
    assert "EMD-99999: no such entry" in err
    assert "overall B" in out


def test_evaluate(emdb, outcome):
    code, out, err = outcome("evaluate", "EMD-3488", "--model", "EMD-3488", "--json")
    assert (code, err) == (0, "")
    values = json.loads(out)
    assert (values["resolution"], values["resolution_source"]) == (4.0, "EMD-3488")
    assert values["entry"]["urls"]["model"].endswith("ni/5ni1.cif.gz")
    assert values["maps"][0]["cc_mask"] > 0.2  # the map shows a part of it


def test_compare(emdb, outcome, folder):
    code, out, err = outcome("compare", "EMD-3488", "--model", "EMD-3488", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["entry"]["resolution"] == 4.0
    assert (folder / "EMD-3488_compared.html").is_file()


def test_box_and_apply(emdb, outcome, folder):
    assert outcome("box", "EMD-3488", "--model", "5ni1", "-q")[0] == 0
    assert (folder / "EMD-3488_box.mrc").is_file()
    assert outcome("sharpen", "EMD-3488", "-o", "a", "--no-report", "-q")[0] == 0
    assert outcome("apply", "EMD-3488", "a.json", "-q")[0] == 0
    assert (folder / "EMD-3488_filtered.mrc").read_bytes()[1024:] == (
        folder / "a.mrc"
    ).read_bytes()[1024:]


def test_model_that_the_pdb_has_not(emdb, refused):
    line = refused("evaluate", "EMD-3488", "--model", "9zzz")
    assert "9zzz: no such model in the PDB" in line
