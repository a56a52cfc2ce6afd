"""What can happen on the way: cuts, errors, wrong bytes, mirrors, redirects, proxies."""

import contextlib
import gzip
import itertools
import socket
import time

import pytest
from archive_server import HEADER_3, MODIFIED, Archive, cut, digest, send, small_archive, status
from urllib3.util import parse_url

import sharpem
from sharpem.archive.mirrors import _belongs
from sharpem.archive.names import HEADER_LIMIT

HEADER = "emdb/structures/EMD-3488/header/emd-3488.xml"

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


def chunked(pieces):
    """Send chunks of a body that does not say how long it is, until the client hangs up."""

    def answer(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        with contextlib.suppress(OSError):  # the client hangs up
            for piece in pieces:
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = True

    return answer


def test_chunks(archive):
    data = archive.files[MAP]
    archive.moods[MAP] = [chunked([data[:7], data[7:]])]
    assert fetched() == data


def test_chunks_without_end(archive, monkeypatch, tmp_path):
    """No more is kept than a file may have, whatever comes."""
    monkeypatch.setattr("sharpem.archive.download._LARGEST", 3_000_000)
    archive.moods[MAP] = [chunked(itertools.repeat(bytes(2**20))) for _ in range(4)]
    with pytest.raises(sharpem.InputError, match="sends more than 3000000 bytes"):
        fetched()
    assert not list((tmp_path / "cache").rglob("emd_3488.map.gz*part"))
    assert len(ranges(archive)) == 4


def test_file_that_is_announced_too_long(archive, monkeypatch):
    monkeypatch.setattr("sharpem.archive.download._LARGEST", 1000)
    with pytest.raises(sharpem.InputError, match="bytes, expected at most 1000"):
        fetched()
    assert len(ranges(archive)) == 1


@pytest.mark.parametrize("length", [True, False])
def test_header_file_that_is_too_long(archive, length):
    data = HEADER_3.encode() + b" " * HEADER_LIMIT

    def announced(handler):
        send(handler, 200, {"Content-Length": str(len(data))})
        handler.close_connection = True

    archive.moods[HEADER] = [announced if length else chunked([data])] * 4
    words = f"announces {len(data)} bytes" if length else f"sends more than {HEADER_LIMIT} bytes"
    with pytest.raises(sharpem.InputError, match=words):
        fetched()


def test_header_file_that_is_too_long_in_a_copy_of_the_archive(archive, tmp_path):
    path = tmp_path / "cache" / HEADER
    path.parent.mkdir(parents=True)
    path.write_bytes(HEADER_3.encode() + b" " * HEADER_LIMIT)
    with pytest.raises(sharpem.InputError, match=rf"bytes, at most {HEADER_LIMIT} in a header"):
        fetched()


def test_more_than_the_range_says(archive):
    """The rest of the file is longer than the file: it is begun anew."""
    data = archive.files[MAP]
    half = len(data) // 2
    fields = {"Content-Range": f"bytes {half}-{len(data) - 1}/{len(data)}"}
    rest = data[half:] + bytes(1000)
    fields["Content-Length"] = str(len(rest))
    archive.moods[MAP] = [cut(data), lambda h: send(h, 206, fields, rest)]
    assert fetched() == data
    assert ranges(archive)[-1] is None


@pytest.mark.parametrize(
    "target", ["http://files.wwpdb.org/x", "https://evil.example/x", "//evil.example/x"]
)
def test_redirect_to_elsewhere(archive, target):
    archive.moods[MAP] = [status(302, Location=target)] * 4
    with pytest.raises(sharpem.InputError, match=r"redirects to .*, expected https and a domain"):
        fetched()
    assert len(ranges(archive)) == 1  # asked again it would answer the same


@pytest.mark.parametrize(
    ("url", "root", "allowed"),
    [
        ("https://ftp.ebi.ac.uk/x", "https://ftp.ebi.ac.uk/pub", True),
        ("https://www.ebi.ac.uk/x", "https://ftp.ebi.ac.uk/pub", True),
        ("https://files-nrt.wwpdb.org/x", "https://files.wwpdb.org/pub", True),
        ("https://wwpdb.org/x", "https://files.wwpdb.org/pub", True),
        ("http://ftp.ebi.ac.uk/x", "https://ftp.ebi.ac.uk/pub", False),
        ("https://evil.ac.uk/x", "https://emdb.ac.uk/pub", False),
        ("https://evilwwpdb.org/x", "https://files.wwpdb.org/pub", False),
        ("https://wwpdb.org.evil.example/x", "https://files.wwpdb.org/pub", False),
        ("https://evil.example\\@files.wwpdb.org/x", "https://files.wwpdb.org/pub", False),
        ("https://files.wwpdb.org@evil.example/x", "https://files.wwpdb.org/pub", False),
        ("http://127.0.0.1:8080/x", "https://files.wwpdb.org/pub", False),
        ("http://127.0.0.1:8080/x", "http://localhost:9/pub", True),
        ("https://10.0.0.1/x", "http://127.0.0.1/pub", False),
        ("http://mirror.lab/y", "http://mirror.lab/pub", True),  # as the user has named it
        ("https://other.lab/y", "https://mirror.lab/pub", False),
    ],
)
def test_where_a_mirror_may_lead(url, root, allowed):
    assert _belongs(parse_url(url), parse_url(root)) is allowed


@pytest.mark.parametrize("root", ["http://[x", "http://a:99999/pub", "http://:80/pub"])
def test_root_that_is_no_url(archive, root):
    with pytest.raises(sharpem.InputError, match=r"mirror .*: expected a URL"):
        sharpem.fetch("EMD-3488", mirrors=[root])
