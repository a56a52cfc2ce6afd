"""Amplitudes against resolution: shells of a spectrum, and what they say about signal and noise.

Units: s = 1/d in 1/A; powers are mean |F|^2 of a shell on the map's density scale squared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.errors import InputError
from sharpem.spectra.reference import OverallB, fit_overall_b, ln_reference

__all__ = [
    "D_MAX",
    "UNKNOWN_B",
    "ShellTable",
    "band_limit",
    "bulk_solvent",
    "coarsest",
    "overall_b",
    "shell_edges",
    "shell_table",
    "signal_b",
]

D_MAX = 11.0
"""Lowest resolution (A) that takes part in fits: below it the solvent's contrast rules."""

UNKNOWN_B = OverallB(np.nan, np.nan, np.nan)
"""Of a map that overall B cannot be read from."""

_LARGEST_B = 1000.0  # A^2; no map's fall-off is as steep
_LARGEST_ERROR = 150.0  # A^2; a B as uncertain as this says nothing: from about 10 A on

_BULK_SOLVENT = (0.85, 250.0)
"""Share of the protein's density that a crystal's solvent has, and B of its edge (A^2): the middle
of the ranges 0.75 to 0.95 and 150 to 350 A^2 of Glykos & Kokkinidis (2000)."""

_CLIFF = 22.0  # d^2: a B that no blur has in addition to the one before, only a filter's edge
_CLIFF_DROP = 2.0  # in ln power: the height from which a steep fall is an edge
_FIRST_EDGE = 0.04  # 1/A
_FEWEST_BEFORE = 4  # shells that set the line
_EMPTY = -600.0  # ln power of shells that hold nothing at all

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ShellTable:
    """One row per resolution shell; arrays of shape (n,).

    Attributes
    ----------
    s : ndarray
        Mean 1/d of the shell, 1/A.
    terms : ndarray
        Fourier terms in it, Friedel mates counted.
    amplitude, power : ndarray
        Mean |F| and mean |F|^2.
    noise : ndarray or None
        Mean |F|^2 of the noise alone; None where the solvent does not show it.
    xray : bool
        Whether the molecule scatters X-rays (crystal maps) or electrons.
    nucleic : float or None
        Fraction of the molecule's mass that is nucleic acid; None where it is not known.
    """

    s: Array
    terms: Array
    amplitude: Array
    power: Array
    noise: Array | None = None
    xray: bool = False
    nucleic: float | None = None

    @property
    def d(self) -> Array:
        """Resolution of the shells, A."""
        return 1.0 / self.s

    @property
    def ln_reference(self) -> Array:
        """Logarithm of a typical molecule's mean intensity at B = 0, on an arbitrary scale."""
        return self.ln_reference_at(self.s)

    def ln_reference_at(self, s: Array) -> Array:
        """``ln_reference`` at s (1/A), of the shape of `s`."""
        return ln_reference(s, xray=self.xray, nucleic=self.nucleic)

    @property
    def ln_solvent(self) -> Array:
        """What the bulk solvent of a crystal does to ``ln_reference``; 0 for electrons."""
        return bulk_solvent(self.s) if self.xray else np.zeros_like(self.s)

    @property
    def reference(self) -> Array:
        """A typical molecule's mean |F|^2 at B = 0, on the scale of the lowest shells."""
        low = self.s < self.s[0] + 0.25 * (self.s[-1] - self.s[0])
        ln_scale = np.mean(np.log(self.power[low]) - self.ln_reference[low])
        reference: Array = np.exp(self.ln_reference + ln_scale)
        return reference

    @property
    def signal(self) -> Array:
        """Mean |F|^2 without the noise; not above the power, not below 1e-6 of it."""
        if self.noise is None:
            return self.power
        return np.clip(self.power - self.noise, 1e-6 * self.power, self.power)

    def with_noise(self, noise: Array | None) -> ShellTable:
        """Return the same table with the noise's power set."""
        return replace(self, noise=noise)

    def filtered(self, factor: Array) -> ShellTable:
        """Return the table of the map whose amplitudes are multiplied by ``factor``, shape (n,)."""
        noise = None if self.noise is None else self.noise * factor**2
        return replace(
            self, amplitude=self.amplitude * factor, power=self.power * factor**2, noise=noise
        )


def bulk_solvent(s: Array) -> Array:
    """What a crystal's bulk solvent adds to the logarithm of intensities at s (1/A).

    By Babinet's principle, F = F_protein (1 - k exp(-B s^2 / 4)) (Moews & Kretsinger 1975).
    """
    k, b = _BULK_SOLVENT
    answer: Array = 2.0 * np.log1p(-k * np.exp(-0.25 * b * s**2))
    return answer


def shell_edges(spectrum: _core.Spectrum) -> Array:
    """Edges (1/A) of shells one reciprocal voxel wide, at least 0.004, to the spectrum's limit."""
    width = max(1.0 / max(spectrum.cell[:3]), 0.004)
    return np.arange(0.5 * width, max(1.0 / spectrum.d_min, 1.6 * width), width)


