"""Unit cells: which six numbers are one, and which number is a space group."""

from __future__ import annotations

import math
from functools import cache

import gemmi

from sharpem.maps.arrays import Cell

__all__ = ["cell_fault", "is_space_group"]

_SHORTEST, _LONGEST = 1e-6, 1e6  # A; as in the core

_FLATTEST = 1e-6  # (volume / product of lengths)^2 of a cell that still counts as one


def cell_fault(cell: Cell) -> str | None:
    """Say what keeps six numbers from being a cell; None if nothing does.

    Parameters
    ----------
    cell : tuple of float
        a, b, c (A), alpha, beta, gamma (degrees).

    Examples
    --------
    >>> cell_fault((10, 10, 10, 90, 90, 90))
    >>> cell_fault((10, 10, 0, 90, 90, 90))
    'cell lengths 10, 10, 0, expected positive numbers (A) from 1e-06 to 1e+06'
    """
    if len(cell) != 6:
        return f"cell of {len(cell)} numbers, expected three lengths (A) and three angles (degrees)"
    lengths, angles = cell[:3], cell[3:]
    if not all(_SHORTEST <= length <= _LONGEST for length in lengths):
        return (
            f"cell lengths {_listed(lengths)}, expected positive numbers (A) from {_SHORTEST:g} to "
            f"{_LONGEST:g}"
        )
    if all(1 < angle < 179 for angle in angles):
        x, y, z = (math.cos(math.radians(angle)) for angle in angles)
        if 1 - x * x - y * y - z * z + 2 * x * y * z > _FLATTEST:
            return None
    return f"cell angles {_listed(angles)}, expected those of a cell (degrees)"


@cache
def is_space_group(number: int) -> bool:
    """Whether ISPG is a crystal's space group, in CCP4's numbers, which have other settings too.

    1, which nearly every cryo-EM map has, does not count.
    """
    return number > 1 and gemmi.find_spacegroup_by_number(number) is not None


def _listed(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:g}" for value in values)
