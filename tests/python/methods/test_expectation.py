"""What sharpening is expected, against maps whose best sharpening is known."""

from importlib import resources

import numpy as np
import pytest

from sharpem.analysis.prepare import prepare
from sharpem.analysis.signal_and_noise import with_measured_noise
from sharpem.evaluation.agreement import ModelAgreement
from sharpem.io.model import read_model
from sharpem.methods.expectation import expect, expected_correlation, rule_of_thumb
from sharpem.simulate import simulate_map
from sharpem.spectra.filters import SharpenBlur


@pytest.fixture(scope="module")
def protein():
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        return read_model(path)


@pytest.mark.parametrize("b", [40.0, 100.0, 180.0])
def test_with_little_noise_all_of_b_is_taken_off(protein, b):
    made = simulate_map(protein, resolution=3.0, b_iso=b, noise=0.2)
    prepared = prepare(made.map, 3.0)
    found = expect(prepared)
    assert found.from_solvent
    # Beyond b: the soft limit of the filter at d_cut asks for a little more.
    assert found.b_sharpen == pytest.approx(b, abs=20.0)
    assert found.sigma == pytest.approx(0.9 * 9.0, rel=0.5)


@pytest.mark.parametrize("noise", [0.25, 1.0])
def test_expected_correlation_is_the_true_one(protein, noise):
    """Near the maximum, against the model that the method does not see."""
    d = 3.4
    made = simulate_map(protein, resolution=d, b_iso=110.0, noise=noise, seed=6)
    prepared = prepare(made.map, d, correct_anisotropy=False)
    signal, near = with_measured_noise(
        prepared.shells, prepared.volume.fraction, prepared.b_signal, prepared.signal_ln_scale
    )
    b = np.arange(20.0, 201.0, 20.0)
    foretold = expected_correlation(prepared.shells, d, b, signal, near)
    measure = ModelAgreement(made.map, made.model, resolution=d)
    best = measure.best(made.map)
    assert b[np.argmax(foretold)] == pytest.approx(best.b_sharpen, abs=30.0)
    assert expect(prepared).b_sharpen == pytest.approx(best.b_sharpen, abs=30.0)
    true = np.array([cc for x, cc in best.trials if x in b or (x % 25 == 0 and 25 <= x <= 175)])
    at = np.array([x for x, cc in best.trials if x in b or (x % 25 == 0 and 25 <= x <= 175)])
    difference = true - np.interp(at, b, foretold)
    near_top = np.abs(at - best.b_sharpen) <= 60
    assert near_top.sum() >= 4
    assert np.all(np.abs(difference[near_top]) < 0.06)
    assert np.ptp(difference[near_top]) < 0.03  # the same curve but for a constant


def test_more_noise_asks_for_less_sharpening(protein):
    found = []
    for noise in (0.1, 1.0, 10.0):
        made = simulate_map(protein, resolution=3.5, b_iso=100.0, noise=noise, seed=1)
        found.append(expect(prepare(made.map, 3.5)).b_sharpen)
    assert found[0] > found[1] > found[2]


def test_a_map_cut_out_is_judged_by_its_resolution(protein):
    made = simulate_map(protein, resolution=3.5, b_iso=100.0, box="cut", seed=1)
    prepared = prepare(made.map, 3.5)
    found = expect(prepared)
    assert not found.from_solvent
    few = np.sqrt(max(1.0, 2000 * 17 / prepared.volume.angstrom3))
    assert found.sigma == pytest.approx(1.8 * 3.5**2 * few)
    best = ModelAgreement(made.map, made.model, resolution=3.5).best(made.map).b_sharpen
    assert found.b_sharpen == pytest.approx(best, abs=2.5 * found.sigma)
    assert abs(rule_of_thumb(prepared) - best) < 60.0


def test_no_jump_at_zero(protein):
    made = simulate_map(protein, resolution=3.5, b_iso=30.0, box="cut", seed=1)
    prepared = prepare(made.map, 3.5)
    signal, noise = prepared.signal_and_noise[0]
    cc = expected_correlation(
        prepared.shells, 3.5, np.array([-0.01, 0.01, 1.0, 20.0]), signal, noise
    )
    assert abs(cc[1] - cc[0]) < 1e-3 * abs(cc[3] - cc[2])


def test_perfect_map_correlates_perfectly(protein):
    made = simulate_map(protein, resolution=3.0, b_iso=0.0, noise=0.0)
    shells = prepare(made.map, 3.0, correct_anisotropy=False).shells
    r2 = np.exp(shells.ln_reference)
    zero = np.zeros_like(r2)
    cc = expected_correlation(shells, 3.0, np.array([0.0, -100.0]), r2, zero)
    assert 0.99 < cc[0] < 1  # the soft limit takes a little of it
    assert cc[1] < cc[0]
    sharpened = r2 / SharpenBlur(-100.0, 3.0)(shells.s) ** 2
    back = expected_correlation(shells, 3.0, np.array([-100.0]), sharpened, zero)
    assert back[0] == pytest.approx(1.0)
