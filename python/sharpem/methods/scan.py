"""The search over overall B: trial table, score, applicability, refinement, posterior.

Terwilliger et al. (2018), sections 2.3-2.5: of a series of maps with overall B from -100 to 300 A^2
the one is best whose contour has the most surface and the fewest pieces. Here that is one of two
sources of the answer; the other is the expected b_sharpen (expectation.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

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

Peak = _core.Peak

LEAST_SIGNAL_TO_NOISE = 3.0
_FEWEST_REGIONS = 5


@dataclass(frozen=True)
class ScanSettings:
    """What is scanned, and how; B in A^2, ``d_cut`` in A, ``k`` in 1/A.

    At ``mid_b`` the score must not be below that of the ends (section 2.5). ``fraction`` is the
    part of the molecular volume that the contour encloses. ``published`` is the algorithm as it was
    published: C by the ends alone, the best trial as it is, and filters with their jump at
    b_sharpen = 0.
    """

    b_min: float = -100.0
    b_max: float = 300.0
    b_step: float = 20.0
    mid_b: float = 50.0
    published: bool = False
    fraction: float = 0.2
    d_cut: float | None = None
    k: float = 10.0
    b_blur: float = 200.0
    wrap: bool = False

    @classmethod
    def scaled(
        cls,
        resolution: float,
        *,
        b_min: float | None = None,
        b_max: float | None = None,
        b_step: float | None = None,
        **more: Any,
    ) -> ScanSettings:
        """Return settings whose range goes with the resolution d (A): what is not given follows.

        21 trials from -8 d^2 to 24 d^2: where details end, a B of d^2 changes amplitudes by as much
        at any resolution (docs/choice.md).
        """
        d2 = resolution**2
        low = -8.0 * d2 if b_min is None else b_min
        high = 24.0 * d2 if b_max is None else b_max
        step = (high - low) / 20 if b_step is None else b_step
        return cls(low, high, step, 5.0 * d2, **more)

    @property
    def search(self) -> _core.SearchGrid:
        """The overall B's to try, for the core."""
        return _core.SearchGrid(self.b_min, self.b_max, self.b_step)

    def grid(self) -> Array:
        """The overall B's to try; the last one may lie up to one step short of ``b_max``."""
        return self.search.values()

    def filter(self, prepared: Prepared, b_iso: float) -> SharpenBlur:
        """Return the filter that brings the signal to an overall B of ``b_iso`` (A^2)."""
        d_cut = self.d_cut or prepared.resolution
        form = SharpenBlur if self.published else SharpenBlur.continuous
        return form(prepared.b_signal - b_iso, d_cut, self.k, self.b_blur)

    def inside(self, prepared: Prepared) -> int:
        """Return how many voxels the contour of a trial encloses."""
        voxels = prepared.density.data.size
        return max(1, round(self.fraction * prepared.volume.fraction * voxels))


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
    inside = [replace(settings, fraction=x).inside(prepared) for x in fractions]
    details = _core.scan_contours(prepared.spectrum, curves, inside, settings.wrap, kurtosis)
    return [
        tuple(
            Trial(float(b), f.b_sharpen, x.threshold, x.surface_area, x.regions, np.nan, x.kurtosis)
            for b, f, x in zip(b_iso, filters, contour, strict=True)
        )
        for contour in zip(*details, strict=True)
    ]


def region_weight(trials: Sequence[Trial], settings: ScanSettings, inside: int) -> float:
    """C of Eq. 6, the voxels of surface that one region outweighs.

    It gives the first and the last trial the same adjusted surface area (section 2.4), but, unless
    the algorithm is to be as published, stays where ``mid_b`` scores above both of them. `inside`
    is the number of voxels that the contours enclose.
    """
    if settings.published:
        return _core.weight_by_ends(*_counts(trials))
    b_iso = [trial.b_iso for trial in trials]
    return _core.weight_in_window(b_iso, *_counts(trials), inside, settings.mid_b)


def adjusted(trials: Sequence[Trial], weight: float) -> tuple[Trial, ...]:
    """Trials with their adjusted surface area (Eq. 6), `weight` being C; without C if it is NaN."""
    areas = _core.adjusted_surface_area(*_counts(trials), weight)
    return tuple(
        replace(trial, adjusted_surface_area=float(area))
        for trial, area in zip(trials, areas, strict=True)
    )


def _counts(trials: Sequence[Trial]) -> tuple[list[int], list[int]]:
    return [trial.surface_area for trial in trials], [trial.regions for trial in trials]


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
    weight = region_weight(coarse, settings, settings.inside(prepared))
    trials = adjusted(coarse, weight)
    if settings.published:
        return Scan(trials, weight, tuple(others))
    best = max(trials, key=score).b_iso
    new = settings.search.finer_values(best)
    more = adjusted(_trials(prepared, settings, new), weight)
    return Scan(tuple(sorted(trials + more, key=lambda t: t.b_iso)), weight, tuple(others))


def find_peak(scan: Scan, settings: ScanSettings, score: Score) -> Peak:
    """Maximum, noise and interval of a score over a scan."""
    y = [score(trial) for trial in scan.trials]
    return _core.find_peak(scan.b_iso, y, settings.search, published=settings.published)


_parabola_top = _core.parabola_top


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

    ``contrast`` is that of the molecule (`local_variance.contrast`): noise has a maximum, too. The
    published algorithm has two tests, that of the middle and that of signal to noise.
    """
    y = [score(trial) for trial in scan.trials]
    b = scan.b_iso
    trust = _core.applicability(b, y, peak, settings.mid_b, LEAST_SIGNAL_TO_NOISE)
    weighs_regions = weighs_regions and not settings.published
    found = []
    if contrast < LEAST_CONTRAST and not settings.published:
        found.append(
            f"No molecule stands out: the local variance differs {contrast:.2f} times as much "
            f"between places as in noise of the same spectrum, expected {LEAST_CONTRAST:g} or more."
        )
    if weighs_regions and not scan.region_weight > 0:
        found.append(
            "Surface and number of regions do not both grow with sharpening, so they cannot be "
            f"weighed against each other (C = {scan.region_weight:.3g})."
        )
    if not trust.above_ends:
        found.append(
            f"At an overall B of {settings.mid_b:.0f} A^2 the score is below that of the most or "
            "the least sharpened map."
        )
    if not trust.intermediate:
        found.append(f"The best trial is at the end of the scan (B = {b[int(np.argmax(y))]:.0f}).")
    if not trust.clear:
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
    near |= np.abs(grid - settings.mid_b) <= settings.b_step  # the region weight looks there
    b = grid[near]
    d_cut = settings.d_cut or prepared.resolution
    series = [
        (replace(settings, fraction=part * settings.fraction), tuple(compress(trials, near)))
        for part, trials in zip(OTHER_CONTOURS, scan.other_contours, strict=True)
    ]
    for step in _OTHER_D_CUTS:
        changed = replace(settings, d_cut=d_cut + step)
        found = _trials_at(prepared, changed, b, (settings.fraction,), kurtosis=kurtosis)
        series.append((changed, found[0]))
    tops = []
    for changed, trials in series:
        weight = region_weight(trials, changed, changed.inside(prepared))
        y = np.array([score(t) for t in adjusted(trials, weight)])
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
