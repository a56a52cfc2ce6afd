"""Map-model agreement at B = 0 (Terwilliger et al. 2018, section 2.8).

The model is taken at B = 0 and both are cut at the resolution, so that a map which is sharpened as
far as its resolution allows scores best. For assessment only: no method that chooses a filter may
look here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from sharpem import _core
from sharpem.analysis.placed_model import PlacedModel
from sharpem.errors import InputError
from sharpem.evaluation.best_sharpening import best_sharpening
from sharpem.evaluation.measures import Agreement, BestSharpening, Correlation, highest
from sharpem.evaluation.model_fsc import ModelFsc
from sharpem.io.accept import MapLike, ModelLike, to_density, to_model
from sharpem.maps.arrays import Array, Triple
from sharpem.maps.crystal import whole_cell
from sharpem.maps.density import DensityMap
from sharpem.maps.model import Model
from sharpem.maps.statistics import correlate, standardised
from sharpem.spectra.apply import radial_curve
from sharpem.spectra.filters import RadialFilter, SharpenBlur
from sharpem.spectra.fsc_curve import FscCurve

__all__ = [
    "Agreement",
    "BestSharpening",
    "Correlation",
    "ModelAgreement",
    "best_b_sharpen",
    "evaluate",
    "highest",
    "map_model_cc",
]

_B_RANGE = (-200.0, 400.0)  # A^2
_FSC_END = 0.833  # times the resolution: where sharpened maps end


class ModelAgreement:
    """Agreement of maps on one grid with a model at B = 0.

    Parameters
    ----------
    like : DensityMap
        Gives the grid; :meth:`correlation` and :meth:`best` take any map on it.
    model : Model
    resolution : float
        A; where both are cut.
    radius : float
        A; voxels so near to atoms are compared.
    b_iso : float
        B of all atoms, A^2. What agrees best with a model of high B is a blurred map (Fig. 7 of the
        paper): 0 is the paper's choice.
    xray : bool, optional
        Form factors for X-rays, or else those for electrons. Default: as `like` scatters.

    Raises
    ------
    InputError
        The resolution is beyond the grid's limit, or the model lies outside the map.
    """

    def __init__(
        self,
        like: DensityMap,
        model: Model,
        *,
        resolution: float,
        radius: float = 3.0,
        b_iso: float = 0.0,
        xray: bool | None = None,
    ) -> None:
        """Put the model on the grid."""
        like = whole_cell(like)
        _check_resolution(like, resolution)
        self.like, self.resolution, self.radius = like, resolution, radius
        self.placed = PlacedModel(model, like, b_iso=b_iso, xray=xray)
        self.mask = self.placed.within(radius)
        self.density = self.placed.density(resolution)
        self._expected = standardised(self.density[self.mask])

    def goes_with(self, density: DensityMap, *, xray: bool) -> bool:
        """Whether a map is on this grid, of the same crystal, and scatters the same radiation."""
        same_crystal = self.like.periodic == density.periodic and (
            self.like.placement.space_group == density.placement.space_group
        )
        return self.placed.xray == xray and same_crystal and not self.like.same_grid(density)

    def correlation(self, density: DensityMap) -> Correlation:
        """Correlate a map with the model.

        Raises
        ------
        InputError
            The map is on another grid.
        """
        return self._correlation(self._analyse(density, self.resolution))

    def _correlation(self, spectrum: _core.Spectrum) -> Correlation:
        """Correlate a map that ends at the resolution, by its Fourier coefficients."""
        cut = _core.synthesise(spectrum)
        voxels = int(self._expected.size)
        peaks = highest(cut, self.density, voxels)
        return Correlation(
            self._cc(cut),
            correlate(cut.ravel(), self.density.ravel()),
            correlate(cut[peaks], self.density[peaks]),
            self.resolution,
            self.radius,
            voxels,
        )

    @property
    def fsc_limit(self) -> float:
        """Where the FSC ends, A: that of a sharpened map, or of the grid."""
        return max(_FSC_END * self.resolution, 2 * max(self.like.voxel_size))

    def fsc(
        self, density: DensityMap, width: float | None = None, *, masked: bool = False
    ) -> FscCurve:
        """Fourier shell correlation with the model, to :attr:`fsc_limit`.

        Parameters
        ----------
        density : DensityMap
        width : float, optional
            1/A; of the shells. By default one reciprocal voxel, at least 0.01. A shell that the
            limit would cut is left out.
        masked : bool
            Inside a soft mask about the model, which map and model are multiplied with; otherwise
            over the whole box.

        Raises
        ------
        InputError
            The map is on another grid.
        """
        return self._fsc.curve(self._analyse(density, self.fsc_limit), width, masked=masked)

    @cached_property
    def _fsc(self) -> ModelFsc:
        return ModelFsc(self.placed, self.mask, self.fsc_limit)

    def agreement(self, density: DensityMap) -> Agreement:
        """Measure all there is to measure, from one transform of the map.

        Raises
        ------
        InputError
            The map is on another grid.
        """
        spectrum = self._analyse(density, min(self.fsc_limit, self.resolution))
        correlation = self._correlation(_cut(spectrum, self.resolution))
        fine = _cut(spectrum, self.fsc_limit)
        masked, box = (self._fsc.curve(fine, masked=masked) for masked in (True, False))
        return Agreement(correlation, masked, box)

    def best(
        self,
        density: DensityMap,
        *,
        family: Callable[[float], RadialFilter] | None = None,
        b_range: tuple[float, float] = _B_RANGE,
    ) -> BestSharpening:
        """Find the b_sharpen that agrees best with the model.

        Parameters
        ----------
        density : DensityMap
            As it would be given to the filter.
        family : callable, optional
            b_sharpen (A^2) -> filter; :class:`SharpenBlur` with d_cut = resolution by default.
        b_range : (float, float)
            A^2.
        """
        make = family or (lambda b: SharpenBlur(b, d_cut=self.resolution))
        terms, s_max = self._analyse(density, self.resolution), 1 / self.resolution

        def score(b_sharpen: float) -> float:
            return self._cc(_core.synthesise(terms, radial_curve(make(b_sharpen), s_max)))

        return best_sharpening(score, b_range)

    def _analyse(self, density: DensityMap, d_min: float) -> _core.Spectrum:
        density = whole_cell(density)
        if difference := self.like.same_grid(density):
            raise InputError(f"maps on different grids: {difference}")
        return _core.analyse(density.data, self.like.cell, d_min)

    def _cc(self, cut: Array) -> float:
        return float((standardised(cut[self.mask]) * self._expected).sum())


def _cut(spectrum: _core.Spectrum, d_min: float) -> _core.Spectrum:
    """The coefficients to `d_min`: the very same as if the map had been analysed to there."""
    same = spectrum.d_min == d_min
    return spectrum if same else _core.resampled(spectrum, spectrum.grid, d_min)


def _check_resolution(like: DensityMap, resolution: float) -> None:
    limit = 2 * max(like.voxel_size)
    if not resolution >= 0.999 * limit:
        raise InputError(
            f"resolution {resolution:g} A, expected {limit:.3g} A or more: "
            "twice the voxel size is the finest that a grid can hold"
        )


def evaluate(
    density: MapLike,
    model: ModelLike,
    *,
    resolution: float,
    radius: float = 3.0,
    xray: bool | None = None,
    voxel_size: float | Triple | None = None,
) -> Agreement:
    """Compare a map with a model at B = 0: correlations and FSC.

    Parameters and errors as for :func:`map_model_cc`.
    """
    density = to_density(density, voxel_size)
    return _with_model(density, model, resolution, radius, xray).agreement(density)


def map_model_cc(
    density: MapLike,
    model: ModelLike,
    *,
    resolution: float,
    radius: float = 3.0,
    xray: bool | None = None,
    voxel_size: float | Triple | None = None,
) -> Correlation:
    """Correlate a map with a model at B = 0, both cut at the resolution.

    Parameters
    ----------
    density : DensityMap, path, array_like, open mrcfile, gemmi Ccp4Map or FloatGrid
        An array, of shape (nz, ny, nx), needs `voxel_size`.
    model : Model, path or gemmi.Structure
        At its place in the map.
    resolution : float
        A.
    radius : float
        A; voxels so near to atoms are compared.
    xray : bool, optional
        Form factors for X-rays, or else those for electrons. Default: as the map scatters.
    voxel_size : float or (x, y, z), optional
        A; for arrays.

    Returns
    -------
    Correlation

    Raises
    ------
    InputError
        The resolution is beyond the grid's limit, or the model lies outside the map.
    """
    density = to_density(density, voxel_size)
    return _with_model(density, model, resolution, radius, xray).correlation(density)


def best_b_sharpen(
    density: MapLike,
    model: ModelLike,
    *,
    resolution: float,
    radius: float = 3.0,
    xray: bool | None = None,
    voxel_size: float | Triple | None = None,
) -> BestSharpening:
    """Find the best b_sharpen of the four-parameter filter with d_cut = resolution.

    Parameters and errors as for :func:`map_model_cc`.
    """
    density = to_density(density, voxel_size)
    return _with_model(density, model, resolution, radius, xray).best(density)


def _with_model(
    density: DensityMap, model: ModelLike, resolution: float, radius: float, xray: bool | None
) -> ModelAgreement:
    """Agreement of maps on the grid of one with a model from whatever holds one."""
    return ModelAgreement(density, to_model(model), resolution=resolution, radius=radius, xray=xray)
