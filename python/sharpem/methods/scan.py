"""The search over overall B: trial table, score, applicability, refinement, posterior.

Terwilliger et al. (2018), sections 2.3-2.5: of a series of maps with overall B from -100 to 300 A^2
the one is best whose contour has the most surface and the fewest pieces. Here that is one of two
sources of the answer; the other is the expected b_sharpen (expectation.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.local_variance import LEAST_CONTRAST
from sharpem.analysis.prepare import Prepared
from sharpem.methods.choice import Trial
from sharpem.spectra.apply import curves_of
from sharpem.spectra.filters import SharpenBlur

__all__ = [
    "OTHER_CONTOURS",
    "Peak",
    "Scan",
    "ScanSettings",
    "adjusted",
    "find_peak",
    "optimise_shape",
    "region_weight",
    "run_scan",
    "spread",
    "unusable",
]

Array = NDArray[np.float64]
Score = Callable[[Trial], float]

MID_B = 50.0
"""Where the adjusted surface area must exceed that of the ends (section 2.5), A^2."""
LEAST_SIGNAL_TO_NOISE = 3.0
_FINE_STEP = 5.0  # A^2
_FEWEST_REGIONS = 5


@dataclass(frozen=True)
class ScanSettings:
    """What is scanned, and how; B in A^2, ``d_cut`` in A, ``k`` in 1/A.

    ``fraction`` is the part of the molecular volume that the contour encloses.
    """

    b_min: float = -100.0
    b_max: float = 300.0
    b_step: float = 20.0
    fraction: float = 0.2
    d_cut: float | None = None
    k: float = 10.0
    b_blur: float = 200.0
    wrap: bool = False

    def grid(self) -> Array:
        """The overall B's to try; the last one may lie up to one step short of ``b_max``."""
        return np.arange(self.b_min, self.b_max + 1e-6 * self.b_step, self.b_step)

    def filter(self, prepared: Prepared, b_iso: float) -> SharpenBlur:
        """Return the filter that brings the signal to an overall B of ``b_iso`` (A^2)."""
        d_cut = self.d_cut or prepared.resolution
        return SharpenBlur.continuous(prepared.b_signal - b_iso, d_cut, self.k, self.b_blur)


@dataclass(frozen=True)
class Scan:
    """A trial table with the weight C of a region (Eq. 6), in voxels of surface per region.

    ``other_contours`` are tables of the grid's trials at contours that were asked for, too.
    """

    trials: tuple[Trial, ...]
    region_weight: float
    other_contours: tuple[tuple[Trial, ...], ...] = ()

    @property
    def b_iso(self) -> Array:
        """Overall B of the trials, A^2, ascending."""
        return np.array([trial.b_iso for trial in self.trials])


@dataclass(frozen=True)
class Peak:
    """The maximum of a score over overall B.

    Attributes
    ----------
    b_iso : float
        Where it is, A^2, from a parabola through the trials about it.
    signal_to_noise : float
        Of the maximum over the ends (section 2.5); 0 where it cannot be told.
    noise : float
        Local scatter of the score, in its units.
    interval : tuple of float
        Where the score lies within the noise of the maximum, A^2.
    at_end : bool
        Whether the best trial is the first or the last.
    """

    b_iso: float
    signal_to_noise: float
    noise: float
    interval: tuple[float, float]
    at_end: bool


def _trials(
    prepared: Prepared, settings: ScanSettings, b_iso: Sequence[float] | Array
) -> tuple[Trial, ...]:
    """Score a series of overall B's; the adjusted surface area is filled in later."""
    return _trials_at(prepared, settings, b_iso, (settings.fraction,))[0]


def _trials_at(
    prepared: Prepared,
    settings: ScanSettings,
    b_iso: Sequence[float] | Array,
    fractions: Sequence[float],
    *,
    kurtosis: bool = True,
) -> list[tuple[Trial, ...]]:
    """Score them at contours that enclose each of these fractions, from the same maps."""
    s_max = 1.0 / prepared.d_min
    filters = [settings.filter(prepared, float(b)) for b in b_iso]
    curves = curves_of(filters, s_max)
    voxels = prepared.density.data.size
    inside = [max(1, round(x * prepared.volume.fraction * voxels)) for x in fractions]
    details = _core.scan_contours(prepared.spectrum, curves, inside, settings.wrap, kurtosis)
    return [
        tuple(
            Trial(float(b), f.b_sharpen, x.threshold, x.surface_area, x.regions, np.nan, x.kurtosis)
            for b, f, x in zip(b_iso, filters, contour, strict=True)
        )
        for contour in zip(*details, strict=True)
    ]


