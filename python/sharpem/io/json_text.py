"""JSON as all commands write it, and as they read what they noted themselves."""

from __future__ import annotations

import contextlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["json_text", "read_object", "to_plain"]


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


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object; empty if the file is not there or holds none."""
    with contextlib.suppress(OSError, ValueError):
        values = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(values, dict):
            return values
    return {}
