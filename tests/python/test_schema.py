"""The JSON Schema of what commands write: real outputs fit it, and all their keys are in it."""

import json
from importlib import resources

import pytest
from jsonschema import Draft202012Validator
from real_maps import TINY_MAP, TINY_MODEL, real
from stand_ins import files_of_the_pages

from sharpem.cli import main
from sharpem.findings import ABOUT, CODES, SEVERITIES

SCHEMA = json.loads((resources.files("sharpem") / "data/output.schema.json").read_text("utf-8"))
TINY = str(real(TINY_MAP))
MODEL = str(real(TINY_MODEL))

RUNS = {
    "a map": f"sharpen {TINY} -r 3.8",
    "a model": f"sharpen {TINY} -r 3.8 --model {MODEL}",
    "half maps": "sharpen --half1 half_map_1.mrc --half2 half_map_2.mrc",
    "a score beside half maps": "sharpen --half1 half_map_1.mrc --half2 half_map_2.mrc "
    "--method surface -r 3.2",
    "a given B": f"sharpen {TINY} -r 3.8 --b-sharpen 50 --no-report",
    "local": "sharpen emd_3488.map.gz -r 3.2 --local --write-gains",
    "local boxes": "sharpen emd_3488.map.gz -r 3.2 --local --local-blend boxes",
    "a crystal": "sharpen refined.mtz",
    "not applicable": f"sharpen {TINY} -r 8 --method kurtosis --if-not-applicable stop",
    "two maps and a model": f"evaluate {TINY} {TINY} --model {MODEL} -r 3.8",
    "a map that is none": f"evaluate {TINY} no_map.mrc --model {MODEL} -r 3.8",
    "every method": f"compare {TINY} -r 3.8 --model {MODEL}",
    "no model": "compare emd_3488.map.gz -r 3.2",
}
MAPS = {"files", "resolution", "seconds", "skipped", "urls"}
"""Keys of objects that have names for keys."""


def validator(kind):
    return Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]})


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return files_of_the_pages(tmp_path_factory.mktemp("files"))


@pytest.fixture
def folder(files, tmp_path, monkeypatch):
    for name, file in files.items():
        (tmp_path / name).symlink_to(file)
    (tmp_path / "no_map.mrc").write_text("not a map")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_what_is_written_fits(run, folder):
    code = main([*run.split(), "-o", "out", "-q"])
    assert code in (0, 2, 3)
    check(run.split()[0], json.loads((folder / "out.json").read_text("utf-8")))


@pytest.mark.parametrize("options", [["-r", "3.8"], []], ids=["measured", "header"])
def test_what_inspect_prints_fits(options, folder, capsys):
    main(["inspect", TINY, "no_map.mrc", *options, "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert [("error" in one) for one in answer] == [False, True]
    check("inspect", answer)


def check(kind, values):
    faults = [f"{list(one.path)}: {one.message}" for one in validator(kind).iter_errors(values)]
    assert not faults
    undescribed = set(keys_of(values)) - set(described(SCHEMA["$defs"][kind]))
    assert not undescribed, "put these keys into output.schema.json"


def keys_of(values):
    """Keys of all objects in a value, but for those of maps, which have names for keys."""
    if isinstance(values, dict):
        yield from values
        values = [value for key, value in values.items() if key not in MAPS]
    for one in values:
        if isinstance(one, dict | list):
            yield from keys_of(one)


def described(about):
    """Keys that a definition names, and those that it refers to."""
    if isinstance(about, dict):
        yield from about.get("properties", {})
        if "$ref" in about:
            yield from described(SCHEMA["$defs"][about["$ref"].rpartition("/")[2]])
        about = list(about.values())
    for one in about:
        if isinstance(one, dict | list):
            yield from described(one)


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


def test_findings_are_those_of_the_program():
    finding = SCHEMA["$defs"]["finding"]["properties"]
    assert finding["code"]["enum"] == list(CODES)
    assert finding["severity"]["enum"] == list(SEVERITIES)
    assert finding["about"]["enum"] == list(ABOUT)


@pytest.mark.parametrize(
    ("key", "value"), [("schema", 2), ("verdict", None), ("b_iso", {}), ("filter", {"kind": "x"})]
)
def test_what_does_not_fit_is_noticed(key, value, folder):
    assert main(["sharpen", TINY, "-r", "3.8", "-o", "out", "-q"]) == 0
    values = json.loads((folder / "out.json").read_text("utf-8"))
    assert not validator("sharpen").is_valid({**values, key: value})
