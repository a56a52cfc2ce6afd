"""A web server on the loopback interface that holds a small EMDB and PDB, and can misbehave."""

from __future__ import annotations

import base64
import gzip
import hashlib
import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODIFIED = "Wed, 17 May 2017 00:00:00 GMT"


@dataclass
class Archive:
    """Files by path, and what was asked.

    Attributes
    ----------
    moods : dict of str to list of callable
        For a path what happens to the next requests, one each, instead of the file being sent.
        Called with the handler; returns whether it has answered.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    moods: dict[str, list[Callable[[BaseHTTPRequestHandler], None]]] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)  # path, Range
    url: str = ""
    modified: str | None = MODIFIED
    etag: str | None = None

    def paths(self) -> list[str]:
        """Paths asked for, in order."""
        return [path for path, _ in self.asked]

    def __enter__(self) -> Archive:
        archive = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                archive._answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/pub"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        # A proxy is asked for whole URLs.
        path = re.sub(r"^http://[^/]*", "", handler.path).removeprefix("/pub/")
        self.asked.append((path, handler.headers["Range"]))
        if self.moods.get(path):
            self.moods[path].pop(0)(handler)
        elif path in self.files:
            self._send(handler, path)
        else:
            status(404)(handler)

    def _send(self, handler: BaseHTTPRequestHandler, path: str) -> None:
        data, start = self.files[path], 0
        wanted = re.fullmatch(r"bytes=(\d+)-", handler.headers["Range"] or "")
        if wanted and handler.headers["If-Range"] in (self.modified, self.etag):
            start = int(wanted[1])
        fields = {"Content-Length": str(len(data) - start), **self.headers.get(path, {})}
        versions = {"Last-Modified": self.modified, "ETag": self.etag}
        fields |= {name: value for name, value in versions.items() if value}
        if start:
            fields["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        send(handler, 206 if start else 200, fields, data[start:])


def send(
    handler: BaseHTTPRequestHandler, code: int, fields: dict[str, str], data: bytes = b""
) -> None:
    handler.send_response(code)
    for name, value in fields.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(data)


def status(code: int, data: bytes = b"", **fields: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with a status."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        send(handler, code, {"Content-Length": str(len(data)), **named}, data)

    return answer


def cut(data: bytes, **fields: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Announce all of the file, send half of it and hang up."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        named = fields or {"Last-Modified": MODIFIED}
        send(handler, 200, {"Content-Length": str(len(data)), **named}, data[: len(data) // 2])
        handler.close_connection = True

    return answer


def digest(data: bytes) -> str:
    """As in the field Repr-Digest of RFC 9530."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


HEADER_3 = """<?xml version="1.0" encoding="UTF-8"?>
<emd emdb_id="EMD-3488" version="3.0.2.0">
  <admin>
    <current_status><date>2017-05-17</date><code>REL</code></current_status>
    <title>Haemoglobin with a
      phase plate</title>
  </admin>
  <crossreferences>
    <pdb_list>
      <pdb_reference><pdb_id>5me2</pdb_id>
        <relationship><in_frame>PARTIALOVERLAP</in_frame></relationship></pdb_reference>
      <pdb_reference><pdb_id>5NI1</pdb_id>
        <relationship><in_frame>FULLOVERLAP</in_frame></relationship></pdb_reference>
    </pdb_list>
  </crossreferences>
  <structure_determination_list>
    <structure_determination structure_determination_id="1">
      <singleparticle_processing image_processing_id="1">
        <final_reconstruction>
          <resolution res_type="BY AUTHOR" units="Å">4.0</resolution>
          <resolution_method>FSC 0.143 CUT-OFF</resolution_method>
        </final_reconstruction>
      </singleparticle_processing>
    </structure_determination>
  </structure_determination_list>
  <map format="CCP4" size_kbytes="700">
    <file>emd_3488.map.gz</file>
    <contour_list>
      <contour primary="false"><level>0.01</level></contour>
      <contour primary="true"><level>0.06</level><source>AUTHOR</source></contour>
    </contour_list>
  </map>
  <interpretation>
    <segmentation_list>
      <segmentation><file>emd_3488_msk_1.map</file></segmentation>
    </segmentation_list>
    <half_map_list>
      <half_map format="CCP4"><file>emd_3488_half_map_1.map.gz</file></half_map>
      <half_map format="CCP4"><file>emd_3488_half_map_2.map.gz</file></half_map>
    </half_map_list>
  </interpretation>
</emd>
"""

HEADER_1_9 = """<?xml version="1.0" encoding="UTF-8"?>
<emdEntry accessCode="1234" version="1.9.6">
  <deposition>
    <status>REL</status>
    <title>An old map</title>
    <fittedPDBEntryIdList><fittedPDBEntryId>1abc</fittedPDBEntryId></fittedPDBEntryIdList>
  </deposition>
  <map>
    <file type="map" format="CCP4" sizeKb="700">emd_1234.map.gz</file>
    <contourLevel source="author">1.5</contourLevel>
  </map>
  <supplement>
    <maskSet><mask><file type="map">emd_1234_msk_1.map</file></mask></maskSet>
  </supplement>
  <processing>
    <reconstruction>
      <resolutionByAuthor>8.7</resolutionByAuthor>
      <resolutionMethod>FSC 0.5</resolutionMethod>
    </reconstruction>
  </processing>
</emdEntry>
"""

WITHDRAWN = """<emd xmlns="urn:any" emdb_id="EMD-4321">
  <admin>
    <current_status><code>OBS</code></current_status>
    <superseded_by_list><entry><date>2020-01-01</date><entry>EMD-3488</entry></entry>
    </superseded_by_list>
    <title>Withdrawn</title>
  </admin>
</emd>
"""


def small_archive() -> dict[str, bytes]:
    """Three entries of the EMDB and two of the PDB."""
    data = random.Random(3488).randbytes(50_000)
    new, old = "emdb/structures/EMD-3488", "emdb/structures/EMD-1234"
    files = {f"pdb/data/structures/divided/mmCIF/{p[1:3]}/{p}.cif.gz": p for p in ("5ni1", "5me2")}
    return {
        f"{new}/header/emd-3488.xml": HEADER_3.encode(),
        f"{new}/map/emd_3488.map.gz": gzip.compress(data),
        f"{new}/other/emd_3488_half_map_1.map.gz": gzip.compress(b"one" + data),
        f"{new}/other/emd_3488_half_map_2.map.gz": gzip.compress(b"two" + data),
        f"{new}/masks/emd_3488_msk_1.map": b"mask" + data,
        f"{old}/header/emd-1234-v30.xml": HEADER_1_9.encode(),
        f"{old}/map/emd_1234.map.gz": gzip.compress(b"old" + data),
        f"{old}/masks/emd_1234_msk_1.map.gz": gzip.compress(b"old mask" + data),
        "emdb/structures/EMD-4321/header/emd-4321.xml": WITHDRAWN.encode(),
        **{path: gzip.compress(f"data_{name}".encode()) for path, name in files.items()},
    }
