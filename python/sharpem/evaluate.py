"""How well a map agrees with a model: the yardstick of Terwilliger et al. (2018), section 2.8.

The model is taken at B = 0 and both are cut at the resolution, so that a map which is sharpened as
far as its resolution allows scores best. For judging only: no model-free method may look here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.density import Array, DensityMap
from sharpem.errors import InputError
from sharpem.filters import RadialFilter, SharpenBlur
from sharpem.io.model import Model
from sharpem.modelmap import atom_mask, model_map, radial_curve

__all__ = ["Correlation", "Oracle", "Yardstick", "best_b_sharpen", "map_model_cc"]

Numbers: TypeAlias = NDArray[np.float64]

_B_RANGE = (-200.0, 400.0)  # A^2
_B_STEP = 25.0
_B_ACCURACY = 1.0
_FEWEST_INSIDE = 0.1  # share of the atoms that must lie in the map
_MARGIN = 1.0  # A; an atom so far outside still counts as inside the map


@dataclass(frozen=True)
class Correlation:
    """Agreement of a map with a model at B = 0.

    Attributes
    ----------
    cc_mask : float
        Correlation over the voxels within `radius` of atoms.
    cc_box : float
        Over all voxels; rewards a flat solvent.
    resolution : float
        A; where map and model are cut.
    radius : float
        A.
    voxels : int
        Number of voxels within `radius` of atoms.
    """

    cc_mask: float
    cc_box: float
    resolution: float
    radius: float
    voxels: int


@dataclass(frozen=True)
class Oracle:
    """The best that any b_sharpen does: regret = ``cc_mask`` less that of the filter chosen.

    Attributes
    ----------
    b_sharpen : float
        A^2.
    cc_mask : float
        Correlation there.
    trials : tuple of (float, float)
        All b_sharpen tried, ascending, with their correlations.
    at_end : bool
        The best is at an end of the range tried.
    """

    b_sharpen: float
    cc_mask: float
    trials: tuple[tuple[float, float], ...]
    at_end: bool


class Yardstick:
    """A model at B = 0 on the grid of a map, against which maps on that grid are held.

    Parameters
    ----------
    like : DensityMap
        Gives the grid; :meth:`correlation` and :meth:`best` take any map on it.
    model : Model
    resolution : float
        A; where both are cut.
    radius : float
        A; voxels so near to atoms are compared.
    xray : bool
        X-ray form factors (crystal maps) instead of those for electrons.

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
        xray: bool = False,
    ) -> None:
        """Put the model on the grid."""
        _check_resolution(like, resolution)
        if like.placement.space_group <= 1:  # in a crystal, what leaves the box enters it again
            model = _inside(model, like)
        self.like = like
        self.resolution = resolution
        self.radius = radius
        self.mask = atom_mask(model, like, radius)
        self.density = model_map(model, like, d_min=resolution, xray=xray)
        self._spectrum = _core.analyse(self.density, like.cell, resolution)
        self._expected = _standardised(self.density[self.mask])

    def correlation(self, density: DensityMap) -> Correlation:
        """Correlate a map with the model.

        Raises
        ------
        InputError
            The map is on another grid.
        """
        cut = _core.synthesise(self._analyse(density))
        return Correlation(
            self._cc(cut),
            _cc(cut.ravel(), self.density.ravel()),
            self.resolution,
            self.radius,
            int(self._expected.size),
        )

    def fsc(self, density: DensityMap, width: float | None = None) -> tuple[Numbers, Numbers]:
        """Fourier shell correlation with the model, over the whole box.

        Parameters
        ----------
        density : DensityMap
        width : float, optional
            1/A; of the shells. By default one reciprocal voxel, at least 0.01.

        Returns
        -------
        s, fsc : ndarray, shape (n,)
            Mean s of the shells (1/A).
        """
        width = width or max(0.01, 1 / min(self.like.cell[:3]))
        edges = np.arange(width / 2, 1 / self.resolution + width, width)
        sums = _core.cross_sums(self._analyse(density), self._spectrum, edges)
        used = (sums.power_1 > 0) & (sums.power_2 > 0)
        lengths = np.sqrt(sums.power_1[used] * sums.power_2[used])
        return sums.s[used], sums.cross[used] / lengths

    def best(
        self,
        density: DensityMap,
        *,
        family: Callable[[float], RadialFilter] | None = None,
        b_range: tuple[float, float] = _B_RANGE,
    ) -> Oracle:
        """Find the b_sharpen that agrees best with the model: a scan, then a finer search.

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
        terms, s_max = self._analyse(density), 1 / self.resolution
        found: dict[float, float] = {}

        def score(b_sharpen: float) -> float:
            if b_sharpen not in found:
                curve = radial_curve(make(b_sharpen), s_max)
                found[b_sharpen] = self._cc(_core.synthesise(terms, curve))
            return found[b_sharpen]

        low, high = b_range
        steps = max(2, round((high - low) / _B_STEP))
        best = max(np.linspace(low, high, steps + 1).tolist(), key=score)
        step = (high - low) / steps
        while step > _B_ACCURACY:
            step /= 2
            near = (best - step, best, best + step)
            best = max((b for b in near if low <= b <= high), key=score)
        return Oracle(best, found[best], tuple(sorted(found.items())), best in (low, high))

    def _analyse(self, density: DensityMap) -> _core.Spectrum:
        if difference := self.like.same_grid(density):
            raise InputError(f"maps on different grids: {difference}")
        return _core.analyse(density.data, density.cell, self.resolution)

    def _cc(self, cut: Array) -> float:
        return float((_standardised(cut[self.mask]) * self._expected).sum())


def map_model_cc(
    density: DensityMap,
    model: Model,
    *,
    resolution: float,
    radius: float = 3.0,
    xray: bool = False,
) -> Correlation:
    """Correlate a map with a model at B = 0, both cut at the resolution.

    Parameters
    ----------
    density : DensityMap
    model : Model
        From :func:`sharpem.io.model.read_model`, at its place in the map.
    resolution : float
        A.
    radius : float
        A; voxels so near to atoms are compared.
    xray : bool
        X-ray form factors (crystal maps) instead of those for electrons.

    Returns
    -------
    Correlation

    Raises
    ------
    InputError
        The resolution is beyond the grid's limit, or the model lies outside the map.
    """
    return Yardstick(density, model, resolution=resolution, radius=radius, xray=xray).correlation(
        density
    )


def best_b_sharpen(
    density: DensityMap,
    model: Model,
    *,
    resolution: float,
    radius: float = 3.0,
    xray: bool = False,
) -> Oracle:
    """Find the best b_sharpen of the four-parameter filter with d_cut = resolution.

    Parameters and errors as for :func:`map_model_cc`.
    """
    return Yardstick(density, model, resolution=resolution, radius=radius, xray=xray).best(density)


def _check_resolution(like: DensityMap, resolution: float) -> None:
    limit = 2 * max(like.voxel_size)
    if not resolution >= 0.999 * limit:
        raise InputError(
            f"resolution {resolution:g} A, expected {limit:.3g} A or more: "
            "twice the voxel size is the finest that a grid can hold"
        )


def _inside(model: Model, like: DensityMap) -> Model:
    """Return the atoms that are in the map."""
    axes, counts = like.voxel_axes, np.array(like.shape[::-1])
    index = np.linalg.solve(axes, (model.positions - np.array(like.origin)).T).T
    margin = _MARGIN / np.array(like.voxel_size)
    keep = np.all((index >= -margin) & (index <= counts - 1 + margin), axis=1)
    share = float(keep.mean())
    if share < _FEWEST_INSIDE:
        middle = np.array(like.origin) + axes @ (counts / 2)
        distance = float(np.linalg.norm(model.centre - middle))
        raise InputError(
            f"{model.path or 'model'}: {share:.0%} of the atoms lie in the map "
            f"(the centres are {distance:.0f} A apart), expected the model at its place in the map"
        )
    return model if keep.all() else model.selected(keep)


def _standardised(values: Array) -> Numbers:
    """Shift to mean 0 and scale to length 1, so that a sum of products is a correlation.

    Products are summed by NumPy, not by BLAS, whose threads cost more than they bring here.
    """
    centred = values - values.mean(dtype=np.float64)
    length = float(np.sqrt(np.square(centred, dtype=np.float64).sum()))
    return np.asarray(centred / length if length > 0 else centred, dtype=np.float64)


def _cc(one: Array, two: Array) -> float:
    return float((_standardised(one) * _standardised(two)).sum())
