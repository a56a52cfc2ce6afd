"""JSON as all commands write it, and as they read it."""

from __future__ import annotations

import contextlib
import json
import math
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from sharpem.errors import InputError
from sharpem.io.contents import contents

__all__ = ["json_text", "read_json", "read_object", "to_plain"]

_LARGEST = 2**26  # bytes


def json_text(values: Any) -> str:
    """Write JSON text that every reader takes: no NaN, one line end at the end."""
    return json.dumps(to_plain(values), indent=1, allow_nan=False) + "\n"


def to_plain(value: Any) -> Any:
    """JSON's own types; NaN and infinity become None.

    Examples
    --------
    >>> to_plain({"b": (1.5, float("nan"))})
    {'b': [1.5, None]}
    """
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, np.generic):
        return to_plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def read_json(path: Path, expected: str = "a JSON file") -> Any:
    """Read a JSON file of bounded size, with numbers that are numbers.

    Raises
    ------
    InputError
        The file cannot be read, or is none.
    """
    raw = contents(path, expected, largest=_LARGEST)
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({error}), expected {expected}") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object; empty if the file is not there or holds none."""
    with contextlib.suppress(OSError, ValueError):
        values = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(values, dict):
            return values
    return {}
