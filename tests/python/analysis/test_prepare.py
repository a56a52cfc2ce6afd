"""Preparation: the physical B scale, the signal's B, anisotropy, and what is refused."""

from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
import reference
from real_maps import DEMO_MODEL, present, real

from sharpem.analysis.prepare import prepare
from sharpem.errors import InputError
from sharpem.io.model import read_model
from sharpem.maps.composition import Composition
from sharpem.maps.density import DensityMap
from sharpem.simulate import simulate_map
from sharpem.spectra.apply import filtered
from sharpem.spectra.filters import SharpenBlur

MODELS = (
    DEMO_MODEL,
    "emd_3488/5ni1_updated.cif",
    "xray_rnase_sa/tutorial-modern.pdb",
    "xray_3io0/after.pdb",
)
RMS_ERROR = {2.5: 2.0, 3.0: 4.0, 3.5: 8.0, 4.5: 15.0}  # of B over proteins, A^2: science, section 2


@pytest.fixture(scope="module")
def protein():
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        return read_model(path)


@pytest.fixture(scope="module")
def noisy(protein):
    return simulate_map(protein, resolution=3.5, b_iso=100.0, noise=1.0, seed=3)


@pytest.mark.parametrize("resolution", [2.5, 3.0, 3.5, 4.5])
@pytest.mark.parametrize("model", present(MODELS))
def test_b_is_physical(model, resolution):
    """What is put in is read, within what folds differ by, and without bias with B."""
    atoms = read_model(real(model))
    off = []
    for b in (0.0, 100.0, 200.0):
        made = simulate_map(atoms, resolution=resolution, b_iso=b, noise=0.0, box="tight")
        found = prepare(made.map, resolution, correct_anisotropy=False)
        assert found.b_input == pytest.approx(b, abs=2.5 * RMS_ERROR[resolution])
        off.append(found.b_input - b)
    assert np.ptp(off) < 4.0


@pytest.mark.parametrize(("b", "resolution"), [(100.0, 3.5), (150.0, 3.0), (200.0, 4.0)])
@pytest.mark.parametrize("model", present(MODELS[:3]))
def test_b_of_the_signal_is_that_of_the_molecule(model, b, resolution):
    atoms = read_model(real(model))
    made = simulate_map(atoms, resolution=resolution, b_iso=b, noise=1.0, seed=2)
    found = prepare(made.map, resolution)
    assert found.shells.noise is not None
    assert found.b_signal == pytest.approx(b, abs=30.0)
    assert found.b_input < b - 15.0  # noise fills the shells far out
    assert abs(found.b_signal - b) < 0.5 * abs(found.b_input - b)
    assert 1.0 < found.b_error < 40.0


@pytest.mark.parametrize("tensor", [(30.0, -30.0, 0.0, 0, 0, 0), (0.0, 0, 0, 25.0, 0, 10.0)])
def test_anisotropy_is_found_and_removed(protein, tensor):
    made = simulate_map(protein, resolution=3.0, b_iso=60.0, anisotropy=tensor, noise=0.1, seed=1)
    plain = simulate_map(protein, resolution=3.0, b_iso=60.0, noise=0.1, seed=1)
    found = prepare(made.map, 3.0)
    own = np.array(prepare(plain.map, 3.0).anisotropy.b_cartesian)  # of the fold
    seen = np.array(found.anisotropy.b_cartesian)
    trace = np.array([1, 1, 1, 0, 0, 0])
    difference = seen - found.anisotropy.b_iso * trace - (own - own[:3].mean() * trace)
    np.testing.assert_allclose(difference, tensor, atol=5.0)
    assert found.removed.spread > 0.6 * found.anisotropy.spread
    cleaned = filtered(made.map, found.spectrum, SharpenBlur(0.0, 3.0))
    assert prepare(cleaned, 3.0).anisotropy.spread < 0.5 * found.anisotropy.spread


def test_anisotropy_stays_if_wished(noisy):
    found = prepare(noisy.map, 3.5, correct_anisotropy=False)
    assert found.removed is None
    untouched = filtered(noisy.map, found.spectrum, SharpenBlur(0.0, 3.5)).data
    assert np.corrcoef(untouched.ravel(), noisy.map.data.ravel())[0, 1] > 0.95


