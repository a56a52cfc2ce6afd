"""Gaps in Fourier space are found, named and left out."""

import numpy as np
import pytest

from sharpem import _core
from sharpem.analysis.gaps import clear_gaps
from sharpem.maps.density import DensityMap
from sharpem.spectra.shells import shell_edges, shell_table

N, STEP = 48, 1.0


@pytest.fixture(scope="module")
def white():
    data = np.random.default_rng(7).standard_normal((N, N, N)).astype(np.float32)
    return DensityMap.from_array(data, STEP)


def without(density, absent):
    """Coefficients at (x, y, z) of frequency, 1/A, for which `absent` says so are made zero."""
    terms = np.fft.fftn(density.data.astype(np.float64))
    z, y, x = np.meshgrid(*[np.fft.fftfreq(N, STEP)] * 3, indexing="ij")
    terms[absent(x, y, z)] = 0
    return density.with_data(np.fft.ifftn(terms).real.astype(np.float32))


def spectrum(density):
    return _core.analyse(density.data, density.cell, 2.5)


def test_a_whole_map_has_none_and_is_untouched(white):
    terms = spectrum(white)
    before = shell_table(terms).power
    assert clear_gaps(terms) is None
    np.testing.assert_array_equal(shell_table(terms).power, before)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_an_empty_cone_is_named_with_its_fraction_and_direction(white, axis):
    def cone(*s):  # half angle 45 degrees: 1 - cos of it of the sphere
        return s[axis] ** 2 > 0.5 * (s[0] ** 2 + s[1] ** 2 + s[2] ** 2)

    found = clear_gaps(spectrum(without(white, cone)))
    assert found.code == "empty-directions"
    fraction = float(found.text.split(" %")[0])
    assert fraction == pytest.approx(100 * (1 - np.sqrt(0.5)), abs=1.5)
    direction = [["1.00", "0.00", "0.00"], ["0.00", "1.00", "0.00"], ["0.00", "0.00", "1.00"]][axis]
    said = [abs(float(x)) for x in found.text.split("(")[1].split(")")[0].split(",")]
    np.testing.assert_allclose(said, [float(x) for x in direction], atol=0.05)


def test_absent_reflections_have_no_direction(white):
    rng = np.random.default_rng(1)

    def at_random(x, y, z):
        keep = rng.random((N, N, N)) > 0.1
        mirrored = np.roll(keep[::-1, ::-1, ::-1], 1, axis=(0, 1, 2))  # Friedel mates
        return ~(keep & mirrored)

    found = clear_gaps(spectrum(without(white, at_random)))
    assert found.text.startswith("19 % of the Fourier coefficients are absent:")


def test_sums_leave_them_out(white):
    terms = spectrum(without(white, lambda x, y, z: np.abs(z) > np.hypot(x, y)))
    clear_gaps(terms)
    whole, left = (_core.shell_sums(one, shell_edges(one)) for one in (spectrum(white), terms))
    assert left.terms.sum() < 0.8 * whole.terms.sum()
    assert left.power.sum() / left.terms.sum() == pytest.approx(
        whole.power.sum() / whole.terms.sum(), rel=0.02
    )
