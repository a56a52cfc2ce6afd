"""What the command line takes, and what it refuses before it reads a map."""

import os

import pytest

import sharpem.cli.sharpen as sharpen_command
from sharpem.cli import main
from sharpem.cli.output import output_prefix
from sharpem.cli.parser import join_negative_numbers
from sharpem.options.sharpen import SharpenOptions
from sharpem.options.table import options_of


@pytest.fixture
def passed_on(monkeypatch, map_file):
    """Run `sharpen` with these arguments and hand back what would go to the pipeline."""
    seen = {}

    class Stop(BaseException):
        pass

    def stand_in(request, *_, **__):
        seen.update(
            {n: getattr(request, n) for n in options_of(SharpenOptions) if n in request.given}
        )
        raise Stop

    monkeypatch.setattr(sharpen_command, "run_request", stand_in)

    def run(*arguments):
        with pytest.raises(Stop):
            main(["sharpen", str(map_file), "-r", "4", *arguments])
        return dict(seen)

    return run


def test_help_of_every_command(capsys):
    assert main(["--help"]) == 0
    top = capsys.readouterr().out
    for name in ("sharpen", "inspect", "apply", "demo"):
        assert name in top
        assert main([name, "--help"]) == 0
        text = capsys.readouterr().out
        assert f"example: sharpem {name} " in text


def test_help_tells_the_pipelines_defaults():
    import inspect

    from sharpem.pipeline import sharpen

    defaults = {
        name: parameter.default for name, parameter in inspect.signature(sharpen).parameters.items()
    }
    told = {"k": 10, "b_blur": 200, "fraction": 0.2, "paper": False}
    told |= dict.fromkeys(("b_min", "b_max", "b_step", "if_not_applicable"))
    assert {name: defaults[name] for name in told} == told
    assert defaults["prior"] == "auto"
    assert defaults["anisotropy"] is True


@pytest.mark.parametrize(
    "arguments",
    [
        ["--b-sharpen", "-50"],
        ["--b-sharpen=-50"],
        ["--b-sharpen", "-5e1"],
        ["--b-sharpen=-5e1"],
        ["--b-sharpen", "-50."],
    ],
)
def test_negative_numbers_are_values(passed_on, arguments):
    options = passed_on(*arguments)
    assert options["b_sharpen"] == -50
    assert options["method"] == "given"


def test_negative_numbers_in_the_scan(passed_on):
    options = passed_on("--b-min", "-1e2", "--b-max", "-20", "--b-step", "10")
    assert (options["b_min"], options["b_max"], options["b_step"]) == (-100, -20, 10)


def test_short_option_with_a_negative_number():
    assert join_negative_numbers(["-r", "-3e0", "map", "-1"]) == ["-r-3e0", "map", "-1"]


def test_only_what_was_given_is_passed_on(passed_on):
    assert passed_on() == {"resolution": 4.0, "method": "surface"}
    assert passed_on("--b-iso", "20") == {"resolution": 4.0, "method": "given", "b_iso": 20.0}


def test_every_option_reaches_the_pipeline(passed_on):
    line = (
        "--method kurtosis --prior none --optimize-d-cut --k 8 --b-blur 150 --b-min -80 "
        "--b-max 200 --b-step 10 --fraction 0.25 --mass 120 --no-anisotropy "
        "--if-not-applicable stop --threads 2"
    )
    options = passed_on(*line.split())
    assert options == {
        "resolution": 4.0,
        "method": "kurtosis",
        "prior": "none",
        "optimize_d_cut": True,
        "k": 8.0,
        "b_blur": 150.0,
        "b_min": -80.0,
        "b_max": 200.0,
        "b_step": 10.0,
        "fraction": 0.25,
        "mass": 120.0,
        "anisotropy": False,
        "if_not_applicable": "stop",
        "threads": 2,
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "emd_1_sharpened"),
        ("out/x", "out/x"),
        ("out/x.mrc", "out/x"),
        ("x.map", "x"),
        ("x.mrc.gz", "x"),
        ("x.ccp4.bz2", "x"),
        ("x.MRC", "x"),
        ("v1.2", "v1.2"),
        ("v1.2.mrc", "v1.2"),
        ("out/", "out/emd_1_sharpened"),
        (".", "emd_1_sharpened"),
    ],
)
def test_output_prefix(given, expected):
    assert str(output_prefix(given, "data/emd_1.map.gz", "_sharpened")) == expected


