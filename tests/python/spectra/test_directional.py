"""Signal and noise that differ with direction: harmonics, the fit, and the filter as a value."""

import json

import numpy as np
import pytest

from sharpem import _core
from sharpem.errors import InputError
from sharpem.maps.density import DensityMap
from sharpem.spectra.apply import apply
from sharpem.spectra.directional import Directional
from sharpem.spectra.filters import Filter, SharpenBlur
from sharpem.spectra.fsc import HalfMapSpectra, half_map_fsc
from sharpem.spectra.fsc_directions import find_directions

N, VOXEL = 64, 1.2
Z2 = 3  # place of the harmonic 3 z^2 - 1


def noise(seed):
    data = np.random.default_rng(seed).standard_normal((N, N, N)).astype(np.float32)
    return DensityMap.from_array(data, VOXEL)


def shaped(map_, amplitude, along_z=0.0):
    """Noise under a radial amplitude, and exp(along_z Y(z)) on top of that."""
    spectrum = _core.analyse(map_.data, map_.cell, 0.0)
    s = np.linspace(0, 1.0, 2000)
    _core.apply(spectrum, _core.RadialCurve.table(s, amplitude(s), spectrum.cell[0] / VOXEL))
    harmonics = np.zeros((1, 15))
    harmonics[0, Z2] = along_z
    _core.apply_directional(spectrum, [0.1], harmonics)
    return _core.synthesise(spectrum)


def pair(along_z, signal_along_z=0.0):
    """Half maps: a signal that falls off, noise whose power goes as exp(2 along_z Y(z))."""
    signal = shaped(noise(1), lambda s: 4 * np.exp(-60 * s**2 / 4), signal_along_z)
    owns = [shaped(noise(seed), np.ones_like, along_z) for seed in (2, 3)]
    return [noise(1).with_data(signal + own) for own in owns]


def directions_of(halves):
    fsc = half_map_fsc(HalfMapSpectra(*halves), np.ones((N, N, N), dtype=np.float32))
    return find_directions(fsc, fsc.resolution())


def test_harmonics_are_orthonormal_and_even():
    units = np.random.default_rng(0).standard_normal((400_000, 3))
    units /= np.linalg.norm(units, axis=1)[:, None]
    values = _core.harmonics(units)
    np.testing.assert_allclose(values.T @ values / len(units), np.eye(15), atol=0.02)
    np.testing.assert_allclose(_core.harmonics(-units[:100]), values[:100], atol=1e-12)


def test_sums_over_cells_are_those_of_shells():
    one, two = (_core.analyse(noise(seed).data, noise(seed).cell, 2.5) for seed in (1, 2))
    edges = np.linspace(0.02, 0.4, 9)
    cells, shells = _core.direction_sums(one, two, edges), _core.cross_sums(one, two, edges)
    for name in ("terms", "cross", "power_1", "power_2"):
        np.testing.assert_allclose(getattr(cells, name).sum(axis=1), getattr(shells, name))
    np.testing.assert_allclose(np.linalg.norm(cells.directions, axis=1), 1.0)


def test_even_half_maps_have_no_directions():
    assert directions_of(pair(0.0)) is None


@pytest.mark.parametrize("along_z", [0.4, -0.3])
def test_noise_that_differs_is_found(along_z):
    found = directions_of(pair(along_z))
    s = np.array([0.2])
    expected = 2 * along_z * _core.harmonics(found.units)[:, Z2]
    expected -= np.log(np.mean(np.exp(expected)))
    np.testing.assert_allclose(found.ln_noise(s)[0], expected, atol=0.2)
    assert np.abs(found.ln_signal(s)).max() < 0.3


def test_signal_that_differs_is_found():
    found = directions_of(pair(0.0, 0.4))
    differs = found.ln_signal(np.array([0.2]))[0]
    assert np.corrcoef(differs, _core.harmonics(found.units)[:, Z2])[0, 1] > 0.95
    assert np.ptp(differs) == pytest.approx(2 * 0.4 * 3 * np.sqrt(5) / 2, rel=0.25)
    order = directions_of(pair(0.0, 0.4)[::-1])
    np.testing.assert_array_equal(order.signal, found.signal)


def directional():
    table = np.random.default_rng(4).normal(scale=0.2, size=(3, 15))
    return Directional(np.array([0.05, 0.2, 0.35]), table)


def test_core_and_formula_agree():
    map_ = noise(6)
    spectrum = _core.analyse(map_.data, map_.cell, 0.0)
    directional().apply_to(spectrum)
    found, before = (
        np.fft.fftn(one.astype(float)) for one in (_core.synthesise(spectrum), map_.data)
    )
    axis = np.fft.fftfreq(N, VOXEL)
    places = np.random.default_rng(1).integers(-N // 2 + 1, N // 2, size=(200, 3))
    vectors = axis[places][:, ::-1]
    ratio = np.abs(found[tuple(places.T)]) / np.abs(before[tuple(places.T)])
    np.testing.assert_allclose(ratio, directional()(vectors), rtol=1e-3)


def test_filter_as_json_is_the_same_filter():
    filter_ = Filter(SharpenBlur(50.0, 3.0), 2.6, directional=directional())
    again = Filter.from_dict(json.loads(json.dumps(filter_.to_dict())))
    map_ = noise(6)
    np.testing.assert_array_equal(apply(map_, filter_).data, apply(map_, again).data)
    plain = apply(map_, Filter(SharpenBlur(50.0, 3.0), 2.6))
    assert np.abs(apply(map_, filter_).data - plain.data).max() > 0.1


@pytest.mark.parametrize(
    "bad",
    [
        "all",
        {},
        {"s": [0.1], "harmonics": [[0.0] * 14]},
        {"s": [0.2, 0.1], "harmonics": [[0.0] * 15] * 2},
        {"s": [0.1], "harmonics": [[None] * 15]},
        {"s": [0.1], "harmonics": [[1e9] * 15]},
    ],
)
def test_what_is_no_directional_filter(bad):
    values = Filter(SharpenBlur(50.0, 3.0), 2.6).to_dict() | {"directional": bad}
    with pytest.raises(InputError, match="filter with directional"):
        Filter.from_dict(values)
