"""The 1024 bytes at the start of an MRC/CCP4 map, written by the book (MRC2014)."""

from __future__ import annotations

import numpy as np
from mrcfile.dtypes import HEADER_DTYPE

from sharpem.maps.arrays import Indices, Triple
from sharpem.maps.density import DensityMap, Placement

__all__ = ["format_header"]


def format_header(density: DensityMap, label: str) -> bytes:
    """Write the header of a little-endian float32 map in the placement's axis order.

    Parameters
    ----------
    density : DensityMap
    label : str
        Appended to the labels; :func:`_with_label` says what happens when ten are in use.
    """
    placement, found = density.placement, density.statistics
    header = np.zeros((), HEADER_DTYPE.newbyteorder("<"))
    nz, ny, nx = density.shape
    _set(header, ("nx", "ny", "nz"), _to_file((nx, ny, nz), placement.axis_order))
    _set(
        header, ("nxstart", "nystart", "nzstart"), _to_file(placement.nstart, placement.axis_order)
    )
    _set(header, ("mx", "my", "mz"), density.sampling)
    _set(header, ("mapc", "mapr", "maps"), placement.axis_order)
    _set(header, ("dmin", "dmax", "dmean"), (found.minimum, found.maximum, found.mean))
    header["cella"], header["cellb"] = density.full_cell[:3], density.full_cell[3:]
    header["origin"] = placement.origin_words
    header["mode"], header["rms"] = 2, found.rms
    header["ispg"] = placement.space_group
    header["extra1"], header["extra2"] = placement.extra
    header["nsymbt"] = len(placement.extended_header)
    header["exttyp"] = _extended_type(placement)
    header["nversion"], header["map"], header["machst"] = 20141, b"MAP ", (0x44, 0x44, 0, 0)
    labels = _with_label(placement.labels, label)
    header["nlabl"] = len(labels)
    header["label"][: len(labels)] = [text.encode("ascii", "replace") for text in labels]
    return header.tobytes()


def _to_file(values: Indices, axis_order: Indices) -> Indices:
    """Sort values that go along x, y, z into columns, rows, sections."""
    columns, rows, sections = (values[axis - 1] for axis in axis_order)
    return columns, rows, sections


def _set(
    header: np.ndarray[tuple[()], np.dtype[np.void]],
    keys: tuple[str, str, str],
    values: Indices | Triple,
) -> None:
    for key, value in zip(keys, values, strict=True):
        header[key] = value


def _extended_type(placement: Placement) -> bytes:
    """Name the extended header where the input did not: symmetry operators are lines of 80."""
    if not placement.extended_header or placement.extended_type:
        return placement.extended_type
    return b"MRCO" if len(placement.extended_header) % 80 else b"CCP4"


def _with_label(labels: tuple[str, ...], label: str) -> list[str]:
    """Append a label that starts with our name, at most ten in all.

    When ten are in use, the oldest of ours makes room, or the last one if none is ours.
    """
    text = " ".join(label.split())
    text = text if text.startswith("sharpem") else f"sharpem: {text}"
    kept = list(labels)
    while len(kept) > 9:
        ours = [i for i, old in enumerate(kept) if old.startswith("sharpem")]
        del kept[ours[0] if ours else -1]
    return [old[:80] for old in kept] + [text[:80]]
