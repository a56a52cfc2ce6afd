"""What can happen on the way: cuts, errors, wrong bytes, mirrors, redirects, proxies."""

import gzip
import socket
import time

import pytest
from archive_server import MODIFIED, Archive, cut, digest, send, small_archive, status

import sharpem

MAP = "emdb/structures/EMD-3488/map/emd_3488.map.gz"
MASK = "emdb/structures/EMD-3488/masks/emd_3488_msk_1.map"


def fetched(**options):
    return sharpem.fetch("EMD-3488", **options).map.read_bytes()


def ranges(archive):
    return [asked for path, asked in archive.asked if path == MAP]


def test_cut_off_and_resumed_at_once(archive):
    data = archive.files[MAP]
    archive.moods[MAP] = [cut(data)]
    assert fetched() == data
    assert ranges(archive) == [None, f"bytes={len(data) // 2}-"]


def test_cut_off_every_time(archive, tmp_path):
    """Never half a map under the map's name; the next run takes it up."""
    data = archive.files[MAP]
    archive.moods[MAP] = [cut(data)] * 100
    with pytest.raises(sharpem.InputError, match=f"cut off after {len(data) // 2} of {len(data)}"):
        fetched()
    assert not (tmp_path / "cache" / MAP).exists()
    archive.moods.clear()
    assert fetched() == data
    assert ranges(archive)[-1] == f"bytes={len(data) // 2}-"
    assert not list((tmp_path / "cache/.incoming").rglob("*.part*"))


def test_file_that_changed_in_between_is_begun_anew(archive):
    old = archive.files[MAP]
    new = archive.files[MAP.replace("map/emd_3488", "other/emd_3488_half_map_1")]
    archive.moods[MAP] = [cut(old)] * 100
    with pytest.raises(sharpem.InputError, match="cut off"):
        fetched()
    archive.moods.clear()
    archive.files[MAP], archive.modified = new, "Thu, 18 May 2017 00:00:00 GMT"
    assert fetched() == new


@pytest.mark.parametrize(("etag", "resumed"), [('"a1"', True), ('W/"a1"', False), ("", False)])
def test_version_told_by_etag_alone(archive, etag, resumed):
    """A weak one, or none: then halves are not put together."""
    data = archive.files[MAP]
    archive.modified, archive.etag = None, etag
    archive.moods[MAP] = [cut(data, ETag=etag)]
    assert fetched() == data
    assert ranges(archive) == [None, f"bytes={len(data) // 2}-" if resumed else None]


def test_server_that_ignores_the_condition(archive):
    """It sends the rest of another file: the packed file's own checksum tells."""
    old = archive.files[MAP]
    new = gzip.compress(gzip.decompress(old)[::-1])
    archive.moods[MAP] = [cut(old)]
    archive.files[MAP] = new
    assert fetched() == new
    assert len(ranges(archive)) == 3


def test_other_part_than_asked_for(archive):
    data = archive.files[MAP]
    wrong = {"Content-Range": f"bytes 5-{len(data) - 1}/{len(data)}", "Content-Length": "9"}
    archive.moods[MAP] = [cut(data), lambda h: send(h, 206, wrong, data[5:14])]
    assert fetched() == data
    assert ranges(archive)[-1] is None


def test_range_not_satisfiable(archive):
    archive.moods[MAP] = [cut(archive.files[MAP]), status(416)]
    assert fetched() == archive.files[MAP]
    assert ranges(archive)[-1] is None


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503])
def test_error_that_passes(archive, code):
    archive.moods[MAP] = [status(code), status(code)]
    assert fetched() == archive.files[MAP]


def test_server_that_stops_sending(archive, monkeypatch):
    monkeypatch.setattr("sharpem.archive.download._TIMEOUT", (1, 0.2))
    data = archive.files[MAP]

    def stall(handler):
        send(handler, 200, {"Content-Length": str(len(data))}, data[:1000])
        handler.wfile.flush()
        time.sleep(1)
        handler.close_connection = True

    archive.moods[MAP] = [stall]
    assert fetched() == data


def test_firewall_that_swallows_everything(archive, monkeypatch):
    """It is asked once: the next mirror has the file."""
    monkeypatch.setattr("sharpem.archive.download._TIMEOUT", (0.2, 5))
    with socket.create_server(("127.0.0.1", 0), backlog=0) as silent:
        place = silent.getsockname()
        mirrors = [f"http://127.0.0.1:{place[1]}/pub"]
        with socket.create_connection(place):  # takes the only seat there is
            assert fetched(mirrors=[*mirrors, archive.url]) == archive.files[MAP]
            with pytest.raises(sharpem.InputError, match=r"no connection within 0.2 s\)"):
                sharpem.fetch("EMD-1234", mirrors=mirrors)


def test_error_that_stays(archive):
    archive.moods[MAP] = [status(503)] * 100
    with pytest.raises(sharpem.InputError, match=r"emd_3488.map.gz: cannot .* answers 503"):
        fetched()
    assert 2 <= len(ranges(archive)) <= 10


def test_waits_as_long_as_the_server_asks(archive, monkeypatch):
    waits = []
    monkeypatch.setattr("sharpem.archive.mirrors.time.sleep", waits.append)
    monkeypatch.setattr("sharpem.archive.mirrors._PAUSE", 1.0)
    archive.moods[MAP] = [
        status(429, Retry_After="7"),
        status(503, Retry_After="9999"),
        status(500),
    ]
    assert fetched() == archive.files[MAP]
    assert waits == [7.0, 60.0, 4.0]


def test_refusal_is_not_asked_again(archive):
    archive.moods[MAP] = [status(403)] * 100
    with pytest.raises(sharpem.InputError, match="answers 403"):
        fetched()
    assert len(ranges(archive)) == 1