def shell_table(
    spectrum: _core.Spectrum, *, xray: bool = False, nucleic: float | None = None
) -> ShellTable:
    """Sum a spectrum up in shells; shells without terms or without power are left out."""
    sums = _core.shell_sums(spectrum, shell_edges(spectrum))
    used = (sums.terms > 0) & (sums.power > 0)
    terms = sums.terms[used]
    return ShellTable(
        sums.s[used],
        terms,
        sums.amplitude[used] / terms,
        sums.power[used] / terms,
        xray=xray,
        nucleic=nucleic,
    )


def coarsest(limit: float) -> float:
    """Lowest resolution (A) of fits that end at ``limit`` (A): `D_MAX`, or twice the limit."""
    return max(D_MAX, 2.0 * limit)


def overall_b(shells: ShellTable, limit: float) -> OverallB:
    """Overall B of the whole map on the physical scale, from shells that end at ``limit`` (A).

    `UNKNOWN_B` where there are too few of them, or where they leave B too uncertain.
    """
    with np.errstate(divide="ignore"):  # shells that a filter has emptied do not take part
        ln_power = np.log(shells.power)
    return _readable(shells, limit, ln_power - shells.ln_solvent, 4.0 / np.maximum(shells.terms, 1))


def _readable(shells: ShellTable, limit: float, ln_power: Array, variance: Array) -> OverallB:
    """Fit B; `UNKNOWN_B` where what comes of it cannot be one."""
    try:
        fit = fit_overall_b(
            shells.s,
            ln_power,
            variance,
            d_min=limit,
            d_max=coarsest(limit),
            xray=shells.xray,
            nucleic=shells.nucleic,
        )
    except InputError:
        return UNKNOWN_B
    own = float(np.sqrt(fit.error**2 - fit.spread**2))
    return fit if own < _LARGEST_ERROR and abs(fit.b_iso) < _LARGEST_B else UNKNOWN_B


def signal_b(shells: ShellTable, limit: float, b_iso: float, ln_scale: float) -> OverallB:
    """Overall B of the signal in a map whose noise is known.

    The logarithm of power - noise has no meaning where noise hides the signal, so it is expanded
    about the fitted fall-off, starting from the maximum-likelihood fit: ln S = ln S_fit +
    (S - S_fit) / S_fit. Every shell takes part, with the variance that its noise gives it.

    Parameters
    ----------
    shells : ShellTable
        With noise.
    limit : float
        Finest resolution to take part, A.
    b_iso, ln_scale : float
        To start from: A^2, and the logarithm of the intensities' scale.
    """
    assert shells.noise is not None
    fit = OverallB(b_iso, 0.0, ln_scale)
    for _ in range(4):
        fitted = np.exp(fit.ln_scale + shells.ln_reference - 0.5 * fit.b_iso * shells.s**2)
        fitted = np.maximum(fitted, 1e-6 * shells.power)  # not 0 where there is next to no signal
        excess = (shells.power - shells.noise - fitted) / fitted
        variance = 4.0 * ((fitted + shells.noise) / fitted) ** 2 / np.maximum(shells.terms, 1)
        step = np.where(variance < 0.25, np.log1p(np.maximum(excess, -0.9)), excess)
        fit = _readable(shells, limit, np.log(fitted) + step, variance)
    return fit


def band_limit(shells: ShellTable, resolution: float) -> float:
    """Resolution (A) at which an earlier low-pass filter cuts the map off; `resolution` if none.

    Blur makes ln(power / reference) fall along a straight line in s^2, and noise makes it fall
    less: only a filter lets it drop below the line that the shells before have set, as soft as its
    edge may be. Fits go no further than that edge: a cut is no fall-off.
    """
    x = shells.s**2
    with np.errstate(divide="ignore"):
        y = np.maximum(np.log(shells.power), _EMPTY) - shells.ln_reference
    for i in np.flatnonzero((shells.s > _FIRST_EDGE) & (shells.s < 1.0 / resolution)):
        reach = 2.0 * _CLIFF_DROP / (_CLIFF * shells.d[i] ** 2)
        before = shells.s[: i + 1] >= 1.0 / max(D_MAX, 2.2 * shells.d[i])
        if x[i] + reach > x[-1] or np.count_nonzero(before) < _FEWEST_BEFORE:
            continue
        weight = np.sqrt(shells.terms[: i + 1][before])
        slope, start = np.polyfit(x[: i + 1][before], y[: i + 1][before], 1, w=weight)
        slope, here = min(float(slope), 0.0), float(slope * x[i] + start)
        ahead = float(np.interp(x[i] + reach, x, y))
        if min(here + slope * reach, y[i]) - ahead > _CLIFF_DROP:
            line = here + slope * (x - x[i])
            above = (x >= x[i]) & (x <= x[i] + reach) & (y > line - 0.5)
            edge = float(shells.d[above].min()) if above.any() else float(shells.d[i])
            return max(edge, resolution)
    return resolution