def test_a_low_pass_filter_is_noticed(noisy):
    def low_pass(s):
        return np.where(s > 1 / 5.0, 1e-3, 1.0)

    cut = noisy.map.with_data(reference.filtered(noisy.map, low_pass, 2.5))
    found = prepare(cut, 3.5)
    assert 5.0 <= found.fit_limit < 6.0
    [filtered_before] = [one for one in found.findings if one.code == "filtered"]
    assert "stated as 3.5 A" in filtered_before.text
    before = prepare(noisy.map, 3.5)
    assert before.fit_limit == 3.5
    assert before.d_min == before.spectrum.d_min == pytest.approx(0.833 * 3.5)
    assert before.findings == ()


@pytest.mark.parametrize(
    ("resolution", "message"),
    [
        (2.0, "finer than the 2.33 A"),
        (0.0, "expected a positive number"),
        (-3.0, "expected a positive number"),
        (float("nan"), "expected a positive number"),
        (float("inf"), "expected a positive number"),
        (500.0, "resolution shells to 500 A"),
    ],
)
def test_resolutions_that_are_refused(noisy, resolution, message):
    named = replace(noisy.map, path=Path("some/where.mrc"))
    with pytest.raises(InputError) as caught:
        prepare(named, resolution)
    assert str(caught.value).startswith("some/where.mrc: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("factor", [1e-25, 1e25])
def test_absurd_units_are_refused(noisy, factor):
    scaled = replace(noisy.map, data=noisy.map.data / noisy.map.data.std() * np.float32(factor))
    with pytest.raises(InputError, match=r"^map: densities of about .*expected 1e-12 to 1e\+12"):
        prepare(scaled, 3.5)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_the_scale_of_the_densities_does_not_matter(noisy, factor):
    one, other = prepare(noisy.map, 3.5), prepare(noisy.map.with_data(noisy.map.data * factor), 3.5)
    assert other.b_signal == pytest.approx(one.b_signal, abs=0.05)
    assert other.volume.fraction == pytest.approx(one.volume.fraction, rel=1e-3)
    assert other.contrast == pytest.approx(one.contrast, rel=1e-3)


@pytest.mark.parametrize("resolution", [12.0, 15.0, 30.0])
def test_a_b_that_cannot_be_read_is_not_known(noisy, resolution):
    found = prepare(noisy.map, resolution)
    assert not found.b_known
    assert np.isnan([found.b_input, found.b_signal, found.b_error]).all()
    assert [one.code for one in found.findings] == ["b-unknown"]
    assert found.removed is None
    assert found.volume.fraction > 0


def test_b_beyond_eleven_angstrom_is_read_from_coarser_shells(protein):
    """The range of the fit moves with the resolution: 8 A is no end."""
    for b in (200.0, 500.0):
        made = simulate_map(protein, resolution=8.0, b_iso=b, noise=0.0, box="tight")
        found = prepare(made.map, 8.0, correct_anisotropy=False)
        assert found.b_input == pytest.approx(b, abs=120.0)
        assert found.b_error > 50.0


def test_a_composition_not_known_widens_the_error_and_nothing_else(protein):
    made = simulate_map(protein, resolution=3.0, b_iso=80.0, noise=0.05, seed=1)
    known = prepare(made.map, 3.0, composition=Composition(0.0, "given"))
    unknown = prepare(made.map, 3.0)
    assert unknown.b_signal == known.b_signal
    assert known.b_error < unknown.b_error < 2.5 * known.b_error
    assert known.b_spread == 0
    nucleic = prepare(made.map, 3.0, composition=Composition(1.0, "given"))
    assert abs(nucleic.b_signal - known.b_signal) > 3.0


def test_a_map_too_steep_to_read_b_from_is_no_error():
    z, y, x = np.mgrid[:40, :40, :40]
    smooth = np.exp(-((x - 20) ** 2 + (y - 20) ** 2 + (z - 20) ** 2) / 60)
    grain = 1e-4 * np.random.default_rng(0).normal(size=smooth.shape)
    density = replace(DensityMap.from_array(smooth + grain, 1.3), path=Path("steep.mrc"))
    found = prepare(density, 4.0)
    assert np.isfinite([found.b_input, found.b_signal, found.b_error]).all() or not found.b_known


# No molecule
