"""Measures of how a map agrees with a model at B = 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sharpem import _core
from sharpem.maps.arrays import Array, Mask
from sharpem.spectra.fsc_curve import FscCurve

__all__ = ["Agreement", "BestSharpening", "Correlation", "highest"]


@dataclass(frozen=True)
class Correlation:
    """Agreement of a map with a model at B = 0.

    Attributes
    ----------
    cc_mask : float
        Correlation over the voxels within `radius` of atoms.
    cc_box : float
        Over all voxels; rewards a flat solvent.
    cc_peaks : float
        Over the `voxels` highest voxels of the map and those of the model, together (Afonine et al.
        2018): density that one of them has and the other lacks counts against the map.
    resolution : float
        A; where map and model are cut.
    radius : float
        A.
    voxels : int
        Number of voxels within `radius` of atoms.
    """

    cc_mask: float
    cc_box: float
    cc_peaks: float
    resolution: float
    radius: float
    voxels: int


@dataclass(frozen=True, eq=False)
class Agreement:
    """All that one map and one model say about each other.

    Attributes
    ----------
    correlation : Correlation
        Over voxels.
    fsc : FscCurve
        By resolution, inside a soft mask about the model.
    fsc_box : FscCurve
        By resolution, over the whole box.
    """

    correlation: Correlation
    fsc: FscCurve
    fsc_box: FscCurve


@dataclass(frozen=True)
class BestSharpening:
    """The b_sharpen with the highest CC_mask; regret of a filter: this ``cc_mask`` minus its own.

    Attributes
    ----------
    b_sharpen : float
        A^2.
    cc_mask : float
        Correlation there.
    trials : tuple of (float, float)
        All b_sharpen tried, ascending, with their correlations.
    at_end : bool
        It is at an end of the range tried.
    """

    b_sharpen: float
    cc_mask: float
    trials: tuple[tuple[float, float], ...]
    at_end: bool


def highest(one: Array, two: Array, voxels: int) -> Mask:
    """Mark the `voxels` highest voxels of either of two maps: the region of CC_peaks.

    Returns
    -------
    ndarray of bool
        Of the shape of the maps.
    """
    levels = [_core.contour(data, voxels)[0] for data in (one, two)]
    return np.asarray((one >= levels[0]) | (two >= levels[1]))
