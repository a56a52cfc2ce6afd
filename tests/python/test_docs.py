"""The commands and the Python of README and docs run as they stand there."""

import gzip
import re
import shlex
from pathlib import Path

import pytest
from archive_server import HEADER_3
from stand_ins import files_of_the_pages

from sharpem.cli import main

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

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
        _place(file, tmp_path / name)
    for name, row in TABLES.items():
        (tmp_path / name).write_text(f"name,map,model,resolution\n{row}\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "maps.csv").write_text(table_of_the_batch(), "utf-8")
    monkeypatch.chdir(tmp_path)
    _fill_cache(tmp_path / "cache", files)
    monkeypatch.setenv("SHARPEM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SHARPEM_MIRRORS", "http://127.0.0.1:9")  # the cache has to do
    return tmp_path


def _place(file, name):
    """Put a file where a page has it, compressed or not as the name says."""
    packed, wanted = file.suffix == ".gz", name.suffix == ".gz"
    if packed == wanted:
        name.symlink_to(file)
    else:
        name.write_bytes((gzip.compress if wanted else gzip.decompress)(file.read_bytes()))


def _fill_cache(cache, files):
    """Put EMD-3488 where `sharpem fetch` keeps it."""
    entry, models = cache / "emdb/structures/EMD-3488", cache / "pdb/data/structures/divided/mmCIF"
    for folder in (entry / "header", entry / "map", entry / "other", models / "ni"):
        folder.mkdir(parents=True)
    (entry / "header/emd-3488.xml").write_text(HEADER_3.replace(">4.0<", ">3.2<"), "utf-8")
    _place(files["emd_3488.map.gz"], entry / "map/emd_3488.map.gz")
    for name in ("half_map_1", "half_map_2"):
        _place(files[f"{name}.mrc"], entry / f"other/emd_3488_{name}.map.gz")
    _place(files["5ni1.cif"], models / "ni/5ni1.cif.gz")


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


def test_python_of_the_readme_runs(folder):
    [block] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    exec(compile(block, "README.md", "exec"), {})
    assert (folder / "out/emd_3488.mrc").stat().st_size > 4_000_000
