"""What a hostile name, table or option could do: pages, spreadsheets, scripts of jobs."""

import base64
import csv
import hashlib
import io
import re
from pathlib import Path

import pytest

import sharpem.report.pages
from sharpem.errors import InputError
from sharpem.io.table import csv_text, read_table
from sharpem.jobs import Slurm
from sharpem.report.batch import render_batch
from sharpem.report.pages import render_page

TEMPLATES = Path(sharpem.report.pages.__file__).with_name("templates")
ROW = {
    **{"name": "<script>alert(1)</script>", "status": "failed", "report": None, "error": "<b>"},
    **dict.fromkeys(("resolution", "method", "applicable", "signal_to_noise", "b_sharpen")),
    **dict.fromkeys(("b_iso_input", "b_iso_output", "warnings", "seconds")),
}


def policy(page):
    [found] = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', page)
    return dict(rule.strip().split(" ", 1) for rule in found.split(";"))


def test_the_only_script_of_a_page_is_allowed_by_its_hash():
    page = render_batch([ROW], title="t", command=None)
    [script] = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy(page)["script-src"] == f"'sha256-{digest}'"
    assert "addEventListener" in script


def test_other_pages_run_no_script():
    page = render_page("base.html.j2", title="t", kind="k", command=None, sources=())
    assert policy(page)["default-src"] == policy(page)["script-src"] == "'none'"
    assert policy(page)["base-uri"] == policy(page)["form-action"] == "'none'"
    assert page.index("Content-Security-Policy") < page.index("<style>")


def test_every_template_is_under_the_policy():
    for path in TEMPLATES.glob("*.j2"):
        text = path.read_text("utf-8")
        assert not re.search(r"\son\w+\s*=|javascript:", text), path.name
        assert "<script" not in text or path.name == "base.html.j2"
        assert ("<html" in text) == ("{{ policy }}" in text), path.name


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "  ="])
def test_no_text_in_a_csv_is_a_formula(tmp_path, start):
    cell = f"{start}HYPERLINK(1)"
    text = csv_text([{"name": cell, "b": -3.5}], ["name", "b"])
    [row] = csv.DictReader(io.StringIO(text, newline=""))
    assert row["b"] == "-3.5"
    assert row["name"].startswith("'")
    assert row["name"].endswith("HYPERLINK(1)")
    (tmp_path / "t.csv").write_text(text, "utf-8", newline="")
    assert read_table(tmp_path / "t.csv")[1] == []


@pytest.mark.parametrize("option", ["partition", "account", "time", "interface", "options"])
@pytest.mark.parametrize("character", ["\n", "\r", "\0", "\x1b", "\u2028"])
def test_no_option_of_a_scheduler_makes_a_line(option, character):
    text = f"a{character}rm -rf ~"
    with pytest.raises(InputError, match="control characters"):
        Slurm(**{option: (text,) if option == "options" else text})
