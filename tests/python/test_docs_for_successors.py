"""Pages for who takes over: what they name exists, and the worked example works."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from real_maps import TINY_MAP, TINY_RESOLUTION, real
from test_rooms import ROOMS

import sharpem

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(
    [
        *(DOCS / "decisions").glob("*.md"),
        *(DOCS / name for name in ("architecture.md", "glossary.md", "adding-a-method.md")),
        DOCS.parent / "CONTRIBUTING.md",
    ]
)
PACKAGE = Path(sharpem.__file__).parent


def text_of(page):
    return page.read_text("utf-8")


def names_of(page):
    """Dotted names that begin with a module or a room of the package."""
    tops = {path.stem for path in PACKAGE.iterdir() if path.stem.isidentifier()}
    found = re.findall(r"(?<![\w./])([a-z_]+(?:\.\w+)+)", text_of(page))
    endings = ("md", "py", "json", "mrc", "html", "cxc", "csv", "txt", "hpp", "cpp")
    return sorted({n for n in found if n.split(".")[0] in tops and n.split(".")[-1] not in endings})


def resolved(name):
    """The object that a dotted name stands for; attributes follow the longest module."""
    parts, module = name.split("."), sharpem
    while parts:
        try:
            module = importlib.import_module(f"{module.__name__}.{parts[0]}")
        except ModuleNotFoundError:
            break
        parts.pop(0)
    for part in parts:
        module = getattr(module, part)
    return module


def test_architecture_names_what_exists():
    names = names_of(DOCS / "architecture.md")
    assert len(names) > 40
    for name in names:
        assert resolved(name) is not None, name


def test_a_name_that_does_not_exist_is_noticed():
    with pytest.raises(AttributeError):
        resolved("pipeline.sharpened")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_and_links_exist(page):
    for link in re.findall(r"\]\(([^)#:]+)\)", text_of(page)):
        assert (page.parent / link).exists(), link
    for file in re.findall(r"`([\w/.-]+/[\w.-]+\.(?:py|hpp|md|cpp|toml))`", text_of(page)):
        if "test_flat" not in file:
            assert any((root / file).exists() for root in (DOCS.parent, PACKAGE)), file


def test_every_decision_is_listed():
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", text_of(DOCS / "decisions/README.md"))
    assert listed == sorted(path.name for path in (DOCS / "decisions").glob("0*.md"))


def test_rooms_stand_in_the_order_of_their_imports():
    rows = re.findall(r"^\| (`.*?) \|", text_of(DOCS / "architecture.md"), re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert named == [room for room in ROOMS if not room.startswith("_")]


@pytest.fixture(scope="module")
def with_example(tmp_path_factory):
    """Do what adding-a-method.md says, on a copy of the package; a runner of commands beside it."""
    page = text_of(DOCS / "adding-a-method.md")
    file, entry, its_test = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    folder = tmp_path_factory.mktemp("example")
    shutil.copytree(PACKAGE, folder / "sharpem", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "sharpem/methods/flat.py").write_text(file, "utf-8")
    registry = folder / "sharpem/methods/registry.py"
    text = text_of(registry).replace(
        "from sharpem.methods import ", "from sharpem.methods import flat, "
    )
    assert "_ALL = (\n" in text
    registry.write_text(text.replace("_ALL = (\n", f"_ALL = (\n{entry.rstrip()},\n"), "utf-8")
    (folder / "test_flat.py").write_text(its_test, "utf-8")
    paths = os.pathsep.join([str(folder), str(Path(__file__).parent)])
    environment = {**os.environ, "PYTHONPATH": paths}

    def run(*words):
        command = [sys.executable, "-m", *(str(word) for word in words)]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_the_example_of_a_method_passes_its_own_test(with_example):
    done = with_example("pytest", "-q", "-p", "no:cacheprovider", "test_flat.py")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_the_command_line_knows_the_example(with_example):
    options = (real(TINY_MAP), "-r", TINY_RESOLUTION, "-o", "flat", "--no-report")
    done = with_example("sharpem", "sharpen", *options, "--method", "flat", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["b_iso"]["target"] == 0
    table = with_example("sharpem", "compare", real(TINY_MAP), "-r", TINY_RESOLUTION, "-o", "all")
    assert re.search(r"^\W*flat\b", table.stdout, re.MULTILINE), table.stdout + table.stderr
