"""Where an FSC curve falls below a level: the last fall counts."""

import numpy as np
import pytest

from sharpem.spectra.fsc_curve import Crossing, Fsc


@pytest.mark.parametrize(
    ("value", "crossing"),
    [
        ([1.0, 0.9, 0.7, 0.3, 0.1], Crossing(4.0)),
        ([1.0, 0.3, 0.7, 0.3, 0.1], Crossing(4.0)),  # a dip before does not count
        ([1.0, 0.9, 0.7, 0.6, 0.5], Crossing(1 / 0.4, beyond=True)),
        ([0.4, 0.3, 0.2, 0.1, 0.0], Crossing(None)),
    ],
)
def test_crossing(value, crossing):
    found = Fsc(np.array([0.05, 0.1, 0.2, 0.3, 0.4]), np.array(value)).crossing(0.5)
    assert found.beyond == crossing.beyond
    assert found.d == (None if crossing.d is None else pytest.approx(crossing.d))