def test_a_folder_that_is_there_holds_the_output(folder):
    (folder / "out").mkdir()
    assert str(output_prefix("out", "data/emd_1.map.gz", "_filtered")) == "out/emd_1_filtered"
    assert str(output_prefix("out.mrc", "data/emd_1.map.gz", "_filtered")) == "out"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--method", "magic"], "invalid choice: 'magic'"),
        (["--method", "surface", "--b-sharpen", "50"], "--method surface"),
        (["--method", "given"], "expected --b-sharpen or --b-iso"),
        (["--b-sharpen", "5", "--b-iso", "5"], "not allowed with"),
        (["--b-sharpen", "nan"], "found nan"),
        (["--b-sharpen", "-inf"], "found -inf"),
        (["--b-sharpen", "5", "--prior", "none"], "--prior"),
        (["--method", "empirical", "--optimize-k"], "--optimize-k"),
        (["--d-cut", "4", "--optimize-d-cut"], "not allowed with"),
        (["--k", "0"], "above 0"),
        (["--k", "-1"], "above 0"),
        (["--d-cut", "0"], "above 0"),
        (["--fraction", "0"], "between 0 and 1"),
        (["--fraction", "1"], "between 0 and 1"),
        (["--solvent-content", "1.5"], "between 0 and 1"),
        (["--mass", "100", "--molecular-volume", "1000"], "not allowed with"),
        (["--mass", "0"], "above 0"),
        (["--b-min", "300", "--b-max", "300"], "--b-min: found 300"),
        (["--b-min", "50", "--b-max", "40"], "--b-min: found 50"),
        (["--b-step", "0"], "above 0"),
        (["--paper", "--prior", "auto"], "--prior: found auto with --paper, expected none"),
        (["--paper", "--no-anisotropy"], "--no-anisotropy: found with --paper, expected one of"),
        (["--paper", "--model", "m.pdb"], "--model: found with --paper, which chooses by the map"),
        (["--b-step", "500"], "--b-step: found 500"),
        (["--b-step", "0.001"], "--b-step: found 0.001"),
        (["--threads", "0"], "found 0"),
        (["--threads", "two"], "found two"),
        (["--apix", "-1"], "above 0"),
        (["--quiet", "--verbose"], "not allowed with"),
        (["--b-sharp", "5"], "--b-sharp"),  # no abbreviations: they would change meaning later
        (["-r", "0"], "found 0"),
        (["-r", "-3"], "found -3"),
        (["-r", "1000"], "found 1000"),
        (["-r", "three"], "found three"),
        (["-o", ""], "-o"),
        (["-o", ".."], "-o"),
    ],
)
def test_contradictory_request(refused, folder, map_file, arguments, words):
    line = refused("sharpen", map_file, "-r", "4", *arguments)
    assert words in line
    assert list(folder.iterdir()) == []


def test_no_resolution(refused, folder, map_file):
    line = refused("sharpen", map_file)
    assert "map.mrc: no resolution given" in line
    assert "EMDB" in line
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["map.mrc", "-r", "3"], ["--nonsense"]])
def test_no_command(refused, folder, arguments):
    refused(*arguments)


def test_output_folder_is_missing(refused, folder, map_file):
    line = refused("sharpen", map_file, "-r", "4", "-o", "nowhere/out")
    assert "nowhere: no such folder" in line
    assert list(folder.iterdir()) == []


def test_output_folder_cannot_be_written_to(refused, folder, map_file):
    locked = folder / "locked"
    locked.mkdir(mode=0o500)
    if os.access(locked, os.W_OK):  # root may write everywhere, but in /proc there are no files
        locked = "/proc" if os.path.isdir("/proc") else pytest.skip("root, and no /proc")
    line = refused("sharpen", map_file, "-r", "4", "-o", f"{locked}/out")
    assert f"{locked}: cannot be written to" in line


@pytest.mark.parametrize("ending", [".mrc", ".json", ".html", ".cxc"])
def test_output_exists(refused, folder, map_file, ending):
    old = folder / f"out{ending}"
    old.write_text("precious")
    line = refused("sharpen", map_file, "-r", "4", "-o", "out")
    assert f"out{ending}: exists already" in line
    assert [path.name for path in folder.iterdir()] == [old.name]
    assert old.read_text() == "precious"


def test_output_is_the_input(refused, folder, molecule_array, write):
    source = write(folder / "a.mrc", molecule_array)
    before = source.read_bytes()
    for command in (["sharpen", "a.mrc", "-r", "4"], ["apply", "a.mrc", "filter.json"]):
        line = refused(*command, "-o", "./a", "--overwrite")
        assert "a.mrc: is an input" in line
    assert source.read_bytes() == before
