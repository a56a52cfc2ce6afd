"""A map handed over to gemmi, as gemmi itself would read it from a file."""

from __future__ import annotations

import tempfile
from pathlib import Path

import gemmi

from sharpem.io.mrc import save_map
from sharpem.maps.density import DensityMap

__all__ = ["to_gemmi"]


def to_gemmi(density: DensityMap) -> gemmi.Ccp4Map:
    """Map of gemmi with the same voxels, cell, axis order, NSTART, ORIGIN, symmetry and labels.

    It is what ``gemmi.read_ccp4_map`` gives for a file that :func:`sharpem.write_map` wrote, and it
    is made so, by a temporary file: gemmi cannot be given a map of a part of the unit cell
    otherwise. As after reading, ``setup`` puts the voxels on the grid of the whole unit cell:
    ``map.setup(float("nan"))``. gemmi places a map by NSTART and keeps ORIGIN in the header alone.

    Parameters
    ----------
    density : DensityMap

    Returns
    -------
    gemmi.Ccp4Map
        Its header is in ``ccp4_header``, so that ``write_ccp4_map`` puts the map where it was.

    Raises
    ------
    InputError
        The map holds NaN or infinite values.
    """
    with tempfile.TemporaryDirectory(prefix="sharpem_") as folder:
        path = Path(folder) / "map.ccp4"
        save_map(density, path)
        return gemmi.read_ccp4_map(str(path))
