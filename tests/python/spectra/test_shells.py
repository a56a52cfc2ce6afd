"""Resolution shells of a spectrum, and what fits read from them."""

import numpy as np
import pytest
import reference

from sharpem import _core
from sharpem.maps.density import DensityMap
from sharpem.spectra.reference import ln_reference
from sharpem.spectra.shells import (
    ShellTable,
    band_limit,
    overall_b,
    shell_edges,
    shell_table,
    signal_b,
)


@pytest.fixture(scope="module")
def white():
    data = np.random.default_rng(0).standard_normal((40, 44, 48)).astype(np.float32)
    return DensityMap.from_array(data, 1.2)


def ideal(b, noise=None, **options):
    """A molecule's spectrum at B, without scatter; noise as a power."""
    s = np.arange(0.03, 0.42, 0.005)
    signal = np.exp(ln_reference(s) - 0.5 * b * s**2)
    level = np.zeros_like(s) if noise is None else np.full_like(s, noise * signal[s < 0.3][-1])
    power = signal + level
    found = ShellTable(s, 1e4 * s**2, np.sqrt(power), power, **options)
    return found if noise is None else found.with_noise(level)


def test_sums_against_numpy(white):
    spectrum = _core.analyse(white.data, white.cell, 3.0)
    found, edges = shell_table(spectrum), shell_edges(spectrum)
    coefficients = np.abs(np.fft.fftn(white.data.astype(float))) / white.voxels
    s = np.linalg.norm(reference.s_vectors(white), axis=-1)
    for i in (2, len(found.s) // 2):
        inside = (s >= edges[i]) & (s < edges[i + 1])
        assert found.terms[i] == np.count_nonzero(inside)
        ratio = coefficients[inside].mean() / found.amplitude[i]
        assert found.power[i] * ratio**2 == pytest.approx((coefficients[inside] ** 2).mean())


def test_what_a_filter_does_to_a_table(white):
    before = shell_table(_core.analyse(white.data, white.cell, 3.0)).with_noise(None)
    factor = np.exp(-10 * before.s**2)
    after = before.filtered(factor)
    np.testing.assert_allclose(after.power, before.power * factor**2)
    np.testing.assert_allclose(after.d, 1 / before.s)
    assert after.noise is None


@pytest.mark.parametrize("b", [-40.0, 0.0, 120.0])
def test_overall_b_is_on_the_physical_scale(b):
    assert overall_b(ideal(b), 3.0).b_iso == pytest.approx(b, abs=0.01)


def test_noise_lowers_the_b_of_the_map_but_not_that_of_the_signal():
    shells = ideal(100.0, noise=3.0)
    whole = overall_b(shells, 3.0)
    assert whole.b_iso < 90
    found = signal_b(shells, 3.0, whole.b_iso, whole.ln_scale)
    assert found.b_iso == pytest.approx(100.0, abs=1.0)


def test_signal_stays_between_the_power_and_next_to_nothing():
    shells = ideal(100.0, noise=0.5)
    flooded = shells.with_noise(2 * shells.power)
    np.testing.assert_array_equal(flooded.signal, 1e-6 * shells.power)
    np.testing.assert_array_equal(shells.with_noise(None).signal, shells.power)


def test_a_cut_is_found_and_a_fall_off_is_none():
    shells = ideal(200.0)
    assert band_limit(shells, 3.0) == 3.0
    cut = shells.filtered(np.where(shells.s > 1 / 4.5, 1e-3, 1.0))
    assert band_limit(cut, 3.0) == pytest.approx(4.5, abs=0.2)


def test_bulk_solvent_of_crystals_alone():
    assert not ideal(50.0).ln_solvent.any()
    xray = ideal(50.0, xray=True).ln_solvent
    assert xray[0] < -1
    assert abs(xray[-1]) < 1e-3
