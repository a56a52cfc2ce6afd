"""Pairs of half maps, checked for what would make the answer wrong or worse.

An error where no answer can be right; what can be mended is mended, and said.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sharpem.errors import InputError
from sharpem.findings import Finding, finding, unique
from sharpem.maps.arrays import Indices
from sharpem.maps.checks import FLAT_ZONE, flat_value, processed
from sharpem.maps.density import DensityMap
from sharpem.maps.registration import Registration, register
from sharpem.maps.statistics import correlate_maps

__all__ = ["HalfMaps", "pair_half_maps"]

_SAME = 1 - 1e-6  # correlation of maps that are one map
_ALIKE = 0.3  # correlation at low resolution from which two maps show one molecule
_OWN = 0.5  # that of a full map, however it was filtered, with the mean of its half maps
_BETTER = 0.02  # gain in it that a shift must bring
_BY_CHANCE = 6.0  # standard deviations
_SCALES_DIFFER = 1.1


@dataclass(frozen=True, eq=False)
class HalfMaps:
    """Two half maps on one grid and one scale.

    Attributes
    ----------
    one, two : DensityMap
    findings : tuple of Finding
        What is odd about them.
    """

    one: DensityMap
    two: DensityMap
    findings: tuple[Finding, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """The findings' sentences."""
        return tuple(found.text for found in self.findings)

    @property
    def names(self) -> tuple[str, str]:
        """Files they came from; "half map 1" and "half map 2" for arrays."""
        return _name(self.one, "half map 1"), _name(self.two, "half map 2")

    @property
    def rescaled(self) -> bool:
        """Whether they are not the maps that were given, but these on one scale."""
        return any(found.code == "halves-scale" for found in self.findings)

    def mean(self) -> DensityMap:
        """Their mean: the full map, placed as half map 1, without its file's name."""
        mean = self.one.with_data((self.one.data + self.two.data) * np.float32(0.5))
        return DensityMap(mean.data, mean.cell, mean.placement, findings=mean.findings)


def pair_half_maps(one: DensityMap, two: DensityMap, *, full: DensityMap | None = None) -> HalfMaps:
    """Check two half maps against each other and against the full map; bring them to one scale.

    Raises
    ------
    InputError
        Different grids or placement, one map twice, shifted, mirrored or inverted against each
        other, a full map among the half maps, or a full map that is not theirs.
    """
    first, second = _name(one, "half map 1"), _name(two, "half map 2")
    if difference := one.same_grid(two):
        raise InputError(f"{first} and {second}: different grids, {difference}, expected one grid")
    if correlate_maps(one.data, two.data) > _SAME:
        raise InputError(
            f"{first} and {second}: the same map twice, expected two independent halves"
        )
    if full is not None:
        _refuse_mixed_up(one, two, full)
    findings = list(_oddities(one, two))
    found = register(one, two)
    if found is not None:
        _refuse_misplaced(second, first, (one, two), found, "two half maps of one reconstruction")
        one, two, more = _on_one_scale(one, two, found)
        findings += more
    halves = HalfMaps(one, two, unique(findings))
    if full is not None:
        _refuse_foreign(halves.mean(), full)
    return halves


def _refuse_misplaced(
    name: str,
    other: str,
    maps: tuple[DensityMap, DensityMap],
    found: Registration,
    expected: str,
) -> None:
    """Refuse a map that is inverted, mirrored or shifted against another.

    Raises
    ------
    InputError
    """
    certain = _BY_CHANCE * found.error
    if found.correlation < -max(_ALIKE, certain, found.at_shift, found.mirrored):
        dark = other if maps[0].statistics.all.skewness < maps[1].statistics.all.skewness else name
        raise InputError(
            f"{name}: inverted against {other} (correlation {found.correlation:.2f} at low "
            f"resolution), expected {expected}; {dark} has the molecule negative: multiply it by -1"
        )
    if found.mirrored > max(_ALIKE, found.at_shift + certain):
        raise InputError(
            f"{name}: the mirror image of {other} (correlation {found.mirrored:.2f} at low "
            f"resolution once mirrored, {found.correlation:.2f} as it is), expected {expected} of "
            "one hand"
        )
    gain = found.at_shift - found.correlation
    if any(found.shift) and found.at_shift > _ALIKE and gain > max(_BETTER, 0.2 * certain):
        raise InputError(
            f"{name}: shifted against {other} by {_vector(found.shift, maps[0])} (correlation "
            f"{found.at_shift:.2f} at low resolution once moved back, {found.correlation:.2f} as "
            f"it is), expected {expected} at one place"
        )


