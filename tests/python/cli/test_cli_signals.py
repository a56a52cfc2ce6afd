"""The program as a process: signals, closed and full streams, names that are hard to write."""

import os
import signal
import subprocess
import sys

import pytest

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
ENDINGS = ("mrc", "json", "html", "cxc")
GIVEN = ("--b-iso", "20")


@pytest.fixture(params=["module", "script"])
def program(request, tmp_path):
    """The start of a command line: the module, and what pip makes of the entry point."""
    if request.param == "module":
        return [sys.executable, "-m", "sharpem"]
    script = tmp_path / "sharpem"
    script.write_text("import sys\nfrom sharpem.cli import main\nsys.exit(main())\n")
    return [sys.executable, str(script)]


def signalled(command, number, line, *, cwd):
    """Send a signal when a line on standard error holds some text; exit code and what follows."""
    environment = {**os.environ, "PYTHONPROFILEIMPORTTIME": "1" if "import" in line else ""}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd, env=environment
    ) as process:
        said = []
        for text in process.stderr:
            said.append(text)
            if line.removeprefix("import ") in text:
                process.send_signal(number)
                break
        else:
            raise AssertionError("".join(said))
        out, rest = process.communicate(timeout=60)
    return process.returncode, out, rest


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("module", ["sharpem._start.loading", "gemmi", "sharpem.run"])
def test_a_signal_during_imports(program, folder, map_file, number, module):
    command = [*program, "sharpen", str(map_file), "-r", "4"]
    code, out, rest = signalled(command, number, f"import {module}\n", cwd=folder)
    assert (code, out) == (CODES[number], "")
    assert "Traceback" not in rest
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("stage", ["read", "prepare", "apply", "write"])
def test_a_signal_at_work(folder, map_file, number, stage):
    command = [sys.executable, "-m", "sharpem", "sharpen", str(map_file), "-r", "4", *GIVEN, "-v"]
    code, _, rest = signalled(command, number, f"sharpem: {stage}\n", cwd=folder)
    assert "Traceback" not in rest
    names = {path.name for path in folder.iterdir()}
    whole = {f"map_sharpened.{ending}" for ending in ENDINGS}
    assert names in (set(), whole)
    assert code == CODES[number] or names == whole


def test_an_ignored_signal_stays_ignored(folder, map_file):
    words = f"-m sharpem sharpen {map_file} -r 4 --b-iso 20 -v"
    command = ["sh", "-c", f"trap '' HUP; exec {sys.executable} {words}"]
    code, _, _ = signalled(command, signal.SIGHUP, "sharpem: prepare\n", cwd=folder)
    assert code == 0
    assert len(list(folder.iterdir())) == len(ENDINGS)


def test_an_import_leaves_signals_alone():
    ask = "import signal, sharpem; print(signal.getsignal(signal.SIGTERM) == signal.SIG_DFL)"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def in_shell(words, *, cwd):
    command = f"{sys.executable} -m sharpem {words}"
    return subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, cwd=cwd, check=False, timeout=60
    )


@pytest.mark.parametrize(
    ("to", "reason"), [(">&-", "closed"), ("> /dev/full", "no space left on device")]
)
def test_files_are_written_though_nothing_can_be_said(folder, map_file, to, reason):
    done = in_shell(f"sharpen {map_file} -r 4 --b-iso 20 {to}", cwd=folder)
    assert done.returncode == 0
    assert done.stderr == f"sharpem: standard output: {reason}, so nothing more could be shown\n"
    assert len(list(folder.iterdir())) == len(ENDINGS)
    assert in_shell(f"inspect {map_file} {to}", cwd=folder).returncode == 2


def test_all_streams_closed(folder, map_file):
    done = in_shell(f"sharpen {map_file} -r 4 --b-iso 20 <&- >&- 2>&-", cwd=folder)
    assert done.returncode == 0
    assert len(list(folder.iterdir())) == len(ENDINGS)
    assert (folder / "map_sharpened.mrc").stat().st_size > 1024
    assert in_shell("sharpen nothing.mrc -r 4 <&- >&- 2>&-", cwd=folder).returncode == 2
    assert in_shell("sharpen nothing.mrc -r 4 2> /dev/full", cwd=folder).returncode == 2


@pytest.mark.parametrize("command", ["sharpen", "apply", "inspect", "evaluate", "box", "simulate"])
@pytest.mark.parametrize("name", ["x" * 300, "x/" * 2500, "loop", "closed/m.mrc", b"\xff\xfe"])
def test_no_name_is_an_internal_error(refused, folder, map_file, command, name):
    name = os.fsdecode(name)
    (folder / "loop").symlink_to("loop")
    more = {
        "sharpen": ["-r", "4"],
        "apply": ["filter.json"],
        "evaluate": ["--model", name, "-r", "4"],
        "box": ["--model", name],
        "simulate": ["-r", "4"],
    }
    assert "internal error" not in refused(command, name, *more.get(command, []))
    if command in ("sharpen", "box", "evaluate"):
        line = refused(command, map_file, "--model", name, *(["-r", "4"] * (command != "box")))
        assert "internal error" not in line


@pytest.mark.parametrize("name", ["x" * 300, "x/" * 2500, "loop/a", "nowhere/a"])
def test_no_output_name_is_an_internal_error(refused, folder, map_file, name):
    (folder / "loop").symlink_to("loop")
    assert "internal error" not in refused("sharpen", map_file, "-r", "4", "-o", name)


@pytest.mark.skipif(sys.platform != "linux", reason="names are not plain bytes there")
def test_a_name_that_is_no_utf8_in_all_files(outcome, folder, map_file):
    name = os.fsdecode(b"m\xe4p\xff.mrc")
    (folder / name).write_bytes(map_file.read_bytes())
    code, _, err = outcome("sharpen", name, "-r", "4", *GIVEN)
    assert (code, err) == (0, "")
    assert r"m\udce4p\udcff.mrc" in (folder / f"{name[:-4]}_sharpened.html").read_text("utf-8")


def test_the_script_opens_what_was_written_over_a_link(outcome, folder, map_file, tmp_path):
    (folder / "map_sharpened.mrc").symlink_to(tmp_path / "elsewhere.mrc")
    (tmp_path / "elsewhere.mrc").write_bytes(map_file.read_bytes())
    assert outcome("sharpen", map_file, "-r", "4", *GIVEN, "--overwrite")[0] == 0
    script = (folder / "map_sharpened.cxc").read_text()
    assert 'open "map_sharpened.mrc"' in script
    assert "elsewhere" not in script


def test_apply_says_that_the_map_is_not_the_filters(outcome, folder, map_file):
    assert outcome("sharpen", map_file, "-r", "4", *GIVEN)[0] == 0
    code, out, _ = outcome("apply", map_file, "map_sharpened.json")
    assert (code, "warning" in out) == (0, False)
    (folder / "map_sharpened.mrc").write_bytes(map_file.read_bytes())
    code, out, _ = outcome("apply", map_file, "map_sharpened.json", "--overwrite")
    assert code == 0
    assert "map_sharpened.mrc beside map_sharpened.json is not the map of the run" in out
