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
from sharpem.analysis.noise import SolventNoise, solvent_noise
from sharpem.findings import Finding, finding
from sharpem.maps.arrays import Map, Mask, Numbers
from sharpem.maps.checks import FLAT_ZONE, flat_value, map_findings
from sharpem.maps.density import DensityMap
from sharpem.maps.statistics import dot
from sharpem.spectra.shells import ShellTable

__all__ = ["History", "map_history", "resolution_claim", "sentence", "sharpened"]

_OWN_LABEL = re.compile(r"^sharpem\b.*\b(b_sharpen|shell filter)\b")
_NOTHING_BEYOND = 1e-5  # of the variance: rounding errors of the sums in float32
_CLIFF = 1000.0  # of mean power, at the limit
_SAMPLED_BEYOND = 0.05  # of all coefficients lie beyond the cut
_LEFT_OF_MOLECULE = 0.15  # of the median: high-resolution power in a place without detail
_OF_BOX = 0.15
_MUCH_SIGNAL, _NO_SIGNAL = 4.0, 0.06  # of the noise
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
    solvent = (
        None if density.periodic else solvent_noise(density, spectrum, shells, molecule, limit)
    )
    is_noise = solvent is not None and solvent.is_noise(shells.s, limit)
    findings = (
        *map_findings(density),
        own_output(density, spectrum, resolution),
        solvent_history(density, solvent, is_noise=is_noise),
        filtered(limit, resolution),
        locally_filtered(spectrum, molecule, resolution, limit),
        cut_molecule(density, molecule),
    )
    noise = solvent.power if solvent is not None and is_noise else None
    return History(noise, tuple(one for one in findings if one))


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
    edges = np.array([0.96, 0.998, 1.002, 1.06]) / spectrum.d_min
    sums = _core.shell_sums(finer, edges)
    inside, _, outside = sums.power / np.maximum(sums.terms, 1.0)
    return bool(sums.terms[2] > 0 and inside > _CLIFF * outside)


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
    density: DensityMap, found: SolventNoise | None, *, is_noise: bool
) -> Finding | None:
    """Say whether the solvent was masked away, or flattened by density modification.

    Parameters
    ----------
    density : DensityMap
    found : SolventNoise or None
        What the solvent holds; None where there is too little of it, or an exactly flat zone.
    is_noise : bool
        Whether that is noise.
    """
    if found is None or is_noise:
        return None
    low, high = float(density.data.min()), float(density.data.max())
    if low >= -0.02 * high:
        return finding(
            "density-modified",
            "The map has no negative values and its solvent is flat: it was density-modified, or "
            "made by a neural network.",
            "Its amplitudes are no measurement of blur; prefer the map before that step.",
        )
    return finding(
        "masked",
        "What is outside the molecule is no noise (too weak, and uneven): the map was masked and "
        "filtered afterwards, or its solvent was flattened.",
        "The noise is taken from the stated resolution; half maps would show it.",
    )


def sharpened(shells: ShellTable, resolution: float, b_signal: float) -> Finding | None:
    """Say that the map was sharpened before, and by how much, as far as that can be seen.

    The noise of a reconstruction is about white; sharpening by B raises its power by
    exp(B s^2 / 2). Without noise, the overall B is compared with that of sharpened maps, 2.8 d^2.
    """
    usual = 2.8 * resolution**2
    if shells.noise is not None:
        rise = _rise(shells, resolution)
        if rise < 1.5 * usual:
            return None
        how = f"the noise of its solvent rises as if raised by b_sharpen {rise:.0f} A^2"
    elif np.isfinite(b_signal) and b_signal < 1.2 * usual:
        how = f"its overall B of {b_signal:.0f} A^2 is that of sharpened maps of {resolution:g} A"
        if b_signal < -usual:
            how = f"its overall B of {b_signal:.0f} A^2 is far below 0, beyond what data carry"
    else:
        return None
    return finding(
        "sharpened", f"The map was sharpened before: {how}.", "Little or nothing is left to raise."
    )


def _rise(shells: ShellTable, resolution: float) -> float:
    """B (A^2) by which the noise rises with s^2, between 10 A and the resolution."""
    assert shells.noise is not None
    used = (shells.s > 0.1) & (shells.s < 1.0 / resolution) & (shells.noise > 0)
    if np.count_nonzero(used) < 5:
        return 0.0
    slope = np.polyfit(shells.s[used] ** 2, np.log(shells.noise[used]), 1)[0]
    return 2.0 * float(slope)


