"""The number of threads: it changes no result, and the limit from before comes back."""

import multiprocessing

import numpy as np
import pytest

from sharpem import _core
from sharpem.density import DensityMap
from sharpem.errors import InputError
from sharpem.io import read_map
from sharpem.sharpen import apply, sharpen
from sharpem.threads import limited_threads


@pytest.fixture(scope="module")
def density(shared_data):
    return read_map(shared_data / "emd_5830/A_box.ccp4.gz")


@pytest.fixture(scope="module")
def alone(density):
    return sharpen(density, resolution=3.8, threads=1)


def _sharpened(path):
    return sharpen(read_map(path), resolution=3.8, threads=2).map.data


@pytest.mark.parametrize("threads", [2, 3])
def test_same_bits_for_any_number_of_threads(density, alone, threads):
    other = sharpen(density, resolution=3.8, threads=threads)
    assert other.map.data.tobytes() == alone.map.data.tobytes()
    assert other.trials == alone.trials
    assert other.b_iso == alone.b_iso
    assert other.filter == alone.filter
    assert other.verdict == alone.verdict
    with limited_threads(threads):
        assert apply(density, alone.filter).data.tobytes() == alone.map.data.tobytes()


def test_use_in_spawned_processes(density, alone):
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        data = pool.apply(_sharpened, [density.path])
    np.testing.assert_array_equal(data, alone.map.data)


def test_the_limit_from_before_comes_back(density):
    start = _core.threads()
    with limited_threads(3):
        assert _core.threads() == 3
        with limited_threads(None):
            assert _core.threads() == 3
        sharpen(density, resolution=3.8, b_iso=20.0, threads=2)
        assert _core.threads() == 3
        with pytest.raises(InputError):
            sharpen(DensityMap.from_array(density.data, 1.08), resolution=50.0, threads=1)
        assert _core.threads() == 3
    assert _core.threads() == start


@pytest.mark.parametrize("threads", [0, -1, 1.5])
def test_what_is_no_number_of_threads(threads):
    with (
        pytest.raises(InputError, match="expected a whole number from 1"),
        limited_threads(threads),
    ):
        pass
