"""FSC of half maps: against NumPy, on pairs whose FSC is known, and the mask's own part of it."""

import numpy as np
import pytest

from sharpem import _core
from sharpem.maps.density import DensityMap
from sharpem.spectra.fsc import (
    HalfMapSpectra,
    fsc_edges,
    half_map_fsc,
)


def white(seed, n=48):
    data = np.random.default_rng(seed).standard_normal((n, n, n)).astype(np.float32)
    return DensityMap.from_array(data, 1.5)


@pytest.fixture(scope="module")
def known_pair():
    """Common and independent white noise, powers 1 and 3: FSC of 1/4 in every shell."""
    common, one, two = (white(seed) for seed in range(3))
    weight = np.sqrt(np.float32(3))
    return tuple(common.with_data(common.data + weight * own.data) for own in (one, two))


@pytest.fixture(scope="module")
def everything():
    return np.ones((48, 48, 48), dtype=np.float32)


def test_known_fsc(known_pair, everything):
    found = half_map_fsc(HalfMapSpectra(*known_pair), everything)
    error = 1 / np.sqrt(found.terms / 2)
    assert np.all(np.abs(found.unmasked - 0.25) < 5 * error)
    assert np.average(found.unmasked, weights=found.terms) == pytest.approx(0.25, abs=0.01)
    np.testing.assert_allclose(found.masked, found.unmasked, atol=3e-3)
    assert found.mask_power == 1


def test_unmasked_fsc_against_numpy(known_pair, everything):
    found = half_map_fsc(HalfMapSpectra(*known_pair), everything)
    one, two = (np.fft.fftn(half.data.astype(float)) for half in known_pair)
    s = np.sqrt(sum(g**2 for g in np.meshgrid(*[np.fft.fftfreq(48, 1.5)] * 3, indexing="ij")))
    edges = fsc_edges(_core.analyse(known_pair[0].data, known_pair[0].cell, 3.0))
    for low, high, value in zip(edges[:-1], edges[1:], found.unmasked, strict=True):
        shell = (s >= low) & (s < high)
        cross = np.sum((one * two.conj())[shell]).real
        norm = np.sum(np.abs(one[shell]) ** 2) * np.sum(np.abs(two[shell]) ** 2)
        assert value == pytest.approx(cross / np.sqrt(norm), abs=2e-4)


def test_shells_are_even_and_hold_twenty_terms_or_more(known_pair):
    spectrum = _core.analyse(known_pair[0].data, known_pair[0].cell, 3.0)
    edges = fsc_edges(spectrum)
    widths = np.diff(edges)[1:]
    np.testing.assert_allclose(widths, widths[0])
    assert 19 <= edges.size - 1 <= 60
    assert _core.shell_sums(spectrum, edges).terms.min() >= 20


def randomised(data, cell, d_min, d_from, seed):
    spectrum = _core.analyse(data, cell, d_min)
    _core.randomise_phases(spectrum, d_from, seed)
    return spectrum


def test_randomised_phases_keep_amplitudes_and_low_phases():
    map_ = white(5)
    random = _core.synthesise(randomised(map_.data, map_.cell, 0.0, 8.0, 1))
    before, after = (np.fft.rfftn(data.astype(float)) for data in (map_.data, random))
    np.testing.assert_allclose(np.abs(after), np.abs(before), rtol=1e-3, atol=0.05)
    s = np.sqrt(sum(g**2 for g in np.meshgrid(*[np.fft.fftfreq(48, 1.5)] * 3, indexing="ij")))
    low = s[:, :, :25] < 1 / 8.01
    np.testing.assert_allclose(after[low], before[low], atol=0.05)
    correlation = np.corrcoef(map_.data.ravel(), random.ravel())[0, 1]
    assert correlation == pytest.approx(np.mean(s < 1 / 8), abs=0.01)
    turned = (after * before.conj())[s[:, :, :25] > 1 / 7.99]
    assert np.abs(np.mean(turned / np.abs(turned))) < 0.01


@pytest.mark.parametrize("shape", [(12, 10, 8), (9, 12, 7), (11, 9, 13)])
def test_random_phases_belong_to_a_real_map(shape):
    """Friedel mates are conjugate also where both are stored: amplitudes survive a round trip."""
    data = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    cell = (20.0, 22.0, 21.0, 80.0, 95.0, 100.0)
    random = _core.synthesise(randomised(data, cell, 0.0, 30.0, 7))
    found, expected = (np.abs(np.fft.rfftn(one.astype(float))) for one in (random, data))
    np.testing.assert_allclose(found, expected, atol=1e-3)
    assert np.corrcoef(random.ravel(), data.ravel())[0, 1] < 0.3


def test_random_phases_do_not_depend_on_what_else_is_kept():
    map_ = white(5)
    fine, coarse = (randomised(map_.data, map_.cell, d, 9.0, 3) for d in (3.0, 5.0))
    few = _core.resampled(fine, map_.shape, 5.0)
    np.testing.assert_array_equal(_core.synthesise(few), _core.synthesise(coarse))
    other = randomised(map_.data, map_.cell, 5.0, 9.0, 4)
    assert np.abs(_core.synthesise(other) - _core.synthesise(coarse)).max() > 0.1


def test_coefficients_inside_a_mask():
    map_, mask = white(5), np.random.default_rng(2).random((48, 48, 48)).astype(np.float32)
    mask[:7] = 0  # whole planes
    spectrum = _core.analyse(map_.data, map_.cell, 3.5)
    curve = _core.RadialCurve.table(np.array([0.0, 0.3]), np.array([1.0, 2.0]), 1 / 3.5)
    made = _core.synthesise(spectrum, curve)
    expected = _core.analyse((made - made.mean()) * mask, map_.cell, 3.5)
    _core.multiply_by_mask(spectrum, curve, mask)
    np.testing.assert_allclose(_core.synthesise(spectrum), _core.synthesise(expected), atol=1e-5)
    with pytest.raises(ValueError, match="mask on another grid"):
        _core.multiply_by_mask(spectrum, curve, mask[:-1])


def test_mask_correlation_is_taken_off():
    """A ragged mask carries what the halves share up to where they share nothing."""
    n = 48
    s = np.sqrt(sum(g**2 for g in np.meshgrid(*[np.fft.fftfreq(n, 1.5)] * 3, indexing="ij")))
    shared = np.fft.fftn(white(7).data) * (s < 0.22)
    halves = []
    for seed in (8, 9):
        own = np.fft.fftn(white(seed).data) * np.where(s < 0.22, 0.05, 1.0)
        halves.append(white(7).with_data(np.fft.ifftn(shared + own).real))
    mask = (np.random.default_rng(3).random((n, n, n)) < 0.5).astype(np.float32)
    found = half_map_fsc(HalfMapSpectra(*halves), mask)
    noise = found.s > 0.25
    assert found.unmasked[noise].mean() == pytest.approx(0, abs=0.02)
    assert found.masked[noise].mean() > 0.07
    assert found.corrected[noise].mean() == pytest.approx(0, abs=0.03)
    assert found.corrected[found.s < 0.2].min() > 0.6


def test_resolution_of_noise_is_a_number():
    assert HalfMapSpectra(white(1), white(2)).unmasked_resolution >= 3.0
