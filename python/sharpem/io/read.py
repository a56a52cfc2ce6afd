"""A map from a file of any kind that holds one: MRC/CCP4, or map coefficients (MTZ, mmCIF)."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from sharpem.errors import InputError
from sharpem.io import mrc
from sharpem.io.contents import first_bytes
from sharpem.io.mtz import Labels, names_reflections, read_mtz
from sharpem.maps.arrays import Triple
from sharpem.maps.density import DensityMap

__all__ = ["read_map"]

_ENOUGH = 2**16  # bytes that hold the names of the first loop of an mmCIF file


def read_map(
    path: str | os.PathLike[str],
    voxel_size: float | Triple | None = None,
    *,
    labels: Labels | None = None,
    xray: bool | None = None,
) -> DensityMap:
    """Read a map: MRC or CCP4, plain, gzip or bzip2; or map coefficients, MTZ or mmCIF.

    Parameters
    ----------
    path : path
        What it is, is told by the first bytes, not by the name.
    voxel_size : float or (x, y, z), optional
        Voxel size (A) that overrides the header's: :func:`sharpem.io.mrc.read_map`.
    labels : (str, str), optional
        Columns of amplitudes and phases in a file of reflections: :func:`sharpem.io.mtz.read_mtz`.
    xray : bool, optional
        The density scatters X-rays, or else electrons. Default: as the file says; a map in MRC or
        CCP4 format counts as one of electrons.

    Raises
    ------
    InputError
        The file cannot be read, is no map, or holds nothing to work with; `voxel_size` for a file
        of reflections or `labels` for another one.
    """
    path = Path(path)
    if _has_reflections(path):
        if voxel_size is not None:
            raise InputError(f"{path}: voxel size given (--apix), but an MTZ file has a unit cell")
        return read_mtz(path, labels, xray=xray)
    if labels is not None:
        raise InputError(f"{path}: found with --mtz-labels, expected an MTZ file (.mtz)")
    density = mrc.read_map(path, voxel_size)
    return density if xray is None else replace(density, xray=xray)


def _has_reflections(path: Path) -> bool:
    start = first_bytes(path, _ENOUGH, "a map")
    if start[208:211] == b"MAP":
        return False
    return start[:4] == b"MTZ " or names_reflections(path) or _is_cif(start)


def _is_cif(start: bytes) -> bool:
    """Whether a text is mmCIF, of which any but reflections is refused where they are read."""
    lines = (line.lower() for line in start.splitlines())
    first = next((line for line in lines if line.strip() and not line.startswith(b"#")), b"")
    return first.startswith((b"data_", b"global_", b"loop_")) and b"\0" not in start
