"""How far a model explains a map, and so how far it may say how the map is to be filtered.

A model that is incomplete or off its place agrees less with the map, which is no sign of noise in
the map, and the power of some of the atoms is not that of all. What the model explains is weighed
against what the noise leaves to be explained: FSC = CC* C_model, with CC* that of the map alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from sharpem.analysis.placed_model import PlacedModel
from sharpem.analysis.prepare import Prepared
from sharpem.findings import Finding, finding
from sharpem.maps.arrays import Numbers
from sharpem.maps.registration import register

__all__ = ["ModelFit", "cc_star_of_map", "explained", "placed"]

_ALIKE, _BETTER = 0.3, 0.02  # correlation at low resolution; gain in it that a shift must bring
_TRUSTED = {True: (0.35, 0.65), False: (0.1, 0.3)}
"""Fraction of the power explained from which a model has a say, and from which it decides: where
the solvent shows the noise, and where only the stated resolution bounds it."""
_MOSTLY = 0.6  # of the molecule's volume
_BACKBONE = 0.19  # of the atoms are N; 0.17 in proteins and nucleic acids, 0.25 in a bare backbone
_TRACE = 0.9  # of the atoms are C: a trace of C alpha
_FEWEST_ATOMS = 50
_FALLS = 0.1  # in the fraction explained, over resolution: of atoms off their places


@dataclass(frozen=True, eq=False)
class ModelFit:
    """What a model explains of a map.

    Attributes
    ----------
    weight : float
        0: the filter is that of the map alone, 1: that of the model.
    findings : tuple of Finding
    """

    weight: float
    findings: tuple[Finding, ...] = ()


def placed(prepared: Prepared, model: PlacedModel) -> tuple[PlacedModel, tuple[Finding, ...]]:
    """Return the model where it fits the map best, and what to say if that is elsewhere.

    Raises
    ------
    InputError
        Next to nothing of the model lies in the map.
    """
    like = prepared.density
    if like.periodic:
        return model, ()
    found = register(like.with_data(model.density(prepared.d_min)), like)
    if found is None or not any(found.shift):
        return model, ()
    if found.at_shift < _ALIKE or found.at_shift - found.correlation < _BETTER:
        return model, ()
    move = np.asarray(like.voxel_axes) @ np.array(found.offset)
    x, y, z = move
    words = finding(
        "model-misplaced",
        f"The model lies {np.linalg.norm(move):.1f} A from where it fits the map best: moved by "
        f"({x:.1f}, {y:.1f}, {z:.1f}) A it correlates by {found.at_shift:.2f} at low resolution, "
        f"as it is by {found.correlation:.2f}.",
        "The filter was chosen with the model moved so; dock or refine it again.",
    )
    return model.moved(move), (words,)


def cc_star_of_map(prepared: Prepared, s: Numbers) -> Numbers:
    """CC* that the map alone lets expect, at s (1/A); where the noise is not known, a low guess."""
    signal, noise = prepared.signal_and_noise[0]
    return np.interp(s, prepared.shells.s, np.sqrt(signal / (signal + noise)))


def _composition(model: PlacedModel) -> tuple[Finding, ...]:
    """Whether the atoms are those of a backbone only, or of a trace of C alpha."""
    count = Counter(element.upper() for element in model.model.elements)
    heavy = len(model.model) - count["H"] - count["D"]
    if heavy < _FEWEST_ATOMS or count["P"]:
        return ()
    nitrogen, carbon = count["N"] / heavy, count["C"] / heavy
    if nitrogen < _BACKBONE and carbon < _TRACE:
        return ()
    return (
        finding(
            "model-incomplete",
            f"The model lacks side chains: {100 * nitrogen:.0f} % of its atoms are nitrogen and "
            f"{100 * carbon:.0f} % carbon, in proteins 17 and 63 %.",
            "Its amplitudes were not used; give a model with side chains.",
        ),
    )


def explained(
    prepared: Prepared, model: PlacedModel, s: Numbers, fsc: Numbers, cc_star: Numbers
) -> ModelFit:
    """Weigh what a model explains of the map's power from 10 A to the resolution.

    Parameters
    ----------
    prepared : Prepared
        The map.
    model : PlacedModel
    s, fsc, cc_star : ndarray, shape (n,)
        1/A; FSC of map and model near the model; CC* of the map alone.
    """
    if prepared.density.periodic:  # the model is a part of the cell, its phases are in the map
        return ModelFit(1.0)
    backbone = _composition(model)
    if backbone:
        return ModelFit(0.0, backbone)
    least, enough = _TRUSTED[prepared.shells.noise is not None]
    band = (s > 0.1) & (s <= 1 / prepared.resolution)
    if not band.any():
        return ModelFit(1.0, _of_volume(prepared, model))
    power = np.minimum(np.clip(fsc, 0.0, 1.0) / np.maximum(cc_star, 1e-3), 1.0) ** 2
    found = float(np.average(power[band], weights=s[band] ** 2))
    weight = float(np.clip((found - least) / (enough - least), 0.0, 1.0))
    if weight == 1:
        return ModelFit(1.0, _of_volume(prepared, model))
    return ModelFit(weight, (_little_explained(s[band], power[band], found, weight),))


def _of_volume(prepared: Prepared, model: PlacedModel) -> tuple[Finding, ...]:
    fraction = model.atoms.dry_volume / prepared.volume.angstrom3
    if fraction > _MOSTLY:
        return ()
    return (
        finding(
            "model-incomplete",
            f"The model accounts for {100 * fraction:.0f} % of the molecule's volume in the map.",
            "The filter was chosen where the model is; it suits the rest if that is alike.",
            severity="note",
        ),
    )


def _little_explained(s: Numbers, power: Numbers, found: float, weight: float) -> Finding:
    """Atoms off their places lose the fine detail first, atoms that are missing do not."""
    fine = s > np.sqrt(0.5 * (s[0] ** 2 + s[-1] ** 2))
    coarse = float(np.average(power[~fine], weights=s[~fine] ** 2)) if (~fine).any() else found
    off = fine.any() and coarse - float(np.average(power[fine], weights=s[fine] ** 2)) > _FALLS
    off = off or found < _FALLS
    cause = "its atoms are off their places" if off else "atoms are missing"
    does = "had no say in the filter" if weight == 0 else f"counted by {100 * weight:.0f} %"
    return finding(
        "model-misplaced" if off else "model-incomplete",
        f"The model explains {100 * found:.0f} % of the map's signal from 10 A to the resolution: "
        f"{cause}.",
        f"The model {does}; the rest is the sharpening expected of the map alone.",
    )
