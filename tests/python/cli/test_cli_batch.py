"""``sharpem batch`` as a command."""

import json
import os
import subprocess
import sys

import pytest


@pytest.fixture
def table(folder, map_file):
    """A table with a good row, one with a missing file, and one that differs by an option."""
    (folder / "maps.csv").write_text(
        "map,resolution,name,b_iso\n"
        f"{map_file},4,good,20\n"
        "nowhere/map.mrc,4,missing,20\n"
        f"{map_file},4,other,40\n"
    )
    return folder / "maps.csv"


def test_batch(outcome, folder, table):
    code, out, err = outcome("batch", table, "-o", "out", "--workers", 2, "-v")
    assert code == 4
    assert "2 of 3" in out
    assert "missing:" in err.splitlines()[-1]
    assert f"{folder / 'nowhere/map.mrc'}: no such file" in err
    assert " left" in err
    rows = json.loads((folder / "out/summary.json").read_text())["rows"]
    assert [row["status"] for row in rows] == ["done", "failed", "done"]
    assert rows[2]["b_iso_output"] - rows[0]["b_iso_output"] == pytest.approx(20, abs=1)
    lines = table.read_text().splitlines()
    table.write_text("\n".join(line for line in lines if "missing" not in line))
    code, out, err = outcome("batch", table, "-o", "out")
    assert (code, err) == (0, "")
    assert "2 of 2, 2 before" in out


def test_dry_run_tells_and_does_nothing(outcome, folder, table):
    code, out, err = outcome("batch", table, "-o", "out", "--dry-run")
    assert (code, err) == (0, "")
    assert out.count("to do") == 3
    assert "line 3" in out
    assert [path.name for path in folder.iterdir()] == ["maps.csv"]


def test_faults_of_a_table(outcome, folder):
    (folder / "bad.csv").write_text("map,resolution,colour,taste\na.mrc,4,red,sweet\n")
    code, out, err = outcome("batch", "bad.csv", "-o", "out")
    assert (code, out) == (2, "")
    told = err.splitlines()
    assert ["colour" in told[0], "taste" in told[1], "nothing was done" in told[2]] == [True] * 3
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--partition", "gpu"), "--partition: found without --slurm"),
        (("--memory", "lots"), "found lots, expected a size"),
        (("--workers", 0), "found 0, expected a whole number"),
        (("--workers", 2, "--slurm"), "not allowed with"),
        (("--timeout", -5), "expected a number above 0"),
        (("--scheduler", "nowhere"), "nowhere: no Dask scheduler there"),
    ],
)
def test_requests_at_fault(refused, table, options, said):
    if "--scheduler" in options:
        pytest.importorskip("distributed")
    assert said in refused("batch", table, "-o", "out", *options)


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_bar_on_a_terminal(folder, table):
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "sharpem", "batch", str(table), "-o", "out"]
    done = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, cwd=folder)
    os.close(theirs)
    text = b""
    try:
        while piece := os.read(ours, 4096):
            text += piece
    except OSError:  # Linux's way to say that the other side was closed
        pass
    os.close(ours)
    assert b"2 of 3" in done.communicate()[0]
    assert done.returncode == 4
    assert b"of 3" in text
