"""``python -m sharpem``: the command line."""

import sys

from sharpem.cli import main

if __name__ == "__main__":
    sys.exit(main())
