"""Pages made from templates: HTML that needs nothing else, neither network nor JavaScript."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sharpem._core import __version__

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render_page"]

_NONE = "'none'"


@cache
def _environment() -> Environment:
    from sharpem.report.environment import environment

    return environment()


def render_page(
    template: str, *, script: str | None = None, code: Sequence[str] = (), **values: Any
) -> str:
    """Fill in a template of this package.

    The page's Content-Security-Policy allows nothing from elsewhere, and no script but these:
    what slipped through the escaping would not run.

    Parameters
    ----------
    template : str
        File name in ``templates``; those that extend ``base.html.j2`` want a ``title``.
    script : str, optional
        File name in ``templates`` of the page's script.
    code : sequence of str, optional
        Text of scripts that run before it.
    **values
        What the template names. Text is escaped; SVG goes in as ``markupsafe.Markup``.
    """
    from markupsafe import Markup

    from sharpem.report.environment import TEMPLATES

    scripts = [*code]
    if script is not None:
        scripts.append((TEMPLATES / script).read_text(encoding="utf-8"))
    return (
        _environment()
        .get_template(template)
        .render(
            version=__version__,
            policy=Markup(_policy(scripts)),
            scripts=[Markup(text) for text in scripts],
            **values,
        )
    )


def _policy(scripts: Sequence[str]) -> str:
    """Allow own style, images and fonts that are in the page, and the scripts by their hashes."""
    digests = [hashlib.sha256(text.encode("utf-8")).digest() for text in scripts]
    allowed = " ".join(f"'sha256-{base64.b64encode(one).decode('ascii')}'" for one in digests)
    return (
        f"default-src 'none'; script-src {allowed or _NONE}; style-src 'unsafe-inline'; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )
