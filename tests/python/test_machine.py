"""The number of threads: it changes no result, and the limit from before comes back."""

import multiprocessing
import os
import subprocess
import sys

import numpy as np
import pytest
from real_maps import TINY_MAP, real

from sharpem import _core
from sharpem.errors import InputError
from sharpem.io import read_map
from sharpem.machine import limited_threads
from sharpem.maps.density import DensityMap
from sharpem.pipeline import apply, sharpen


@pytest.fixture(scope="module")
def density():
    return read_map(real(TINY_MAP))


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


@pytest.mark.parametrize("name", _core.instruction_sets())
def test_same_bits_for_any_instruction_set(density, alone, name):
    _core.set_instruction_set(name)
    try:
        assert _core.instruction_set() == name
        other = sharpen(density, resolution=3.8, threads=1)
    finally:
        _core.set_instruction_set("")
    assert other.map.data.tobytes() == alone.map.data.tobytes()
    assert other.trials == alone.trials
    assert other.b_iso == alone.b_iso


def _python(*arguments, cpu):
    environment = {**os.environ, "SHARPEM_CPU": cpu}
    command = [sys.executable, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_environment_names_the_instruction_set(mrc_file):
    ask = "from sharpem import _core; print(_core.instruction_set())"
    assert _python("-c", ask, cpu="baseline").stdout == "baseline\n"
    done = _python("-m", "sharpem", "inspect", str(mrc_file()), "-r", "3", cpu="v9")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "SHARPEM_CPU 'v9': expected one of baseline" in done.stderr


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


def test_threads_sleep_while_they_wait_and_the_environment_stays():
    ask = "import os, sharpem; print(os.environ.get('OMP_WAIT_POLICY'))"
    environment = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"}
    done = subprocess.run(
        [sys.executable, "-c", ask],
        env={**environment, "OMP_DISPLAY_ENV": "true"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "None\n"
    assert "PASSIVE" in done.stderr or "OMP_WAIT_POLICY" not in done.stderr
