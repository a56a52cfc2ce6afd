"""Findings: the list of codes, what is made of one, and the page that explains them."""

import re
from pathlib import Path

import pytest

import sharpem
from sharpem.findings import ABOUT, CODES, SEVERITIES, finding, lines_of, unique

PAGE = (Path(__file__).parents[2] / "docs" / "findings.md").read_text("utf-8")
SOURCE = "".join(
    path.read_text("utf-8")
    for path in Path(sharpem.__file__).parent.rglob("*.py")
    if path.name != "findings.py"
)


def test_every_code_is_explained_once_and_nothing_else_is():
    entries = re.findall(r"^### `([a-z-]+)`", PAGE, re.MULTILINE)
    assert len(entries) == len(set(entries))
    assert set(entries) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_an_entry_says_what_how_and_what_to_do(code):
    entry = PAGE.split(f"### `{code}`", 1)[1].split("\n### ", 1)[0].split("\n## ", 1)[0]
    severity, about = CODES[code]
    assert entry.startswith(f" ({severity}, {about})\n")
    refused, kept = "Refused:" in entry, "Not raised yet." in entry
    raised = re.search(rf'finding\(\s*"{code}"', SOURCE) or f'"{code}" if' in SOURCE
    raised = raised or re.search(rf'code, step = "{code}"|\n\s+"{code}",\n\s+largest', SOURCE)
    assert bool(raised) == (not refused and not kept)
    if not kept:
        assert "*How it is told.*" in entry
        assert "*What to do.*" in entry


def test_codes_have_known_severities_and_subjects():
    assert {severity for severity, _ in CODES.values()} <= set(SEVERITIES)
    assert {about for _, about in CODES.values()} <= set(ABOUT)


def test_a_finding_has_its_codes_severity_unless_another_is_given():
    usual = finding("filtered", "It was filtered.", "Look.")
    assert (usual.severity, usual.about) == ("warning", "map")
    assert finding("filtered", "", "", severity="note").severity == "note"
    assert usual.to_dict() == {
        "code": "filtered",
        "severity": "warning",
        "about": "map",
        "text": "It was filtered.",
        "do": "Look.",
    }
    with pytest.raises(KeyError):
        finding("unheard-of", "", "")


def test_lines_say_warnings_before_notes_and_nothing_twice():
    note, warning = finding("masked", "A.", "B."), finding("filtered", "C.", "D.")
    assert lines_of([note, warning], ["C.", "E."]) == [
        ("warning", "C. D."),
        ("warning", "E."),
        ("note", "A. B."),
    ]


def test_unique_keeps_the_order_and_each_sentence_once():
    one, two = finding("masked", "A.", "B."), finding("filtered", "C.", "D.")
    assert unique([one, two, one]) == (one, two)
