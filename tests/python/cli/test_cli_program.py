"""``inspect``, ``demo``, and the program as a process."""

import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from real_maps import TINY_MAP, real

import sharpem
from sharpem import _core
from sharpem.findings import CODES


def test_inspect(outcome, folder, map_file):
    code, out, err = outcome("inspect", map_file)
    assert (code, err) == (0, "")
    assert "56 x 56 x 56 voxels" in out
    assert "1.3, 1.3, 1.3 A" in out
    assert "NSTART 3, 0, 0" in out
    assert list(folder.iterdir()) == []


def test_inspect_measures_with_a_resolution(outcome, map_file, molecule_array):
    code, out, err = outcome("inspect", map_file, "-r", "4", "--json")
    assert (code, err) == (0, "")
    (values,) = json.loads(out)
    assert values["shape"] == [56, 56, 56]
    assert values["origin"] == pytest.approx([3 * 1.3, 0, 0])
    assert values["rms"] == pytest.approx(molecule_array.std(dtype=float), rel=1e-5)
    assert values["nstart"] == [3, 0, 0]
    assert isinstance(values["b_iso"]["input"], float)
    assert len(values["anisotropy"]["b_cartesian"]) == 6
    assert 0 < values["molecular_volume"]["fraction"] < 1


def test_inspect_opens_with_the_history(outcome, map_file):
    _, out, _ = outcome("inspect", map_file, "-r", "4", "--json")
    (values,) = json.loads(out)
    assert list(values)[:2] == ["history", "findings"]
    assert values["history"].endswith(".")
    for one in values["findings"]:
        assert list(one) == ["code", "severity", "about", "text", "do"]
        assert one["code"] in CODES
    _, out, _ = outcome("inspect", map_file, "-r", "4")
    assert values["history"] in out


