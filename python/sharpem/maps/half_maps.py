"""Pairs of half maps: found, read, and checked for what would make the answer wrong or worse.

An error where the result would be wrong, a warning where it is merely worse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharpem.errors import InputError
from sharpem.maps.checks import flat_value, map_oddities
from sharpem.maps.density import DensityMap
from sharpem.maps.statistics import correlate

__all__ = ["HalfMaps", "pair_half_maps"]

Array = NDArray[np.float64]


_SAME = 1 - 1e-6  # correlation of maps that are one map
_FLAT_ZONE = 0.05  # share of exactly equal voxels from which a map counts as masked


@dataclass(frozen=True, eq=False)
class HalfMaps:
    """Two half maps on one grid.

    Attributes
    ----------
    one, two : DensityMap
    warnings : tuple of str
        What is odd about them, one sentence each.
    """

    one: DensityMap
    two: DensityMap
    warnings: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, str]:
        """Files they came from; "half map 1" and "half map 2" for arrays."""
        return _name(self.one, "half map 1"), _name(self.two, "half map 2")

    def mean(self) -> DensityMap:
        """Their mean: the full map, placed as half map 1, without its file's name."""
        data = (self.one.data + self.two.data) * np.float32(0.5)
        mean = self.one.with_data(data)
        return DensityMap(mean.data, mean.cell, mean.placement, findings=mean.findings)


def pair_half_maps(one: DensityMap, two: DensityMap, *, full: DensityMap | None = None) -> HalfMaps:
    """Check two half maps against each other and against the full map.

    Raises
    ------
    InputError
        Different grids or placement, one map twice, or a full map among the half maps.
    """
    first, second = _name(one, "half map 1"), _name(two, "half map 2")
    if difference := one.same_grid(two):
        raise InputError(f"{first} and {second}: different grids, {difference}, expected one grid")
    if correlate(one.data, two.data) > _SAME:
        raise InputError(
            f"{first} and {second}: the same map twice, expected two independent halves"
        )
    if full is not None:
        _check_full(one, two, full)
    return HalfMaps(one, two, _oddities(one, two))


def _check_full(one: DensityMap, two: DensityMap, full: DensityMap) -> None:
    name = _name(full, "full map")
    if difference := one.same_grid(full):
        raise InputError(
            f"{name}: not on the grid of the half maps, {difference}, expected one grid for all"
        )
    for half, other in ((one, two), (two, one)):
        if correlate(half.data, full.data) > _SAME:
            raise InputError(
                f"{_name(half, 'half map')}: the same map as {name}, expected a half map"
            )
        if correlate(half.data, full.data + other.data) > _SAME:
            raise InputError(
                f"{_name(half, 'half map')}: is the mean of {name} and the other half map, "
                "expected the full map as MAP and this one's place taken by the half map"
            )


def _oddities(one: DensityMap, two: DensityMap) -> tuple[str, ...]:
    found: list[str] = []
    flat = max(flat_value(half.data)[1] for half in (one, two))
    if flat > _FLAT_ZONE:
        found.append(
            f"{100 * flat:.0f} % of the half maps' voxels are exactly equal: they were masked, so "
            "the unmasked FSC is not, and the resolution may be overstated."
        )
    for half in (one, two):
        found += [s for s in map_oddities(half) if "sharpened already" in s]
    return tuple(dict.fromkeys(found))


def _name(density: DensityMap, otherwise: str) -> str:
    return str(density.path) if density.path else otherwise
