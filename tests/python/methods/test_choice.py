"""What every method answers, on the tiny real map: one set of relations holds for all."""

import numpy as np
import pytest
from real_maps import TINY_MAP, TINY_MODEL, TINY_RESOLUTION, real

from sharpem.io.model import read_model
from sharpem.io.mrc import read_map
from sharpem.methods.choice import NINETY_PERCENT
from sharpem.pipeline import sharpen

OPTIONS = {
    "surface": {},
    "kurtosis": {},
    "empirical": {},
    "given": {"b_sharpen": 50.0},
    "model": {"model": True},
}


@pytest.fixture(scope="module", params=OPTIONS)
def choice(request):
    options = dict(OPTIONS[request.param])
    if "model" in options:
        options["model"] = read_model(real(TINY_MODEL))
    result = sharpen(
        read_map(real(TINY_MAP)), resolution=TINY_RESOLUTION, method=request.param, **options
    )
    assert result.choice.method == request.param
    return result.choice


def test_the_target_lies_in_its_interval(choice):
    low, high = choice.b_iso.interval
    assert low <= choice.b_iso.target <= high


def test_b_sharpen_takes_the_signal_to_the_target(choice):
    if choice.method == "model":  # a shell filter has no b_sharpen
        assert not hasattr(choice.filter, "b_sharpen")
    else:
        b = choice.b_iso
        assert choice.filter.b_sharpen == pytest.approx(b.signal - b.target)


def test_reasons_are_sentences(choice):
    assert choice.verdict.reasons
    for text in (*choice.verdict.reasons, *choice.verdict.warnings):
        assert text.endswith(".")
        assert "\n" not in text


def test_trials_are_in_the_order_of_b(choice):
    b = [trial.b_iso for trial in choice.trials]
    assert b == sorted(set(b))
    assert bool(b) == (choice.method in ("surface", "kurtosis"))


def test_ninety_percent():
    draws = np.abs(np.random.default_rng(0).standard_normal(200_000))
    assert np.mean(draws < NINETY_PERCENT) == pytest.approx(0.9, abs=0.003)
