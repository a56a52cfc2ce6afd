"""Signal and noise in the voxels of the molecule, on spectra made up for it."""

import numpy as np
import pytest

from sharpem.analysis.signal_and_noise import (
    NEAR_MOLECULE,
    gain_of_isotropy,
    raised_noise,
    weights,
    with_measured_noise,
    with_stated_limit,
)
from sharpem.spectra.filters import Anisotropy
from sharpem.spectra.reference import ln_reference
from sharpem.spectra.shells import ShellTable

B = 80.0


@pytest.fixture
def shells():
    s = np.arange(0.02, 0.4, 0.005)
    signal = np.exp(ln_reference(s) - 0.5 * B * s**2)
    noise = np.full_like(s, 0.05 * signal[s < 0.25][-1])
    return ShellTable(s, 1e4 * s**2, np.sqrt(signal + noise), signal + noise, noise)


def test_of_the_noise_there_is_what_lies_in_the_molecules_voxels(shells):
    signal, noise = with_measured_noise(shells, 0.1, B, 0.0)
    np.testing.assert_allclose(signal, shells.power - shells.noise, rtol=1e-6)
    np.testing.assert_allclose(noise, 0.1 * NEAR_MOLECULE * shells.noise)
    _, all_of_it = with_measured_noise(shells, 0.9, B, 0.0)
    np.testing.assert_array_equal(all_of_it, shells.noise)


def test_signal_that_noise_hides_is_the_fitted_one(shells):
    flooded = shells.with_noise(0.999999 * shells.power)
    signal, _ = with_measured_noise(flooded, 0.1, B, -3.0)
    fitted = np.exp(-3.0 + shells.ln_reference - 0.5 * B * shells.s**2)
    np.testing.assert_allclose(signal, np.minimum(fitted, shells.power))


def test_correlation_at_the_stated_limit(shells):
    resolution = 1 / shells.s[40]
    cc = [(s / (s + n))[40] ** 0.5 for s, n in with_stated_limit(shells, resolution)]
    assert cc == pytest.approx([0.33, 0.5, 0.7])
    for signal, noise in with_stated_limit(shells, resolution):
        np.testing.assert_allclose(signal + noise, shells.power)


def test_coarse_terms_count_little(shells):
    fraction = weights(shells) / shells.terms
    assert fraction[0] < 0.01
    assert fraction[-1] == pytest.approx(1)
    assert np.all(np.diff(fraction) >= 0)


@pytest.mark.parametrize(("noise", "gain"), [(0.0, 1.0), (1.0, 0.0), (100.0, 0.0)])
def test_anisotropy_is_worth_removing_where_signal_exceeds_noise(shells, noise, gain):
    signal = shells.power
    assert gain_of_isotropy(shells, 3.0, signal, noise * signal) == pytest.approx(gain)


def test_removing_an_anisotropy_raises_the_noise():
    s = np.array([0.0, 0.1, 0.3])
    assert raised_noise(Anisotropy((5.0, 5.0, 5.0, 0, 0, 0)), s) == pytest.approx(np.ones(3))
    raised = raised_noise(Anisotropy((40.0, -20.0, -20.0, 0, 0, 0)), s)
    assert raised[0] == 1
    # By cumulants: 1 + var(q s^2 / 2) / 2, and var q = 4/45 x 60^2 over the sphere.
    assert raised[1] == pytest.approx(1 + 0.5 * 0.25 * 0.1**4 * 4 / 45 * 60**2, rel=1e-3)
    assert raised[2] > raised[1]
