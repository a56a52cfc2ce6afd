"""What a start loads: names when they are used, and of the commands the one that is asked for."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import sharpem
from sharpem.cli.commands import COMMANDS

HEAVY = (
    "contourpy",
    "distributed",
    "gemmi",
    "jinja2",
    "matplotlib",
    "numpy.ma",
    "requests",
    "rich",
)
AT_THE_END = """
import json, sys
{0}
print(json.dumps([sorted(sys.modules), __import__("os").environ.get("OPENBLAS_NUM_THREADS")]))
"""
AS_PROGRAM = """
import sys
sys.argv[0] = "sharpem"
from sharpem.cli import main
main(sys.argv[1:])
"""


def started(code, *words, **environment):
    """Modules that are loaded after some code has run, and the number of BLAS threads asked for."""
    clean = {name: value for name, value in os.environ.items() if "OPENBLAS" not in name}
    done = subprocess.run(
        [sys.executable, "-c", AT_THE_END.format(code), *map(str, words)],
        capture_output=True,
        text=True,
        check=True,
        env={**clean, **environment},
    )
    modules, threads = json.loads(done.stdout.splitlines()[-1])
    return set(modules), threads


def test_help_loads_neither_numpy_nor_a_command():
    loaded, _ = started(AS_PROGRAM, "--help")
    assert not loaded & {"numpy", *HEAVY}
    assert not loaded & {f"sharpem.cli.{name}" for name in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_loads_itself_alone(command):
    loaded, _ = started(AS_PROGRAM, command, "--help")
    assert f"sharpem.cli.{command}" in loaded
    others = {f"sharpem.cli.{name}" for name in COMMANDS} - {f"sharpem.cli.{command}"}
    # The JSON of a comparison holds what `sharpem evaluate` writes.
    assert loaded & others <= ({"sharpem.cli.evaluate"} if command == "compare" else set())
    assert not loaded & ({*HEAVY} - {"gemmi"})


def test_a_run_loads_what_it_needs(map_file, tmp_path):
    words = ("sharpen", map_file, "-r", "4", "-q", "-o", tmp_path / "out")
    loaded, _ = started(AS_PROGRAM, *words, "--no-report")
    assert not loaded & ({*HEAVY} - {"contourpy", "gemmi"})
    loaded, _ = started(AS_PROGRAM, *words, "--overwrite")
    assert not loaded & ({*HEAVY} - {"contourpy", "gemmi", "jinja2", "numpy.ma"})  # of contourpy


def test_an_import_loads_no_more_than_is_used():
    loaded, threads = started("import sharpem; sharpem.InputError")
    assert "sharpem.errors" in loaded
    assert not loaded & {"numpy", "sharpem.pipeline", *HEAVY}
    assert threads is None


def test_the_program_asks_for_one_blas_thread_unless_told_otherwise():
    assert started(AS_PROGRAM, "--help")[1] == "1"
    assert started(AS_PROGRAM, "--help", OPENBLAS_NUM_THREADS="3")[1] == "3"


def test_names_for_type_checkers_are_those_at_run_time():
    tree = ast.parse(Path(sharpem.__file__).read_text(encoding="utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    named = {
        alias.name: node.module.removeprefix("sharpem.")
        for node in guarded.body
        for alias in node.names
    }
    assert named == sharpem._MODULE_OF
    assert sorted(named) == sharpem.__all__
    assert set(sharpem.__all__) <= set(dir(sharpem))


def test_modules_are_found_as_attributes_and_what_is_not_there_is_no_attribute():
    assert sharpem.simulate.local_b is not None
    with pytest.raises(AttributeError, match="has no attribute 'sharpen_all'"):
        _ = sharpem.sharpen_all
