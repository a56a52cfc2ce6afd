"""Point groups of rotations, in the settings that reconstruction programs use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["is_among", "point_group_name", "settings"]

Numbers: TypeAlias = NDArray[np.float64]

_NAME = re.compile(r"([CD][1-9][0-9]?|T|O|I)|I[1-4]")
_GOLDEN = (1 + 5**0.5) / 2
_SAME = 1e-6  # elements of two matrices of one rotation differ by less


def point_group_name(text: str) -> str | None:
    """Schoenflies symbol that a text stands for: C1 to C99, D1 to D99, T, O or I; None if none.

    I1 to I4, RELION's names for four settings of I, are I: the map tells its setting.

    Examples
    --------
    >>> point_group_name("d7"), point_group_name("I2"), point_group_name("222r")
    ('D7', 'I', None)
    """
    found = _NAME.fullmatch(text.strip().upper())
    return None if found is None else found[1] or "I"


def settings(name: str) -> list[Numbers]:
    """Rotations of a point group, once for every way in which programs lay its axes.

    C and D have their main axis along z, D a 2-fold axis along x or y. The others have 2-fold axes
    (O: 4-fold axes) along x, y and z; or, T and I, a 3-fold or 5-fold axis along z. All are taken
    in each of four orientations a quarter turn about z apart, as far as these differ.

    Parameters
    ----------
    name : str
        As :func:`point_group_name` returns it.

    Returns
    -------
    list of ndarray, shape (order of the group, 3, 3)
        Orthonormal; the identity first.
    """
    group = _closure(_generators(name))
    found: list[Numbers] = []
    for tilt in _tilts(name):
        for quarter in range(4):
            frame = _about(2, quarter * np.pi / 2) @ tilt
            turned = frame @ group @ frame.T
            if not any(all(is_among(turn, other) for turn in turned) for other in found):
                found.append(turned)
    return found


def is_among(operator: Numbers, others: Sequence[Numbers] | Numbers, within: float = _SAME) -> bool:
    """Whether one of the others differs in no element by more than `within`."""
    return bool((np.abs(np.asarray(others) - operator).max(axis=(1, 2)) < within).any())


def _about(axis: int, angle: float) -> Numbers:
    """Rotation by an angle (radians) about x, y or z (axis 0, 1, 2)."""
    first, second = (axis + 1) % 3, (axis + 2) % 3
    turn = np.eye(3)
    turn[first, first] = turn[second, second] = np.cos(angle)
    turn[second, first] = np.sin(angle)
    turn[first, second] = -turn[second, first]
    return turn


def _fifth_on_z() -> Numbers:
    """Bring the 5-fold axis (0, 1, golden ratio) of I onto z; the 2-fold axis x stays."""
    return _about(0, np.arctan(1 / _GOLDEN))


def _generators(name: str) -> tuple[Numbers, ...]:
    fold = int(name[1:] or 2)
    main, half = _about(2, 2 * np.pi / fold), _about(0, np.pi)
    cycle = np.roll(np.eye(3), 1, axis=0)  # the 3-fold axis (1, 1, 1): x to y to z
    fifth = _fifth_on_z().T @ _about(2, 2 * np.pi / 5) @ _fifth_on_z()
    return {
        "C": (main,),
        "D": (main, half),
        "T": (half, cycle),
        "O": (_about(2, np.pi / 2), cycle),
        "I": (half, cycle, fifth),
    }[name[0]]


def _closure(generators: tuple[Numbers, ...]) -> Numbers:
    """Return all the products of the generators."""
    found = [np.eye(3)]
    for turn in found:  # grows meanwhile
        for generator in generators:
            product = generator @ turn
            if not is_among(product, found):
                found.append(product)
    return np.array(found)


def _tilts(name: str) -> list[Numbers]:
    """Rotations that bring one kind of axis after another onto z."""
    as_it_is = np.eye(3)
    if name == "T":
        return [as_it_is, _about(0, np.arctan(2**0.5)) @ _about(2, np.pi / 4)]
    if name == "I":
        return [as_it_is, _fifth_on_z(), _about(0, np.arctan(_GOLDEN**2))]
    return [as_it_is]
