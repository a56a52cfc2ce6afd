"""The lines of an MTZ file's history by which a cryo-EM map is recognised and put in its place.

An MTZ file has no place for an origin, a grid, or what was scattered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sharpem.maps.arrays import Indices, Triple
from sharpem.maps.density import DensityMap

__all__ = ["BoxPlace", "place_from_history", "place_lines"]

_WORDS = "sharpem: cryo-EM map"
_ORIGIN = "sharpem: its ORIGIN"
_INTEGERS = r"(-?\d+) (-?\d+) (-?\d+)"
_LINE = re.compile(rf"{_WORDS}, grid {_INTEGERS}, NSTART {_INTEGERS}")
_ORIGIN_LINE = re.compile(rf"{_ORIGIN} (\S+) (\S+) (\S+)")
_LARGEST, _FARTHEST = 10**6, 1e7  # voxels, A
_OLD_LINE = re.compile(r"sharpem: .*, origin at")  # of 0.1: the rest may be cut off


@dataclass(frozen=True)
class BoxPlace:
    """Grid and place of a cryo-EM map.

    Attributes
    ----------
    size : tuple of int or None
        Voxels along x, y, z; None where the line does not say.
    nstart : tuple of int
        NSTART along x, y, z.
    origin_words : tuple of float
        ORIGIN, x, y, z, A.
    """

    size: Indices | None = None
    nstart: Indices = (0, 0, 0)
    origin_words: Triple = (0.0, 0.0, 0.0)


def place_lines(density: DensityMap) -> list[str]:
    """Lines for the history, each of at most 80 characters."""
    size, nstart = density.shape[::-1], density.placement.nstart
    origin = density.placement.origin_words
    return [
        f"{_WORDS}, grid {' '.join(map(str, size))}, NSTART {' '.join(map(str, nstart))}",
        f"{_ORIGIN} {' '.join(f'{v:.9g}' for v in origin)}",
    ]


def place_from_history(history: list[str]) -> BoxPlace | None:
    """Grid and place by the first lines that name them; None for a file of another origin."""
    for line in history:
        if found := _LINE.match(line):
            origins = (_ORIGIN_LINE.match(other) for other in history)
            origin = next((words.groups() for words in origins if words), ("0", "0", "0"))
            return _place([*map(int, found.groups())], origin)
        if _OLD_LINE.match(line):
            return BoxPlace()
    return None


def _place(numbers: list[int], origin: tuple[str, ...]) -> BoxPlace:
    """Believe numbers only as far as they can be meant."""
    try:
        x, y, z = (float(word) for word in origin)
    except ValueError:
        return BoxPlace()
    if max(map(abs, numbers)) > _LARGEST or not all(abs(v) < _FARTHEST for v in (x, y, z)):
        return BoxPlace()
    return BoxPlace(
        (numbers[0], numbers[1], numbers[2]), (numbers[3], numbers[4], numbers[5]), (x, y, z)
    )
