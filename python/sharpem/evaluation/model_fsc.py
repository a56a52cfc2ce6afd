"""Fourier shell correlation of maps with a model, over the box and inside a soft mask."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from sharpem import _core
from sharpem.analysis.masks import soft_edge
from sharpem.analysis.placed_model import PlacedModel
from sharpem.maps.arrays import Array, Mask
from sharpem.spectra.fsc_curve import FscCurve

__all__ = ["ModelFsc"]

_NOTHING = 1e-10  # of the strongest shell: rounding errors where an earlier filter cut a map off


class ModelFsc:
    """FSC of maps on one grid with a model.

    Parameters
    ----------
    placed : PlacedModel
        On the grid.
    near : ndarray of bool, shape (nz, ny, nx)
        Voxels about its atoms, from which the mask falls off softly.
    d_min : float
        A; where the FSC ends.
    """

    def __init__(self, placed: PlacedModel, near: Mask, d_min: float) -> None:
        """Keep them; the model's Fourier coefficients are made when they are asked for."""
        self._placed, self._near, self._d_min = placed, near, d_min

    def curve(
        self, spectrum: _core.Spectrum, width: float | None = None, *, masked: bool
    ) -> FscCurve:
        """Correlate a map's Fourier coefficients, to `d_min`, with those of the model.

        Parameters
        ----------
        spectrum : sharpem._core.Spectrum
        width : float, optional
            1/A; of the shells. By default one reciprocal voxel, at least 0.01. A shell that the
            limit would cut is left out.
        masked : bool
            Multiply map and model with the mask first.
        """
        cell = self._placed.like.cell
        width = width or max(0.01, 1 / min(cell[:3]))
        edges = np.arange(width / 2, 1 / self._d_min, width)
        expected = self._terms
        if masked:
            inside = (_core.synthesise(spectrum) - np.float32(spectrum.mean)) * self._mask
            spectrum = _core.analyse(inside, cell, self._d_min)
            expected = self._masked_terms
        sums = _core.cross_sums(spectrum, expected, edges)
        used = (sums.power_1 > _NOTHING * sums.power_1.max()) & (sums.power_2 > 0)
        lengths = np.sqrt(sums.power_1[used] * sums.power_2[used])
        return FscCurve(sums.s[used], sums.cross[used] / lengths)

    @cached_property
    def _mask(self) -> Array:
        return soft_edge(self._near, self._placed.like.cell)

    @cached_property
    def _terms(self) -> _core.Spectrum:
        return self._analyse(self._placed.density(self._d_min))

    @cached_property
    def _masked_terms(self) -> _core.Spectrum:
        return self._analyse(self._placed.density(self._d_min) * self._mask)

    def _analyse(self, data: Array) -> _core.Spectrum:
        return _core.analyse(data, self._placed.like.cell, self._d_min)
