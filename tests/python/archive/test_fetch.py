"""Entries fetched from a server that is laid out like the archive."""

import gzip
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from archive_server import HEADER_3, Archive, cut, send, small_archive, status

import sharpem
from sharpem.archive.store import Store

ENTRY = "emdb/structures/EMD-3488"
MAP = f"{ENTRY}/map/emd_3488.map.gz"


def everything():
    return sharpem.fetch("EMD-3488", half_maps=True, mask=True, model=True)


def test_all_that_an_entry_has(archive, tmp_path):
    entry = everything()
    assert (entry.id, entry.resolution, entry.contour) == ("EMD-3488", 4.0, 0.06)
    assert entry.map == tmp_path / "cache" / MAP
    for kind, path in entry.files.items():
        assert path.read_bytes() == archive.files[str(path.relative_to(tmp_path / "cache"))]
        assert entry.urls[kind] == f"{archive.url}/{path.relative_to(tmp_path / 'cache')}"
    assert [path.name for path in entry.half_maps] == [
        "emd_3488_half_map_1.map.gz",
        "emd_3488_half_map_2.map.gz",
    ]
    assert (entry.mask.name, entry.model.name) == ("emd_3488_msk_1.map", "5ni1.cif.gz")


def test_only_what_is_asked_for(archive):
    entry = sharpem.fetch("emd_3488")
    assert archive.paths() == [f"{ENTRY}/header/emd-3488.xml", MAP]
    assert (entry.half_maps, entry.mask, entry.model) == (None, None, None)


def test_offline_from_the_cache(archive, monkeypatch):
    first = everything()
    monkeypatch.setenv("SHARPEM_MIRRORS", "http://127.0.0.1:9/pub")
    asked = len(archive.asked)
    assert everything() == first
    assert len(archive.asked) == asked


def test_no_network_and_nothing_in_the_cache(archive, monkeypatch):
    monkeypatch.setenv("SHARPEM_MIRRORS", "http://127.0.0.1:9/pub")
    with pytest.raises(sharpem.InputError, match=r"emd-3488.xml: cannot be fetched \(127.0.0.1:9 "):
        sharpem.fetch("EMD-3488")


def test_old_entry_under_other_names(archive):
    """Its header has the version in its name, its mask is packed although listed plain."""
    entry = sharpem.fetch("EMD-1234", mask=True)
    assert entry.resolution == 8.7
    assert entry.mask.name == "emd_1234_msk_1.map.gz"


def test_half_maps_that_the_metadata_do_not_list(archive):
    for number in (1, 2):
        name = f"emdb/structures/EMD-1234/other/emd_1234_half_map_{number}.map.gz"
        archive.files[name] = gzip.compress(b"%d" % number)
    one, two = sharpem.fetch("EMD-1234", half_maps=True).half_maps
    assert [gzip.decompress(path.read_bytes()) for path in (one, two)] == [b"1", b"2"]


@pytest.mark.parametrize(
    ("options", "lack"),
    [({"half_maps": True}, "has no half map 1"), ({"model": True}, "no such|has no model")],
)
def test_what_an_entry_has_not(archive, options, lack):
    with pytest.raises(sharpem.InputError, match=f"EMD-1234: {lack}"):
        sharpem.fetch("EMD-1234", **options)


def test_no_such_entry(archive):
    with pytest.raises(sharpem.InputError, match="EMD-99999: no such entry in the archive"):
        sharpem.fetch("EMD-99999")
    assert len(archive.asked) == 2  # neither name of the header file is asked for again


@pytest.mark.parametrize("name", ["3488", "EMD-1", "5ni1", "emd_3488.map.gz", ""])
def test_no_name_of_an_entry(archive, name):
    with pytest.raises(sharpem.InputError, match="expected an entry of the EMDB"):
        sharpem.fetch(name)
    assert archive.asked == []


def test_withdrawn_entry(archive):
    with pytest.raises(sharpem.InputError, match="status is OBS, superseded by EMD-3488"):
        sharpem.fetch("EMD-4321")


def test_map_on_hold(archive):
    header = HEADER_3.replace(">REL<", ">HPUB<")
    archive.files[f"{ENTRY}/header/emd-3488.xml"] = header.encode()
    del archive.files[MAP]
    with pytest.raises(sharpem.InputError, match=r"EMD-3488: no map in the archive.*HPUB"):
        sharpem.fetch("EMD-3488")


def test_which_model(archive):
    assert sharpem.fetch("EMD-3488", model="5ME2").model.name == "5me2.cif.gz"
    with pytest.raises(sharpem.InputError, match=r"1abc: no model fitted.*5ni1, 5me2"):
        sharpem.fetch("EMD-3488", model="1abc")


def test_metadata_with_a_name_that_leads_elsewhere(archive, tmp_path):
    header = HEADER_3.replace("<file>emd_3488.map.gz<", "<file>../../../x<")
    archive.files[f"{ENTRY}/header/emd-3488.xml"] = header.encode()
    with pytest.raises(sharpem.InputError, match="expected a plain name"):
        sharpem.fetch("EMD-3488")


def test_metadata_that_are_none(archive):
    archive.files[f"{ENTRY}/header/emd-3488.xml"] = b"be right back"
    with pytest.raises(sharpem.InputError, match=r"not XML.*--refresh"):
        sharpem.fetch("EMD-3488")
    archive.files[f"{ENTRY}/header/emd-3488.xml"] = HEADER_3.encode()
    assert sharpem.fetch("EMD-3488", refresh=True).resolution == 4.0


