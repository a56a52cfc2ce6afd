"""Power by shell inside the mask of the half maps: of the map, and of a model at B = 0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.placed_model import PlacedModel
from sharpem.analysis.prepare import Prepared
from sharpem.findings import Finding
from sharpem.maps.arrays import Map
from sharpem.methods.model import measured_inside
from sharpem.methods.model_fit import cc_star_of_map, explained, placed
from sharpem.spectra.fsc import whitened_inside

__all__ = ["power_of_map", "power_of_model"]

Array = NDArray[np.float64]


def power_of_map(prepared: Prepared, mask: Map, s: Array) -> Array:
    """Mean |F|^2 inside the mask of the map to be filtered, for shells about s."""
    shells = prepared.shells
    white = whitened_inside(prepared.spectrum, shells.s, shells.power, mask)
    sums = _core.shell_sums(white, _edges_about(s))
    inside = sums.power / np.maximum(sums.terms, 1)
    return np.maximum(inside, 1e-12) * np.interp(s, shells.s, shells.power)


def power_of_model(
    prepared: Prepared, model: PlacedModel, mask: Map, s: Array
) -> tuple[Array, float, tuple[Finding, ...]]:
    """Logarithm of the model's power, how far it counts, and what to say of the model."""
    model, elsewhere = placed(prepared, model)
    own_s, _, fsc, _ = measured_inside(prepared, model)
    fit = explained(prepared, model, own_s, fsc, cc_star_of_map(prepared, own_s))
    power = _model_power(prepared, model, mask, s)
    return np.log(power), fit.weight, (*elsewhere, *fit.findings)


def _model_power(prepared: Prepared, model: PlacedModel, mask: Map, s: Array) -> Array:
    """Mean |F|^2 of the model at B = 0 inside the mask."""
    data = model.density(prepared.d_min)
    data = data - np.float32(data.mean(dtype=np.float64))
    terms = _core.analyse(np.ascontiguousarray(data * mask), prepared.density.cell, prepared.d_min)
    sums = _core.shell_sums(terms, _edges_about(s))
    return np.maximum(sums.power / np.maximum(sums.terms, 1), 1e-30)


def _edges_about(s: Array) -> Array:
    """Edges half way between shells."""
    middle = 0.5 * (s[1:] + s[:-1])
    return np.concatenate([[1e-9], middle, [2 * s[-1] - middle[-1]]])
