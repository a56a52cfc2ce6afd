"""Rows of the table, and what the sections that measure them are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Section = Callable[["Settings"], Iterator[Row]]


@dataclass(frozen=True)
class Settings:
    """Sizes, repeats and places.

    ``seconds`` is how long a figure is measured again and again, once at least; ``base`` the
    interpreter with the version to compare with, ``peer`` the script of the published program.
    """

    size: int
    sizes: tuple[int, ...]
    primes: tuple[tuple[int, int], ...]
    largest: int
    trials: int
    repeats: int
    seconds: float
    rows: int
    data: Path
    peer: Path | None
    base: Path | None


def row(
    figure: str,
    ours: float,
    theirs: float | None,
    unit: str,
    *,
    goal: str = "",
    ratio: float | None = None,
    **more: Any,
) -> Row:
    """One line of the table; `unit` says what was measured: wall or CPU seconds, GB."""
    ratio = theirs / ours if ratio is None and theirs is not None else ratio
    return {"figure": figure, "ours": ours, "theirs": theirs, "ratio": ratio} | {
        "unit": unit,
        "goal": goal,
        **more,
    }


def same(what: str, ours: object, theirs: object) -> None:
    """Stop where two programs disagree."""
    if ours != theirs:
        raise SystemExit(f"{what}: sharpem {ours}, the plain path {theirs}: expected the same")
