"""Maps that are left as they are: with a reason, and without a change."""

from dataclasses import replace

import numpy as np
import pytest
from real_maps import DEMO_MODEL, real

from sharpem import sharpen
from sharpem.analysis.prepare import prepare
from sharpem.io.model import read_model
from sharpem.methods.left_alone import leave_alone, left_alone
from sharpem.methods.registry import METHODS, MethodInput
from sharpem.methods.scan import ScanSettings
from sharpem.simulate import simulate_map

RESOLUTION = 3.5


@pytest.fixture(scope="module")
def density():
    protein = read_model(real(DEMO_MODEL))
    return simulate_map(protein, resolution=RESOLUTION, b_iso=100.0, noise=1.0, seed=3).map


@pytest.fixture(scope="module")
def prepared(density):
    return prepare(density, RESOLUTION)


@pytest.fixture(scope="module")
def choice(prepared):
    return METHODS["empirical"].choose(MethodInput(prepared, ScanSettings()))


def test_no_change_is_a_filter_of_1(prepared):
    alone = leave_alone(prepared, "surface", "It is fine.")
    s = np.linspace(0.01, 1 / RESOLUTION, 20)
    np.testing.assert_array_equal(alone.filter(s), 1.0)
    assert alone.leaves_alone
    assert alone.b_iso.target == prepared.b_signal
    assert not alone.verdict.applicable
    assert alone.findings[0].text == "The map was left as it is: it is fine."


def test_a_choice_without_a_reason_against_it_stays(prepared, choice):
    assert left_alone(prepared, choice) is choice
    assert not choice.leaves_alone


def with_error(prepared, error):
    """The same map with another error of its overall B, A^2."""
    signal = replace(prepared.fall.signal, error=error)
    return replace(prepared, fall=replace(prepared.fall, signal=signal))


def test_a_filter_that_left_too_little_to_read_b(prepared, choice):
    unreadable = with_error(replace(prepared, fit_limit=5.0), 50.0)
    alone = left_alone(unreadable, choice)
    assert "an error of 50 A^2" in alone.findings[0].text
    assert alone.b_iso.expected == choice.b_iso.expected  # what was found is still shown
    assert left_alone(with_error(unreadable, 30.0), choice) is choice
    assert left_alone(replace(unreadable, fit_limit=RESOLUTION), choice) is choice


@pytest.mark.parametrize("b_sharpen", [-1000.0, 1000.0])
def test_an_answer_at_the_end_of_its_range_is_none(prepared, choice, b_sharpen):
    at_end = replace(choice, b_iso=replace(choice.b_iso, target=choice.b_iso.signal - b_sharpen))
    [found] = left_alone(prepared, at_end).findings
    assert "ended at the end of its range" in found.text


def test_own_output_is_not_sharpened_again(density):
    once = sharpen(density, resolution=RESOLUTION)
    again = sharpen(once.map, resolution=RESOLUTION)
    assert {"own-output", "left-alone"} <= {one.code for one in again.choice.findings}
    assert np.corrcoef(once.map.data.ravel(), again.map.data.ravel())[0, 1] > 1 - 1e-6
    asked = sharpen(once.map, resolution=RESOLUTION, b_sharpen=20.0)
    assert asked.filter.radial.b_sharpen == 20.0
