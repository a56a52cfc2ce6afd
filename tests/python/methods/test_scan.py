"""The search over overall B: peak, signal to noise, and when the score is not to be trusted."""

from dataclasses import replace
from importlib import resources

import numpy as np
import pytest

from sharpem.analysis.prepare import prepare
from sharpem.io.model import read_model
from sharpem.maps.density import DensityMap
from sharpem.methods.choice import Trial
from sharpem.methods.scan import (
    OTHER_CONTOURS,
    Scan,
    ScanSettings,
    find_peak,
    optimise_shape,
    region_weight,
    run_scan,
    spread,
    unusable,
)
from sharpem.pipeline import sharpen
from sharpem.simulate import simulate_map
from sharpem.spectra.filters import SharpenBlur

SETTINGS = ScanSettings()
GRID = SETTINGS.grid()


def adjusted(trial):
    return trial.adjusted_surface_area


def scan_of(values, *, regions=50, weight=10.0, b=GRID):
    values = np.broadcast_to(values, b.shape)
    regions = np.broadcast_to(regions, b.shape)
    return Scan(
        tuple(
            Trial(float(x), 100.0 - float(x), 1.0, 1000, int(n), float(y), 3.0)
            for x, y, n in zip(b, values, regions, strict=True)
        ),
        weight,
    )


def reasons(scan, settings=SETTINGS, **options):
    peak = find_peak(scan, settings, adjusted)
    return unusable(scan, peak, settings, adjusted, **{"weighs_regions": True, **options})


def hill(centre=40.0, width=80.0, height=1000.0, b=GRID):
    return height * np.exp(-(((b - centre) / width) ** 2))


@pytest.fixture(scope="module")
def prepared():
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        model = read_model(path)
    near = np.linalg.norm(model.positions - model.centre, axis=1) < 16
    made = simulate_map(model.selected(near), resolution=3.6, b_iso=100.0, noise=0.5, seed=2)
    return prepare(made.map, 3.6)


def test_grid_of_the_scan():
    np.testing.assert_array_equal(GRID, np.arange(-100, 301, 20))
    np.testing.assert_allclose(ScanSettings(0, 100, 30).grid(), [0, 30, 60, 90])
    np.testing.assert_allclose(ScanSettings(0, 0.3, 0.1).grid(), [0, 0.1, 0.2, 0.3])


@pytest.mark.parametrize("top", [33.0, 40.0, 48.5])
def test_top_of_a_parabola(top):
    fine = np.arange(15.0, 66.0, 5.0)
    b = np.unique(np.concatenate([GRID, fine]))
    scan = scan_of(500 - 0.01 * (b - top) ** 2, b=b)
    peak = find_peak(scan, SETTINGS, adjusted)
    assert peak.b_iso == pytest.approx(top)
    assert not peak.at_end


def test_signal_to_noise_by_hand():
    wiggle = 7.0 * (-1.0) ** np.arange(GRID.size)  # value less mean of neighbours: +-14
    level = np.where(np.abs(GRID - 60) < 1, 300.0, 0.0)
    y = wiggle + level
    interior = y[1:-1] - (y[:-2] + y[2:]) / 2
    noise = np.sqrt(np.mean(interior**2))
    peak = find_peak(scan_of(y), SETTINGS, adjusted)
    assert peak.noise == pytest.approx(noise)
    assert peak.signal_to_noise == pytest.approx((y.max() - max(y[0], y[-1])) / noise)


def test_fine_trials_do_not_count_as_noise():
    b = np.unique(np.concatenate([GRID, np.arange(15.0, 66.0, 5.0)]))
    rough = hill(b=b) + np.where(np.isin(b, GRID), 0.0, 50.0)
    with_fine = find_peak(scan_of(rough, b=b), SETTINGS, adjusted)
    assert with_fine.noise == find_peak(scan_of(hill()), SETTINGS, adjusted).noise


def test_interval_holds_what_is_within_the_noise():
    y = np.zeros(GRID.size)
    y[5:8] = 100.0, 101.0, 99.5
    peak = find_peak(scan_of(y), SETTINGS, adjusted)
    low, high = peak.interval
    assert low <= peak.b_iso <= high
    assert (low, high) == (GRID[5], GRID[7])