def test_versions(outcome):
    code, out, err = outcome("--versions")
    assert (code, err) == (0, "")
    parts = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert list(parts) == [
        "sharpem", "core", "numpy", "gemmi", "mrcfile", "Python", "platform",
    ]  # fmt: skip
    assert parts["numpy"] == np.__version__
    assert _core.instruction_set() in parts["core"]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["sharpne", "map.mrc"], "did you mean sharpen?"),
        (["--verson"], "did you mean --version?"),
        (["sharpen", "map.mrc", "--resolutoin", "3"], "did you mean --resolution?"),
        (["evaluate", "map.mrc", "--model", "m.pdb", "--electron"], "did you mean --electrons?"),
        (["sharpen", "map.mrc", "--method", "surfac"], "did you mean surface?"),
    ],
)
def test_did_you_mean(outcome, arguments, hint):
    code, out, err = outcome(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert hint in err


def test_no_guess_where_nothing_is_like_it(outcome):
    code, _, err = outcome("sharpen", "map.mrc", "--qqqq")
    assert code == 2
    assert "--qqqq" in err
    assert "did you mean" not in err


def test_inspect_goes_on_after_a_bad_map(outcome, bad_maps, map_file):
    names = [bad_maps / "text.mrc", map_file, bad_maps / "zero.mrc"]
    code, out, err = outcome("inspect", *names)
    assert code == 2
    assert "56 x 56 x 56" in out
    assert [line.split(":")[1].strip() for line in err.splitlines()] == [
        str(names[0]),
        str(names[2]),
    ]
    code, out, err = outcome("inspect", "--json", *names)
    assert code == 2
    assert ["error" in values for values in json.loads(out)] == [True, False, True]


def test_inspect_names_oddities(outcome, tmp_path, molecule_array, write):
    cut = np.where(molecule_array > 0.5 * molecule_array.std(), molecule_array, 0)
    code, out, _ = outcome("inspect", write(tmp_path / "cut.mrc", cut))
    assert code == 0
    assert re.search(r"^history +This map was masked\.$", out, re.MULTILINE)
    assert re.search(r"^note .*exactly 0.*half maps would show it\.$", out, re.MULTILINE)


def program(*arguments, cwd, **options):
    command = [sys.executable, "-m", "sharpem", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, **options)


def test_program(folder, map_file):
    done = program("sharpen", map_file, "-r", "4", "--b-iso", "20", "--no-report", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "map_sharpened.mrc" in done.stdout
    again = program("sharpen", map_file, "-r", "4", "--b-iso", "20", cwd=folder)
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr.count("\n") == 1


def test_program_whose_reader_has_gone(folder, map_file):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "sharpem", "inspect", str(map_file)]
    done = subprocess.run(
        command, stdout=writing, stderr=subprocess.PIPE, text=True, cwd=folder, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(sys.platform != "linux", reason="names are not plain bytes there")
def test_program_takes_any_file_name(folder, map_file):
    name = os.fsdecode(b"m\xe4p\xff.mrc")
    (folder / name).write_bytes(map_file.read_bytes())
    for encoding in ("ascii", "utf-8"):
        environment = {**os.environ, "PYTHONIOENCODING": encoding}
        arguments = ["sharpen", name, "-r", "4", "--b-iso", "20", "--overwrite", "--no-report"]
        done = program(*arguments, cwd=folder, env=environment)
        assert (done.returncode, done.stderr) == (0, "")
        assert "sharpened.mrc" in done.stdout


def test_version(folder):
    import sharpem

    assert program("--version", cwd=folder).stdout == f"sharpem {sharpem.__version__}\n"


def test_help_needs_no_rich(folder):
    code = (
        "import sys; from sharpem.cli import main; main(['sharpen', '--help']); "
        "sys.exit('rich' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=folder, check=False
    )
    assert done.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_summary_on_a_terminal(folder, map_file):
    import pty

    ours, theirs = pty.openpty()
    arguments = ["sharpen", str(map_file), "-r", "4", "--b-iso", "20", "--no-report"]
    done = subprocess.Popen(
        [sys.executable, "-m", "sharpem", *arguments], stdout=theirs, stderr=theirs, cwd=folder
    )
    os.close(theirs)
    text = b""
    try:
        while piece := os.read(ours, 4096):
            text += piece
    except OSError:  # Linux's way to say that the other side was closed
        pass
    os.close(ours)
    assert done.wait() == 0
    assert b"b_sharpen" in text
    assert b"RELION/cryoSPARC" in text


@pytest.mark.slow
def test_demo(refused, outcome, folder):
    code, out, err = outcome("demo")
    assert (code, err) == (0, "")
    names = {path.name for path in (folder / "sharpem_demo").iterdir()}
    results = {f"demo_sharpened.{ending}" for ending in ("mrc", "json", "html", "cxc")}
    assert names == {"demo.mrc", *results}
    (correlation,) = [line for line in out.splitlines() if line.startswith("correlation")]
    before, after = map(float, correlation.rpartition(": ")[2].split(" -> "))
    assert after > before
    assert "exists already" in refused("demo")


def test_demo_of_a_real_map(outcome, folder):
    code, out, err = outcome("demo", "--real", "-o", "tutorial")
    assert (code, err) == (0, "")
    results = {f"emd_5830_sharpened.{ending}" for ending in ("mrc", "json", "html", "cxc")}
    names = {path.name for path in (folder / "tutorial").iterdir()}
    assert names == {"emd_5830.mrc", "emd_5830.pdb", *results}
    assert "with the deposited model at B = 0" in out
    density = sharpem.read_map(folder / "tutorial/emd_5830.mrc")
    assert density.same_grid(sharpem.read_map(real(TINY_MAP))) is None
    assert (
        json.loads((folder / "tutorial/emd_5830_sharpened.json").read_text())["resolution"] == 3.8
    )


def test_demo_refused_leaves_no_folder(refused, folder):
    line = refused("demo", "-o", "nowhere/demo")
    assert "nowhere/demo: cannot be made" in line
    (folder / "file").write_text("")
    assert "file: cannot be made" in refused("demo", "-o", "file")
    assert [path.name for path in folder.iterdir()] == ["file"]
