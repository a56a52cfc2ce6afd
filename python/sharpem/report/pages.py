"""Pages made from templates: HTML that needs nothing else, neither network nor JavaScript."""

from __future__ import annotations

import base64
import hashlib
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


def render_page(template: str, *, script: str | None = None, **values: Any) -> str:
    """Fill in a template of this package.

    The page's Content-Security-Policy allows nothing from elsewhere, and no script but this one:
    what slipped through the escaping would not run.

    Parameters
    ----------
    template : str
        File name in ``templates``; those that extend ``base.html.j2`` want a ``title``.
    script : str, optional
        File name in ``templates`` of the page's script.
    **values
        What the template names. Text is escaped; SVG goes in as ``markupsafe.Markup``.
    """
    from markupsafe import Markup

    code = None if script is None else (_FOLDER / script).read_text(encoding="utf-8")
    return (
        _environment()
        .get_template(template)
        .render(
            version=__version__,
            policy=Markup(_policy(code)),
            script=None if code is None else Markup(code),
            **values,
        )
    )


def _policy(code: str | None) -> str:
    """Allow own style, images that are in the page, and the script by its hash."""
    allowed = "'none'"
    if code is not None:
        digest = hashlib.sha256(code.encode("utf-8")).digest()
        allowed = f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
