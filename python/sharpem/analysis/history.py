"""What was done to a map before, told from the map itself.

Every answer rests on what the map shows: on the noise of its solvent, on the edge of an earlier
low-pass filter, on what lies beyond the cut that sharpened maps end with, on its values. Labels and
names of files only add to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from sharpem import _core
from sharpem.analysis.composite import composite
from sharpem.analysis.local_filter import locally_filtered
from sharpem.analysis.noise import SolventNoise, solvent_noise
from sharpem.findings import Finding, finding
from sharpem.machine import give_memory_back
from sharpem.maps.arrays import Mask, Numbers
from sharpem.maps.checks import FLAT_ZONE, flat_value, map_findings
from sharpem.maps.crystal import is_part_of_crystal
from sharpem.maps.density import DensityMap
from sharpem.maps.statistics import dot
from sharpem.spectra.shells import ShellTable

__all__ = ["History", "map_history", "sentence"]

_OWN_LABEL = re.compile(r"^sharpem\b.*\b(b_sharpen|shell filter)\b")
_NOTHING_BEYOND = 1e-5  # of the variance: rounding errors of the sums in float32
_CLIFF = 1000.0  # of mean power, at the limit
_STEADY = 2.0  # the fall of power between shells 2 % apart goes on like this at most
_SAMPLED_BEYOND = 0.05  # of all coefficients lie beyond the cut
_COARSE = 10.0  # A
_TOUCHED = 0.02  # of a face of the box


@dataclass(frozen=True, eq=False)
class History:
    """What a map shows of its past.

    Attributes
    ----------
    noise : ndarray or None
        Mean |F|^2 of the noise per shell, where the solvent shows it.
    findings : tuple of Finding
    """

    noise: Numbers | None
    findings: tuple[Finding, ...]


def map_history(
    density: DensityMap,
    spectrum: _core.Spectrum,
    shells: ShellTable,
    molecule: Mask,
    *,
    resolution: float,
    limit: float,
) -> History:
    """Find out what was done to a map, and whether its solvent shows its noise.

    Parameters
    ----------
    density, spectrum, shells
        The map, its Fourier coefficients, and the table of its shells.
    molecule : ndarray of bool, shape (nz, ny, nx)
        Where the molecule is, on any grid over the same box.
    resolution, limit : float
        As stated, and where an earlier filter cut the map off, A.
    """
    give_memory_back()  # what finding the molecule took
    solvent = None
    if not _is_crystal(density):
        solvent = solvent_noise(density, spectrum, shells, molecule, limit)
    give_memory_back()
    is_noise = solvent is not None and solvent.is_noise(shells.s, limit)
    findings = (
        *map_findings(density),
        own_output(density, spectrum, resolution),
        solvent_history(density, solvent, limit, is_noise=is_noise),
        too_fine(density, resolution) or filtered(limit, resolution),
        locally_filtered(spectrum, molecule, resolution, limit),
        cut_molecule(density, molecule),
        composite(density),
    )
    noise = solvent.power if solvent is not None and is_noise else None
    return History(noise, tuple(one for one in findings if one))


def _is_crystal(density: DensityMap) -> bool:
    """Whether the map is of a crystal, or of a part of one: no end, and no solvent about it."""
    return density.periodic or is_part_of_crystal(density)


def own_output(density: DensityMap, spectrum: _core.Spectrum, resolution: float) -> Finding | None:
    """Recognise a map that this program has made, by its label or by its spectrum.

    Sharpened maps end exactly at the spectrum's limit, 0.833 x the resolution, with nothing but
    rounding errors beyond, and with power up to it.
    """
    label = next((text for text in density.placement.labels if _OWN_LABEL.search(text)), None)
    if label is not None:
        how = f"its label says {label.strip()!r}"
    elif not density.periodic and _ends_at_limit(density, spectrum):
        how = f"it ends exactly at 0.833 x {resolution:g} A, as maps do that were sharpened so"
    else:
        return None
    return finding(
        "own-output",
        f"The map was sharpened by this program, or the one it follows: {how}.",
        "It is left alone; sharpen the map that it was made from, or give --b-sharpen.",
    )


def _ends_at_limit(density: DensityMap, spectrum: _core.Spectrum) -> bool:
    """Whether there is power just inside the limit and none but rounding errors just beyond."""
    everything = _core.shell_sums(spectrum, np.array([1e-9, 1e3]))
    mean = float(spectrum.mean)
    whole = dot(density.data, density.data) / density.data.size - mean * mean
    beyond = 1.0 - float(everything.terms[0]) / density.data.size
    rounding = max(_NOTHING_BEYOND * whole, 4e-14 * mean * mean)
    if beyond < _SAMPLED_BEYOND or whole - float(everything.power[0]) > rounding:
        return False
    finer = _core.analyse(density.data, density.cell, 0.94 * spectrum.d_min)
    edges = np.array([0.94, 0.96, 0.98, 0.998, 1.002, 1.06]) / spectrum.d_min
    sums = _core.shell_sums(finer, edges)
    before, near, last, _, outside = sums.power / np.maximum(sums.terms, 1.0)
    cut = sums.terms[4] > 0 and last > _CLIFF * outside
    # A filter that rolls off falls faster and faster up to its end; a cut comes out of the blue.
    return bool(cut and last > 0 and near / last < _STEADY * before / near)


def too_fine(density: DensityMap, resolution: float) -> Finding | None:
    """Say that a crystal's reflections end short of the stated resolution."""
    if density.reflections is None or density.reflections.d_min <= 1.02 * resolution:
        return None
    return finding(
        "resolution-too-fine",
        f"The reflections end at {density.reflections.d_min:.2f} A, short of the stated "
        f"{resolution:g} A.",
        "The map was taken to end there; state that resolution.",
    )


