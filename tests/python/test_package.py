"""The package as it is installed: version, names, types, C++ library, examples in docstrings."""

import doctest
import importlib
import importlib.metadata
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import mrcfile
import numpy as np
import pytest

import sharpem

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


def test_cpp_example_against_the_wheel(cmake_dir, tmp_path):
    """A program that finds the library in the installed package sharpens a file of mrcfile's."""
    build = tmp_path / "build"
    configure = [tool("cmake"), "-S", ROOT / "cpp" / "examples", "-B", build]
    if shutil.which("ninja", path=sysconfig.get_path("scripts")):
        configure += ["-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={tool('ninja')}"]
    run(*configure, f"-Dsharpem_DIR={cmake_dir}", f"-DPython_EXECUTABLE={sys.executable}")
    run(tool("cmake"), "--build", build)

    data = np.random.default_rng(1).normal(size=(16, 18, 20)).astype(np.float32)
    with mrcfile.new(tmp_path / "noise.mrc") as mrc:
        mrc.set_data(data)
        mrc.voxel_size = 1.5
        mrc.nstart = (4, -5, 6)
    answer = tmp_path / "out.mrc"
    lines = run(build / "sharpen_map", tmp_path / "noise.mrc", "4.0", answer, "0.05").splitlines()
    table = np.array([line.split() for line in lines[1:]], dtype=float)
    np.testing.assert_array_equal(table[:, 0], np.arange(-100, 301, 20))
    assert table[0, 3] == pytest.approx(table[-1, 3], abs=1)
    best = table[np.argmax(table[:, 3]), 0]
    filter_ = sharpem.Filter(sharpem.SharpenBlur(best, 4.0), d_min=0.833 * 4.0)
    expected = sharpem.apply(sharpem.read_map(tmp_path / "noise.mrc"), filter_)
    with mrcfile.open(answer) as mrc:
        assert [int(mrc.nstart[axis]) for axis in "xyz"] == [4, -5, 6]
        assert float(mrc.voxel_size.x) == pytest.approx(1.5)
        np.testing.assert_allclose(mrc.data, expected.data, atol=1e-5 * expected.data.std())
