"""Damaged files, one after the other, and what the reader says to each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from random import Random

from damage import damaged
from target import NUMBERS, Target

from sharpem.errors import InputError

__all__ = ["TARGETS", "FindError", "check", "executions", "finds", "target_of"]

HERE = Path(__file__).parent
TARGETS = tuple(sorted(path.stem.removeprefix("target_") for path in HERE.glob("target_*.py")))
_MOST_SEEDS = 500
_AGAIN = 0.2
_VARIABLE = re.compile(r"'[^']*'|\"[^\"]*\"|\S*\d\S*")


class FindError(Exception):
    """A file to which the program answers wrongly."""


def target_of(name: str) -> Target:
    """The target of that name, of the file target_NAME.py."""
    found: Target = import_module(f"target_{name}").TARGET
    return found


def finds(name: str) -> list[Path]:
    """Files that broke a target once, and are kept."""
    return sorted((HERE / "finds" / name).glob("*"))


def check(target: Target, path: Path) -> str | None:
    """Read a file: the line with which it is refused, or None.

    Raises
    ------
    FindError
        Neither refused in one line that names the file, nor read.
    """
    try:
        target.read(path)
    except InputError as error:
        text = str(error)
        if not text.isprintable() or (target.named and not text.startswith(str(path))):
            raise FindError(f"not one line that names the file: {text!r}") from error
        return text
    except Exception as error:
        raise FindError(f"{type(error).__name__}: {error}") from error
    return None


def executions(target: Target, path: Path, seed: int) -> Iterator[str | None]:
    """Damage files and have them read, without end; what :func:`check` says to each.

    Most are damaged copies of sound files. A damaged one that is refused with words that were not
    heard before is damaged further, now and then, so that several faults come together. `path`
    holds the file at hand, also after an error.
    """
    random, words = Random(seed), (*NUMBERS, *target.words)
    sound, damaged_before, heard = target.seeds(), list[bytes](), set[str]()
    for source in sound:
        path.write_bytes(source)
        if text := check(target, path):
            raise FindError(f"a sound file is refused: {text}")
    while True:
        sources = damaged_before if damaged_before and random.random() < _AGAIN else sound
        text = damaged(random.choice(sources), random, words, target.header)
        path.write_bytes(text)
        answer = check(target, path)
        kind = _VARIABLE.sub("", (answer or "").removeprefix(str(path)))
        if kind not in heard and len(heard) < _MOST_SEEDS:
            heard.add(kind)
            damaged_before.append(text)
        yield answer
