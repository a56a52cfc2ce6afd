"""A model on the grid of a map: its atoms in the map and their density, computed once."""

from __future__ import annotations

from functools import cached_property

from numpy.typing import ArrayLike

from sharpem.analysis.model_map import atom_mask, in_the_map, model_map
from sharpem.maps.arrays import Array, Mask
from sharpem.maps.density import DensityMap
from sharpem.maps.model import Model

__all__ = ["PlacedModel"]


class PlacedModel:
    """A model with one B for all atoms on the grid of a map.

    Parameters
    ----------
    model : Model
        At its place in the map; what lies outside is left out, unless the map is a crystal's.
    like : DensityMap
        Gives the grid.
    b_iso : float
        B of all atoms, A^2.
    xray : bool, optional
        Form factors for X-rays, or else those for electrons. Default: as `like` scatters.
    """

    def __init__(
        self, model: Model, like: DensityMap, *, b_iso: float = 0.0, xray: bool | None = None
    ) -> None:
        """Keep both; atoms and densities are found when they are asked for."""
        self.model, self.like = model, like
        self.b_iso, self.xray = b_iso, like.xray if xray is None else xray
        self._densities: dict[float, Array] = {}

    @cached_property
    def atoms(self) -> Model:
        """The atoms in the map; in a crystal, all symmetry mates.

        Raises
        ------
        InputError
            Next to none are.
        """
        return in_the_map(self.model, self.like)

    def moved(self, shift: ArrayLike) -> PlacedModel:
        """Return the model with `shift` (x, y, z, A) added to all positions, on the same grid."""
        return PlacedModel(self.model.moved(shift), self.like, b_iso=self.b_iso, xray=self.xray)

    def density(self, d_min: float) -> Array:
        """Density to a resolution (A), of the shape of the map; read only."""
        if d_min not in self._densities:
            found = model_map(self.atoms, self.like, d_min=d_min, b_iso=self.b_iso, xray=self.xray)
            found.flags.writeable = False
            self._densities[d_min] = found
        return self._densities[d_min]

    def within(self, radius: float) -> Mask:
        """Mark the voxels within `radius` (A) of an atom."""
        return atom_mask(self.atoms, self.like, radius)
