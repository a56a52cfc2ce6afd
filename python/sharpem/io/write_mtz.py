"""MTZ files out: a crystal's reflections with the new map's columns, or the terms of a box."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import gemmi
import numpy as np
from numpy.typing import NDArray

from sharpem.errors import InputError
from sharpem.io.em_history import place_lines
from sharpem.io.mtz import Labels, cell_of, open_mtz
from sharpem.maps.density import DensityMap
from sharpem.spectra.filters import Filter

__all__ = ["amplitude_factor", "write_box_mtz", "write_filtered_mtz"]

Numbers: TypeAlias = NDArray[np.float64]

_NAMES: Labels = ("FWT", "PHWT")  # what programs open by themselves
_OTHER_NAMES: Labels = ("FWT_sharp", "PHWT_sharp")
_HISTORY_LINE = 80


def write_filtered_mtz(
    density: DensityMap, filter_: Filter, path: Path, *, label: str = ""
) -> Labels:
    """Write the reflections that a map was made from, with two more columns: those of the new map.

    Symmetry, reflections, columns and phases stay as they are. Reflections beyond the filter's
    limit have no value in the new columns. These are FWT and PHWT where the file has neither, else
    FWT_sharp and PHWT_sharp (with a number where these are taken too).

    Parameters
    ----------
    density : DensityMap
        From :func:`sharpem.io.mtz.read_mtz`; its file is read again.
    filter_ : Filter
        What was done to it.
    path : Path
    label : str
        What was done, for the file's history.

    Returns
    -------
    (str, str)
        The new columns.

    Raises
    ------
    InputError
        The map was not made from reflections, or its file is gone.
    """
    if density.reflections is None or density.path is None:
        raise InputError(
            f"{density.path or 'map'}: not made from an MTZ file, expected one that is"
        )
    mtz = open_mtz(density.path)
    names = next(pair for pair in _candidates() if not set(pair) & set(mtz.column_labels()))
    f, phi = (mtz.column_with_label(name) for name in density.reflections.labels)
    s = _s_vectors(mtz, gemmi.UnitCell(*cell_of(mtz, f.label)))
    kept = np.linalg.norm(s, axis=1) <= 1 / filter_.d_min
    kept &= np.isfinite(f.array) & np.isfinite(phi.array)
    dataset = f.dataset_id
    new = np.where(kept, np.array(f.array) * amplitude_factor(filter_, s), np.nan)
    phases = np.where(kept, phi.array, np.nan)
    for name, kind, values in zip(names, "FP", (new, phases), strict=True):
        mtz.add_column(name, kind, dataset_id=dataset).array[:] = values.astype(np.float32)
    mtz.history = [f"sharpem: {','.join(names)} {label}"[:_HISTORY_LINE], *mtz.history]
    path.write_bytes(mtz.write_to_bytes())
    return names


def write_box_mtz(density: DensityMap, path: Path, *, d_min: float, label: str = "") -> Labels:
    """Write the Fourier terms of a map as FWT and PHWT, in P1 with the box as the unit cell.

    An MTZ file has no place for an origin: phases refer to the first voxel of the box, whose place
    is in the history, where :func:`sharpem.io.mtz.read_mtz` finds it. F(000), the mean, is left
    out.

    Parameters
    ----------
    density : DensityMap
    path : Path
    d_min : float
        Finest terms to write, A.
    label : str
        What was done, for the file's history.

    Returns
    -------
    (str, str)
        The columns.
    """
    cell = gemmi.UnitCell(*density.cell)
    group = gemmi.SpaceGroup("P 1")
    grid = gemmi.FloatGrid(np.ascontiguousarray(density.data.T), cell, group)
    terms = gemmi.transform_map_to_f_phi(grid, half_l=True).prepare_asu_data(dmin=d_min)
    values = np.asarray(terms.value_array)
    phases = np.degrees(np.angle(values)) % 360
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = group
    mtz.set_cell_for_all(cell)
    mtz.add_dataset("sharpem").wavelength = 0.0
    for name, kind in zip(_NAMES, "FP", strict=True):
        mtz.add_column(name, kind)
    mtz.set_data(np.column_stack([terms.miller_array, np.abs(values), phases]).astype(np.float32))
    mtz.history = [*place_lines(density), f"sharpem: {label}"[:_HISTORY_LINE]]
    path.write_bytes(mtz.write_to_bytes())
    return _NAMES


def amplitude_factor(filter_: Filter, s: Numbers) -> Numbers:
    """Factor of a filter for the amplitudes of terms, shape (n,): radial and directional parts.

    Parameters
    ----------
    filter_ : Filter
    s : ndarray, shape (n, 3)
        Reciprocal vectors in the Cartesian frame (a along x, b in the xy plane), 1/A.
    """
    squared = (s**2).sum(axis=1)
    factor = np.asarray(filter_.radial(np.sqrt(squared)))
    if filter_.directional is not None:
        factor = factor * filter_.directional(s)
    if filter_.anisotropy is None:
        return factor
    b11, b22, b33, b12, b13, b23 = filter_.anisotropy.b_cartesian
    tensor = np.array([[b11, b12, b13], [b12, b22, b23], [b13, b23, b33]])
    q = np.einsum("ni,ij,nj->n", s, tensor, s)
    answer: Numbers = factor * np.exp(0.25 * (q - filter_.anisotropy.b_iso * squared))
    return answer


def _s_vectors(mtz: gemmi.Mtz, cell: gemmi.UnitCell) -> Numbers:
    """Reciprocal vectors of all reflections, Cartesian, 1/A, shape (n, 3)."""
    to_fraction = np.array(cell.frac.mat.tolist())
    return np.asarray(mtz.make_miller_array() @ to_fraction, dtype=np.float64)


def _candidates() -> Iterator[Labels]:
    yield _NAMES
    yield _OTHER_NAMES
    number = 2
    while True:
        f, phi = _OTHER_NAMES
        yield f"{f}{number}", f"{phi}{number}"
        number += 1