def test_a_good_scan_has_no_reasons_against_it():
    assert reasons(scan_of(hill()), contrast=5.0) == ()


@pytest.mark.parametrize("weight", [0.0, -3.0, np.nan])
def test_regions_that_cannot_be_weighed(weight):
    (sentence,) = reasons(scan_of(hill(), weight=weight))
    assert sentence.startswith("Surface and number of regions do not both grow with sharpening")
    assert reasons(scan_of(hill(), weight=weight), weighs_regions=False) == ()


def test_low_in_the_middle():
    y = hill(centre=-20.0, width=30.0) + np.where(GRID == 300, 60.0, 0.0)
    (sentence,) = reasons(scan_of(y))
    assert sentence.startswith("At an overall B of 50 A^2 the score is below")
    assert reasons(scan_of(y), replace(SETTINGS, mid_b=-20.0)) == ()
    short = GRID[GRID <= 40]  # 50 is not in the scan
    assert reasons(scan_of(hill(centre=-20.0, width=30.0, b=short), b=short)) == ()


def test_best_at_the_end():
    found = reasons(scan_of(GRID * 1.0))
    assert any(text == "The best trial is at the end of the scan (B = 300)." for text in found)


def test_a_maximum_that_is_not_clear():
    y = 3.0 * np.random.default_rng(0).normal(size=GRID.size)
    y[[0, -1]] = -1.0
    (sentence,) = [text for text in reasons(scan_of(y)) if "not clear" in text]
    found = find_peak(scan_of(y), SETTINGS, adjusted).signal_to_noise
    assert sentence == (
        f"The maximum is not clear: signal to noise {found:.1f}, expected at least 3."
    )


def test_hardly_any_regions():
    (sentence,) = reasons(scan_of(hill(), regions=4))
    assert sentence == "The contour stays in fewer than five pieces however it is sharpened."
    assert reasons(scan_of(hill(), regions=4), weighs_regions=False) == ()


def test_no_molecule():
    (sentence,) = reasons(scan_of(hill()), contrast=1.04)
    assert sentence.startswith("No molecule stands out: the local variance differs 1.04 times")


def test_constant_scores_are_refused():
    found = reasons(scan_of(5.0))
    assert any("not clear" in text for text in found)


def test_weight_makes_the_ends_equal_where_it_is_as_published():
    first = Trial(-100.0, 0.0, 1.0, 9000, 300, np.nan, 3.0)
    last = replace(first, b_iso=300.0, surface_area=4000, regions=50)
    published = ScanSettings(published=True)
    assert region_weight([first, last], published, 1000) == 20.0
    assert np.isnan(region_weight([first, replace(last, regions=300)], published, 1000))


def test_weight_stays_where_the_middle_scores_above_the_ends():
    """From 1000 / 200 to 4000 / 50, a tenth of that inwards; the ends say 20."""
    first = Trial(-100.0, 0.0, 1.0, 9000, 300, np.nan, 3.0)
    middle = replace(first, b_iso=50.0, surface_area=8000, regions=100)
    last = replace(first, b_iso=300.0, surface_area=4000, regions=50)
    assert region_weight([first, middle, last], SETTINGS, 1000) == 20.0
    middle = replace(middle, surface_area=4500)
    weight = region_weight([first, middle, last], SETTINGS, 1000)
    assert weight == 20.0  # from 4500 / 200 to 500 / 50: no window
    middle = replace(middle, surface_area=9000)  # from next to 0 to 5000 / 50
    assert region_weight([first, middle, last], SETTINGS, 1000) == 20.0
    middle = replace(middle, regions=60)  # to 5000 / 10: a tenth of that is more than 20
    assert region_weight([first, middle, last], SETTINGS, 1000) == pytest.approx(50.0)


