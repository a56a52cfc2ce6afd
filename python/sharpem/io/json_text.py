"""JSON as all commands write it."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np

__all__ = ["json_text", "to_plain"]


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
