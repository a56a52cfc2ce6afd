"""Local variance: on request it takes the place of the map, so that no second map is held."""

import tracemalloc

import numpy as np

from sharpem import _core
from sharpem.analysis.local_variance import local_variance, map_variance

CELL = (24.0, 24.0, 24.0, 90.0, 90.0, 90.0)


def test_a_map_that_may_be_overwritten_holds_the_answer():
    data = np.random.default_rng(1).standard_normal((24, 24, 24), dtype=np.float32)
    kept, given = data.copy(), data.copy()
    apart = local_variance(kept, CELL, 3.0)
    np.testing.assert_array_equal(kept, data)
    assert not np.shares_memory(apart.data, kept)
    in_place = local_variance(given, CELL, 3.0, overwrite=True)
    assert np.shares_memory(in_place.data, given)
    np.testing.assert_array_equal(given, apart.data)
    assert (in_place.solvent, in_place.molecule) == (apart.solvent, apart.molecule)


def test_variance_of_a_spectrum_holds_one_coarse_map():
    data = np.random.default_rng(1).standard_normal((160, 160, 160), dtype=np.float32)
    spectrum = _core.analyse(data, (160.0, 160.0, 160.0, 90.0, 90.0, 90.0), 2.0)
    tracemalloc.start()
    try:
        variance = map_variance(spectrum, 2.5)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert variance.data.shape == data.shape
    assert peak < 1.9 * variance.data.nbytes
