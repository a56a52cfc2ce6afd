"""The documentation site: what is made from the sources, and the check of its links."""

import importlib.util
import json
import re
from importlib import resources
from pathlib import Path

import pytest

import sharpem
from sharpem.cli import main
from sharpem.options.request import SharpenRequest
from sharpem.options.table import options_of

DOCS = Path(__file__).parents[2] / "docs"
PAGES = [DOCS.parent / "README.md", *sorted(DOCS.rglob("*.md"))]


def module(name):
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS.parent)))
def test_files_that_a_page_links_to_exist(page):
    for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        assert (page.parent / link).exists(), link


def test_every_page_is_in_the_index():
    index = (DOCS / "index.md").read_text("utf-8")
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", index))
    assert linked == {path.name for path in DOCS.glob("*.md")} - {"index.md"}


def test_every_public_name_is_in_the_api():
    named = re.findall(r"^.. auto\w+:: (\w+)", (DOCS / "api.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(sharpem.__all__)


def test_every_key_of_the_schema_has_a_row():
    schema = json.loads((resources.files("sharpem") / "data/output.schema.json").read_text("utf-8"))
    page = module("made_pages").schema_tables()
    sections = dict(re.findall(r"## (\S+)\n(.*?)(?=\n## |\Z)", page, re.DOTALL))
    for name, about in schema["$defs"].items():
        for key in about.get("properties", {}):
            assert f"| `{key}` |" in sections[name], (name, key)


def test_every_command_is_described(capsys):
    assert main(["--help"]) == 0
    commands = re.findall(r"^ {4}([a-z]+)(?: |$)", capsys.readouterr().out, re.MULTILINE)
    [action] = module("made_pages").parser()._subparsers._group_actions
    assert set(commands) == set(action.choices)
    assert all(len(one._actions) > 1 for one in action.choices.values())


def test_every_option_has_a_row():
    page = module("made_pages").option_table()
    assert page.count("\n| `") == len(options_of(SharpenRequest))


def test_every_header_is_shown_with_its_opening():
    page = module("made_pages").headers()
    headers = sorted(DOCS.parent.glob("cpp/include/sharpem/*.hpp"))
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == [path.name for path in headers]
    assert "Terwilliger et al. (2018), Eq. 1-4" in page


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("other.html#there", None),
        ("#here", None),
        ("other.html#gone", "other.html#gone: no such anchor"),
        ("gone.html", "gone.html: no such file"),
    ],
)
def test_links_that_lead_nowhere_are_noticed(link, fault, tmp_path):
    (tmp_path / "page.html").write_text(f'<p id="here"><a href="{link}">x</a></p>')
    (tmp_path / "other.html").write_text('<p id="there"></p>')
    found = list(module("check_links").faults(tmp_path))
    assert found == ([f"page.html: {fault}"] if fault else [])
