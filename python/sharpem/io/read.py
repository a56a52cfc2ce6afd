"""A map from a file of any kind that holds one: MRC/CCP4, or an MTZ file with map coefficients."""

from __future__ import annotations

import os

from sharpem.errors import InputError
from sharpem.io import mrc
from sharpem.io.mtz import Labels, is_mtz, read_mtz
from sharpem.maps.arrays import Triple
from sharpem.maps.density import DensityMap

__all__ = ["read_map"]


def read_map(
    path: str | os.PathLike[str],
    voxel_size: float | Triple | None = None,
    *,
    labels: Labels | None = None,
) -> DensityMap:
    """Read a map: MRC or CCP4, plain, gzip or bzip2; or MTZ, plain or gzip, told by its name.

    Parameters
    ----------
    path : path
    voxel_size : float or (x, y, z), optional
        Voxel size (A) that overrides the header's: :func:`sharpem.io.mrc.read_map`.
    labels : (str, str), optional
        Columns of amplitudes and phases in an MTZ file: :func:`sharpem.io.mtz.read_mtz`.

    Raises
    ------
    InputError
        The file cannot be read, is no map, or holds nothing to work with; `voxel_size` for an MTZ
        file or `labels` for another one.
    """
    if is_mtz(path):
        if voxel_size is not None:
            raise InputError(f"{path}: voxel size given (--apix), but an MTZ file has a unit cell")
        return read_mtz(path, labels)
    if labels is not None:
        raise InputError(f"{path}: found with --mtz-labels, expected an MTZ file (.mtz)")
    return mrc.read_map(path, voxel_size)
