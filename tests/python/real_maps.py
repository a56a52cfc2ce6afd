"""Real maps and models: the tiny one of this repository, and larger ones where they are at hand.

Files are named as `folder/file`. Those of EMD-5830 come with the package, all others are in
`../shared/data` beside the repository, which a clone need not have. Tests over many maps take their
parameters from `present`, so that a clone runs them on the tiny map alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import sharpem

PACKAGE = Path(sharpem.__file__).parent
HERE = PACKAGE / "data"
SHARED = Path(__file__).parents[3] / "shared" / "data"

TINY_MAP = "emd_5830/A_box.ccp4.gz"
TINY_MODEL = "emd_5830/A_box_complete.pdb.gz"
TINY_RESOLUTION = 3.8

DEMO_MODEL = "data/demo.pdb.gz"
"""The protein of `sharpem demo`, in the package: for what wants a larger or a more typical one."""


def real(name: str) -> Path:
    """Where a real map or model lies; the file need not exist."""
    places = [folder / name for folder in (HERE, PACKAGE, SHARED)]
    return next((place for place in places if place.exists()), places[-1])


def present(cases: Iterable[Any]) -> list[Any]:
    """Those parameters of a test whose files exist; a file is any string with a slash in it.

    Where there are none, one that is skipped, and says why.
    """
    cases = list(cases)
    found = [case for case in cases if all(real(name).is_file() for name in _files(case))]
    return found or [_skipped(cases[0])]


def needs(*names: str) -> pytest.MarkDecorator:
    """Skip a test unless all these files are at hand."""
    absent = [name for name in names if not real(name).is_file()]
    return pytest.mark.skipif(bool(absent), reason=f"no {', '.join(absent)} in {SHARED}")


def _skipped(case: Any) -> Any:
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=needs(*_files(case)))


def _files(case: object) -> Iterator[str]:
    if isinstance(case, str):
        yield from [case] if "/" in case else []
    elif isinstance(case, tuple):
        for part in case:
            yield from _files(part)
