"""How the documentation site is built: `make docs`, offline, with every warning an error."""

import sys
from pathlib import Path

from pygments.lexers.special import TextLexer

import sharpem

sys.path.insert(0, str(Path(__file__).parent))
from made_pages import MADE

project = "sharpem"
author = "The sharpem developers"
version = release = sharpem.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx_argparse_cli",
    "sphinx_copybutton",
]
exclude_patterns = ["_build"]

myst_enable_extensions = ["fieldlist"]
myst_heading_anchors = 4

autodoc_typehints = "none"  # the docstrings say types, shapes and units
numpydoc_show_class_members = False

html_theme = "furo"
html_title = f"sharpem {version}"
html_show_copyright = False
html_show_sphinx = False
copybutton_exclude = ".linenos, .gp, .go"


def setup(app):
    """Fill the pages that are made from the sources."""

    def fill(_app, name, source):
        if name in MADE:
            source[0] += "\n" + MADE[name]()

    app.connect("source-read", fill)
    app.add_lexer("csv", TextLexer)
