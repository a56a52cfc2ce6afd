"""The rotations under which a map repeats itself: a point group's, or those of a model's file.

Programs differ in where they put the axes, and a header does not say. Every usual place is tried;
the map itself, blurred, tells which of them is its own, and whether any is.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import gemmi
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sharpem import _core
from sharpem.analysis.local_variance import map_variance
from sharpem.errors import InputError
from sharpem.io.model import read_structure
from sharpem.maps.density import DensityMap
from sharpem.maps.point_groups import is_among, point_group_name, settings
from sharpem.spectra.apply import radial_curve

__all__ = ["Symmetry", "symmetry_of"]

Numbers: TypeAlias = NDArray[np.float64]

_LEAST_CORRELATION = 0.7  # by evidence: docs/local.md
_D_MIN = 6.0  # A; finer terms do not matter after the blur
_BLUR, _SHAPE = 400.0, 1650.0  # A^2; terms of 12 to 50 A are left
_NOTHING = 1e-10  # of a map's power: rounding
_POINTS = 1000
_ROTATION_ERROR = 0.01  # of a file's matrices against rotations; they have 3 digits at least


@dataclass(frozen=True, eq=False)
class Symmetry:
    """Rotations under which a map repeats itself.

    Attributes
    ----------
    name : str
        Point group (``"C4"``, ``"D7"``, ``"O"``), or the file and what was taken from it.
    operators : ndarray of float64, shape (n, 3, 4)
        Each is R and t of x' = R x + t: Cartesian, A, in the frame where models stand (that of
        ``DensityMap.origin`` and ``voxel_axes``). The identity comes first.
    correlation : float
        Lowest correlation of the blurred map with its rotated copies, over the molecule.
    """

    name: str
    operators: Numbers
    correlation: float

    def images(self, positions: ArrayLike) -> Numbers:
        """Positions under every operator.

        Parameters
        ----------
        positions : array_like, shape (m, 3)
            Cartesian x, y, z, A.

        Returns
        -------
        ndarray of float64, shape (n, m, 3)
        """
        return _images(self.operators, np.asarray(positions, dtype=np.float64))


def symmetry_of(text: str | Path, density: DensityMap) -> Symmetry:
    """Find where a map has the symmetry that it is said to have.

    A point group's axes are tried through the middle of the box, as programs understand it (index
    n / 2, n / 2 rounded down, (n - 1) / 2), and through the middle of the molecule, which helps
    where a box was cut out of the map; in all :func:`sharpem.maps.point_groups.settings`. The
    place at which the map repeats itself best is kept. A file's operators are taken as they are.

    Parameters
    ----------
    text : str or Path
        C<n>, D<n>, T, O or I in upper or lower case (I1 to I4 mean I); or a PDB or mmCIF file,
        plain or gzip, with the operators of an assembly (the first is taken) or, where there are
        none, of non-crystallographic symmetry.
    density : DensityMap
        Of a single particle.

    Raises
    ------
    InputError
        Neither a point group nor a file with operators, a crystal's map, or a map that does not
        repeat itself so.

    Examples
    --------
    >>> import sharpem
    >>> density = sharpem.read_map("map.mrc")  # doctest: +SKIP
    >>> symmetry_of("C4", density).images([[100.0, 120.0, 80.0]]).shape  # doctest: +SKIP
    (4, 1, 3)
    """
    name = density.path or "map"
    if density.periodic:
        raise InputError(f"{name}: a crystal's unit cell, expected a single particle's map")
    if min(density.cell[:3]) < 2 * _D_MIN:
        raise InputError(f"{name}: box of {min(density.cell[:3]):.3g} A, expected {2 * _D_MIN:g} A")
    group = point_group_name(str(text))
    if group is None:
        source, operators = _from_file(text)
        return _best(density, _Probe(density), source, [operators], "operators as in the file")
    probe = _Probe(density)
    candidates = _placed(settings(group), [*_middles(density), probe.middle])
    tried = "axes in the usual directions through the middle of the box and of the molecule"
    return _best(density, probe, group, candidates, tried)


def _best(
    density: DensityMap, probe: _Probe, name: str, candidates: list[Numbers], tried: str
) -> Symmetry:
    """Keep the operators under which the map repeats itself best; refuse if it does not."""
    correlations = [probe.lowest_correlation(operators) for operators in candidates]
    best = int(np.argmax(correlations))
    if correlations[best] < _LEAST_CORRELATION:
        raise InputError(
            f"{density.path or 'map'}: no symmetry {name}: correlation {correlations[best]:.2f} "
            f"between the blurred map and its rotated copies ({tried}), expected at least "
            f"{_LEAST_CORRELATION:g}"
        )
    return Symmetry(name, candidates[best], correlations[best])


def _images(operators: Numbers, positions: Numbers) -> Numbers:
    turns, shifts = operators[:, :, :3], operators[:, None, :, 3]
    return np.asarray(positions @ turns.transpose(0, 2, 1) + shifts)


def _placed(groups: list[Numbers], centres: list[Numbers]) -> list[Numbers]:
    """Operators (n, 3, 4) of every group about every centre (A)."""
    return [
        np.concatenate([turns, (centre - turns @ centre)[:, :, None]], axis=2)
        for turns in groups
        for centre in centres
    ]


class _Probe:
    """A blurred map, and points in its molecule at which it is compared with its copies.

    Blurred, maps of all resolutions are alike and noise is averaged out; and a globule is not taken
    for symmetric because of its round shape. Beyond the box there is solvent, of density 0.

    Attributes
    ----------
    middle : ndarray, shape (3,)
        Of the molecule, Cartesian, A.
    """

    def __init__(self, density: DensityMap) -> None:
        self._box = density.voxel_axes * np.array(density.shape[::-1])
        self._origin = np.array(density.origin)
        spectrum = _core.analyse(density.data, density.cell, _D_MIN)
        coarse = _core.shell_sums(spectrum, [1e-6, 1 / _D_MIN]).power[0]
        if not coarse > _NOTHING * density.data.var(dtype=np.float64):
            raise InputError(
                f"{density.path or 'map'}: nothing at {_D_MIN:g} A and coarser, expected a molecule"
            )
        variance = map_variance(spectrum, _D_MIN)
        self._blurred = _blurred(spectrum, variance.data.shape)
        molecule = np.argwhere(variance.mask())
        places = self._origin + molecule[:, ::-1] / variance.data.shape[::-1] @ self._box.T
        self.middle = np.average(places, axis=0, weights=variance.data[tuple(molecule.T)])
        self._points = np.random.default_rng(0).permutation(places)[:_POINTS]
        self._values = self._density_at(self._points)

    def lowest_correlation(self, operators: Numbers) -> float:
        """Of the map with its copies under operators (n, 3, 4), the first being the identity."""
        copies = self._density_at(_images(operators[1:], self._points))
        one = self._values - self._values.mean()
        others = copies - copies.mean(axis=1, keepdims=True)
        scale = np.sqrt((one @ one) * np.einsum("nm,nm->n", others, others))
        return float(np.min(others @ one / np.maximum(scale, 1e-30), initial=1.0))

    def _density_at(self, positions: Numbers) -> Numbers:
        """Blurred density at positions (..., 3)."""
        from_corner = (positions - self._origin).reshape(-1, 3)
        fractions = from_corner @ np.linalg.inv(self._box).T
        inside = np.all((fractions >= 0) & (fractions < 1), axis=1)
        found = self._blurred.interpolate_position_array(from_corner, order=3)
        return np.where(inside, found, 0.0).reshape(positions.shape[:-1])


def _blurred(spectrum: _core.Spectrum, shape: tuple[int, ...]) -> gemmi.FloatGrid:
    """Blurred map on a coarser grid, less the molecule's mere shape (a stronger blur)."""
    band = radial_curve(
        lambda s: np.exp(-_BLUR * s**2 / 4) - np.exp(-_SHAPE * s**2 / 4), 1 / _D_MIN
    )
    map_ = _core.synthesise(_core.resampled(spectrum, shape, _D_MIN), band)
    return gemmi.FloatGrid(map_.T, gemmi.UnitCell(*spectrum.cell), gemmi.SpaceGroup("P 1"))


