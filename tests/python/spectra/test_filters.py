"""The filter as a value: Eq. 1-4, overflow, both versions of it, and its way through JSON."""

import json

import numpy as np
import pytest

from sharpem import _core
from sharpem.errors import InputError
from sharpem.spectra.filters import Anisotropy, Filter, SharpenBlur, ShellFilter

BLUR = {"kind": "sharpen-blur", "b_sharpen": 90.0, "b_blur": 200.0, "d_cut": 3.2, "k": 10.0}
SHELLS = {"kind": "shells", "d": [20.0, 5.0, 3.0], "scale": [1.0, 2.0, 0.0]}


def test_by_hand():
    chosen = SharpenBlur(100.0, d_cut=3.0, k=10.0, b_blur=200.0)
    # s = 0.25: d = 4, weight of sharpening 1 / (1 + e^-10); factors e^1.5625 and e^-3.125
    weight = 1 / (1 + np.exp(-10.0))
    expected = weight * 4.770733 + (1 - weight) * 0.043937
    assert chosen(0.25) == pytest.approx(expected, rel=1e-6)
    # s = 1/3: weights of one half; factors e^(25/9) and e^(-50/9)
    assert chosen(1 / 3) == pytest.approx(0.5 * (16.083241 + 0.003866), rel=1e-5)
    # s = 0.5: d = 2, next to nothing but blurring, e^-12.5, and a trace of e^6.25
    assert chosen(0.5) == pytest.approx(np.exp(-12.5) + np.exp(6.25 - 10), rel=1e-3)
    assert chosen(0.0) == 1


def test_blurring_is_the_same_at_all_resolutions():
    s = np.linspace(0, 1, 50)
    np.testing.assert_allclose(SharpenBlur(-60.0, d_cut=3.0)(s), np.exp(-15 * s**2))
    np.testing.assert_array_equal(SharpenBlur(0.0, d_cut=3.0)(s), 1)


@pytest.mark.parametrize("b_sharpen", [-300.0, 0.0, 1e-3, 50.0, 400.0])
@pytest.mark.parametrize("k", [2.0, 10.0, 100.0])
def test_core_and_python_agree(b_sharpen, k):
    s = np.linspace(0, 0.6, 500)
    curve = _core.RadialCurve.sharpen_blur(b_sharpen, 200.0, 3.0, k, 0.6)
    expected = SharpenBlur(b_sharpen, 3.0, k)(s)
    # The core tabulates the curve evenly in s^2: a steep k is smoothed by a sample.
    np.testing.assert_allclose(curve(s), expected, atol=0.01 * expected.max())
    np.testing.assert_allclose(curve(s)[s < 0.3], expected[s < 0.3], rtol=2e-3)


@pytest.mark.parametrize("b", [5e3, -5e3, 1e30, -1e30])
@pytest.mark.parametrize("k", [1e-6, 10.0, 1e30])
def test_no_overflow(b, k):
    s = np.linspace(0, 2, 101)
    for factor in (
        SharpenBlur(b, 3.0, k, b_blur=b)(s),
        _core.RadialCurve.sharpen_blur(b, b, 3.0, k, 2.0)(s),
    ):
        assert np.all(np.isfinite(factor))
        assert np.all(factor >= 0)


def test_shells_are_linear_in_s():
    chosen = ShellFilter((10.0, 5.0), (1.0, 3.0))
    np.testing.assert_allclose(chosen([0.0, 0.1, 0.15, 0.2, 0.9]), [1, 1, 2, 3, 3])


def test_spread_is_between_principal_axes():
    tilted = Anisotropy((20.0, 20.0, 5.0, 10.0, 0.0, 0.0))  # principal B's 30, 10 and 5
    assert tilted.b_iso == 15
    assert tilted.spread == pytest.approx(25)


@pytest.mark.parametrize(
    "chosen",
    [
        Filter(SharpenBlur(90.2, 3.4, 12.0, 150.0), 2.8),
        Filter(SharpenBlur(-5.0, 3.4), 2.8, Anisotropy((9.0, 8.0, 7.0, 1.0, -2.0, 0.5))),
        Filter(ShellFilter((30.0, 4.0, 3.0), (1.0, 2.5, 0.0)), 2.5),
    ],
)
def test_round_trip(chosen):
    assert Filter.from_dict(json.loads(json.dumps(chosen.to_dict()))) == chosen


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "kind None"),
        ({"kind": "magic"}, "kind 'magic'"),
        ({**BLUR, "kind": ["shells"]}, "expected sharpen-blur or shells"),
        ({k: v for k, v in BLUR.items() if k != "k"}, "without k"),
        (BLUR, "without d_min"),
        ({**BLUR, "d_min": 0}, "d_min 0, expected a positive"),
        ({**BLUR, "d_min": 3, "k": -1.0}, "k -1, expected a positive"),
        ({**BLUR, "d_min": 3, "d_cut": 0.0}, "d_cut 0, expected a positive"),
        ({**BLUR, "d_min": 3, "b_sharpen": "90"}, "b_sharpen '90', expected a finite number"),
        ({**BLUR, "d_min": 3, "b_sharpen": None}, "b_sharpen None"),
        ({**BLUR, "d_min": 3, "b_sharpen": True}, "b_sharpen True"),
        ({**BLUR, "d_min": 3, "b_sharpen": float("nan")}, "b_sharpen nan"),
        ({**BLUR, "d_min": 3, "b_blur": float("inf")}, "b_blur inf"),
        ({**BLUR, "d_min": 10**400}, "expected a finite number"),
        ({**BLUR, "d_min": 3, "anisotropy": [1.0] * 5}, "5 numbers, expected 6"),
        ({**BLUR, "d_min": 3, "anisotropy": 7}, "anisotropy 7, expected a list"),
        ({**BLUR, "d_min": 3, "anisotropy": [1, 1, 1, 0, 0, "x"]}, "anisotropy 'x'"),
        ({**SHELLS, "d_min": 3, "scale": [1.0, 2.0]}, "3 d and 2 scale"),
        ({**SHELLS, "d_min": 3, "scale": [1.0, -2.0, 0.0]}, "scale -2"),
        ({**SHELLS, "d_min": 3, "d": [3.0, 5.0, 20.0]}, "do not descend"),
        ({**SHELLS, "d_min": 3, "d": [5.0, 3.0, 0.0]}, "do not descend to a positive"),
        ({**SHELLS, "d_min": 3, "d": []}, "expected a list of numbers"),
        ({**SHELLS, "d_min": 3, "scale": "110"}, "expected a list of numbers"),
    ],
)
def test_bad_values_are_named(values, message):
    with pytest.raises(InputError) as caught:
        Filter.from_dict(values)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
