"""Header files of EMDB entries, as ``sharpem fetch`` reads them."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from target import Target

from sharpem.archive.fetch import look_up
from sharpem.archive.names import emdb_file
from sharpem.archive.store import Store

MODEL_3 = """<?xml version="1.0" encoding="UTF-8"?>
<emd xmlns:xsi="x" emdb_id="EMD-3488" version="3.0.2"><admin><title>T</title>
<current_status><code>REL</code></current_status></admin>
<crossreferences><pdb_list><pdb_reference><pdb_id>5ni1</pdb_id><relationship><in_frame>FULLOVERLAP
</in_frame></relationship></pdb_reference></pdb_list></crossreferences><structure_determination_list>
<structure_determination><final_reconstruction><resolution units="A">3.2</resolution>
<resolution_method>FSC 0.143 CUT-OFF</resolution_method></final_reconstruction>
</structure_determination></structure_determination_list><map><file>emd_3488.map.gz</file>
<contour_list><contour primary="true"><level>0.05</level></contour></contour_list></map>
<interpretation><half_map_list><half_map><file>emd_3488_half_map_1.map.gz</file></half_map>
</half_map_list><segmentation_list><segmentation><file>emd_3488_msk_1.map</file></segmentation>
</segmentation_list></interpretation></emd>"""
MODEL_19 = """<emdEntry accessCode="1234" version="1.9.6"><deposition><status>REL</status>
<title>An old entry</title><fittedPDBEntryIdList><fittedPDBEntryId>1abc</fittedPDBEntryId>
</fittedPDBEntryIdList></deposition><map><file>emd_1234.map.gz</file><contourLevel>0.7</contourLevel>
</map><processing><reconstruction><resolutionByAuthor>11.5</resolutionByAuthor></reconstruction>
</processing></emdEntry>"""
WORDS = (
    b"<emd>", b"</emd>", b"<map>", b"<file>", b"</file>", b"<level>", b"resolution",
    b"../../etc/passwd", b"<!DOCTYPE emd [", b'<!ENTITY a "b">', b"&a;", b"&amp;", b"&#0;",
    b"&#x10FFFF;", b"<![CDATA[", b"]]>", b"<?xml version='1.0' encoding='utf-7'?>",
    b"encoding='ebcdic'", b"xmlns='a'", b"<!--", b"-->", b"5ni1",
)  # fmt: skip


class Folder:
    """Where the header file of an entry lies already."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, *_names: str) -> tuple[Path, None]:
        """Find it."""
        return self.path, None


def seeds() -> list[bytes]:
    """One of each data model."""
    return [
        MODEL_3.encode(),
        MODEL_19.encode(),
        MODEL_3.replace("UTF-8", "UTF-16").encode("utf-16"),
    ]


def read(path: Path) -> None:
    """Read what is known of an entry, whose files lie in the archive."""
    entry = look_up("EMD-3488", cast(Store, Folder(path)))
    assert entry.resolution is None or 0 < entry.resolution < float("inf")
    for name in (*entry.map_names, *entry.half_map_names, *entry.mask_names):
        assert ".." not in (emdb_file("EMD-3488", "map", name) or "").split("/")
    assert all(name.isalnum() and len(name) == 4 for name in entry.pdb_ids)


TARGET = Target("xml", seeds, read, WORDS)