def test_refresh(archive):
    before = sharpem.fetch("EMD-3488").map.read_bytes()
    new = small_archive()[f"{ENTRY}/other/emd_3488_half_map_1.map.gz"]
    archive.files[MAP] = new
    assert sharpem.fetch("EMD-3488").map.read_bytes() == before
    assert sharpem.fetch("EMD-3488", refresh=True).map.read_bytes() == new


def test_refresh_that_fails_leaves_what_was_there(archive):
    entry = sharpem.fetch("EMD-3488")
    archive.moods[MAP] = [status(500)] * 100
    with pytest.raises(sharpem.InputError, match="answers 500"):
        sharpem.fetch("EMD-3488", refresh=True)
    assert entry.map.read_bytes() == archive.files[MAP]


def test_file_that_was_cut_in_the_cache_is_fetched_anew(archive):
    entry = sharpem.fetch("EMD-3488")
    entry.map.write_bytes(entry.map.read_bytes()[:1000])
    assert sharpem.fetch("EMD-3488").map.read_bytes() == archive.files[MAP]


def test_copy_of_the_archive_serves_as_cache(archive, tmp_path):
    """What rsync brought has no record of where it came from; nothing is asked or written."""
    for name, data in archive.files.items():
        path = tmp_path / "copy" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    entry = sharpem.fetch("EMD-3488", half_maps=True, cache=tmp_path / "copy")
    assert entry.urls["map"] is None
    assert archive.asked == []
    assert not [path for path in (tmp_path / "copy").iterdir() if path.name.startswith(".")]


def test_cache_serves_as_mirror(archive, tmp_path):
    everything()
    cache = tmp_path / "cache"
    files = {str(p.relative_to(cache)): p.read_bytes() for p in cache.rglob("[!.]*") if p.is_file()}
    with Archive(files=files) as second:
        entry = sharpem.fetch("EMD-3488", cache=tmp_path / "second", mirrors=[second.url])
    assert entry.map.read_bytes() == archive.files[MAP]


@pytest.fixture
def read_only(archive, monkeypatch):
    """A cache with a map in it that this process may read, not write; not as root either."""
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to others
        monkeypatch.setenv("SHARPEM_CACHE", folder)
        sharpem.fetch("EMD-3488")
        user, places = os.geteuid(), [Path(folder), *Path(folder).rglob("*")]
        for path in places:
            path.chmod(0o555)
        if user == 0:
            os.seteuid(65534)
        yield
        os.seteuid(user)
        for path in places:
            path.chmod(0o755)


def test_read_only_cache(read_only):
    assert sharpem.fetch("EMD-3488").map.is_file()
    with pytest.raises(sharpem.InputError, match="permission denied, expected a folder with room"):
        sharpem.fetch("EMD-3488", mask=True)


def test_cache_that_is_a_file(archive, tmp_path):
    (tmp_path / "cache").write_text("")
    with pytest.raises(sharpem.InputError, match=r"cache.*SHARPEM_CACHE names another"):
        sharpem.fetch("EMD-3488")


def test_no_room(archive, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 9, 1))
    with pytest.raises(sharpem.InputError, match="bytes to fetch, 1 free"):
        sharpem.fetch("EMD-3488")


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
from sharpem.cli import main
sys.exit(main(["fetch", "EMD-3488"]))
"""


def test_room_that_ends_on_the_way(archive, tmp_path):
    """As with a quota: what is there stays for the next run, under a name of its own."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "file too large" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "cache" / MAP).exists()
    assert sharpem.fetch("EMD-3488").map.read_bytes() == archive.files[MAP]
    assert archive.asked[-1] == (MAP, "bytes=20000-")


def test_two_processes_at_the_same_time(archive, tmp_path):
    """The second waits for the first, and finds what that has fetched."""
    slow = cut(archive.files[MAP])

    def delayed(handler):
        time.sleep(0.5)
        slow(handler)

    archive.moods[MAP] = [delayed]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        found = pool.map(sharpem.fetch, ["EMD-3488", "EMD-3488"], chunksize=1)
    assert found[0] == found[1]
    assert found[0].map.read_bytes() == archive.files[MAP]
    assert archive.paths().count(MAP) == 2  # cut off, then the rest: not once more


def test_killed_in_the_middle(archive, tmp_path):
    """kill -9: the map is not there, and the next run goes on where this one ended."""
    data = archive.files[MAP] = gzip.compress(random.Random(1).randbytes(3_000_000))
    part = tmp_path / "cache/.incoming" / f"{MAP}.part"

    def stall_and_kill(handler):
        fields = {"Content-Length": str(len(data)), "Last-Modified": archive.modified}
        send(handler, 200, fields, data[:2_500_000])
        while not (part.exists() and part.stat().st_size):
            time.sleep(0.01)
        process.kill()

    archive.moods[MAP] = [stall_and_kill]
    process = subprocess.Popen([sys.executable, "-m", "sharpem", "fetch", "EMD-3488"])
    assert process.wait(60) == -9
    assert not (tmp_path / "cache" / MAP).exists()
    there = part.stat().st_size
    assert sharpem.fetch("EMD-3488").map.read_bytes() == data
    assert archive.asked[-1] == (MAP, f"bytes={there}-")


def test_progress(archive):
    told = []
    sharpem.fetch("EMD-3488", progress=lambda *words: told.append(words))
    assert told[-1] == ("fetch emd_3488.map.gz", *[len(archive.files[MAP])] * 2)


def test_default_folder(monkeypatch):
    monkeypatch.delenv("SHARPEM_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert Path("/somewhere/sharpem") == Store().folder or sys.platform == "darwin"


def test_import_of_sharpem_leaves_the_network_alone():
    code = "import sharpem, sys; print([m for m in ('pooch', 'requests') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
