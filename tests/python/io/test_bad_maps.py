"""Files that are at fault, and places that cannot be written: one line that says what is wrong."""

from __future__ import annotations

import bz2
import gzip
import os
import resource
import signal
import tracemalloc
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sharpem.errors import InputError
from sharpem.io.mrc import read_map, write_map
from sharpem.maps.density import DensityMap

OVER = " over MX, MY, MZ 12, 9, 7)"
VOXEL_SIZES = "expected 0.05 to 1000 A, alike along x, y and z; give --apix"
ANGLES = "expected those of a cell (degrees)"


@pytest.fixture
def density(random_array):
    return DensityMap.from_array(random_array, 1.05)


def refusal(path, **options) -> str:
    """One line, beginning with the file, without anything having been read."""
    with pytest.raises(InputError) as caught:
        read_map(path, **options)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def test_no_such_file(tmp_path):
    assert refusal(tmp_path / "nothing.mrc") == "no such file"


def test_a_folder(tmp_path):
    assert refusal(tmp_path) == "a folder, expected a file"


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.mrc")
    assert refusal(tmp_path / "pipe.mrc") == "a device or pipe, expected a file"


def test_a_file_without_permission(mrc_file):
    path = mrc_file()
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert refusal(path) == "permission denied"


def test_a_file_that_fails_to_read(mrc_file, monkeypatch):
    def fail(*_):
        raise OSError(5, "Input/output error")

    path = mrc_file()
    monkeypatch.setattr("sharpem.io.mrc._fill", fail)
    assert refusal(path) == "input/output error"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "0 bytes, too short for a header of 1024 bytes, expected an MRC/CCP4 map"),
        (b"\0" * 100, "100 bytes, too short for a header of 1024 bytes, expected an MRC/CCP4 map"),
        (b"ATOM      1  N   ALA A   1\n" * 90, "a text file, expected an MRC/CCP4 map"),
        (b"ATOM      1  N   ALA A   1\n", "a text file, expected an MRC/CCP4 map"),
        (b"\x89PNG\r\n\x1a\n" + b"\7" * 2000, "a PNG image, expected an MRC/CCP4 map"),
        (b"MTZ \x15\0\0\0" * 300, "an MTZ reflection file, expected an MRC/CCP4 map"),
        (b"\0" * 4000, "no 'MAP' at byte 208, expected an MRC/CCP4 map"),
        (bytes(range(256)) * 20, "no 'MAP' at byte 208, expected an MRC/CCP4 map"),
        (gzip.compress(b"some text" * 300, mtime=0), "a text file, expected an MRC/CCP4 map"),
        (
            gzip.compress(gzip.compress(b"x", mtime=0), mtime=0),
            "packed with gzip twice, expected an MRC/CCP4 map",
        ),
    ],
)
def test_not_a_map(tmp_path, content, message):
    path = tmp_path / "map.mrc"
    path.write_bytes(content)
    assert refusal(path) == message


@pytest.mark.parametrize("keep", [1024, 2000, 4047])
def test_cut_off(mrc_file, keep):
    path = mrc_file()
    assert path.stat().st_size == 4048
    os.truncate(path, keep)
    assert refusal(path) == (
        f"{keep} bytes, too short for the 12 x 9 x 7 voxels (3024 bytes) that its header announces"
    )


def test_cut_off_behind_an_extended_header(mrc_file):
    path = mrc_file(nsymbt=160)
    assert refusal(path).endswith(
        "(3024 bytes) and the extended header of 160 bytes that its header announces"
    )


@pytest.mark.parametrize("packing", [gzip, bz2])
@pytest.mark.parametrize("part", [0.3, 0.99])
def test_packed_data_cut_off(mrc_file, packing, part):
    path = mrc_file()
    packed = packing.compress(path.read_bytes())
    path.write_bytes(packed[: int(part * len(packed))])
    assert refusal(path).startswith("packed data are damaged or cut off (Compressed file ended")


