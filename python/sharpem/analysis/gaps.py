"""Gaps in Fourier space: directions in which a map holds nothing.

Tilt series leave a wedge or a cone empty, crystals of anisotropic diffraction an outer part of the
sphere, data sets single reflections. Absent coefficients are not coefficients of amplitude 0: they
are left out of every sum and fit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sharpem import _core
from sharpem.findings import Finding, finding
from sharpem.maps.arrays import Numbers
from sharpem.spectra.shells import shell_edges

__all__ = ["clear_gaps", "gap_finding"]

_FEWEST = 0.01  # of the coefficients; fewer may be absent by chance
_EMPTY = 1e-10  # of the strongest shell's mean power: rounding errors
_CONCENTRATED = 1.3  # second moment along an axis, over that of all coefficients


def clear_gaps(
    spectrum: _core.Spectrum, lattice_points: int = 1, *, keep: bool = False
) -> Finding | None:
    """Mark absent Fourier coefficients, in place, so that sums over shells and fits leave them out.

    Parameters
    ----------
    spectrum : sharpem._core.Spectrum
        Untouched where less than 1 % is absent.
    lattice_points : int
        Of a unit cell: centred lattices make all reflections but one in so many vanish.

    keep : bool
        Look, and leave the coefficients as they are.

    Returns
    -------
    Finding or None
        Fraction and direction of what is absent though the lattice allows it.
    """
    gaps = _core.clear_gaps(spectrum, _filled_edges(spectrum), 1.0 if keep else _FEWEST)
    allowed = gaps.terms / lattice_points
    absent = 1 - (gaps.terms - gaps.absent) / allowed if allowed else 0.0
    return gap_finding(gaps, absent) if absent > _FEWEST else None


def _filled_edges(spectrum: _core.Spectrum) -> Numbers:
    """Edges of the shells inside the one in which a sharp low-pass filter ends, if one does."""
    edges = shell_edges(spectrum)
    sums = _core.shell_sums(spectrum, edges)
    mean = sums.power / np.maximum(sums.terms, 1)
    last = int(np.flatnonzero(mean >= _EMPTY * mean.max())[-1])
    return edges if last + 1 == mean.size else edges[: max(last, 1) + 1]


def gap_finding(gaps: _core.Gaps, absent: float) -> Finding:
    """Say what fraction of the coefficients is absent, and about which direction."""
    axis = _direction(gaps)
    where = f", mostly about the direction ({axis}) of the box" if axis else ""
    return finding(
        "empty-directions",
        f"{100 * absent:.0f} % of the Fourier coefficients are absent{where}: "
        "a missing wedge or cone, an ellipsoidal cut, or absent reflections.",
        "They were left out of all fits and sums; the map stays smeared along that direction.",
    )


def _direction(gaps: _core.Gaps) -> str | None:
    """Axis about which the absent coefficients lie, as x, y, z; None where there is none."""
    every, empty = _matrix(gaps.all), _matrix(gaps.empty)
    if np.linalg.matrix_rank(every) < 3:  # a few coefficients in a plane
        return None
    ratio = np.linalg.solve(every, empty)
    values, vectors = np.linalg.eig(ratio)
    first = int(np.argmax(values.real))
    if values.real[first] < _CONCENTRATED:
        return None
    axis = vectors[:, first].real
    axis = axis * np.sign(axis[np.argmax(np.abs(axis))])
    return ", ".join(f"{value + 0.0:.2f}" for value in np.round(axis, 2))


def _matrix(tensor: Sequence[float]) -> Numbers:
    xx, yy, zz, xy, xz, yz = tensor
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
