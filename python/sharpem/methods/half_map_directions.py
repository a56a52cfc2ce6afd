"""The directional part of the half-map filter, and what is said of it."""

from __future__ import annotations

import numpy as np

from sharpem import _core
from sharpem.findings import Finding, finding
from sharpem.maps.arrays import Numbers
from sharpem.spectra.directional import Directional
from sharpem.spectra.fsc import FSC_RESOLUTION, HalfMapFsc
from sharpem.spectra.fsc_curve import FscCurve
from sharpem.spectra.fsc_directions import Directions

__all__ = ["direction_findings", "directional_filter"]

_DIFFERS = 1.05  # ratio of the resolutions of the worst and the best direction, worth a sentence


def directional_filter(
    directions: Directions, s: Numbers, signal: Numbers, noise_about_atoms: float
) -> Directional:
    """Return what the best filter of each direction is beside that of whole shells.

    The filter R CC* is (T S)^1/2 / (S + N) for a molecule of power T at B = 0, and signal and noise
    of powers S and N about the atoms: with S and N of the direction over the same with those of the
    shell.

    Parameters
    ----------
    directions : Directions
    s, signal : ndarray, shape (n,)
        1/A; the signal's part of the power of the full map inside the mask, C_ref^2.
    noise_about_atoms : float
        Part of the noise inside the mask that is about atoms.
    """
    noise = noise_about_atoms * (1 - signal)
    ln_signal, ln_noise = directions.ln_signal(s), directions.ln_noise(s)
    here = signal[:, None] * np.exp(ln_signal) + noise[:, None] * np.exp(ln_noise)
    ln_factor = 0.5 * ln_signal - np.log(here / (signal + noise)[:, None])
    harmonics = _core.harmonics(directions.units)
    coefficients = np.linalg.lstsq(harmonics, ln_factor.T, rcond=None)[0].T
    return Directional(s, np.ascontiguousarray(coefficients))


def direction_findings(directions: Directions | None, fsc: HalfMapFsc) -> tuple[Finding, ...]:
    """Say in which directions the half maps agree how far, where that clearly differs."""
    if directions is None:
        return ()
    worst, best = np.argsort(directions.fsc(np.array([1 / directions.resolution]), 0.5)[0])[[0, -1]]
    curves = directions.fsc(fsc.s, fsc.corrected)
    far, short = (
        FscCurve(fsc.s, curves[:, cell]).crossing(FSC_RESOLUTION).d or np.inf
        for cell in (best, worst)
    )
    if not short > _DIFFERS * far:
        return ()
    return (
        finding(
            "anisotropic",
            f"The half maps agree to {far:.2f} A along {_axis(directions.units[best])} and to "
            f"{_reach(short)} along {_axis(directions.units[worst])} (x, y, z).",
            "The filter follows the directions; views or motion that are not even make such maps, "
            "and more views of other sides would help.",
            about="half maps",
        ),
    )


def _axis(unit: Numbers) -> str:
    return "({:.1f}, {:.1f}, {:.1f})".format(*(unit + 0.0))


def _reach(d: float) -> str:
    return f"{d:.2f} A" if np.isfinite(d) else "no resolution"