@pytest.mark.parametrize("packing", [gzip, bz2])
def test_packed_data_damaged(mrc_file, packing):
    path = mrc_file()
    packed = bytearray(packing.compress(path.read_bytes()))
    packed[-6] ^= 0xFF  # the checksum
    path.write_bytes(packed)
    assert refusal(path).startswith("packed data are damaged or cut off")


@pytest.mark.parametrize(("packing", "name"), [(gzip, "gzip"), (bz2, "bzip2")])
def test_packed_map_cut_off_before_packing(mrc_file, packing, name):
    path = mrc_file()
    packed = packing.compress(path.read_bytes()[:-4])
    path.write_bytes(packed)
    assert refusal(path) == (
        f"{len(packed)} bytes of {name}, which hold too little for the 12 x 9 x 7 voxels "
        "(3024 bytes) that its header announces"
    )


@pytest.mark.parametrize("packing", [bytes, gzip.compress])
@pytest.mark.parametrize("edge", [1000, 30000])
def test_announced_size_is_not_believed(mrc_file, packing, edge):
    """A small file that announces gigabytes or terabytes costs no memory."""
    path = mrc_file(nx=edge, ny=edge, nz=edge)
    path.write_bytes(packing(path.read_bytes()))
    tracemalloc.start()
    try:
        assert f"{edge} x {edge} x {edge} voxels ({4 * edge**3} bytes)" in refusal(path)
        assert tracemalloc.get_traced_memory()[1] < 1e6
    finally:
        tracemalloc.stop()


def test_more_than_the_memory_is_refused_before_it_is_unpacked(mrc_file, monkeypatch):
    path = mrc_file("map.mrc.gz", nx=100, ny=100, nz=100)
    monkeypatch.setattr("sharpem.io.mrc.available_memory", lambda: 2_000_000)
    expected = "100 x 100 x 100 voxels take 0.004 GB, this machine has 0.002 GB left"
    assert refusal(path) == expected


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"nx": 0}, "header announces 0 x 9 x 7 voxels, expected positive sizes"),
        ({"ny": -9}, "header announces 12 x -9 x 7 voxels, expected positive sizes"),
        ({"nz": 2**30}, "header announces 12 x 9 x 1073741824 voxels, expected positive sizes"),
        ({"mode": 3}, "mode 3 (complex 16-bit integers), expected 0, 1, 2, 6 or 12"),
        ({"mode": 4}, "mode 4 (a complex transform), expected 0, 1, 2, 6 or 12"),
        ({"mode": 101}, "mode 101 (4-bit integers), expected 0, 1, 2, 6 or 12"),
        ({"mode": 7}, "mode 7, expected 0, 1, 2, 6 or 12"),
        ({"mapr": 1}, "axis order (MAPC, MAPR, MAPS) (1, 1, 3), expected 1, 2, 3 shuffled"),
        ({"maps": 4}, "axis order (MAPC, MAPR, MAPS) (1, 2, 4), expected 1, 2, 3 shuffled"),
        ({"nsymbt": -80}, "extended header of -80 bytes (NSYMBT), expected 0 to 67108864"),
        ({"cella": (0, 0, 0)}, f"voxel size 0 A (CELLA 0, 0, 0 A{OVER}, {VOXEL_SIZES}"),
        ({"cella": (12, 9, 1e6)},
         f"voxel size (1, 1, 1.429e+05) A (CELLA 12, 9, 1e+06 A{OVER}, {VOXEL_SIZES}"),
        ({"cella": (-12, 9, 7)},
         f"voxel size (-1, 1, 1) A (CELLA -12, 9, 7 A{OVER}, {VOXEL_SIZES}"),
        ({"cella": (np.nan,) * 3},
         f"voxel size (nan, nan, nan) A (CELLA nan, nan, nan A{OVER}, {VOXEL_SIZES}"),
        ({"cellb": (90, 90, 180)}, f"cell angles 90, 90, 180, {ANGLES}"),
        ({"cellb": (90, 0, 90)}, f"cell angles 90, 0, 90, {ANGLES}"),
        ({"cellb": (30, 30, 90)}, f"cell angles 30, 30, 90, {ANGLES}"),
        ({"cellb": (np.nan, 90, 90)}, f"cell angles nan, 90, 90, {ANGLES}"),
        (
            {"ispg": 0, "mz": 1},
            "a stack of 7 images (ISPG 0, MZ 1), expected a volume; "
            "if it is one, set MZ to 7 in its header",
        ),
        ({"ispg": 401, "mz": 1}, "a stack of volumes (ISPG 401, MZ 1, NZ 7), expected one"),
        ({"nz": 1}, "an image of 12 x 9 x 1, expected a volume"),
    ],
)  # fmt: skip
def test_headers_that_cannot_be_right(mrc_file, fields, message):
    assert refusal(mrc_file(**fields)) == message


