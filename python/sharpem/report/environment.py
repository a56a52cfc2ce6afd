"""Where pages find their templates: compiled when the wheel was built, else as they are written.

Imports nothing of this package: ``tools/compile_templates.py`` runs it before there is one.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    ModuleLoader,
    StrictUndefined,
)

__all__ = ["COMPILED", "TEMPLATES", "environment"]

TEMPLATES = Path(__file__).with_name("templates")
COMPILED = TEMPLATES / "compiled"
"""A folder of the wheel. A jinja2 that cannot run what another has compiled leaves it aside."""


def environment(loader: BaseLoader | None = None) -> Environment:
    """Make the environment that templates are compiled and filled in by."""
    either = ChoiceLoader([ModuleLoader(COMPILED), FileSystemLoader(TEMPLATES)])
    return Environment(
        loader=loader or either,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
