"""Compile the templates of the package's pages, so that no run has to: compile_templates.py FOLDER.

CMake calls it while a wheel is built; what it writes is installed beside the templates.
"""

import runpy
import sys
from pathlib import Path

from jinja2 import FileSystemLoader

ENVIRONMENT = Path(__file__).parents[1] / "python" / "sharpem" / "report" / "environment.py"


def main(target: Path) -> None:
    """Compile all of them into a folder."""
    module = runpy.run_path(str(ENVIRONMENT))
    environment = module["environment"](FileSystemLoader(module["TEMPLATES"]))
    environment.compile_templates(target, extensions=["j2"], zip=None, ignore_errors=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