def test_range_goes_with_the_resolution():
    scaled = ScanSettings.scaled(2.5)
    np.testing.assert_allclose(scaled.grid(), np.linspace(-50, 150, 21))
    assert scaled.mid_b == 31.25
    some = ScanSettings.scaled(2.5, b_min=0.0, b_step=25.0)
    np.testing.assert_allclose(some.grid(), np.arange(0, 151, 25))


def test_published_scan_is_the_21_trials(prepared):
    published = ScanSettings(published=True)
    scan = run_scan(prepared, published, adjusted)
    np.testing.assert_array_equal(scan.b_iso, GRID)
    first, last = scan.trials[0], scan.trials[-1]
    assert first.adjusted_surface_area == pytest.approx(last.adjusted_surface_area)
    best = max(scan.trials, key=adjusted)
    assert find_peak(scan, published, adjusted).b_iso == best.b_iso
    assert published.filter(prepared, 0.0) == SharpenBlur(prepared.b_signal, 3.6)
    assert (
        unusable(
            scan,
            find_peak(scan, published, adjusted),
            published,
            adjusted,
            weighs_regions=True,
            contrast=0.0,
        )
        == ()
    )  # the paper has two tests, and no other


def test_run_scan_refines_about_the_best(prepared):
    scan = run_scan(prepared, SETTINGS, adjusted)
    b = scan.b_iso
    assert set(GRID) <= set(b)
    assert np.all(np.diff(b) > 0)
    best = max((t for t in scan.trials if t.b_iso in GRID), key=adjusted).b_iso
    np.testing.assert_allclose(np.sort(b[np.abs(b - best) < 29]), best + np.arange(-25, 26, 5))
    for trial in scan.trials:
        score = trial.surface_area - scan.region_weight * trial.regions
        assert trial.adjusted_surface_area == pytest.approx(score)


def test_spread_is_about_the_peak(prepared):
    scan = run_scan(prepared, SETTINGS, adjusted, OTHER_CONTOURS)
    peak = find_peak(scan, SETTINGS, adjusted)
    tops = spread(prepared, SETTINGS, adjusted, scan, peak, kurtosis=False)
    assert tops.shape == (4,)
    assert np.all(np.abs(tops - peak.b_iso) <= 5 * SETTINGS.b_step)


def test_other_contours_are_those_of_scans_of_their_own(prepared):
    scan = run_scan(prepared, SETTINGS, adjusted, OTHER_CONTOURS)
    for part, trials in zip(OTHER_CONTOURS, scan.other_contours, strict=True):
        alone = run_scan(prepared, replace(SETTINGS, fraction=part * SETTINGS.fraction), adjusted)
        on_grid = [t for t in alone.trials if t.b_iso in GRID]
        assert [t.threshold for t in trials] == [t.threshold for t in on_grid]
        assert [t.surface_area for t in trials] == [t.surface_area for t in on_grid]
        assert [t.regions for t in trials] == [t.regions for t in on_grid]


@pytest.mark.parametrize(("d_cut", "k"), [(True, False), (False, True), (True, True)])
def test_optimised_shapes_never_score_lower(prepared, d_cut, k):
    """By the weight of the plain scan, at the best overall B of the plain shape."""
    plain = run_scan(prepared, SETTINGS, adjusted)
    found = optimise_shape(prepared, SETTINGS, adjusted, d_cut=d_cut, k=k)
    assert d_cut or found.d_cut is None
    assert k or found.k == 10.0
    other = run_scan(prepared, found, adjusted)

    def best(scan):
        return max(t.surface_area - plain.region_weight * t.regions for t in scan.trials)

    assert best(other) >= best(plain) * (1 - 1e-9)


@pytest.mark.parametrize("n", [40, 64])
@pytest.mark.parametrize("resolution", [3.0, 3.6])
def test_white_noise_is_not_judged(n, resolution):
    for seed in range(3):
        noise = np.random.default_rng(seed).normal(size=(n, n, n)).astype(np.float32)
        density = DensityMap.from_array(noise, 1.3)
        for method in ("surface", "kurtosis"):
            found = sharpen(density, resolution=resolution, method=method).verdict
            assert not found.applicable
            assert any(text.startswith("No molecule stands out") for text in found.reasons)