def locally_filtered(
    spectrum: _core.Spectrum, molecule: Mask, resolution: float, limit: float
) -> Finding | None:
    """Tell a map that was filtered by its local resolution: detail ends earlier in some places.

    The ratio of local power near the limit to local power at low resolution differs between the
    places of a molecule by a factor of three or four; a local filter makes it vanish.
    """
    ratio = local_power(spectrum, 1 / (1.4 * limit), 1 / limit, molecule, 2.5 * resolution)
    ratio /= local_power(
        spectrum, 1 / (4 * resolution), 1 / (1.8 * limit), molecule, 2.5 * resolution
    )
    if ratio.size < 100:
        return None
    empty = float(np.mean(ratio < _LEFT_OF_MOLECULE * np.median(ratio)))
    if empty < 0.05:
        return None
    return finding(
        "locally-filtered",
        f"In {100 * empty:.0f} % of the molecule the map holds next to nothing near {limit:.1f} A: "
        "it was filtered by its local resolution.",
        "One filter cannot be right everywhere; sharpen the unfiltered map.",
    )


def local_power(
    spectrum: _core.Spectrum, low: float, high: float, molecule: Mask, radius: float
) -> Numbers:
    """Mean square of a band of the map about each voxel of the molecule.

    Parameters
    ----------
    spectrum : sharpem._core.Spectrum
        To `high` at least.
    low, high : float
        The band, 1/A.
    molecule : ndarray of bool, shape (nz, ny, nx)
        On a grid that holds `high`.
    radius : float
        Of the spheres that are averaged over, A.

    Returns
    -------
    ndarray, shape (n,)
    """
    d_min = max(spectrum.d_min, 0.999 / high)
    coarse = _core.resampled(spectrum, molecule.shape, d_min)
    s = np.linspace(0.0, 1.0 / d_min, 2000)
    inside = ((s >= low) & (s < high)).astype(np.float64)
    band: Map = _core.synthesise(coarse, _core.RadialCurve.table(s, inside, 1.0 / d_min))
    mean: Map = _core.local_mean_square(band, coarse.cell, radius, 0.0)
    return mean[molecule].astype(np.float64)


def cut_molecule(density: DensityMap, molecule: Mask) -> Finding | None:
    """Say that the molecule goes on beyond the box, where it fills part of a face."""
    if density.periodic or flat_value(density.data)[1] >= FLAT_ZONE:
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


def resolution_claim(
    shells: ShellTable, resolution: float, pairs: list[tuple[Numbers, Numbers]]
) -> Finding | None:
    """Say that the stated resolution does not go with signal and noise.

    Where half maps correlate by 0.143, the signal's power is a third of the noise's, inside the
    mask of the FSC: of 15 % of the box, as is usual.

    Parameters
    ----------
    shells : ShellTable
        To 0.833 x the resolution.
    resolution : float
        As stated, A.
    pairs : list of (signal, noise)
        Mean |F|^2 per shell about the molecule; more than one where the noise was not measured.
    """
    if shells.noise is None or len(pairs) != 1:
        return None
    [(signal, _)] = pairs
    ratio = signal / np.maximum(_OF_BOX * shells.noise, 1e-300)
    last, beyond = (
        float(np.median(ratio[band])) if (band := _between(shells.s, low, high)).any() else None
        for low, high in ((0.9 / resolution, 1 / resolution), (1.1 / resolution, 1.2 / resolution))
    )
    if beyond is not None and beyond > _MUCH_SIGNAL:
        return finding(
            "resolution-too-coarse",
            f"The map shows more than the stated {resolution:g} A: at {resolution / 1.15:.2g} A "
            f"the signal is still {beyond:.0f} times the noise.",
            "State the resolution at which FSC = 0.143; sharpening was chosen for the stated one.",
        )
    if last is not None and last < _NO_SIGNAL:
        reach = shells.s[ratio > 1 / 3]
        ends = f"; it ends near {1 / reach.max():.2g} A" if reach.size else ""
        return finding(
            "resolution-too-fine",
            f"There is no signal above the noise at the stated {resolution:g} A{ends}.",
            "State the resolution at which FSC = 0.143.",
        )
    return None


def _between(s: Numbers, low: float, high: float) -> Mask:
    return np.asarray((s >= low) & (s <= high))


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
    done = [what for code, what in words.items() if code in seen]
    if not done:
        return "Nothing shows that this map was processed before."
    return "This map was " + ", ".join(done[:-1]) + (" and " if done[1:] else "") + done[-1] + "."
