"""How a long computation says how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

__all__ = ["Progress", "silent"]

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the name of a stage, how much of it is done, and how much it has in all (or 0)."""


def silent(_stage: str, _done: int, _total: int) -> None:
    """Show nothing."""
