"""How much of a map is molecule, and where: estimated, or from what the user knows.

The molecule is where the density varies (Wang 1985; Terwilliger 1999): the squared density,
averaged over a sphere, is high there and low in the solvent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sharpem.errors import InputError
from sharpem.io.sequence import Sequence, read_sequences
from sharpem.maps.composition import (
    RESIDUE_MASS,
    UNKNOWN,
    VOLUME_PER_DALTON,
    Composition,
    is_nucleic,
)
from sharpem.maps.density import DensityMap

__all__ = ["MolecularVolume", "box_volume", "known_volume", "sequence_volume"]


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


def sequence_volume(sequences: Iterable[Sequence]) -> float:
    """Dry volume (A^3) of sequences by the mean masses of residues, every copy counted."""
    volume = 0.0
    for sequence in sequences:
        kind = "nucleic" if is_nucleic(sequence.letters) else "protein"
        residues = len(sequence.letters) * sequence.copies
        volume += residues * RESIDUE_MASS[kind] * VOLUME_PER_DALTON[kind]
    return volume


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
    composition: Composition = UNKNOWN,
) -> MolecularVolume | None:
    """Molecular volume from what the user knows; None where nothing was given.

    Parameters
    ----------
    density : DensityMap
        The map.
    angstrom3 : float, optional
        The volume itself, A^3.
    mass : float, optional
        kDa.
    sequence : path, optional
        FASTA file with everything that is in the map.
    solvent_content : float, optional
        The solvent's share of the box.
    mask : DensityMap, optional
        On the map's grid; voxels above 0.5 are molecule.
    composition : Composition
        For the volume of a mass.

    Raises
    ------
    InputError
        More than one was given, or the molecule would not fit the box.
    """
    box = box_volume(density)
    given = {
        "volume": angstrom3,
        "mass": None if mass is None else 1000 * mass * composition.volume_per_dalton,
        "sequence": None if sequence is None else sequence_volume(read_sequences(sequence)),
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
