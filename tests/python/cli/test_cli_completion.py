"""What shells complete, and the manual page: made from the parsers that the commands use."""

import re
import shutil
import subprocess

import pytest

from sharpem.cli.completion import manual_parser, whole_parser


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    from contextlib import redirect_stdout
    from io import StringIO

    from sharpem.cli import main

    pytest.importorskip("shtab")
    with redirect_stdout(StringIO()) as printed:
        assert main(["completion", "bash"]) == 0
    path = tmp_path_factory.mktemp("shell") / "sharpem"
    path.write_text(printed.getvalue())
    return path


def completed(script, folder, *words):
    """What bash offers for the last word."""
    line = " ".join(f"'{word}'" for word in words)
    program = (
        f"source {script}\nCOMP_WORDS=({line})\nCOMP_CWORD={len(words) - 1}\n"
        "COMPREPLY=()\n_shtab_sharpem\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n"
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", program], cwd=folder, capture_output=True, text=True, check=True
    )
    assert not done.stderr
    return {word.strip() for word in done.stdout.splitlines()} - {""}


bash = pytest.mark.skipif(shutil.which("bash") is None, reason="no bash")


@bash
def test_commands_options_and_values(script, tmp_path):
    assert completed(script, tmp_path, "sharpem", "sh") == {"sharpen"}
    assert completed(script, tmp_path, "sharpem", "sharpen", "--b-s") == {"--b-sharpen", "--b-step"}
    assert completed(script, tmp_path, "sharpem", "sharpen", "--method", "ku") == {"kurtosis"}
    assert "--versions" in completed(script, tmp_path, "sharpem", "--")


@bash
@pytest.mark.parametrize(
    "before", [["sharpen"], ["sharpen", "--model"], ["relion", "--in_3dref"], ["apply"]]
)
def test_names_of_files(script, tmp_path, before):
    (tmp_path / "emd_1.map").touch()
    assert "emd_1.map" in completed(script, tmp_path, "sharpem", *before, "em")


@pytest.mark.parametrize("shell", ["zsh", "tcsh"])
def test_other_shells(outcome, shell):
    pytest.importorskip("shtab")
    code, out, err = outcome("completion", shell)
    assert (code, err) == (0, "")
    assert "sharpem" in out
    assert "b-sharpen" in out


def test_shell_that_is_not_supported(refused):
    line = refused("completion", "fish")
    assert "invalid choice: 'fish'" in line
    assert "tcsh" in line


def test_the_whole_parser_has_every_command(outcome):
    _, out, _ = outcome("--help")
    [group] = [action for action in whole_parser()._actions if action.dest == "command"]
    listed = re.findall(r"^    ([a-z]+)(?: |$)", out, re.MULTILINE)
    assert set(group.choices) == set(listed)
    assert "--b-sharpen" in group.choices["sharpen"]._option_string_actions


def test_manual_page(tmp_path):
    manpage = pytest.importorskip("argparse_manpage.manpage").Manpage
    page = tmp_path / "sharpem.1"
    page.write_text(str(manpage(manual_parser(), _data={"project_name": "sharpem"})), "utf-8")
    assert "b\\-sharpen" in page.read_text("utf-8")
    if groff := shutil.which("groff"):
        done = subprocess.run(
            [groff, "-man", "-Tutf8", "-ww", "-z", page], capture_output=True, text=True, check=True
        )
        assert done.stderr == ""
        shown = subprocess.run(
            [groff, "-man", "-Tascii", page], capture_output=True, text=True, check=True
        )
        assert ".mrc, .map or .ccp4" in shown.stdout
