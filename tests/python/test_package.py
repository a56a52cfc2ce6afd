"""The package as it is installed: version, names, types, C++ library, examples in docstrings."""

import doctest
import importlib
import importlib.metadata
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib import resources
from pathlib import Path

import mrcfile
import numpy as np
import pytest

import sharpem
from sharpem.simulate import simulate_map

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(sharpem.__path__, "sharpem.")
    if not module.name.rpartition(".")[2].startswith("_")
)


def run(*command, **options):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tool(name):
    """Path of a program, looked for beside this Python first."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.fixture(scope="session")
def cmake_dir():
    return Path(run(sys.executable, "-m", "sharpem", "--cmakedir").strip())


def test_version_is_that_of_cmakelists():
    text = (ROOT / "CMakeLists.txt").read_text()
    version = re.search(r"project\(sharpem VERSION ([0-9.]+)", text)[1]
    assert importlib.metadata.version("sharpem") == version
    assert sharpem.__version__ == version
    assert run(sys.executable, "-m", "sharpem", "--version").split()[-1] == version


def test_version_of_cmake_package(cmake_dir):
    text = (cmake_dir / "sharpem-config-version.cmake").read_text()
    assert f'set(PACKAGE_VERSION "{sharpem.__version__}")' in text


@pytest.mark.parametrize("name", sharpem.__all__)
def test_public_name(name):
    assert getattr(sharpem, name) is not None


def test_public_names_are_few_and_listed_once():
    assert len(sharpem.__all__) == len(set(sharpem.__all__)) <= 25


@pytest.mark.parametrize("name", ["sharpem", *MODULES])
def test_docstring_examples(name):
    module = importlib.import_module(name)
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.testmod(module, optionflags=options).failed == 0


def test_typed_and_licensed():
    assert (Path(sharpem.__file__).parent / "py.typed").is_file()
    files = {path.name for path in importlib.metadata.files("sharpem") if "licenses" in path.parts}
    assert files == {"LICENSE", "LICENSE.md"}


def test_stub_is_current(tmp_path):
    pytest.importorskip("pybind11_stubgen")
    run(sys.executable, "-m", "pybind11_stubgen", "sharpem._core", "--output-dir", tmp_path)
    fresh = (tmp_path / "sharpem" / "_core.pyi").read_text()
    kept = (ROOT / "python" / "sharpem" / "_core.pyi").read_text()
    assert kept == fresh, "write it anew: make stub"


@pytest.fixture(scope="session")
def example(cmake_dir, tmp_path_factory):
    """The C++ example, built with the library that it finds in the installed package."""
    build = tmp_path_factory.mktemp("example")
    configure = [tool("cmake"), "-S", ROOT / "cpp" / "examples", "-B", build]
    if shutil.which("ninja", path=sysconfig.get_path("scripts")):
        configure += ["-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={tool('ninja')}"]
    run(*configure, f"-Dsharpem_DIR={cmake_dir}", f"-DPython_EXECUTABLE={sys.executable}")
    run(tool("cmake"), "--build", build)
    return build / "sharpen_map"


def placed(path, data, voxel_size):
    """Write a map of mrcfile's that stands somewhere in a larger cell."""
    with mrcfile.new(path) as mrc:
        mrc.set_data(data)
        mrc.voxel_size = voxel_size
        mrc.nstart = (4, -5, 6)
    return path


def test_cpp_example_makes_the_map_of_the_command(example, tmp_path):
    """Read, prepared, chosen, filtered and written in C++: bit for bit as by --paper."""
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as demo:
        model = sharpem.read_model(demo)
    small = model.selected(np.linalg.norm(model.positions - model.centre, axis=1) < 16)
    made = simulate_map(
        small, resolution=3.6, b_iso=100.0, noise=0.5, seed=2, anisotropy=(30, -10, -20, 5, 0, 0)
    )
    path = placed(tmp_path / "in.mrc", made.map.data, 1.07)
    lines = run(example, path, "3.6", tmp_path / "cpp.mrc").splitlines()
    command = [sys.executable, "-m", "sharpem", "sharpen", path, "-r", "3.6", "--paper"]
    run(*command, "-o", tmp_path / "python", "--no-report")
    with mrcfile.open(tmp_path / "cpp.mrc") as ours, mrcfile.open(tmp_path / "python.mrc") as its:
        np.testing.assert_array_equal(ours.data, its.data)
        assert not np.array_equal(ours.data, made.map.data)
        assert ours.nstart == its.nstart
        assert ours.header.cella == its.header.cella

    written = json.loads((tmp_path / "python.json").read_text())
    table = np.array([line.split() for line in lines[1:22]], dtype=float)
    trials = written["trials"]
    np.testing.assert_array_equal(table[:, 0], np.arange(-100, 301, 20))
    np.testing.assert_array_equal(table[:, 1], [trial["surface_area"] for trial in trials])
    np.testing.assert_array_equal(table[:, 2], [trial["regions"] for trial in trials])
    assert table[0, 3] == table[-1, 3]
    assert table[np.argmax(table[:, 3]), 0] == written["b_iso"]["target"]


def test_cpp_example_writes_no_map_where_the_algorithm_is_not_applicable(example, tmp_path):
    """A little noise, which has no clear maximum."""
    data = np.random.default_rng(3).normal(size=(14, 14, 14)).astype(np.float32)
    path = placed(tmp_path / "in.mrc", data, 1.5)
    done = subprocess.run(
        [example, path, "4.0", tmp_path / "no.mrc"], capture_output=True, check=False
    )
    assert done.returncode == 3
    command = [sys.executable, "-m", "sharpem", "sharpen", path, "-r", "4.0", "--paper"]
    done = subprocess.run([*command, "-o", tmp_path / "no"], capture_output=True, check=False)
    assert done.returncode == 3
    assert not (tmp_path / "no.mrc").exists()
    assert not json.loads((tmp_path / "no.json").read_text())["verdict"]["applicable"]
