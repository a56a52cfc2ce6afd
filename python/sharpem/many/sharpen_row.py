"""One row, in its own process."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from sharpem.many.rows import Row
from sharpem.options.request import SharpenRequest
from sharpem.options.table import column_of
from sharpem.run import run_request, settled

__all__ = ["sharpen_row"]


def sharpen_row(arguments: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Sharpen a row's map; what the summary shows of it.

    The files know each other by name alone, for the folder will be renamed, and may be moved.

    Parameters
    ----------
    arguments : dict
        ``name`` of the output, and ``request``, the fields of a `SharpenRequest`.
    folder : Path
        Empty.

    Raises
    ------
    InputError
        The request or its files are at fault.
    """
    name, request = arguments["name"], SharpenRequest.from_dict(arguments["request"])
    command = shlex.join(Row(name, "", request).command)
    result, written = run_request(
        settled(request, column_of), folder / name, command=command, called=name
    )
    files = {kind: written[kind].name for kind in ("map", "report") if kind in written}
    return _shown(result.to_dict()) | {"output": files}


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
    }
