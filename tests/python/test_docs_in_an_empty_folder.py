"""The blocks of README, tutorial and reference pages run in an empty folder, as they are pasted.

A block that cannot is marked in its page by the line `<!-- not run: REASON -->` before it. What
would be fetched from the EMDB is in the cache, as after a first fetch.
"""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from stand_ins import files_of_the_pages, fill_cache

from sharpem.cli import main

ROOT = Path(__file__).parents[2]
PAGES = (
    ROOT / "README.md",
    *(ROOT / f"docs/{name}.md" for name in ("install", "tutorial", "full-map", "json", "api")),
)
_BLOCK = re.compile(r"(?:<!-- not run: (.*?) -->\n)?```(sh|python|cpp)\n(.*?)```", re.DOTALL)


def blocks(page):
    """Fenced blocks of a page: why it is not run, its language, its text."""
    return _BLOCK.findall(page.read_text("utf-8"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    fill_cache(folder, files_of_the_pages(tmp_path_factory.mktemp("files")))
    return folder


@pytest.fixture
def empty_folder(cache, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHARPEM_CACHE", str(cache))
    monkeypatch.setenv("SHARPEM_MIRRORS", "http://127.0.0.1:9")  # the cache has to do
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_run_one_after_the_other(page, empty_folder, capsys):
    names: dict[str, object] = {}
    ran = 0
    for reason, language, text in blocks(page):
        if not reason and language != "cpp":
            {"sh": _run_commands, "python": _run_python}[language](text, names)
            ran += 1
    assert ran


def _run_commands(text, _):
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        if words:
            assert words[0] == "sharpem", f"{line}: only commands of sharpem run everywhere"
            assert main(words[1:]) == 0, line


def _run_python(text, names):
    exec(compile(text, "page", "exec"), names)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_blocks_of_cpp_compile(page, tmp_path):
    found = [text for reason, language, text in blocks(page) if language == "cpp" and not reason]
    compiler = shutil.which("c++")
    if not found or compiler is None:
        pytest.skip("no block of C++" if not found else "no compiler")
    source = tmp_path / "page.cpp"
    around = "void page(sharpem::MutableVolumeView map, const sharpem::UnitCell& cell)"
    body = "\n".join(f"{around} {{\n{text}}}" for text in found)
    source.write_text(f"#include <sharpem/sharpem.hpp>\n{body}\n", "utf-8")
    command = [compiler, "-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
    subprocess.run([*command, f"-I{ROOT / 'cpp/include'}", str(source)], check=True)


def test_what_is_not_run_says_why():
    reasons = [reason for page in PAGES for reason, _, _ in blocks(page) if reason]
    assert reasons == ["CI runs both by their names"]


def test_terminal_output_of_the_tutorial_is_what_is_printed(empty_folder, capsys):
    """Lines that a page shows as output are lines that the commands before them print."""
    page = (ROOT / "docs/tutorial.md").read_text("utf-8")
    printed = ""
    for language, text in re.findall(r"```(sh|text)\n(.*?)```", page, re.DOTALL):
        if language == "sh":
            _run_commands(text, None)
            printed += capsys.readouterr().out
        else:
            shown = [line for line in text.splitlines() if line != "..."]
            for line in shown:
                assert _squeezed(line) in _squeezed(printed), line


def _squeezed(text):
    return re.sub(r"[\s┃│]+", " ", text)
