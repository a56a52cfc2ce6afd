"""How well a map agrees with a model at B = 0 (Terwilliger et al. 2018, section 2.8), in one call.

For several maps on one grid make a :class:`sharpem.yardstick.Yardstick` once.
"""

from __future__ import annotations

from sharpem.density import DensityMap
from sharpem.io.model import Model
from sharpem.yardstick import Agreement, Correlation, Oracle, Yardstick

__all__ = [
    "Agreement",
    "Correlation",
    "Oracle",
    "Yardstick",
    "best_b_sharpen",
    "evaluate",
    "map_model_cc",
]


def evaluate(
    density: DensityMap,
    model: Model,
    *,
    resolution: float,
    radius: float = 3.0,
    xray: bool = False,
) -> Agreement:
    """Compare a map with a model at B = 0: correlations and FSC.

    Parameters and errors as for :func:`map_model_cc`.
    """
    ruler = Yardstick(density, model, resolution=resolution, radius=radius, xray=xray)
    return ruler.agreement(density)


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
