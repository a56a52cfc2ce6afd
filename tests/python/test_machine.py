"""The number of threads: it changes no result, and the limit from before comes back."""

import multiprocessing
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from real_maps import TINY_MAP, real

from sharpem import _core
from sharpem.errors import InputError
from sharpem.io.mrc import read_map
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


FORKS = """
import multiprocessing, sys
import numpy as np
from sharpem import DensityMap, _core, sharpen

def work(seed):
    data = np.random.default_rng(seed).normal(size=(32, 32, 32)).astype(np.float32)
    made = sharpen(DensityMap.from_array(data, 1.0), resolution=4.0, method="given", b_sharpen=30.0)
    return made.map.data.tobytes(), _core.threads()

_core.set_threads(3)
alone = [work(seed) for seed in range(3)]
assert [threads for _, threads in alone] == [3, 3, 3]
with multiprocessing.get_context("fork").Pool(2) as pool:
    found = pool.map_async(work, range(3)).get(60)
assert [data for data, _ in found] == [data for data, _ in alone]
assert [threads for _, threads in found] == [1, 1, 1]
_core.set_threads(2)
assert work(0) == (alone[0][0], 2)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_a_forked_child_computes_with_one_thread():
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKS],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_each_python_thread_has_its_own_limit(density, alone):
    start, barrier = _core.threads(), threading.Barrier(3)

    def work(limit):
        with limited_threads(limit):
            barrier.wait(60)
            seen = _core.threads()
            data = _sharpened(density.path)
            barrier.wait(60)
            return seen, _core.threads(), data

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(work, [1, 2, 3]))
    assert [answer[:2] for answer in answers] == [(1, 1), (2, 2), (3, 3)]
    assert _core.threads() == start
    for *_, data in answers:
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