def filtered(limit: float, resolution: float) -> Finding | None:
    """Name the low-pass filter, with its edge at `limit` (A), beyond which the map is empty."""
    if limit <= 1.02 * resolution:
        return None
    return finding(
        "filtered",
        f"The map was low-pass filtered at about {limit:.1f} A: it holds next to nothing beyond, "
        f"although its resolution is stated as {resolution:g} A.",
        "Amplitudes are judged only up to there; an unfiltered map would show more.",
        severity="warning" if limit > 1.15 * resolution else "note",
    )


def solvent_history(
    density: DensityMap, found: SolventNoise | None, limit: float, *, is_noise: bool
) -> Finding | None:
    """Say whether the solvent was masked away, or flattened by density modification.

    Parameters
    ----------
    density : DensityMap
    found : SolventNoise or None
        What the solvent holds; None where there is too little of it, or an exactly flat zone.
    limit : float
        Finest resolution of the map, A. To 10 A the noise of any map is weak.
    is_noise : bool
        Whether that is noise.
    """
    if found is None or is_noise or limit > _COARSE:
        return None
    if density.statistics.minimum >= -0.02 * density.statistics.maximum:
        return finding(
            "density-modified",
            "The map has no negative values and its solvent is flat: it was density-modified, or "
            "made by a neural network.",
            "Its amplitudes are no measurement of blur; prefer the map before that step.",
        )
    return finding(
        "masked",
        "What is outside the molecule is no noise (too weak, or uneven): the map was masked and "
        "filtered afterwards, its solvent was flattened, or its resolution is finer than stated.",
        "The noise is taken from the stated resolution; half maps would show it.",
    )


def cut_molecule(density: DensityMap, molecule: Mask) -> Finding | None:
    """Say that the molecule goes on beyond the box, where it fills part of a face."""
    if _is_crystal(density) or flat_value(density)[1] >= FLAT_ZONE:
        return None
    faces = [float(np.mean(molecule.take(end, axis))) for axis in range(3) for end in (0, -1)]
    worst = int(np.argmax(faces))
    if faces[worst] < _TOUCHED:
        return None
    axis, side = "zyx"[worst // 2], ("low", "high")[worst % 2]
    return finding(
        "cut-molecule",
        f"The molecule is cut by the box: it fills {100 * faces[worst]:.0f} % of the face at the "
        f"{side} end of {axis}.",
        "Amplitudes at low resolution, and the molecular volume, are those of a part.",
        severity="note",
    )


def sentence(findings: tuple[Finding, ...]) -> str:
    """The map's history in one sentence."""
    words = {
        "own-output": "sharpened by this program",
        "density-modified": "density-modified or made by a network",
        "masked": "masked",
        "locally-filtered": "filtered by its local resolution",
        "filtered": "low-pass filtered",
        "sharpened": "sharpened",
        "composite": "put together from several maps",
        "cut-molecule": "cut through the molecule by its box",
        "inverted": "inverted",
    }
    seen = {found.code for found in findings}
    if "own-output" in seen:
        seen.discard("sharpened")
    done = [what for code, what in words.items() if code in seen]
    if not done:
        return "Nothing shows that this map was processed before."
    return "This map was " + ", ".join(done[:-1]) + (" and " if done[1:] else "") + done[-1] + "."
