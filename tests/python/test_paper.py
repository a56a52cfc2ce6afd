"""--paper: the algorithm as it was published, and nothing else."""

import numpy as np
import pytest
from real_maps import TINY_MAP, TINY_RESOLUTION, real

from sharpem import _core
from sharpem.errors import InputError
from sharpem.io import read_map
from sharpem.pipeline import sharpen
from sharpem.spectra.filters import SharpenBlur
from sharpem.spectra.reference import reference_curve

D = TINY_RESOLUTION


@pytest.fixture(scope="module")
def density():
    return read_map(real(TINY_MAP))


@pytest.fixture(scope="module")
def found(density):
    return sharpen(density, resolution=D, paper=True)


def test_the_algorithm_step_by_step(density, found):
    """Every step by hand, from the text."""
    spectrum = _core.analyse(density.data, density.cell, 0.833 * D)
    variance = _core.variance_levels(_core.local_variance(spectrum, D, 1.5 * D))
    assert found.prepared.volume.fraction == variance.fraction
    fit = _core.fit_wilson(spectrum, *reference_curve(), d_max=11.0, d_min=D, anisotropic=True)
    assert found.b_iso.input == found.b_iso.signal == pytest.approx(np.mean(fit.b[:3]))
    assert found.filter.anisotropy.b_cartesian == fit.b
    _core.apply_anisotropy(spectrum, fit.b, 1.0)

    b_iso = np.arange(-100, 301, 20)
    filters = [SharpenBlur(fit.b_iso - b, D, 10.0, 200.0) for b in b_iso]
    curves = [
        _core.RadialCurve.sharpen_blur(f.b_sharpen, f.b_blur, f.d_cut, f.k, 1 / spectrum.d_min)
        for f in filters
    ]
    trials = _core.scan(spectrum, curves, round(0.2 * variance.fraction * density.data.size))
    area = np.array([trial.surface_area for trial in trials])
    regions = np.array([trial.regions for trial in trials])
    c = (area[0] - area[-1]) / (regions[0] - regions[-1])
    score = area - c * regions
    best = int(np.argmax(score))
    noise = np.sqrt(np.mean((score[1:-1] - (score[:-2] + score[2:]) / 2) ** 2))
    assert [trial.b_iso for trial in found.trials] == b_iso.tolist()
    assert found.choice.region_weight == c
    assert found.b_iso.target == b_iso[best]
    signal_to_noise = (score[best] - score[0]) / noise
    assert found.verdict.signal_to_noise == pytest.approx(signal_to_noise)
    assert found.filter.radial == filters[best]
    np.testing.assert_array_equal(found.map.data, _core.synthesise(spectrum, curves[best]))


def test_it_differs_from_the_default(density, found):
    default = sharpen(density, resolution=D)
    assert default.filter.radial.onset > 0
    assert default.filter.radial.b_sharpen != found.filter.radial.b_sharpen
    assert default.prepared.volume.fraction != found.prepared.volume.fraction


def test_boxes_are_the_local_way(density, found):
    local = sharpen(density, resolution=D, paper=True, local=True)
    assert local.filter == found.filter
    assert local.local.settings.size == 40
    assert local.local.gains is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "model"}, "method: found model with paper, expected surface"),
        ({"fraction": 0.3}, "fraction: found 0.3 with paper, expected 0.2"),
        ({"b_max": 200.0}, "b_max: found 200 with paper, expected 300"),
        ({"anisotropy": False}, "anisotropy: found with paper, expected one of them"),
        ({"composition": "nucleic"}, "composition: found with paper, expected one of them"),
        ({"optimize_k": True}, "optimize_k: found with paper, expected one of them"),
        ({"b_sharpen": 50.0}, "b_sharpen: found with paper, expected one of them"),
        ({"local": True, "symmetry": "C2"}, "symmetry: found with paper, expected one of them"),
        ({"local": True, "local_box": 32}, "local_box: found 32 with paper, expected 40"),
    ],
)
def test_what_contradicts_it_is_refused(density, options, message):
    with pytest.raises(InputError) as caught:
        sharpen(density, resolution=D, paper=True, **options)
    assert str(caught.value) == message


def test_half_maps_contradict_it(density):
    other = density.with_data(density.data + 0.1 * np.roll(density.data, 3, axis=0))
    with pytest.raises(InputError, match="half1: found with paper, which chooses by the map alone"):
        sharpen(resolution=D, half1=density, half2=other, paper=True)


def test_what_it_has_anyway_does_not(density, found):
    options = {"method": "surface", "b_min": -100.0, "b_max": 300.0, "b_step": 20.0}
    again = sharpen(density, resolution=D, paper=True, prior="none", **options)
    np.testing.assert_array_equal(again.map.data, found.map.data)


def test_a_known_volume_goes_with_it(density):
    assert sharpen(density, resolution=D, paper=True, mass=10.0).prepared.volume.source == "mass"


def test_no_map_where_it_is_not_applicable():
    noise = np.random.default_rng(3).normal(size=(14, 14, 14)).astype(np.float32)
    found = sharpen(noise, voxel_size=1.5, resolution=4.0, paper=True)
    assert not found.verdict.applicable
    assert found.map is None
    assert "not clear" in " ".join(found.verdict.reasons)
    wanted = sharpen(
        noise, voxel_size=1.5, resolution=4.0, paper=True, if_not_applicable="empirical"
    )
    assert wanted.map is not None
