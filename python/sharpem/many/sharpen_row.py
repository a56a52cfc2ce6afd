"""One row, in its own process: ``sharpem sharpen``, in the row's folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sharpem.errors import NotApplicableError
from sharpem.many.rows import sharpen_parser

__all__ = ["sharpen_row"]


def sharpen_row(arguments: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Sharpen a row's map; what the summary shows of it.

    Works in the folder, so that the files know each other by name alone: it will be renamed, and
    may be moved.

    Parameters
    ----------
    arguments : dict
        ``name`` of the output, and ``words`` of the command line.
    folder : Path
        Empty.

    Raises
    ------
    InputError
        As the command would.
    """
    name, words = arguments["name"], arguments["words"]
    request = sharpen_parser().parse_args([*words, f"--output=./{name}", "--quiet"])
    request.command_line = ["sharpem", "sharpen", *words, "-o", name]
    with _inside(folder), suppress(NotApplicableError):  # JSON and report say why there is no map
        request.run(request)
    return _shown(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _shown(values: dict[str, Any]) -> dict[str, Any]:
    """What the summary shows of a run's JSON."""
    b_iso, filter_, verdict = values["b_iso"], values["filter"] or {}, values["verdict"]
    sharpened = filter_.get("b_sharpen", b_iso["signal"] - b_iso["target"])
    return {
        "resolution": values["resolution"],
        "method": values["method"],
        "applicable": verdict["applicable"],
        "signal_to_noise": verdict["signal_to_noise"],
        "b_sharpen": sharpened if filter_ else None,
        "b_iso_input": b_iso["input"],
        "b_iso_signal": b_iso["signal"],
        "b_iso_output": b_iso["output"],
        "molecular_volume": values["molecular_volume"]["angstrom3"],
        "warnings": len(verdict["warnings"]),
        "shape": values["input"]["shape"],
        "output": values["output"],
    }