def region_weight(trials: Sequence[Trial]) -> float:
    """C that gives the first and the last trial the same adjusted surface area (section 2.4)."""
    first, last = trials[0], trials[-1]
    regions = first.regions - last.regions
    return (first.surface_area - last.surface_area) / regions if regions else np.nan


def adjusted(trials: Sequence[Trial], weight: float) -> tuple[Trial, ...]:
    """Trials with their adjusted surface area (Eq. 6), `weight` being C; without C if it is NaN."""
    c = weight if np.isfinite(weight) else 0.0
    return tuple(
        replace(t, adjusted_surface_area=float(t.surface_area - c * t.regions)) for t in trials
    )


def run_scan(
    prepared: Prepared, settings: ScanSettings, score: Score, other_contours: Sequence[float] = ()
) -> Scan:
    """Try the whole grid, then finer steps about its best trial.

    Parameters
    ----------
    prepared : Prepared
        The map, anisotropy removed.
    settings : ScanSettings
        Grid and contour.
    score : callable
        What is to be high, of a `Trial`.
    other_contours : sequence of float
        What they enclose, of what the contour encloses.
    """
    fractions = [part * settings.fraction for part in (1.0, *other_contours)]
    coarse, *others = _trials_at(prepared, settings, settings.grid(), fractions)
    weight = region_weight(coarse)
    trials = adjusted(coarse, weight)
    best = max(trials, key=score).b_iso
    reach = 1.5 * settings.b_step
    fine = np.arange(best - reach, best + reach + 0.1, min(_FINE_STEP, settings.b_step / 4))
    fine = fine[(fine > settings.b_min) & (fine < settings.b_max)]
    new = fine[np.abs(fine[:, None] - settings.grid()[None, :]).min(axis=1) > 1e-6]
    more = adjusted(_trials(prepared, settings, new), weight)
    return Scan(tuple(sorted(trials + more, key=lambda t: t.b_iso)), weight, tuple(others))


def find_peak(scan: Scan, settings: ScanSettings, score: Score) -> Peak:
    """Maximum, noise and interval of a score over a scan."""
    b, y = scan.b_iso, np.array([score(trial) for trial in scan.trials])
    on_grid = np.isin(b.round(6), settings.grid().round(6))
    noise = _local_scatter(y[on_grid])
    best = int(np.argmax(y))
    signal = float(y[best] - max(y[0], y[-1]))
    within = b[y >= y[best] - noise]
    centre = _parabola_top(b, y, best, 1.5 * settings.b_step)
    return Peak(
        centre,
        signal / noise if noise > 0 else (np.inf if signal > 0 else 0.0),
        noise,
        (float(min(within.min(), centre)), float(max(within.max(), centre))),
        best in (0, y.size - 1),
    )


def _local_scatter(y: Array) -> float:
    """Rms over interior trials of value minus the mean of its two neighbours (section 2.5)."""
    return float(np.sqrt(np.mean((y[1:-1] - 0.5 * (y[:-2] + y[2:])) ** 2))) if y.size > 2 else 0.0


def _parabola_top(b: Array, y: Array, best: int, reach: float) -> float:
    """Top of the parabola fitted to the trials about the best one: no single trial rules."""
    near = np.abs(b - b[best]) <= reach
    if near.sum() < 4:
        return float(b[best])
    curvature, slope, _ = np.polyfit(b[near] - b[best], y[near], 2)
    if curvature >= 0:
        return float(b[best])
    return float(b[best] + np.clip(-0.5 * slope / curvature, -reach, reach))


