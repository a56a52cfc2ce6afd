"""The commands of the pages run as they stand there, in a folder that holds the files they name.

Those of pages that need no files are run in an empty folder: test_docs_in_an_empty_folder.py.
"""

import re
import shlex
from pathlib import Path

import pytest
from stand_ins import files_of_the_pages, fill_cache, place
from test_docs_in_an_empty_folder import PAGES as SELF_SUFFICIENT

from sharpem.cli import main

ROOT = Path(__file__).parents[2]
PAGES = sorted({*(ROOT / "docs").glob("*.md")} - {*SELF_SUFFICIENT})

# The tables of docs/study.md and docs/simulate.md, one row of each.
TABLES = {
    "pairs.csv": "EMD-3488,emd_3488.map.gz,5ni1.cif,3.2",
    "phases.csv": "phases_0,phases_0.mrc,phases_0_model.cif,3.5",
}


def commands(page: Path) -> list[list[str]]:
    """Every line of a page that begins with `sharpem COMMAND`, as arguments."""
    lines = re.findall(r"^\s*(?:\$ )?sharpem ([a-z].*)$", page.read_text("utf-8"), re.MULTILINE)
    return [shlex.split(line, comments=True) for line in lines]


def test_pages_show_commands():
    assert {words[0] for page in PAGES for words in commands(page)} >= {
        "sharpen", "inspect", "apply", "evaluate", "compare", "box", "batch", "fetch",
        "simulate", "study",
    }  # fmt: skip


def table_of_the_batch() -> str:
    page = (ROOT / "docs/batch.md").read_text("utf-8")
    return re.findall(r"```csv\n(.*?)```", page, re.DOTALL)[0]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return files_of_the_pages(tmp_path_factory.mktemp("files"))


@pytest.fixture
def folder(files, tmp_path, monkeypatch):
    for name, file in files.items():
        place(file, tmp_path / name)
    for name, row in TABLES.items():
        (tmp_path / name).write_text(f"name,map,model,resolution\n{row}\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "maps.csv").write_text(table_of_the_batch(), "utf-8")
    monkeypatch.chdir(tmp_path)
    fill_cache(tmp_path / "cache", files)
    monkeypatch.setenv("SHARPEM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SHARPEM_MIRRORS", "http://127.0.0.1:9")  # the cache has to do
    return tmp_path


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=lambda p: p.name)
def test_commands_run(page, folder, capsys):
    if any(words[0] == "view" for words in commands(page)):
        pytest.importorskip("k3d", reason="no k3d, the extra called view")
    before = {"sharp.mrc", "emd_3488_sharpened.mrc"}
    for shown in commands(page):
        words = ["FWT,PHWT" if word == "F,PHI" else word for word in shown]
        missing = before & set(words) - {path.name for path in folder.iterdir()}
        for name in missing:  # a page may judge what an earlier page made
            source = "refined.mtz" if name == "sharp.mrc" else "emd_3488.mrc.gz"
            prefix = name.removesuffix(".mrc")
            assert main(["sharpen", source, "-r", "3.2", "-o", prefix, "--no-report"]) == 0
        assert main([*words, *_also(words)]) == 0, words
        capsys.readouterr()


def _also(words: list[str]) -> list[str]:
    """What a command needs to run here: no cluster, and results of commands before it."""
    if words[0] == "batch":
        return ["--dry-run"] if {"--slurm", "--scheduler"} & set(words) else []
    return ["--overwrite"] if "-o" in words and words[0] != "study" else []