def _middles(density: DensityMap) -> list[Numbers]:
    """Positions (A) of what programs take for the middle of a box: the same in part."""
    counts = np.array(density.shape[::-1])
    indices = np.unique([counts / 2, counts // 2, (counts - 1) / 2], axis=0)
    return list(np.array(density.origin) + indices @ density.voxel_axes.T)


def _from_file(text: str | Path) -> tuple[str, Numbers]:
    """Operators of a model's first assembly, else of its NCS, and a name that says so."""
    path = Path(text)
    if not os.path.exists(path):
        raise InputError(
            f"symmetry {str(text)!r}: neither a point group nor a file, expected C<n>, D<n>, T, O, "
            "I, or a PDB or mmCIF file with operators"
        )
    structure = read_structure(path)
    sources = {
        f"assembly {first.name}": [
            op.transform for part in first.generators for op in part.operators
        ]
        for first in structure.assemblies[:1]
    }
    sources["NCS"] = [op.tr for op in structure.ncs]
    for source, transforms in sources.items():
        operators = _distinct(transforms)
        if len(operators) > 1:
            return f"{path.name} ({source})", _rotations(operators, path)
    raise InputError(
        f"{path}: no operators but the identity, expected those of an assembly (REMARK 350, "
        "_pdbx_struct_oper_list) or of NCS (MTRIX, _struct_ncs_oper)"
    )


def _distinct(transforms: list[gemmi.Transform]) -> Numbers:
    """Operators (n, 3, 4) without repetition, the identity first whether or not it is there."""
    found: list[Numbers] = [np.eye(3, 4)]
    for transform in transforms:
        operator = np.column_stack([transform.mat.tolist(), transform.vec.tolist()])
        if not is_among(operator, found, _ROTATION_ERROR):
            found.append(operator)
    return np.array(found)


def _rotations(operators: Numbers, path: Path) -> Numbers:
    """The same with matrices that are rotations exactly, free of the file's rounding."""
    left, _, right = np.linalg.svd(operators[:, :, :3])
    exact = left @ right
    wrong = np.abs(exact - operators[:, :, :3]).max() > _ROTATION_ERROR
    if wrong or np.linalg.det(exact).min() < 0:
        raise InputError(f"{path}: operators that are no rotations, expected rotations")
    return np.concatenate([exact, operators[:, :, 3:]], axis=2)
