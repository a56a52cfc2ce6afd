"""How much of a map is molecule, and where: estimated, or from what the user knows.

The molecule is where the density varies (Wang 1985; Terwilliger 1999): the squared density,
averaged over a sphere, is high there and low in the solvent.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sharpem.errors import InputError
from sharpem.io.sequence import read_sequences
from sharpem.maps.density import DensityMap

__all__ = ["DALTON_VOLUME", "MolecularVolume", "box_volume", "known_volume", "sequence_mass"]

DALTON_VOLUME = 1.23
"""Dry volume of protein, A^3 per Da."""


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


_RESIDUE_MASS = {"protein": 110.0, "nucleic": 330.0}
_NUCLEOTIDE_VOLUME = 1.15  # A^3 per Da


def sequence_mass(path: str | Path) -> tuple[float, float]:
    """Mass (Da) and dry volume (A^3) of all the sequences in a FASTA file.

    A sequence of the letters A, C, G, T, U and N alone counts as nucleic acid. Copies that a title
    lists ("Chains A, C") count each.

    Raises
    ------
    InputError
        No such file, or no sequence in it.
    """
    mass = volume = 0.0
    for sequence in read_sequences(path):
        nucleic = set(sequence.letters) <= set("ACGTUN")
        length = len(sequence.letters) * sequence.copies
        own = length * _RESIDUE_MASS["nucleic" if nucleic else "protein"]
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
