"""How much of a map is molecule, and where: estimated, or from what the user knows.

The molecule is where the density varies (Wang 1985; Terwilliger 1999): the squared density,
averaged over a sphere, is high there and low in the solvent.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.density import DensityMap
from sharpem.errors import InputError

__all__ = [
    "DALTON_VOLUME",
    "LocalVariance",
    "MolecularVolume",
    "box_volume",
    "coarse_grid",
    "known_volume",
    "local_variance",
    "map_variance",
    "sequence_mass",
    "variance_radius",
]

DALTON_VOLUME = 1.23
"""Dry volume of protein, A^3 per Da."""

_RADIUS = 5.0  # A; by evidence: docs/molecular-volume.md
_COARSE_VOXEL = 0.4  # of the resolution: carries all terms to D_MIN_RATIO x resolution
_STARTS = (0.02, 0.1, 0.3, 0.6)  # guesses of the molecule's share to start from
_QUANTILES = 4000  # of them, that stand for their distribution
_SAMPLE = 400_000  # voxels that the split looks at


@dataclass(frozen=True)
class MolecularVolume:
    """How much of the map is molecule.

    Attributes
    ----------
    fraction : float
        Share of the map's voxels.
    angstrom3 : float
        The same as a volume, A^3.
    source : str
        estimated, volume, mass, sequence, solvent-content or mask.
    """

    fraction: float
    angstrom3: float
    source: str


@dataclass(frozen=True)
class LocalVariance:
    """Mean squared density about each voxel, and the two levels it has.

    Attributes
    ----------
    data : ndarray of float32, shape (nz, ny, nx)
        Local mean of the squared density.
    solvent, molecule : float
        Typical value in the solvent and deep inside the molecule.
    radius : float
        Of the sphere, A.
    """

    data: NDArray[np.float32]
    solvent: float
    molecule: float
    radius: float

    @property
    def fraction(self) -> float:
        """Share of the map that is molecule: all above the solvent, in units of the molecule.

        Smoothing moves variance across the boundary but does not change its sum, so this does not
        depend on where a threshold is put.
        """
        excess = float(self.data.mean(dtype=np.float64)) - self.solvent
        return float(np.clip(excess / (self.molecule - self.solvent), 1e-6, 1.0))

    def mask(self) -> NDArray[np.bool_]:
        """Voxels more like the molecule than like the solvent, shape (nz, ny, nx)."""
        return self.data > 0.5 * (self.solvent + self.molecule)


def variance_radius(resolution: float) -> float:
    """Radius (A) of the sphere for the local variance of a map of that resolution (A)."""
    return max(_RADIUS, resolution)


def local_variance(
    map_: NDArray[np.float32],
    cell: tuple[float, ...],
    resolution: float,
    *,
    overwrite: bool = False,
) -> LocalVariance:
    """Split a map into molecule and solvent by its local variance.

    Parameters
    ----------
    map_ : ndarray of float32, shape (nz, ny, nx)
        Density with mean 0, cut at the resolution.
    cell : tuple of float
        Edges (A) and angles (degrees) of the box.
    resolution : float
        A.
    """
    radius = variance_radius(resolution)
    data = _core.local_mean_square(map_, cell, radius, 0.0)
    step = max(1, data.size // _SAMPLE) | 1  # odd: does not fall into step with the rows
    values = np.sort(data.ravel()[::step].astype(np.float64))
    floor = 1e-5 * values[-1]
    quantiles = values[:: max(1, values.size // _QUANTILES)]
    solvent = _solvent_level(np.log(np.maximum(quantiles, floor)))
    return LocalVariance(data, solvent, _molecule_level(values, solvent), radius)


def coarse_grid(
    grid: tuple[int, int, int], cell: tuple[float, ...], resolution: float
) -> tuple[int, int, int]:
    """Smallest quick grid, (z, y, x), that carries a map cut at the resolution (A)."""
    voxel, (a, b, c) = _COARSE_VOXEL * resolution, cell[:3]
    z, y, x = (min(n, _quick_size(edge / voxel)) for n, edge in zip(grid, (c, b, a), strict=True))
    return z, y, x


def _quick_size(least: float) -> int:
    """Smallest even product of 2, 3 and 5 not below `least`: quick to transform."""
    n = 2 * max(2, int(np.ceil(least / 2)))
    while True:
        rest = n
        for prime in (2, 3, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return n
        n += 2


def map_variance(spectrum: _core.Spectrum, resolution: float) -> LocalVariance:
    """Split a map into molecule and solvent, on a grid as coarse as the resolution (A) allows."""
    grid = coarse_grid(spectrum.grid, spectrum.cell, resolution)
    coarse = _core.synthesise(_core.resampled(spectrum, grid, resolution))
    coarse -= np.float32(spectrum.mean)
    return local_variance(coarse, spectrum.cell, resolution, overwrite=True)


def _solvent_level(ln_values: NDArray[np.float64]) -> float:
    """Level of the lower of two classes; of several starts the best supported answer is kept."""
    answers = [_two_classes(ln_values, start) for start in _STARTS]
    return float(np.exp(max(answers)[1]))


def _two_classes(x: NDArray[np.float64], upper_share: float) -> tuple[float, float]:
    """Mixture of two Gaussians by expectation maximisation: (log likelihood, lower mean)."""
    upper = (np.arange(x.size) >= (1 - upper_share) * x.size).astype(np.float64)
    answer = (-np.inf, float(x[x.size // 4]))
    for _ in range(200):
        share = float(upper.mean())
        if not 1e-4 < share < 1 - 1e-4:
            break
        ln_upper, _ = _ln_weighted(x, upper, share)
        ln_lower, mean = _ln_weighted(x, 1 - upper, 1 - share)
        answer = (float(np.logaddexp(ln_lower, ln_upper).mean()), mean)
        upper = np.exp(ln_upper - np.logaddexp(ln_lower, ln_upper))
        if abs(float(upper.mean()) - share) < 1e-6:
            break
    return answer


def _ln_weighted(
    x: NDArray[np.float64], weight: NDArray[np.float64], share: float
) -> tuple[NDArray[np.float64], float]:
    """Log of share times the Gaussian fitted to x with the given weights, and its mean."""
    total = weight.sum()
    mean = float((weight * x).sum() / total)
    variance = float((weight * (x - mean) ** 2).sum() / total) + 1e-4
    return np.log(share) - 0.5 * np.log(variance) - 0.5 * (x - mean) ** 2 / variance, mean


def _molecule_level(values: NDArray[np.float64], solvent: float) -> float:
    """Mean over the voxels within 80 % of it: the plateau deep inside. `values` ascend."""
    level = float(values[-1])
    sums = np.concatenate([[0.0], np.cumsum(values[::-1])])
    for _ in range(100):
        count = values.size - int(np.searchsorted(values, solvent + 0.8 * (level - solvent)))
        new = sums[count] / max(count, 1)
        if abs(new - level) < 1e-6 * level:
            break
        level = new
    return max(level, solvent * (1 + 1e-6), 1e-30)


_RESIDUE_MASS = {"protein": 110.0, "nucleic": 330.0}
_NUCLEOTIDE_VOLUME = 1.15  # A^3 per Da


def sequence_mass(path: str | Path) -> tuple[float, float]:
    """Mass (Da) and dry volume (A^3) of all the sequences in a FASTA file.

    A sequence of the letters A, C, G, T, U and N alone counts as nucleic acid.

    Raises
    ------
    InputError
        No such file, or no sequence in it.
    """
    try:
        text = Path(path).read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}, expected a FASTA file") from None
    records = [record.partition("\n")[2] for record in ("\n" + text).split("\n>")[1:]]
    sequences = ["".join(record.split()).upper().rstrip("*") for record in records]
    if not any(sequences):
        raise InputError(f"{path}: no sequence found, expected FASTA: >name and letters")
    mass = volume = 0.0
    for letters in filter(None, sequences):
        nucleic = set(letters) <= set("ACGTUN")
        own = len(letters) * _RESIDUE_MASS["nucleic" if nucleic else "protein"]
        mass += own
        volume += own * (_NUCLEOTIDE_VOLUME if nucleic else DALTON_VOLUME)
    return mass, volume


def box_volume(density: DensityMap) -> float:
    """Volume of the box that the voxels span, A^3."""
    return density.data.size * abs(float(np.linalg.det(density.voxel_axes)))


def known_volume(
    density: DensityMap,
    *,
    angstrom3: float | None = None,
    mass: float | None = None,
    sequence: str | Path | None = None,
    solvent_content: float | None = None,
    mask: DensityMap | None = None,
) -> MolecularVolume | None:
    """Molecular volume from what the user knows; None where nothing was given.

    Parameters
    ----------
    density : DensityMap
        The map.
    angstrom3 : float, optional
        The volume itself, A^3.
    mass : float, optional
        kDa of protein.
    sequence : path, optional
        FASTA file with everything that is in the map.
    solvent_content : float, optional
        The solvent's share of the box.
    mask : DensityMap, optional
        On the map's grid; voxels above 0.5 are molecule.

    Raises
    ------
    InputError
        More than one was given, or the molecule would not fit the box.
    """
    box = box_volume(density)
    given = {
        "volume": angstrom3,
        "mass": None if mass is None else 1000 * mass * DALTON_VOLUME,
        "sequence": None if sequence is None else sequence_mass(sequence)[1],
        "solvent-content": None if solvent_content is None else (1 - solvent_content) * box,
        "mask": None if mask is None else _mask_share(density, mask) * box,
    }
    known = {source: volume for source, volume in given.items() if volume is not None}
    if not known:
        return None
    if len(known) > 1:
        raise InputError(f"molecular size given by {' and '.join(known)}, expected one of them")
    [(source, volume)] = known.items()
    if not 0 < volume < box:
        raise InputError(
            f"molecular volume {volume:.0f} A^3 (from {source}), expected more than 0 and less "
            f"than the box's {box:.0f} A^3"
        )
    return MolecularVolume(volume / box, volume, source)


def _mask_share(density: DensityMap, mask: DensityMap) -> float:
    if mask.shape != density.shape:
        raise InputError(
            f"{mask.path or 'mask'}: mask of {mask.shape} voxels, expected the map's "
            f"{density.shape}"
        )
    return float(np.mean(mask.data > 0.5))
