"""The command line: ``sharpem inspect`` on a damaged map ends with exit code 0 or 2."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import target_mrc
import target_mtz
from target import Target

from sharpem.cli import main
from sharpem.errors import InputError

KINDS = (target_mtz, target_mrc)


def seeds() -> list[bytes]:
    """Maps and map coefficients."""
    return [source for kind in KINDS for source in kind.seeds()]


def read(path: Path) -> None:
    """Run the command; InputError with what it says where it refuses the file."""
    said, complaint = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(complaint):
        code = main(["inspect", str(path), "--threads", "1"])
    assert code in (0, InputError.exit_code), complaint.getvalue()
    assert "Traceback" not in complaint.getvalue()
    if code:
        raise InputError(complaint.getvalue().removeprefix("sharpem: ").strip())
    assert said.getvalue()


TARGET = Target("map", seeds, read, target_mtz.WORDS, range(256), named=False)