@pytest.mark.parametrize("apix", [0, -1.05, np.nan, 1e9])
def test_apix_that_cannot_be_right(mrc_file, apix):
    with pytest.raises(InputError, match=f"--apix {apix}, expected 0.01 to 1000"):
        read_map(mrc_file(), voxel_size=apix)


def test_values_that_are_no_numbers(mrc_file, random_array):
    path = mrc_file()
    random_array[1, 2, 3], random_array[6, 0, 0] = np.nan, -np.inf
    path.write_bytes(path.read_bytes()[:1024] + random_array.tobytes())
    assert refusal(path) == "2 of 756 values are NaN or infinite, expected numbers"


@pytest.mark.parametrize("value", [0, 2.5])
def test_a_constant_map(mrc_file, value):
    array = np.full((4, 5, 6), value, np.float32)
    assert refusal(mrc_file(array=array)) == f"all 120 values are {value:g}, expected a map"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(changes=st.lists(st.tuples(st.integers(0, 223), st.integers(0, 255)), max_size=12))
@example(changes=[(0, 255)])
def test_a_header_of_garbage_is_read_or_refused_never_a_crash(tmp_path, mrc_file, changes):
    path = tmp_path / "fuzzed.mrc"
    raw = bytearray(mrc_file().read_bytes())
    for position, byte in changes:
        raw[position] = byte
    path.write_bytes(raw)
    try:
        found = str(read_map(path).path)
    except InputError as error:
        found = str(error)
    assert found.startswith(str(path))


def assert_not_written(density, path, message, **options):
    """Writing fails with this message, and the folder is as it was."""
    before = {entry: entry.stat().st_mtime_ns for entry in path.parent.glob("*")}
    with pytest.raises(InputError) as caught:
        write_map(density, path, **options)
    assert str(caught.value) == f"{path}: {message}"
    assert {entry: entry.stat().st_mtime_ns for entry in path.parent.glob("*")} == before


def test_an_existing_file_is_kept(density, tmp_path):
    path = tmp_path / "out.mrc"
    path.write_text("precious")
    assert_not_written(density, path, "exists already, expected a new name or --overwrite")
    assert path.read_text() == "precious"


def test_an_existing_file_is_replaced_on_request(density, tmp_path):
    path = tmp_path / "out.mrc"
    path.write_text("worthless")
    write_map(density, path, overwrite=True)
    np.testing.assert_array_equal(read_map(path).data, density.data)
    assert list(tmp_path.iterdir()) == [path]


def test_the_input_may_be_overwritten_by_its_own_result(mrc_file):
    path = mrc_file()
    density = read_map(path)
    write_map(density.with_data(2 * density.data), path, overwrite=True)
    np.testing.assert_array_equal(read_map(path).data, 2 * density.data)


def test_a_missing_folder(density, tmp_path):
    path = tmp_path / "nowhere" / "out.mrc"
    with pytest.raises(InputError, match=f"{path.parent}: no such folder"):
        write_map(density, path)


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_folder_in_the_way(density, tmp_path, overwrite):
    path = tmp_path / "out.mrc"
    path.mkdir()
    assert_not_written(
        density, path, "is a folder, expected a name for a file", overwrite=overwrite
    )


