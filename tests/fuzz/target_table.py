"""Tables of ``sharpem batch``: a row for each map, a column for each option."""

from __future__ import annotations

from pathlib import Path

from target import Target

from sharpem.many.rows import columns
from sharpem.many.run import read_rows

WORDS = (
    *(name.encode() for name in columns()), b"name", b"map", b"a.mrc", b"EMD-3488", b"yes", b"no",
    b"protein", b"half-map", b"/", b"..", b"a/b", b".hidden", b"summary.csv", b",", b"\t",
    b"\r\n", b"\xef\xbb\xbf", b"\xff\xfe", b'""', b"=cmd()", b"4G", b"F,PHI", b"~nobody/x",
    b"CON", "\u2028".encode(), "\u0130".encode(),
)  # fmt: skip


def seeds() -> list[bytes]:
    """Tables as people and spreadsheets write them, with every column once."""
    plain = "map,resolution,method,name\na.mrc,3.2,surface,one\nb.mrc,4,,\n# a comment\n\n"
    quoted = '"map";"resolution";"b-min"\r\n"x; y.mrc";3,2;-100\r\n'.replace("3,2", "3.2")
    wide = "map\tresolution\tmtz_labels\ta\n".replace("\ta\n", "\n") + "c.mtz\t3\tF,PHI\n"
    return [text.encode() for text in (plain, quoted, wide)] + [plain.encode("utf-16")]


def read(path: Path) -> None:
    """Read a table: rows whose names are folders, and whose request is one of the command."""
    rows = read_rows(path)
    assert rows
    for row in rows:
        assert row.command[:2] == ["sharpem", "sharpen"]
        assert row.job.key == row.name
        assert "/" not in row.name


TARGET = Target("csv", seeds, read, WORDS)
