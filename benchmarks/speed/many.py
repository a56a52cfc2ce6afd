"""Many tiny maps: CPU time of a row, and how well a Dask cluster is used."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from speed.program import OURS, environment, in_rounds, pair
from speed.rows import Row, Settings, row
from speed.timing import command

_TINY, _RESOLUTION = "emd_5830/A_box.ccp4.gz", 3.8
_FEW = 4  # rows of the batch whose time is taken off, for the start


def batch(settings: Settings) -> Iterator[Row]:
    """CPU time of a row with a tiny map, in one process, against 0.1.0."""
    path = settings.data / _TINY
    if not path.exists():
        print(f"{path} is not there, left out")
        return
    programs = {"ours": OURS} | ({"base": settings.base} if settings.base else {})
    work = {
        name: partial(_cpu_of_a_row, python, path, settings.rows // 12)
        for name, python in programs.items()
    }
    rounds = in_rounds(work, settings.seconds)
    one, other = "ours", "base" if settings.base else "ours"
    found = pair(rounds, other, one, float)
    yield row("a row of a batch, a map of 41 x 38 x 36 with its report, against 0.1.0", found.other,
              found.one if settings.base else None, "CPU", ratio=found.ratio, goal="<= 0.6 (0.4)",
              id="row")  # fmt: skip


def _cpu_of_a_row(python: Path, path: Path, count: int) -> float:
    few, many = (_batch(python, path, rows) for rows in (_FEW, _FEW + count))
    return (many - few) / count


def _batch(python: Path, path: Path, count: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "rows.csv"
        lines = [f"{path},{_RESOLUTION},row{n}" for n in range(count)]
        table.write_text("\n".join(["map,resolution,name", *lines]) + "\n")
        words = [str(python), "-m", "sharpem", "batch", str(table), "-o", f"{folder}/out", "-q"]
        return command(words, environment(python) | {"OMP_NUM_THREADS": "1"}).cpu


def cluster(settings: Settings) -> Iterator[Row]:
    """Rows by two Dask workers, against two loops at once that do nothing else."""
    script = Path(__file__).parents[1] / "batch.py"
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        words = [str(OURS), script, "--maps", settings.rows, "--size", 40, "--json", told]
        subprocess.run(
            [*map(str, words), "--workers", "2", "--on", "cluster"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        found = json.loads(told.read_text())[0]
    yield row(f"{settings.rows} rows of 40^3 on a Dask cluster of 2 workers, a row, against two "
              "loops at once", found["seconds"], found["alone"], "wall",
              goal=">= 0.9 (0.97)", id="cluster")  # fmt: skip
