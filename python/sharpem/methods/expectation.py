"""What sharpening is to be expected, before any contour is drawn: the prior of the search.

For a map with known signal and noise the correlation with the true structure at B = 0 can be
foretold for every filter: in a shell a filtered map correlates with the truth as far as it is
signal,

    CC(A) = sum n A R S^1/2 / (sum n A^2 (S + N) sum n R^2)^1/2 ,

with n the number of terms, A the filter, S and N the power of signal and noise near the molecule
and R^2 a typical molecule's power at B = 0. The b_sharpen with the highest expected CC is the
prior's maximum. See docs/choice.md for how well it does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.prepare import Prepared
from sharpem.analysis.signal_and_noise import weights
from sharpem.spectra.filters import SharpenBlur
from sharpem.spectra.shells import ShellTable, coarsest

__all__ = ["B_SHARPEN_RANGE", "Expectation", "expect", "expected_correlation", "rule_of_thumb"]

Array = NDArray[np.float64]

_NEEDED = 100.0  # A^2: scatter of the b_sharpen that maps need; most were sharpened before
_ATOM_VOLUME = 17.0  # A^3 of a protein's dry volume
_MANY_ATOMS = 2000.0

B_SHARPEN_RANGE = (-250.0, 600.0)
"""Range of the search, A^2; an answer at its end is none."""


@dataclass(frozen=True)
class Expectation:
    """The expected b_sharpen.

    Attributes
    ----------
    b_sharpen : float
        A^2.
    sigma : float
        Its standard deviation by experience, A^2.
    from_solvent : bool
        Whether the noise was read off the solvent; otherwise from the stated resolution.
    crystal : bool
        Whether the map is made from a crystal's X-ray reflections.
    correlation : float or None
        Map-model correlation at B = 0 to be expected after it, where the noise was measured.
    """

    b_sharpen: float
    sigma: float
    from_solvent: bool
    crystal: bool = False
    correlation: float | None = None


def expected_correlation(
    shells: ShellTable, resolution: float, b_sharpen: Array, signal: Array, noise: Array
) -> Array:
    """Expected map-model correlation at B = 0 near the molecule, shape of ``b_sharpen``.

    Parameters
    ----------
    shells : ShellTable
        n shells.
    resolution : float
        A; the correlation is taken over terms up to here.
    b_sharpen : ndarray, shape (m,)
        Candidates, A^2.
    signal, noise : ndarray, shape (n,)
        Mean |F|^2 of signal and noise as seen by the voxels of the molecule.
    """
    used = shells.s <= 1.0 / resolution
    s = shells.s[used]
    n = weights(shells)[used]
    r = np.exp(0.5 * (shells.ln_reference[used] - shells.ln_reference[used].max()))
    a = np.array([SharpenBlur.continuous(float(b), resolution)(s) for b in b_sharpen])
    cross = a @ (n * r * np.sqrt(signal[used]))
    power = (a * a) @ (n * (signal + noise)[used])
    answer: Array = cross / np.sqrt(power * np.sum(n * r * r))
    return answer


def expect(prepared: Prepared) -> Expectation:
    """Find the b_sharpen that a map's signal and noise lead to expect."""
    d = prepared.resolution
    if prepared.shells.xray:  # its terms are weighted by their errors: B = 0 is best (docs/xray.md)
        return Expectation(prepared.b_signal, max(4.0, d**2), from_solvent=False, crystal=True)
    best = _best(prepared)
    if prepared.shells.noise is not None:
        correlation = float(_expected(prepared, np.array([best]))[0])
        sigma = max(4.0, 1.2 * d**2)
        return Expectation(best, sigma, from_solvent=True, correlation=correlation)
    error = max(4.0, 1.5 * d**2) * _fewness(prepared)
    b = 0.5 * (best + rule_of_thumb(prepared)) * _NEEDED**2 / (_NEEDED**2 + error**2)
    # 1.5 d^2 is the scatter over real maps; simulated ones, whose noise is weaker, lie farther off.
    return Expectation(b, 1.2 * error, from_solvent=False)


def _fewness(prepared: Prepared) -> float:
    """How much less the typical fall-off says of a molecule of few atoms: as 1 / N^1/2."""
    atoms = prepared.volume.angstrom3 / _ATOM_VOLUME
    return float(np.sqrt(max(1.0, _MANY_ATOMS / max(atoms, 1.0))))


def _best(prepared: Prepared) -> float:
    low, high = B_SHARPEN_RANGE
    candidates = np.arange(low, high + 1.0, 2.5)
    return float(candidates[np.argmax(_expected(prepared, candidates))])


def _expected(prepared: Prepared, b_sharpen: Array) -> Array:
    """Mean over what is thought possible of signal and noise."""
    curves = [
        expected_correlation(prepared.shells, prepared.resolution, b_sharpen, signal, noise)
        for signal, noise in prepared.signal_and_noise
    ]
    answer: Array = np.mean(curves, axis=0)
    return answer


def rule_of_thumb(prepared: Prepared) -> float:
    """Rule of thumb for maps without solvent: sharpen to an overall B of 4 ln 2 d^2 = 2.8 d^2.

    A map best correlated with the truth has amplitudes R CC*; CC* = exp(-B s^2 / 4) that falls to
    1/2 at s = 1/d has this B. The map's own B is read by a plain Wilson fit.
    """
    shells = prepared.shells
    limit = prepared.fit_limit
    fit = _core.fit_wilson(
        prepared.spectrum, shells.s, shells.ln_reference, d_max=coarsest(limit), d_min=limit
    )
    return float(fit.b_iso) - 4.0 * float(np.log(2.0)) * prepared.resolution**2
