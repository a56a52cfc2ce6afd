"""Where the boxes of local sharpening stand: they cover the molecule and overlap by half.

The molecule is cut into pieces by a lattice of half a box; each piece with density in it gets a box
about its centre of mass. So every piece lies inside a box, and most inside several.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.prepare import Prepared
from sharpem.errors import InputError
from sharpem.maps.arrays import Indices
from sharpem.maps.checks import FLAT_ZONE, flat_value
from sharpem.maps.density import DensityMap
from sharpem.spectra.filters import RadialFilter

__all__ = [
    "BOX_SIZE",
    "FIT_FROM",
    "Boxes",
    "Ground",
    "check_size",
    "covering_boxes",
    "nearest_distance",
    "to_angstrom",
    "to_voxels",
]

Array = NDArray[np.float64]

BOX_SIZE = 40
"""Voxels on a side (section 2.7)."""

_LEAST_PIECE = 0.05  # of a lattice cell: less molecule makes no box
_LEAST_SHARE = 0.1  # of a box seen through its window
_WHOLE_AXIS = 1.25  # times the size: an axis so short is not divided
_FEWEST_SHELLS = 4  # between FIT_FROM and the resolution
FIT_FROM = 12.0
"""Lower orders than this (A) say where the molecule is, not how it falls off."""


@dataclass(frozen=True, eq=False)
class Boxes:
    """Boxes of one shape inside a map.

    Attributes
    ----------
    first : ndarray of int, shape (n, 3)
        First voxel of each, (z, y, x).
    shape : tuple of int
        Voxels along z, y, x.
    molecule, seen : ndarray, shape (n,)
        Share of the box, as its window sees it, that is molecule, and that is not blank.
    """

    first: NDArray[np.int64]
    shape: Indices
    molecule: Array
    seen: Array

    def __len__(self) -> int:
        """Return the number of boxes."""
        return int(self.first.shape[0])

    @property
    def centres(self) -> Array:
        """Middle of each box in voxels, (z, y, x), shape (n, 3)."""
        return self.first + 0.5 * (np.array(self.shape) - 1)

    @property
    def edge(self) -> int:
        """Voxels over which a box's window rises: to its middle, so that nothing is cut hard."""
        return max(1, min(self.shape) // 2)

    def as_set(self, edge: int | None = None) -> _core.BoxSet:
        """Return the boxes as the core takes them."""
        return _core.BoxSet(self.first, self.shape, self.edge if edge is None else edge)

    @property
    def independent(self) -> float:
        """Share of the Fourier terms of a windowed box that are independent."""
        answer = 1.0
        for n in self.shape:
            w2 = _window(np.arange(n), n, self.edge) ** 2
            answer *= float(w2.sum() ** 2 / (n * (w2**2).sum()))
        return answer


def covering_boxes(prepared: Prepared, size: int = BOX_SIZE) -> Boxes:
    """Cover the molecule with boxes.

    Parameters
    ----------
    prepared : Prepared
        The map, and where in it the molecule is.
    size : int
        Voxels on a side; the whole axis where the map is hardly longer, or shorter.
    """
    density = prepared.density
    grid = density.shape
    shape = tuple(n if n <= _WHOLE_AXIS * size else size for n in grid)
    mask = prepared.molecule
    spacing = np.array(grid) / np.array(mask.shape)
    first = _first_voxels(mask, spacing, grid, shape)
    molecule = _shares(mask, spacing, first, shape)
    kept = molecule >= min(_LEAST_SHARE, float(molecule.max(initial=0.0)))
    first, molecule = first[kept], molecule[kept]
    value, flat = flat_value(density)
    seen = np.ones(len(first))
    if flat > FLAT_ZONE:
        every = max(1, min(shape) // 20)
        thinned = density.data[::every, ::every, ::every] != value
        seen = _shares(thinned, np.full(3, float(every)), first, shape)
    return Boxes(first, (shape[0], shape[1], shape[2]), molecule, seen)


def nearest_distance(centres: Array) -> float:
    """Mean distance of a centre to the nearest other one: d0 of Eq. 9, in their units.

    Parameters
    ----------
    centres : ndarray, shape (n, 3)
        Two at least.
    """
    distance = np.sqrt(((centres[:, None] - centres[None, :]) ** 2).sum(-1))
    np.fill_diagonal(distance, np.inf)
    return float(distance.min(axis=1).mean())


def to_angstrom(density: DensityMap, at: Array) -> Array:
    """Cartesian positions (x, y, z) in A, where models live, of places in voxels (z, y, x)."""
    answer: Array = np.array(density.origin) + at[:, ::-1] @ density.voxel_axes.T
    return answer


def to_voxels(density: DensityMap, positions: Array) -> Array:
    """Places in voxels (z, y, x) of Cartesian positions (x, y, z) in A."""
    away = positions - np.array(density.origin)
    answer: Array = np.linalg.solve(density.voxel_axes, away.T).T[:, ::-1]
    return answer


def check_size(prepared: Prepared, boxes: Boxes) -> None:
    """Refuse boxes so small that too few resolution shells are left to compare.

    Raises
    ------
    InputError
        With the least size.
    """
    density, shape, limit = prepared.density, boxes.shape, prepared.fit_limit
    step = max(density.voxel_size)
    shells = (1 / limit - 1 / FIT_FROM) * max(shape) * step
    if shells < _FEWEST_SHELLS:
        least = int(np.ceil(_FEWEST_SHELLS / max(1 / limit - 1 / FIT_FROM, 0.01) / step))
        raise InputError(
            f"boxes of {max(shape)} voxels ({max(shape) * step:.0f} A) are too small to tell how "
            f"amplitudes fall off to {limit:.2f} A, expected {least} voxels or more"
        )


def _first_voxels(
    mask: NDArray[np.bool_], spacing: Array, grid: Indices, shape: tuple[int, ...]
) -> NDArray[np.int64]:
    """First voxel of a box about each piece of the molecule, without repetition."""
    stride = np.array([n if n == whole else n / 2 for n, whole in zip(shape, grid, strict=True)])
    cells = np.ceil(np.array(grid) / stride).astype(int)
    at = np.argwhere(mask) * spacing
    index = np.minimum((at / stride).astype(int), cells - 1)
    piece = np.ravel_multi_index(tuple(index.T), tuple(cells))
    voxels = np.bincount(piece, minlength=int(cells.prod()))
    least = _LEAST_PIECE * float(np.prod(stride / spacing))
    kept = np.flatnonzero(voxels >= max(1.0, min(least, float(voxels.max(initial=0)))))
    middle = np.stack(
        [np.bincount(piece, at[:, i], voxels.size)[kept] / voxels[kept] for i in range(3)], axis=-1
    )
    first = np.rint(middle - 0.5 * (np.array(shape) - 1)).astype(np.int64)
    first = np.clip(first, 0, np.array(grid) - np.array(shape))
    return _apart(first, 0.25 * min(shape))


def _apart(first: NDArray[np.int64], least: float) -> NDArray[np.int64]:
    """Leave out boxes that nearly repeat one before them."""
    kept: list[NDArray[np.int64]] = []
    for corner in first:
        if all(np.linalg.norm(corner - other) >= least for other in kept):
            kept.append(corner)
    return np.array(kept, dtype=np.int64).reshape(-1, 3)


def _shares(
    mask: NDArray[np.bool_], spacing: Array, first: NDArray[np.int64], shape: tuple[int, ...]
) -> Array:
    """Share of each windowed box in which a mask is set, shape (n,)."""
    edge = max(1, min(shape) // 2)
    answer = np.zeros(len(first))
    for i, corner in enumerate(first):
        part, weights = [], []
        for axis in range(3):
            n = mask.shape[axis]
            at = np.arange(n) * spacing[axis] - corner[axis]
            inside = np.flatnonzero((at >= 0) & (at <= shape[axis] - 1))
            part.append(slice(inside[0], inside[-1] + 1) if inside.size else slice(0, 0))
            weights.append(_window(at[inside], shape[axis], edge) ** 2)
        total = float(np.prod([w.sum() for w in weights]))
        cut = mask[tuple(part)].astype(np.float64)
        seen = np.einsum("zyx,z,y,x->", cut, *weights) if cut.size else 0.0
        answer[i] = seen / total if total > 0 else 0.0
    return answer


def _window(at: NDArray[np.generic], n: int, edge: int) -> Array:
    """Raised cosine over `edge` voxels at both ends of n, at the positions `at` (voxels)."""
    x = np.asarray(at, dtype=np.float64)
    inward = np.clip((np.minimum(x, n - 1 - x) + 0.5) / edge, 0.0, 1.0)
    answer: Array = 0.5 - 0.5 * np.cos(np.pi * inward)
    return answer


@dataclass(frozen=True, eq=False)
class Ground:
    """The common ground of all boxes.

    Attributes
    ----------
    prepared : Prepared
    filter : RadialFilter
        The overall filter.
    overall : ndarray of float32, shape (nz, ny, nx)
        The map after it.
    boxes : Boxes
    """

    prepared: Prepared
    filter: RadialFilter
    overall: NDArray[np.float32]
    boxes: Boxes
