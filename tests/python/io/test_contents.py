"""Paths that are no files, and packed files that unpack to more than they should."""

from __future__ import annotations

import bz2
import gzip
import json
import os

import numpy as np
import pytest

from sharpem.cli import main
from sharpem.errors import InputError
from sharpem.io import gzip_stream
from sharpem.io.contents import contents, opened
from sharpem.io.json_text import read_json
from sharpem.io.model import read_model
from sharpem.io.mtz import read_mtz
from sharpem.io.read import read_map
from sharpem.io.sequence import read_sequences
from sharpem.machine import peak_memory

READERS = (read_map, read_model, read_mtz, read_sequences, read_json)


@pytest.mark.parametrize("read", READERS)
def test_what_is_no_file_is_refused_without_waiting(tmp_path, read):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "folder").mkdir()
    names = ("pipe", "loop", "folder", "none", "x" * 300, "nul\0byte")
    for name in names:
        with pytest.raises(InputError) as caught:
            read(tmp_path / name)
        shown = name.replace("\0", "\\x00")
        assert str(caught.value).startswith(f"{tmp_path / shown}: ")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("read", [read_model, read_mtz, read_sequences, read_json])
@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_bombs_are_not_unpacked(tmp_path, read, pack):
    path = tmp_path / "bomb"
    path.write_bytes(pack(bytes(200_000_000)))
    before = peak_memory()
    with pytest.raises(InputError, match=r"more than .* MB in .* bytes of"):
        read(path)
    assert peak_memory() - before < 170_000_000


def test_a_map_of_zeros_in_few_bytes_is_refused_before_it_is_unpacked(mrc_file):
    path = mrc_file(nx=1000, ny=1000, nz=100)
    header = path.read_bytes()[:1024]
    path.write_bytes(bz2.compress(header + bytes(10**8)))
    before = peak_memory()
    with pytest.raises(InputError, match="bytes of bzip2, which hold too little"):
        read_map(path)
    assert peak_memory() - before < 50_000_000


def test_an_extended_header_is_bounded(mrc_file):
    path = mrc_file(nsymbt=2**31 - 1)
    with pytest.raises(InputError, match=r"extended header of 2147483647 bytes \(NSYMBT\)"):
        read_map(path)


def test_largest(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(bytes(1000))
    assert contents(path, "a file", largest=1000) == bytes(1000)
    with pytest.raises(InputError, match="more than 0 MB, expected a smaller file"):
        contents(path, "a file", largest=999)
    with opened(path) as source:
        assert (source.packing, source.most) == (None, 1000)


@pytest.mark.parametrize(
    ("text", "message"),
    [("[" * 10**5, "not JSON"), ('{"a": NaN}', "NaN is no number"), ("\xff", "not JSON")],
)
def test_json_that_is_none(tmp_path, text, message):
    path = tmp_path / "x.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(InputError, match=message):
        read_json(path)


@pytest.fixture
def latin(tmp_path, mrc_file):
    """A map with a name that is not UTF-8."""
    data = np.random.default_rng(1).normal(size=(40, 40, 40))
    data[12:28, 12:28, 12:28] += 3
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mrc")
    os.rename(mrc_file(array=data.astype(np.float32)), path)
    return path


def test_names_that_are_not_utf8(latin, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    arguments = ["--b-sharpen", "40", "-r", "3", "--write-mtz", "-q"]
    assert main(["sharpen", latin, *arguments]) == 0, capsys.readouterr().err
    names = sorted(os.listdir(os.fsencode(tmp_path)))
    endings = (b"cxc", b"html", b"json", b"mrc", b"mtz")
    assert names == [b"caf\xe9.mrc", *(b"caf\xe9_sharpened." + ending for ending in endings)]
    written = json.loads((tmp_path / os.fsdecode(b"caf\xe9_sharpened.json")).read_text())
    assert written["input"]["map"] == latin
    assert "caf\\udce9" in (tmp_path / os.fsdecode(b"caf\xe9_sharpened.html")).read_text()
    again = read_map(os.fsdecode(b"caf\xe9_sharpened.mtz"))
    assert again.shape == (40, 40, 40)


def test_models_with_names_that_are_not_utf8(tmp_path):
    path = tmp_path / os.fsdecode(b"mod\xe9l.pdb")
    path.write_text(
        "ATOM      1  CA  ALA A   1       1.000   2.000   3.000  1.00 20.00           C\n"
    )
    assert len(read_model(path)) == 1


@pytest.mark.parametrize("output", ["x" * 300, "loop", "x" * 253])
def test_outputs_that_cannot_be_are_refused_before_the_work(mrc_file, tmp_path, output, capsys):
    (tmp_path / "loop.mrc").symlink_to("loop.mrc")
    arguments = ["-r", "3", "-o", str(tmp_path / output), "-q"]
    assert main(["sharpen", str(mrc_file()), *arguments]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "expected a name for a file" in message or "expected a new name" in message


@pytest.fixture(params=["isal", "zlib"])
def library(request, monkeypatch):
    """What packs and unpacks."""
    if request.param == "isal":
        pytest.importorskip("isal", reason="needs the extra named fast")
    else:
        monkeypatch.setattr(gzip_stream, "_isal", None)
    return request.param


def test_what_one_library_packs_the_other_unpacks(library, tmp_path):
    values = np.random.default_rng(1).normal(size=300_000).astype(np.float32).tobytes()
    ours, theirs = tmp_path / "ours.gz", tmp_path / "theirs.gz"
    with ours.open("wb") as raw, gzip_stream.packing(raw) as stream:
        stream.write(values)
    theirs.write_bytes(gzip.compress(values[:1000]) + gzip.compress(values[1000:]))
    assert gzip.decompress(ours.read_bytes()) == values
    assert ours.stat().st_size < len(values)
    for path in (ours, theirs):
        assert contents(path, "numbers", largest=len(values)) == values
    again = tmp_path / "again.gz"
    with again.open("wb") as raw, gzip_stream.packing(raw) as stream:
        stream.write(values)
    assert again.read_bytes() == ours.read_bytes()  # without name and time


@pytest.mark.parametrize("damage", ["cut", "checksum", "bytes", "header"])
def test_damage_is_told_in_one_line(library, tmp_path, damage):
    packed = bytearray(gzip.compress(os.urandom(100_000)))
    if damage == "cut":
        del packed[50_000:]
    else:
        packed[{"checksum": -8, "bytes": 20, "header": 2}[damage]] ^= 0xFF
    path = tmp_path / "damaged.gz"
    path.write_bytes(packed)
    with pytest.raises(InputError) as caught:
        contents(path, "numbers", largest=10**6)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
