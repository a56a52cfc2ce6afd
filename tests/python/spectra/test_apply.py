"""Applying a filter: the map of its Fourier coefficients times the factor, against NumPy."""

import numpy as np
import pytest
import reference

from sharpem import _core
from sharpem.errors import InputError
from sharpem.maps.density import DensityMap
from sharpem.spectra.apply import apply, curve_of, filtered, radial_curve
from sharpem.spectra.filters import Anisotropy, Filter, SharpenBlur, ShellFilter


@pytest.fixture
def density(random_array):
    return DensityMap.from_array(random_array, 1.4)


@pytest.mark.parametrize(
    "radial", [SharpenBlur(60.0, 4.0), ShellFilter((20.0, 5.0, 3.5), (1.0, 2.0, 0.5))]
)
@pytest.mark.parametrize("tensor", [None, (20.0, -10.0, -10.0, 8.0, 0.0, -3.0)])
def test_against_numpy(density, radial, tensor):
    chosen = Filter(radial, 3.5, None if tensor is None else Anisotropy(tensor))
    made = apply(density, chosen)
    expected = reference.filtered(density, radial, 3.5, tensor)
    np.testing.assert_allclose(made.data, expected, atol=1e-3 * np.abs(expected).max())
    assert made.same_grid(density) is None


def test_a_factor_of_one_is_a_low_pass_only(density):
    made = apply(density, Filter(ShellFilter((20.0, 3.5), (1.0, 1.0)), 3.5))
    expected = reference.filtered(density, np.ones_like, 3.5)
    np.testing.assert_allclose(made.data, expected, atol=1e-5 * np.abs(expected).max())


def test_a_spectrum_is_not_changed_by_a_filter(density):
    spectrum = _core.analyse(density.data, density.cell, 3.5)
    one, _, three = (filtered(density, spectrum, SharpenBlur(b, 4.0)) for b in (30.0, 90.0, 30.0))
    assert one.data.tobytes() == three.data.tobytes()


def test_any_function_of_s_can_be_tabulated(density):
    spectrum = _core.analyse(density.data, density.cell, 3.5)
    radial = ShellFilter((20.0, 5.0, 3.5), (1.0, 2.0, 0.5))
    one = _core.synthesise(spectrum, radial_curve(radial, 1 / 3.5))
    other = _core.synthesise(spectrum, curve_of(radial, 1 / 3.5))
    np.testing.assert_array_equal(one, other)


def test_densities_too_large_to_store_are_refused(density):
    large = density.with_data(density.data * np.float32(1e30))
    with pytest.raises(InputError, match="too large to store, expected a smaller B"):
        apply(large, Filter(SharpenBlur(5000.0, 2.0, 1000.0), 3.0))
