"""What packagers rely on: builds that download nothing, recipes that say what pyproject says."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RECIPE = yaml.safe_load((ROOT / "packaging/conda/recipe/recipe.yaml").read_text("utf-8"))


@pytest.fixture
def configure(tmp_path, monkeypatch):
    """Configure the C++ library with no way out, and no header but one in the folder `there`."""
    if shutil.which("cmake") is None or shutil.which("c++") is None:
        pytest.skip("no CMake or no compiler")
    (tmp_path / "there").mkdir()
    (tmp_path / "there/pocketfft_hdronly.h").touch()
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")

    def run(*options):
        fixed = ("-DSHARPEM_BUILD_TESTS=OFF", "-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF")
        command = ["cmake", "-S", ROOT, "-B", tmp_path / "build", *fixed, *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, " ".join(done.stderr.split()), done.stdout

    return run


@pytest.mark.parametrize("fetch", ["ON", "OFF"])
def test_a_build_that_finds_the_header_downloads_nothing(fetch, configure, tmp_path):
    there = tmp_path / "there"
    code, said, out = configure(f"-DPocketFFT_ROOT={there}", f"-DSHARPEM_FETCH_POCKETFFT={fetch}")
    assert code == 0, said
    assert "taking it from" not in out
    assert not (tmp_path / "build/_deps/gemmi").exists()


def test_a_build_that_must_not_download_says_what_is_missing(configure, tmp_path):
    code, said, out = configure("-DSHARPEM_FETCH_POCKETFFT=OFF")
    assert code != 0
    assert "install a package with pocketfft_hdronly.h" in said
    assert "taking it from" not in out
    assert not (tmp_path / "build/_deps/gemmi").exists()


def test_the_recipe_has_the_version_of_the_sources():
    text = (ROOT / "CMakeLists.txt").read_text("utf-8")
    [version] = re.findall(r"project\(sharpem VERSION ([\d.]+)", text)
    assert RECIPE["context"]["version"] == version


def test_the_recipe_needs_what_the_package_needs():
    needs = [_spelled(one) for one in PROJECT["project"]["dependencies"]]
    python = _spelled("python" + PROJECT["project"]["requires-python"])
    assert RECIPE["requirements"]["run"] == [python, *needs]


def test_the_recipe_builds_with_what_the_build_needs():
    needs = {_spelled(one) for one in PROJECT["build-system"]["requires"]}
    assert needs <= set(map(str, RECIPE["requirements"]["host"]))


def test_the_recipe_builds_without_a_download():
    assert "SHARPEM_FETCH_POCKETFFT=OFF" in RECIPE["build"]["script"]


def test_the_container_copies_all_that_a_build_needs():
    text = (ROOT / "packaging/Containerfile").read_text("utf-8")
    copied = {
        word for line in re.findall(r"^COPY (?!--)(.*) \S+$", text, re.M) for word in line.split()
    }
    cmake = (ROOT / "CMakeLists.txt").read_text("utf-8")
    folders = set(re.findall(r"\b(cpp|third_party)/", cmake)) | {"python"}
    assert copied == {"CMakeLists.txt", "pyproject.toml", "LICENSE", "README.md", *folders}


def _spelled(requirement):
    """As conda writes it: `numpy>=1.24` is `numpy >=1.24`."""
    return re.sub(r"(?=[<>=])", " ", requirement, count=1)
