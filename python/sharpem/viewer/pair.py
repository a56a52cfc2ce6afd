"""What a view shows: the map before, the map after, and a model's trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sharpem.errors import InputError
from sharpem.maps.density import DensityMap
from sharpem.viewer.trace import Trace

__all__ = ["Pair"]


@dataclass(frozen=True)
class Pair:
    """Two maps on one grid.

    Attributes
    ----------
    before, after : DensityMap
    fraction : float
        Part of the map that the molecule fills, 0 to 1.
    title : str
    trace : Trace or None
    sources : mapping of str to str
        What the page names as its origin: kind to file.
    """

    before: DensityMap
    after: DensityMap
    fraction: float
    title: str
    trace: Trace | None = None
    sources: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse maps that cannot be laid over one another.

        Raises
        ------
        InputError
            The grids differ.
        """
        if difference := self.before.same_grid(self.after):
            names = f"{self.before.path or 'the input'} and {self.after.path or 'the output'}"
            raise InputError(f"{names}: different grids, {difference}, expected one grid")
