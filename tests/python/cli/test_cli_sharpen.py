"""``sharpem sharpen`` and ``apply`` on a small map: files, JSON, what is said."""

import json

import mrcfile
import numpy as np
import pytest

from sharpem.cli import main
from sharpem.io.checksum import checksum_of


@pytest.fixture(scope="module")
def run_once(tmp_path_factory, molecule_array, write):
    """One run with everything on: folder, JSON, exit code."""
    place = tmp_path_factory.mktemp("run")
    source = write(place / "map.mrc", molecule_array)
    arguments = ["sharpen", str(source), "-r", "4", "-o", str(place / "out"), "-q"]
    assert main(arguments) == 0
    return place


def test_files_written(run_once):
    names = {path.name for path in run_once.iterdir()}
    assert names == {"map.mrc", "out.mrc", "out.json", "out.html", "out.cxc"}


def test_written_map_stands_where_the_input_does(run_once, molecule_array):
    with mrcfile.open(run_once / "out.mrc") as mrc, mrcfile.open(run_once / "map.mrc") as source:
        assert mrc.data.shape == molecule_array.shape
        assert mrc.header.nxstart == 3
        assert mrc.voxel_size.tolist() == source.voxel_size.tolist()
        assert not np.array_equal(mrc.data, source.data)


NUMBER = (int, float)
SCHEMA = {
    "schema": int,
    "sharpem": str,
    "input": {"map": str, "shape": [int], "voxel_size": [float], "sha256": str},
    "resolution": float,
    "method": str,
    "local": bool,
    "verdict": {
        "applicable": bool,
        "signal_to_noise": NUMBER,
        "reasons": [str],
        "warnings": [str],
    },
    "b_iso": {
        "input": float,
        "signal": float,
        "target": float,
        "output": float,
        "interval": [float],
        "surface": float,
        "expected": float,
    },
    "anisotropy": {"b_cartesian": [float], "corrected": bool},
    "filter": {"kind": str, "b_sharpen": float, "b_blur": float, "d_cut": float, "k": float},
    "molecular_volume": {"fraction": float, "angstrom3": float, "source": str},
    "region_weight": float,
    "trials": [
        {
            "b_iso": float,
            "b_sharpen": float,
            "threshold": float,
            "surface_area": int,
            "regions": int,
            "adjusted_surface_area": float,
            "kurtosis": float,
        }
    ],
    "output": {"map": str, "report": str},
    "seconds": {"total": float, "read": float, "prepare": float, "scan": float, "write": float},
    "peak_memory_bytes": int,
}


def check_schema(value, schema, where="json"):
    """All keys there, with the right types; more keys may be there."""
    if isinstance(schema, dict):
        assert isinstance(value, dict), where
        for name, inner in schema.items():
            assert name in value, f"{where}.{name}"
            check_schema(value[name], inner, f"{where}.{name}")
    elif isinstance(schema, list):
        assert isinstance(value, list), where
        for item in value:
            check_schema(item, schema[0], f"{where}[]")
    else:
        assert isinstance(value, schema), f"{where} is {value!r}"
        assert isinstance(value, bool) == (schema is bool), f"{where} is {value!r}"


def test_json_keeps_its_schema(run_once):
    values = json.loads((run_once / "out.json").read_text())
    check_schema(values, SCHEMA)
    assert values["schema"] == 1
    assert values["input"]["shape"] == [56, 56, 56]
    assert values["input"]["voxel_size"] == pytest.approx([1.3] * 3)
    assert len(values["anisotropy"]["b_cartesian"]) == 6
    assert len(values["b_iso"]["interval"]) == 2
    assert values["output"].pop("map_sha256") == checksum_of(run_once / "out.mrc")
    assert values["output"] == {
        "map": str(run_once / "out.mrc"),
        "report": str(run_once / "out.html"),
    }
    scanned = {trial["b_iso"] for trial in values["trials"]}
    for b_iso in np.linspace(-8 * 4.0**2, 24 * 4.0**2, 21):
        assert min(abs(b_iso - found) for found in scanned) < 1e-9
    for trial in values["trials"]:
        expected = values["b_iso"]["signal"] - trial["b_iso"]
        assert trial["b_sharpen"] == pytest.approx(expected)


def test_apply_repeats_the_run(outcome, run_once, folder):
    values = json.loads((run_once / "out.json").read_text())
    (folder / "bare.json").write_text(json.dumps(values["filter"]))
    for number, chosen in enumerate((run_once / "out.json", folder / "bare.json")):
        code, out, err = outcome("apply", run_once / "map.mrc", chosen, "-o", f"again{number}")
        assert (code, err) == (0, "")
        assert f"again{number}.mrc" in out
        with mrcfile.open(f"again{number}.mrc") as mrc, mrcfile.open(run_once / "out.mrc") as first:
            assert mrc.data.tobytes() == first.data.tobytes()
    assert {path.name for path in folder.iterdir()} == {"bare.json", "again0.mrc", "again1.mrc"}


def test_apply_names_its_output_after_the_map(outcome, run_once, folder):
    assert outcome("apply", run_once / "map.mrc", run_once / "out.json", "-q")[0] == 0
    assert [path.name for path in folder.iterdir()] == ["map_filtered.mrc"]


