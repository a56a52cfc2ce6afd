"""What the tests of the command line share: a small molecule as a map, bad maps, running it."""

import mrcfile
import numpy as np
import pytest

from sharpem.cli import main

VOXEL_SIZE = 1.3


def _molecule(n=56, atoms=500, b_iso=80.0, seed=7):
    """Atoms on a compact random walk in the middle of a box, at one B, with noise."""
    random = np.random.default_rng(seed)
    walk, position = [], np.zeros(3)
    while len(walk) < atoms:
        step = random.normal(size=3)
        new = position + 1.5 * step / np.linalg.norm(step)
        if np.linalg.norm(new) < 0.25 * n * VOXEL_SIZE:
            position = new
            walk.append(new)
    index = np.rint(np.array(walk) / VOXEL_SIZE + n // 2).astype(int)
    density = np.zeros((n, n, n))
    np.add.at(density, tuple(index.T), 1.0)
    s = np.array(np.meshgrid(*[np.fft.fftfreq(n, VOXEL_SIZE)] * 3, indexing="ij"))
    s2 = (s**2).sum(axis=0)
    terms = np.fft.fftn(density) * np.exp(-b_iso * s2 / 4) * (s2 < 1 / 3.0**2)
    clean = np.fft.ifftn(terms).real
    noise = np.fft.ifftn(np.fft.fftn(random.normal(size=clean.shape)) * (s2 < 1 / 3.0**2)).real
    return (clean + 0.05 * clean.std() * noise / noise.std()).astype(np.float32)


@pytest.fixture(scope="session")
def molecule_array():
    """A molecule of 500 atoms at B = 80 A^2, 56^3 voxels of 1.3 A, to 3 A; resolution about 4 A."""
    return _molecule()


@pytest.fixture(scope="session")
def write():
    """Write an array to a path with mrcfile; NSTART is (3, 0, 0)."""

    def write_with_mrcfile(path, array):
        with mrcfile.new(path) as mrc:
            mrc.set_data(array)
            mrc.voxel_size = VOXEL_SIZE
            mrc.header.nxstart = 3
        return path

    return write_with_mrcfile


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to be in."""
    inside = tmp_path / "work"
    inside.mkdir()
    monkeypatch.chdir(inside)
    return inside


@pytest.fixture
def map_file(tmp_path, molecule_array, write):
    """The molecule as a file, not in `folder`."""
    return write(tmp_path / "map.mrc", molecule_array)


@pytest.fixture
def bad_maps(tmp_path, molecule_array, write):
    """A folder with files that are no map, or hold nothing to work with, and a whole one."""
    (tmp_path / "text.mrc").write_text("not a map\n" * 500)
    (tmp_path / "empty.mrc").write_bytes(b"")
    whole = write(tmp_path / "whole.mrc", molecule_array).read_bytes()
    (tmp_path / "cut.mrc").write_bytes(whole[:-1000])
    write(tmp_path / "zero.mrc", np.zeros_like(molecule_array))
    nan = np.array([np.nan], "<f4").tobytes()
    (tmp_path / "nan.mrc").write_bytes(whole[:-4] + nan)
    write(tmp_path / "small.mrc", molecule_array[20:28, 20:28, 20:28])
    return tmp_path


@pytest.fixture
def outcome(capsys):
    """Run a command line; its exit code, and what it printed on both streams."""

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def refused(outcome):
    """Run a command line that is at fault; the one line with which it is refused."""

    def run(*arguments):
        code, out, err = outcome(*arguments)
        assert code == 2, err
        assert out == ""
        assert err.startswith("sharpem: ")
        assert err.count("\n") == 1
        assert "Traceback" not in err
        return err

    return run
