"""Pages' templates: those of a wheel are compiled."""

import pytest
from jinja2 import FileSystemLoader, ModuleLoader

from sharpem.report.environment import COMPILED, TEMPLATES, environment

NAMES = sorted(path.name for path in TEMPLATES.glob("*.j2"))


@pytest.mark.skipif(not COMPILED.is_dir(), reason="built without jinja2, or run from the sources")
@pytest.mark.parametrize("name", NAMES)
def test_what_was_compiled_is_what_the_template_says(name):
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    expected = environment(FileSystemLoader(TEMPLATES)).compile(
        source, name, raw=True, defer_init=True
    )
    compiled = COMPILED / ModuleLoader.get_module_filename(name)
    assert compiled.read_text(encoding="utf-8") == expected
    assert environment().get_template(name).filename != str(TEMPLATES / name)


def test_a_template_that_another_jinja2_compiled_is_compiled_anew(tmp_path, monkeypatch):
    unknown = "from jinja2.runtime import nothing_of_that_name\nroot = blocks = debug_info = None\n"
    for name in NAMES:
        (tmp_path / ModuleLoader.get_module_filename(name)).write_text(unknown, encoding="utf-8")
    monkeypatch.setattr("sharpem.report.environment.COMPILED", tmp_path)
    assert environment().get_template("batch.html.j2").filename == str(TEMPLATES / "batch.html.j2")
