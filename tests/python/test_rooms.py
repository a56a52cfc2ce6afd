"""Rooms: which module may import which. Lazy imports and those for type checkers count too."""

import ast
from pathlib import Path

import sharpem

PACKAGE = Path(sharpem.__file__).parent
ROOMS = (
    *("_start", "errors", "findings", "machine", "progress"),
    *("maps", "spectra", "io", "jobs", "archive", "analysis", "methods", "local"),
    *("evaluation", "simulate", "options", "outcome", "study", "report", "viewer"),
    *("output", "result", "pipeline", "run", "many", "cli", "__main__"),
)
"""From the ground floor up; each may import what stands before it."""
BLIND = ("maps", "spectra", "io", "analysis", "methods", "local")
"""What these do must not depend on how it is evaluated."""


def modules():
    """Dotted names after ``sharpem.``, and the paths."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


MODULES = modules()


def imported(path):
    """Modules of the package that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            inner = name.removeprefix("sharpem.")
            while name.startswith("sharpem.") and inner and inner not in MODULES:
                inner = inner.rpartition(".")[0]
            if name.startswith("sharpem.") and inner:
                yield inner


def room(module):
    return module.partition(".")[0]


ARROWS = {(a, b) for a, path in MODULES.items() if a for b in imported(path) if a != b}


def test_every_room_is_known():
    assert {room(module) for module in MODULES} - {""} == set(ROOMS)


def test_no_import_goes_up():
    order = {name: number for number, name in enumerate(ROOMS)}
    up = {(a, b) for a, b in ARROWS if order[room(b)] > order[room(a)]}
    assert not up


def test_no_circle_of_modules():
    left = {module: {b for a, b in ARROWS if a == module} for module in MODULES}
    while bottom := {module for module, below in left.items() if not below & left.keys()}:
        left = {module: below for module, below in left.items() if module not in bottom}
    assert not left


def test_few_modules_are_flat():
    flat = [name for name in ROOMS if not name.startswith("_") and not (PACKAGE / name).is_dir()]
    assert len(flat) <= 12


def test_what_sharpens_does_not_look_at_what_evaluates():
    assert not {(a, b) for a, b in ARROWS if room(a) in BLIND and room(b) == "evaluation"}


def test_no_public_name_hides_a_module():
    assert not set(sharpem.__all__) & {module for module in MODULES if "." not in module}
