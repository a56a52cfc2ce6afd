"""What overall B, signal and noise say of a map's past and of the resolution stated for it."""

from __future__ import annotations

import numpy as np

from sharpem.findings import Finding, finding
from sharpem.maps.arrays import Mask, Numbers
from sharpem.maps.density import DensityMap
from sharpem.maps.statistics import median
from sharpem.spectra.reference import OverallB
from sharpem.spectra.shells import ShellTable

__all__ = ["of_overall_b", "of_resolution"]

_OF_BOX = 0.15
_MUCH_SIGNAL, _NO_SIGNAL = 4.0, 0.06  # of the noise
_TELLING = 3.5  # A; from here on the likelihoods of protein and nucleic acid differ enough
_AT_LIMIT = 1.03  # of twice the voxel size


def of_overall_b(
    density: DensityMap, shells: ShellTable, resolution: float, limit: float, signal: OverallB
) -> tuple[Finding, ...]:
    """What the overall B says of the map, and of what it is made of."""
    if not np.isfinite(signal.b_iso):
        return (_b_unknown(density, resolution, limit),)
    found = (_sharpened(shells, resolution, signal.b_iso), _maybe_nucleic(signal, limit))
    return tuple(one for one in found if one)


def of_resolution(
    density: DensityMap,
    shells: ShellTable,
    resolution: float,
    pairs: list[tuple[Numbers, Numbers]],
) -> tuple[Finding, ...]:
    """What the grid, the signal and the noise say of the resolution that is stated."""
    found = _resolution_claim(shells, resolution, pairs)
    finest = 2 * max(density.voxel_size)
    if resolution > _AT_LIMIT * finest or density.reflections is not None:
        return (found,) if found else ()
    at_limit = finding(
        "resolution-at-grid-limit",
        f"The stated {resolution:g} A is about the finest that voxels of "
        f"{max(density.voxel_size):.3f} A can hold: the map may hold less, or have held more.",
        "Nothing, if the resolution was measured; a finer grid would tell.",
    )
    return (at_limit, found) if found else (at_limit,)


def _b_unknown(density: DensityMap, resolution: float, limit: float) -> Finding:
    ends = "" if limit <= resolution else f", and the map ends at {limit:.2f} A"
    return finding(
        "b-unknown",
        f"The overall B is not known: shells to {resolution:g} A in a box of "
        f"{max(density.cell[:3]):.0f} A do not show it well enough{ends}.",
        "Without half maps or a model, the map is left as it is; --b-sharpen sets a sharpening.",
    )


def _maybe_nucleic(signal: OverallB, limit: float) -> Finding | None:
    if limit > _TELLING or not signal.for_nucleic > 0:
        return None
    return finding(
        "composition-doubtful",
        "The amplitudes fall off as those of nucleic acid do, not of protein.",
        "B was read as a protein's; --composition nucleic, or its fraction of the mass, reads it "
        "better.",
    )


def _sharpened(shells: ShellTable, resolution: float, b_signal: float) -> Finding | None:
    """Say that the map was sharpened before, and by how much, as far as that can be seen.

    The noise of a reconstruction is about white; sharpening by B raises its power by
    exp(B s^2 / 2). Without noise, the overall B is compared with that of sharpened maps, 2.8 d^2.
    """
    usual = 2.8 * resolution**2
    if shells.noise is not None:
        rise = _rise(shells, resolution)
        if rise < 1.5 * usual:
            return None
        how = f"the noise of its solvent rises as if raised by b_sharpen {rise:.0f} A^2"
    elif np.isfinite(b_signal) and b_signal < 1.2 * usual:
        how = f"its overall B of {b_signal:.0f} A^2 is that of sharpened maps of {resolution:g} A"
        if b_signal < -usual:
            how = f"its overall B of {b_signal:.0f} A^2 is far below 0, beyond what data carry"
    else:
        return None
    return finding(
        "sharpened", f"The map was sharpened before: {how}.", "Little or nothing is left to raise."
    )


def _rise(shells: ShellTable, resolution: float) -> float:
    """B (A^2) by which the noise rises with s^2, between 10 A and the resolution."""
    assert shells.noise is not None
    used = (shells.s > 0.1) & (shells.s < 1.0 / resolution) & (shells.noise > 0)
    if np.count_nonzero(used) < 5:
        return 0.0
    slope = np.polyfit(shells.s[used] ** 2, np.log(shells.noise[used]), 1)[0]
    return 2.0 * float(slope)


def _resolution_claim(
    shells: ShellTable, resolution: float, pairs: list[tuple[Numbers, Numbers]]
) -> Finding | None:
    """Say that the stated resolution does not go with signal and noise.

    Where half maps correlate by 0.143, the signal's power is a third of the noise's, inside the
    mask of the FSC: of 15 % of the box, as is usual.

    Parameters
    ----------
    shells : ShellTable
        To 0.833 x the resolution.
    resolution : float
        As stated, A.
    pairs : list of (signal, noise)
        Mean |F|^2 per shell about the molecule; more than one where the noise was not measured.
    """
    if shells.noise is None or len(pairs) != 1:
        return None
    [(signal, _)] = pairs
    ratio = signal / np.maximum(_OF_BOX * shells.noise, 1e-300)
    last, beyond = (
        median(ratio[band]) if (band := _between(shells.s, low, high)).any() else None
        for low, high in ((0.9 / resolution, 1 / resolution), (1.1 / resolution, 1.2 / resolution))
    )
    if beyond is not None and beyond > _MUCH_SIGNAL:
        return finding(
            "resolution-too-coarse",
            f"The map shows more than the stated {resolution:g} A: at {resolution / 1.15:.2g} A "
            f"the signal is still {beyond:.0f} times the noise.",
            "State the resolution at which FSC = 0.143; sharpening was chosen for the stated one.",
        )
    if last is not None and last < _NO_SIGNAL:
        reach = shells.s[ratio > 1 / 3]
        ends = f"; it ends near {1 / reach.max():.2g} A" if reach.size else ""
        return finding(
            "resolution-too-fine",
            f"There is no signal above the noise at the stated {resolution:g} A{ends}.",
            "State the resolution at which FSC = 0.143.",
        )
    return None


def _between(s: Numbers, low: float, high: float) -> Mask:
    return np.asarray((s >= low) & (s <= high))
