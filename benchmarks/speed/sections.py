"""What is measured, a function for each section; every one answers with rows of the table."""

from __future__ import annotations

from speed.build import build
from speed.commands import boxes, entries, modes, start
from speed.core import counting, fft, growth, scan
from speed.many import batch, cluster
from speed.rows import Section

SECTIONS: dict[str, Section] = {
    "start": start,
    "entries": entries,
    "scan": scan,
    "modes": modes,
    "boxes": boxes,
    "counting": counting,
    "fft": fft,
    "batch": batch,
    "cluster": cluster,
    "build": build,
    "growth": growth,
}
USUAL = tuple(name for name in SECTIONS if name != "growth")
"""Ten minutes on two idle cores; the growth takes several more."""