def test_summary_gives_both_signs(outcome, folder, map_file):
    code, out, err = outcome("sharpen", map_file, "-r", "4", "--b-sharpen", "-50")
    assert (code, err) == (0, "")
    assert "b_sharpen -50 A^2 (RELION/cryoSPARC: +50)" in out
    for name in ("map_sharpened.mrc", "map_sharpened.json", "map_sharpened.html"):
        assert name in out
        assert (folder / name).is_file()


def test_quiet_says_nothing(outcome, folder, map_file):
    arguments = ["sharpen", map_file, "-r", "4", "--b-iso", "20", "--no-report", "-q"]
    assert outcome(*arguments) == (0, "", "")
    assert {path.suffix for path in folder.iterdir()} == {".mrc", ".json", ".cxc"}


def test_json_alone_on_stdout(outcome, folder, map_file):
    arguments = ["sharpen", map_file, "-r", "4", "--b-iso", "20", "--json", "--no-report"]
    code, out, err = outcome(*arguments)
    assert (code, err) == (0, "")
    assert out == (folder / "map_sharpened.json").read_text()
    assert json.loads(out)["output"]["report"] is None


def test_verbose_tells_the_stages(outcome, folder, map_file):
    code, out, err = outcome("sharpen", map_file, "-r", "4", "--no-report", "-v")
    assert code == 0
    assert "trial" in out
    lines = err.splitlines()
    assert lines
    assert all(line.startswith("sharpem: ") for line in lines)


def test_overwrite(refused, outcome, folder, map_file):
    arguments = ["sharpen", map_file, "-r", "4", "--no-report", "-o", "out", "--b-iso"]
    assert outcome(*arguments, "20")[0] == 0
    first = (folder / "out.mrc").read_bytes()
    assert "exists already" in refused(*arguments, "60")
    assert (folder / "out.mrc").read_bytes() == first
    assert outcome(*arguments, "60", "--overwrite")[0] == 0
    assert (folder / "out.mrc").read_bytes() != first


def test_voxel_size_is_overridden(outcome, folder, map_file):
    arguments = ["sharpen", map_file, "-r", "4", "--b-iso", "20", "--apix", "1.2", "--json"]
    code, out, _ = outcome(*arguments)
    assert code == 0
    assert json.loads(out)["input"]["voxel_size"] == pytest.approx([1.2] * 3)
    with mrcfile.open(folder / "map_sharpened.mrc") as mrc:
        assert mrc.voxel_size.x == pytest.approx(1.2)


@pytest.fixture
def volume(outcome, folder, map_file):
    """The molecular volume in the JSON of a run with the options given."""

    def run(*options):
        quick = ["--b-iso", "20", "--json", "--no-report", "--overwrite"]
        code, out, _ = outcome("sharpen", map_file, "-r", "4", *quick, *options)
        assert code == 0
        return json.loads(out)["molecular_volume"]

    return run


def test_volume_from_the_user(volume):
    given = volume("--molecular-volume", "9000")
    assert (given["angstrom3"], given["source"]) == (9000, "volume")
    given = volume("--mass", "8")
    assert given["angstrom3"] == pytest.approx(8000 * 1.23)
    assert given["source"] == "mass"
    given = volume("--solvent-content", "0.9")
    assert given["fraction"] == pytest.approx(0.1)
    assert given["source"] == "solvent-content"


def test_volume_from_a_mask(volume, tmp_path, molecule_array, write):
    mask = (molecule_array > np.quantile(molecule_array, 0.9)).astype(np.float32)
    given = volume("--mask", write(tmp_path / "mask.mrc", mask))
    assert given["fraction"] == pytest.approx(mask.mean(), rel=1e-5)
    assert given["source"] == "mask"


def test_volume_from_a_sequence(volume, tmp_path):
    (tmp_path / "all.fasta").write_text(">chain A\n" + "MKV" * 30 + "\n")
    given = volume("--sequence", tmp_path / "all.fasta")
    assert given["angstrom3"] == pytest.approx(90 * 110 * 1.23)
    assert given["source"] == "sequence"


@pytest.fixture
def unclear_file(tmp_path, monkeypatch, molecule_array, write):
    """A map whose maximum is not clear enough: the demands are raised."""
    monkeypatch.setattr("sharpem.methods.scan.LEAST_SIGNAL_TO_NOISE", 1e6)
    return write(tmp_path / "unclear.mrc", molecule_array)


def test_not_applicable_and_stop(refused, outcome, folder, unclear_file):
    arguments = ["sharpen", unclear_file, "-r", "4", "--if-not-applicable", "stop", "--json"]
    code, out, err = outcome(*arguments)
    assert code == 3
    assert err.startswith(f"sharpem: {unclear_file}: method surface not applicable.")
    assert err.count("\n") == 1
    names = {path.name for path in folder.iterdir()}
    assert names == {"unclear_sharpened.json", "unclear_sharpened.html"}
    values = json.loads(out)
    assert values["verdict"]["applicable"] is False
    assert values["verdict"]["reasons"]
    assert values["filter"] is None
    assert values["output"]["map"] is None
    assert values["trials"]
    assert isinstance(values["b_iso"]["input"], float)
    assert "unclear_sharpened.json: filter is null" in refused(
        "apply", unclear_file, "unclear_sharpened.json"
    )


def test_not_applicable_falls_back(outcome, folder, unclear_file):
    code, out, err = outcome("sharpen", unclear_file, "-r", "4")
    assert (code, err) == (0, "")
    assert "NOT APPLICABLE" in out
    assert (folder / "unclear_sharpened.mrc").is_file()