def _vector(shift: Indices, like: DensityMap) -> str:
    length = float(np.linalg.norm(np.asarray(like.voxel_axes) @ np.array(shift)))
    return "({}, {}, {}) voxels along x, y, z, {:.1f} A".format(*shift, length)


def _on_one_scale(
    one: DensityMap, two: DensityMap, found: Registration
) -> tuple[DensityMap, DensityMap, tuple[Finding, ...]]:
    """Bring both to the geometric mean of their scales, where these clearly differ."""
    ratio = max(found.scale, 1 / found.scale)
    if found.correlation < _ALIKE or ratio < _SCALES_DIFFER:
        return one, two, ()
    larger, smaller = (two, one) if found.scale > 1 else (one, two)
    # From the larger scale, whichever half has it, so that their order changes no bit.
    factor = np.float32(np.sqrt(ratio))
    down, up = larger.with_data(larger.data / factor), smaller.with_data(smaller.data * factor)
    note = finding(
        "halves-scale",
        f"The half maps are on different scales: one is {ratio:.3g} times the other.",
        "They were brought to one scale; nothing needs to be done.",
    )
    return (up, down, (note,)) if found.scale > 1 else (down, up, (note,))


def _refuse_mixed_up(one: DensityMap, two: DensityMap, full: DensityMap) -> None:
    """Refuse a full map on another grid, or in the place of a half map."""
    name = _name(full, "full map")
    if difference := one.same_grid(full):
        raise InputError(
            f"{name}: not on the grid of the half maps, {difference}, expected one grid for all"
        )
    for half, other in ((one, two), (two, one)):
        if correlate_maps(half.data, full.data) > _SAME:
            raise InputError(
                f"{_name(half, 'half map')}: the same map as {name}, expected a half map"
            )
        if correlate_maps(half.data, full.data + other.data) > _SAME:
            raise InputError(
                f"{_name(half, 'half map')}: is the mean of {name} and the other half map, "
                "expected the full map as MAP and this one's place taken by the half map"
            )


def _refuse_foreign(mean: DensityMap, full: DensityMap) -> None:
    """Refuse a full map that does not show what the half maps show, at their place."""
    name, found = _name(full, "full map"), register(mean, full)
    if found is None:
        return
    _refuse_misplaced(name, "the half maps", (mean, full), found, "their full map")
    if found.correlation < _OWN:
        raise InputError(
            f"{name}: correlation of {found.correlation:.2f} with the mean of the half maps at low "
            f"resolution, expected more than {_OWN}: it is not their full map"
        )


def _oddities(one: DensityMap, two: DensityMap) -> tuple[Finding, ...]:
    found: list[Finding] = []
    flat = max(flat_value(half)[1] for half in (one, two))
    if flat > FLAT_ZONE:
        found.append(
            finding(
                "halves-processed",
                f"{100 * flat:.0f} % of the half maps' voxels are exactly equal: they were masked, "
                "so the unmasked FSC is not, and the resolution may be overstated.",
                "Give the half maps as they come from reconstruction.",
            )
        )
    found += [
        finding("halves-processed", seen.text, "Give them as they come from reconstruction.")
        for seen in map(processed, (one, two))
        if seen is not None
    ]
    return tuple(found)


def _name(density: DensityMap, otherwise: str) -> str:
    return str(density.path) if density.path else otherwise