def test_a_device_is_not_replaced(density):
    device = Path("/dev/full")
    if not device.exists():
        pytest.skip("no /dev/full on this system")
    assert_not_written(
        density, device, "is not a plain file, expected a name for a file", overwrite=True
    )


def test_a_folder_without_permission(density, tmp_path):
    tmp_path.chmod(0o500)
    if os.access(tmp_path, os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(InputError, match="cannot be written to"):
        write_map(density, tmp_path / "out.mrc")


def test_values_that_are_no_numbers_are_not_written(density, tmp_path):
    data = density.data.copy()
    data[0, 0, :5] = np.nan
    bad = replace(density, data=data)
    assert_not_written(bad, tmp_path / "out.mrc", "not written, 5 values are NaN or infinite")


@contextmanager
def small_files_only():
    """Let no file of this process grow beyond 2000 bytes: half the map.

    Not a fixture: pytest's own output, where it goes to a file, must not fall under the limit.
    """
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("name", ["out.mrc", "out.mrc.gz", "out.mrc.bz2"])
def test_a_write_that_fails_midway_leaves_nothing(density, tmp_path, name):
    (tmp_path / name).write_text("precious")
    message = "file too large while writing, nothing was written"
    with small_files_only():
        assert_not_written(density, tmp_path / name, message, overwrite=True)
    assert (tmp_path / name).read_text() == "precious"
    with small_files_only():
        assert_not_written(density, tmp_path / f"new_{name}", message)


@pytest.mark.parametrize("name", ["out.mrc", "out.mrc.gz"])
def test_a_full_disk_leaves_nothing(density, tmp_path, name, monkeypatch):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full on this system")
    opened, really_open = [], Path.open

    def on_full_disk(self, mode):
        if self.name.startswith("."):
            return really_open(self, mode)
        opened.append(self)
        self.touch()
        return really_open(full, mode.replace("x", "w"))

    monkeypatch.setattr(Path, "open", on_full_disk)
    assert_not_written(
        density, tmp_path / name, "no space left on device while writing, nothing was written"
    )
    assert [path.name for path in opened] == [name]


def test_an_interrupted_write_leaves_nothing(density, tmp_path, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "ascontiguousarray", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_map(density, tmp_path / "out.mrc")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"mz": 1}, "MX, MY, MZ of 12, 9, 1 for 12 x 9 x 7 voxels"),
        ({"mx": 1, "my": 1, "mz": 1}, "MX, MY, MZ of 1, 1, 1"),
        ({"mx": 2**31 - 1}, "MX, MY, MZ of 2147483647, 9, 7"),
        ({"cella": (0.5, 0.5, 0.5)}, "CELLA 0.5, 0.5, 0.5 A over MX, MY, MZ 12, 9, 7"),
        ({"mz": 70}, "CELLA 12.6, 9.45, 7.35 A over MX, MY, MZ 12, 9, 70"),
    ],
)
def test_what_makes_an_impossible_voxel_is_named_and_apix_heals_it(
    mrc_file, tmp_path, fields, named
):
    path = mrc_file("map.mrc", np.random.default_rng(1).normal(size=(7, 9, 12)).astype("f4"))
    plain = read_map(path)
    path = mrc_file("odd.mrc", plain.data, ispg=1, **({"mz": 7} | fields))
    message = refusal(path)
    assert named in message
    assert message.endswith("--apix")
    healed = read_map(path, voxel_size=1.05)
    assert healed.voxel_size == pytest.approx((1.05,) * 3)
    write_map(healed, tmp_path / "out.mrc")
    again = read_map(tmp_path / "out.mrc")
    assert again.voxel_size == pytest.approx((1.05,) * 3)
    assert again.sampling == ((12, 9, 7) if fields.get("mz") != 70 else (12, 9, 70))
