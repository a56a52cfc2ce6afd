"""MTZ files: map coefficients in, a map of the whole unit cell out.

The map covers the unit cell once, in P1: gemmi expands the reflections by the space group.
Reflections that are missing count as 0, and so does F(000): the map has mean 0.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias, cast

import gemmi
import numpy as np
from numpy.typing import NDArray

from sharpem.errors import InputError
from sharpem.maps.crystal import OPERATOR_LENGTH
from sharpem.maps.density import DensityMap, Placement, Reflections
from sharpem.maps.statistics import check_values

__all__ = ["Labels", "find_labels", "is_mtz", "open_mtz", "read_mtz"]

Labels: TypeAlias = tuple[str, str]


_SAMPLING = 3.0  # grid points per d_min, at least: voxels of d_min / 3, as in cryo-EM
_PREFERRED: tuple[Labels, ...] = (
    ("FWT", "PHWT"),
    ("FWT", "PHIFWT"),
    ("FWT", "PHFWT"),
    ("2FOFCWT", "PH2FOFCWT"),
    ("2FOFCWT_no_fill", "PH2FOFCWT_no_fill"),
    ("2FOFCWT_fill", "PH2FOFCWT_fill"),
    ("FDM", "PHIDM"),
    ("parrot.F_phi.F", "parrot.F_phi.phi"),
)
_NOT_A_MAP = ("DELFWT", "FOFCWT", "FAN", "FC", "FMODEL", "F-MODEL")  # how their names begin


def is_mtz(path: str | os.PathLike[str]) -> bool:
    """Whether a file's name says that it is an MTZ file, plain or gzip."""
    return str(path).lower().endswith((".mtz", ".mtz.gz"))


def read_mtz(path: str | os.PathLike[str], labels: Labels | None = None) -> DensityMap:
    """Make a map of the whole unit cell from the map coefficients in an MTZ file.

    Parameters
    ----------
    path : path
    labels : (str, str), optional
        Columns of amplitudes and phases. Default: the first pair that :func:`find_labels` knows.

    Returns
    -------
    DensityMap
        (z, y, x), voxels of at most a third of the finest term's d; with `xray`, `reflections`, the
        space group and its operators.

    Raises
    ------
    InputError
        Not an MTZ file, no map coefficients, or labels that are not there or of the wrong type.
    """
    path = Path(path)
    mtz = open_mtz(path)
    labels = find_labels(mtz, path) if labels is None else _checked(mtz, path, labels)
    present = _drop_unpaired(mtz, labels)
    if not present.any():
        raise InputError(f"{path}: no reflection has a value in {','.join(labels)}, expected some")
    d_min = float(mtz.make_d_array()[present].min())
    finest = float(mtz.resolution_high())
    grid = mtz.transform_f_phi_to_map(*labels, sample_rate=max(2.0, _SAMPLING * finest / d_min))
    data = np.ascontiguousarray(grid.array.T, dtype=np.float32)
    check_values(data, f"{path}: map of {','.join(labels)}")
    missing = int(np.count_nonzero(~present))
    return DensityMap(
        data,
        tuple(mtz.cell.parameters),
        _placement(mtz.spacegroup),
        path,
        (f"{missing} of {present.size} reflections have no value.",) if missing else (),
        xray=True,
        reflections=Reflections(labels, d_min),
    )


def open_mtz(path: Path) -> gemmi.Mtz:
    """Read an MTZ file that names its space group and holds reflections.

    Raises
    ------
    InputError
    """
    if not path.is_file():
        found = "is a folder" if path.is_dir() else "no such file"
        raise InputError(f"{path}: {found}, expected an MTZ file")
    try:
        mtz = gemmi.read_mtz_file(str(path))
    except (RuntimeError, ValueError, OSError, IndexError) as error:
        reason = " ".join(str(error).replace(str(path), "").split()).strip(" :")
        raise InputError(f"{path}: not an MTZ file ({reason})") from None
    group = cast("gemmi.SpaceGroup | None", mtz.spacegroup)
    if group is None or not mtz.cell.is_crystal():
        raise InputError(f"{path}: no space group or unit cell, expected those of a crystal")
    if mtz.nreflections == 0:
        raise InputError(f"{path}: no reflections, expected map coefficients")
    return mtz


def _drop_unpaired(mtz: gemmi.Mtz, labels: Labels) -> NDArray[np.bool_]:
    """Set amplitudes without phase and phases without amplitude to nothing; which ones are left."""
    columns = [mtz.column_with_label(label) for label in labels]
    present = np.all([np.isfinite(column.array) for column in columns], axis=0)
    for column in columns:
        column.array[~present] = np.nan
    return np.asarray(present)


def _checked(mtz: gemmi.Mtz, path: Path, labels: Labels) -> Labels:
    """Refuse labels that are not there, or are no amplitude and phase."""
    for label, kind, what in zip(labels, "FP", ("amplitudes", "phases"), strict=True):
        column = mtz.column_with_label(label)
        if column is None:
            raise InputError(f"{path}: no column {label!r} among {_listed(mtz)}")
        if column.type != kind:
            raise InputError(
                f"{path}: column {label!r} has type {column.type}, expected {kind} ({what})"
            )
    return labels


def _listed(mtz: gemmi.Mtz) -> str:
    return ", ".join(f"{column.label} ({column.type})" for column in mtz.columns)


def find_labels(mtz: gemmi.Mtz, path: Path) -> Labels:
    """Find the columns of a map: those of a 2mFo-DFc map by the names that programs give them.

    Without such, the first amplitude (type F) that is followed by a phase (type P) and is neither a
    difference map nor calculated from a model.

    Raises
    ------
    InputError
        None; the message lists the columns that are there.
    """
    types = {column.label: column.type for column in mtz.columns}
    for f, phi in _PREFERRED:
        if types.get(f) == "F" and types.get(phi) == "P":
            return f, phi
    pairs = zip(mtz.columns, list(mtz.columns)[1:], strict=False)
    for one, two in pairs:
        if (one.type, two.type) == ("F", "P") and not one.label.upper().startswith(_NOT_A_MAP):
            return one.label, two.label
    raise InputError(
        f"{path}: no map coefficients known by name among the columns {_listed(mtz)}; expected "
        "FWT,PHWT or 2FOFCWT,PH2FOFCWT, or --mtz-labels F,PHI"
    )


def _placement(group: gemmi.SpaceGroup) -> Placement:
    """Header of a map that covers the whole unit cell: number of the group, operators."""
    lines = "".join(f"{op.triplet():<{OPERATOR_LENGTH}}" for op in group.operations())
    return Placement(
        space_group=group.ccp4, extended_header=lines.upper().encode(), extended_type=b"CCP4"
    )