def test_web_page_instead_of_the_file(archive):
    archive.moods[MAP] = [status(200, b"<html>log in</html>", Content_Type="text/html")] * 100
    with pytest.raises(sharpem.InputError, match="web page"):
        fetched()


def test_published_checksum(archive):
    data = archive.files[MAP]
    archive.headers[MAP] = {"Repr-Digest": digest(data)}
    assert fetched() == data


@pytest.mark.parametrize("field", ["Repr-Digest", "Digest"])
def test_wrong_checksum(archive, tmp_path, field):
    archive.headers[MAP] = {field: digest(b"something else")}
    with pytest.raises(sharpem.InputError, match="sha256 checksum"):
        fetched()
    assert not (tmp_path / "cache" / MAP).exists()
    assert not list((tmp_path / "cache/.incoming").rglob("*.part"))


def test_wrong_checksum_on_one_mirror(archive):
    archive.headers[MAP] = {"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="}
    with Archive(files=small_archive()) as second:
        assert fetched(mirrors=[archive.url, second.url]) == second.files[MAP]


def test_damaged_bytes_without_a_checksum(archive, tmp_path):
    data = bytearray(archive.files[MAP])
    data[len(data) // 2] ^= 1
    archive.files[MAP] = bytes(data)
    with pytest.raises(sharpem.InputError, match="packed data are damaged"):
        fetched()
    assert not (tmp_path / "cache" / MAP).exists()


def close_without_length(data):
    def answer(handler):
        send(handler, 200, {"Connection": "close"}, data)
        handler.close_connection = True

    return answer


def test_length_not_told(archive):
    """A packed file shows its end itself, a plain one might be cut: it is not taken."""
    data = archive.files[MAP]
    archive.moods = {
        MAP: [close_without_length(data[:-100]), close_without_length(data)],
        MASK: [close_without_length(archive.files[MASK])] * 100,
    }
    assert fetched() == data
    with pytest.raises(sharpem.InputError, match="does not say how long"):
        fetched(mask=True)


def test_bytes_stay_packed_whatever_the_server_calls_them(archive):
    """Some servers send .gz files as a packed transfer of unpacked ones."""
    archive.headers[MAP] = {"Content-Encoding": "gzip", "Content-Type": "application/octet-stream"}
    assert fetched() == archive.files[MAP]


def test_redirect(archive):
    with Archive(files=small_archive()) as second:
        archive.moods[MAP] = [status(302, Location=f"{second.url}/{MAP}")]
        assert fetched() == second.files[MAP]


def test_redirect_in_a_circle(archive):
    archive.moods[MAP] = [status(302, Location=f"{archive.url}/{MAP}")] * 200
    with pytest.raises(sharpem.InputError, match="TooManyRedirects"):
        fetched()


@pytest.mark.parametrize("first", ["dead", "broken", "empty", "refusing"])
def test_mirror_that_fails(archive, first):
    """The next one is asked, and from then on first."""
    with Archive(files=small_archive()) as second:
        bad = {"dead": "http://127.0.0.1:9/pub"}.get(first, archive.url)
        archive.files.clear()
        if first != "empty":
            code = {"broken": 500, "refusing": 403}.get(first, 404)
            every = (path for path in second.files)
            archive.moods = {path: [status(code)] * 9 for path in every}
        entry = sharpem.fetch("EMD-3488", mask=True, mirrors=[bad, second.url])
    assert entry.map.read_bytes() == second.files[MAP]
    assert entry.urls["map"] == f"{second.url}/{MAP}"
    assert len(archive.asked) == (first != "dead")


def test_cut_off_on_one_mirror_resumed_on_another(archive):
    """The time of the last change is the same on all of them."""
    data = archive.files[MAP]
    archive.moods[MAP] = [cut(data)]
    with Archive(files=small_archive()) as second:
        assert fetched(mirrors=[archive.url, second.url]) == data
        assert second.asked == [(MAP, f"bytes={len(data) // 2}-")]


def test_proxy(archive, monkeypatch):
    """The proxy is asked for a site that does not exist."""
    monkeypatch.setenv("HTTP_PROXY", archive.url)
    monkeypatch.setenv("http_proxy", archive.url)
    entry = sharpem.fetch("EMD-3488", mirrors=["http://emdb.invalid/pub"])
    assert entry.map.read_bytes() == archive.files[MAP]
    assert entry.urls["map"] == f"http://emdb.invalid/pub/{MAP}"


def test_proxy_that_is_not_there(archive, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with pytest.raises(sharpem.InputError, match=r"emdb.invalid the proxy does not answer"):
        sharpem.fetch("EMD-3488", mirrors=["http://user:secret@emdb.invalid/pub"])


@pytest.mark.parametrize("root", ["ftp://ftp.ebi.ac.uk/pub", "/data/emdb", "https://", "x"])
def test_no_root_of_a_mirror(archive, root):
    with pytest.raises(sharpem.InputError, match=r"mirror .*: expected a URL"):
        sharpem.fetch("EMD-3488", mirrors=[root])


def test_connection_that_breaks_off_again_and_again(archive, monkeypatch):
    """An attempt that brings much does not count as failed."""
    monkeypatch.setattr("sharpem.archive.mirrors._PROGRESS", 1000)
    data = archive.files[MAP]

    def some(handler):
        start = int((handler.headers["Range"] or "bytes=0-")[6:-1])
        fields = {"Content-Length": str(len(data) - start), "Last-Modified": MODIFIED}
        if start:
            fields["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        send(handler, 206 if start else 200, fields, data[start : start + 2500])
        handler.close_connection = True

    archive.moods[MAP] = [some] * 19
    assert fetched() == data
    assert len(ranges(archive)) == 20