def unusable(
    scan: Scan,
    peak: Peak,
    settings: ScanSettings,
    score: Score,
    *,
    weighs_regions: bool,
    contrast: float = np.inf,
) -> tuple[str, ...]:
    """Why the score cannot judge this map, one sentence each; empty if it can (section 2.5).

    ``contrast`` is that of the molecule (`local_variance.contrast`): noise has a maximum, too.
    """
    y = [score(trial) for trial in scan.trials]
    b, ends = scan.b_iso, max(y[0], y[-1])
    found = []
    if contrast < LEAST_CONTRAST:
        found.append(
            f"No molecule stands out: the local variance differs {contrast:.2f} times as much "
            f"between places as in noise of the same spectrum, expected {LEAST_CONTRAST:g} or more."
        )
    if weighs_regions and not scan.region_weight > 0:
        found.append(
            "Surface and number of regions do not both grow with sharpening, so they cannot be "
            f"weighed against each other (C = {scan.region_weight:.3g})."
        )
    if settings.b_min < MID_B < settings.b_max and np.interp(MID_B, b, y) < ends:
        found.append(
            f"At an overall B of {MID_B:.0f} A^2 the score is below that of the most or the least "
            "sharpened map."
        )
    if peak.at_end:
        found.append(f"The best trial is at the end of the scan (B = {b[int(np.argmax(y))]:.0f}).")
    if peak.signal_to_noise < LEAST_SIGNAL_TO_NOISE:
        found.append(
            f"The maximum is not clear: signal to noise {peak.signal_to_noise:.1f}, expected at "
            f"least {LEAST_SIGNAL_TO_NOISE:.0f}."
        )
    if weighs_regions and max(trial.regions for trial in scan.trials) < _FEWEST_REGIONS:
        found.append("The contour stays in fewer than five pieces however it is sharpened.")
    return tuple(found)


OTHER_CONTOURS = (0.75, 1.25)
"""A quarter less or more: fractions 0.15 and 0.25, and a molecular volume wrong by a fifth."""
_OTHER_D_CUTS = (-0.2, 0.2)  # A


def spread(
    prepared: Prepared,
    settings: ScanSettings,
    score: Score,
    scan: Scan,
    peak: Peak,
    *,
    kurtosis: bool = True,
) -> Array:
    """Where the maximum goes when what is not well known is changed, A^2.

    That is the contour (`scan` holds the trials at `OTHER_CONTOURS`) and the resolution, 0.2 A
    finer or coarser. `kurtosis` says whether the score looks at it.
    """
    grid = settings.grid()
    near = np.abs(grid - peak.b_iso) <= 3.5 * settings.b_step
    near[[0, -1]] = True
    b = grid[near]
    series = [tuple(compress(trials, near)) for trials in scan.other_contours]
    for step in _OTHER_D_CUTS:
        changed = replace(settings, d_cut=(settings.d_cut or prepared.resolution) + step)
        series += _trials_at(prepared, changed, b, (settings.fraction,), kurtosis=kurtosis)
    tops = []
    for trials in series:
        y = np.array([score(t) for t in adjusted(trials, region_weight(trials))])
        tops.append(_parabola_top(b, y, int(np.argmax(y)), 1.5 * settings.b_step))
    return np.array(tops)


_D_CUT_STEPS = (-0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6)  # A about the resolution
_K_VALUES = (2.0, 5.0, 10.0, 20.0, 40.0)  # 1/A


def optimise_shape(
    prepared: Prepared,
    settings: ScanSettings,
    score: Score,
    *,
    d_cut: bool,
    k: bool,
) -> ScanSettings:
    """Choose d_cut, k or both by the same score, in turn with overall B (section 2.1).

    Twice: the best overall B for the shape at hand, then the best shape at that B. The weight of a
    region stays that of the first scan, so that scores of different shapes can be compared.
    """
    if not prepared.b_known:
        return settings
    scan = run_scan(prepared, settings, score)
    weight = scan.region_weight
    for _ in range(2):
        best = max(scan.trials, key=score).b_iso
        centre = settings.d_cut or prepared.resolution
        shapes = [settings]
        if d_cut:
            shapes += [replace(settings, d_cut=centre + step) for step in _D_CUT_STEPS]
        if k:
            shapes += [replace(settings, k=value) for value in _K_VALUES]

        def at_best(shape: ScanSettings, b: float = best, c: float = weight) -> float:
            return score(adjusted(_trials(prepared, shape, [b]), c)[0])

        new = max(shapes, key=at_best)
        if new == settings:
            break
        settings = new
        scan = run_scan(prepared, settings, score)
    return settings
