"""Pages made from templates: HTML that needs nothing else, neither network nor JavaScript."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharpem._core import __version__

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render_page"]

_FOLDER = Path(__file__).with_name("templates")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render_page(template: str, **values: Any) -> str:
    """Fill in a template of this package.

    Parameters
    ----------
    template : str
        File name in ``templates``; those that extend ``base.html.j2`` want a ``title``.
    **values
        What the template names. Text is escaped; SVG goes in as ``markupsafe.Markup``.
    """
    return _environment().get_template(template).render(version=__version__, **values)
