"""CPU time of building the wheel."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from speed.program import OURS, in_rounds, pair
from speed.rows import Row, Settings, row
from speed.timing import Time, command

ROOT = Path(__file__).parents[2]
BASE = "be19eb7"
"""Commit of 0.1.0."""


def build(settings: Settings) -> Iterator[Row]:
    """Build the wheel from these sources, and from those of 0.1.0, without a compiler's cache."""
    with tempfile.TemporaryDirectory() as folder:
        work = {"ours": partial(_wheel, ROOT)}
        if settings.base and (source := _sources_of_base(Path(folder))):
            work["base"] = partial(_wheel, source)
        rounds = in_rounds(work, settings.seconds)
    found = pair(rounds, "base" if "base" in work else "ours", "ours", lambda time: time.cpu)
    yield row("building the wheel, against 0.1.0", found.other,
              found.one if "base" in work else None, "CPU", ratio=found.ratio,
              goal="<= 0.6 (0.45)", id="build")  # fmt: skip


def _sources_of_base(folder: Path) -> Path | None:
    """The sources of 0.1.0, where git knows them."""
    packed = folder / "base.tar"
    words = ["git", "-C", str(ROOT), "archive", "-o", str(packed), BASE]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        print(f"{BASE}: not in this repository, left out")
        return None
    source = folder / "base"
    source.mkdir()
    subprocess.run(["tar", "-xf", str(packed), "-C", str(source)], check=True)
    return source


def _wheel(source: Path) -> Time:
    with tempfile.TemporaryDirectory() as folder:
        words = ["wheel", "--no-deps", "--no-build-isolation", "-w", folder, str(source)]
        return command(
            [str(OURS), "-m", "pip", *words, "-C", f"build-dir={folder}/build"],
            {"CCACHE_DISABLE": "1"},
        )
