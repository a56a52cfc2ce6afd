"""How well many maps go over workers: maps per second against one process alone.

python benchmarks/batch.py [--maps 200] [--size 48] [--on local cluster slurm] [--workers 1 2]

Simulates small maps (48^3 voxels, or --size) and sharpens them, without reports (the page takes
longer than such a map): in one process and in two at once, by nothing but a loop over
`sharpem.sharpen` and `Result.write`; then as a batch with one and two local workers, on a Dask
LocalCluster of one and two processes over TCP, and with --on slurm as jobs of the Slurm
that is there, such as tests/slurm.sh starts. Every process has one thread.

The time of a batch is that of all maps less that of a batch of two, which is mostly the start and
told apart. Efficiency is maps per second over those of as many loops at once: what the machine's
cores can do. Overhead is measured with jobs that do nothing, their start taken off likewise.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

os.environ["OMP_NUM_THREADS"] = "1"

import sharpem
from sharpem.jobs import Dask, Engine, Job, Limits, Local, Slurm, run
from sharpem.many.run import read_rows, run_rows

Rows = list[dict[str, object]]

RESOLUTION, LENGTH = 4.0, 76.8  # A; LENGTH is the side of the boxes
LIMITS = Limits(threads=1, memory=10**9)


class Times(NamedTuple):
    """Seconds; `maps` were done between `two` and `all`."""

    maps: int
    two: float
    all: float
    empty: float


def simulate(folder: Path, count: int, size: int) -> Rows:
    """Maps of the demo's molecule, each with noise and a B of its own, cut or filled to size^3."""
    import numpy as np

    model = sharpem.read_model(Path(sharpem.__file__).parent / "data" / "demo.pdb.gz")
    rows: Rows = []
    for n in range(count):
        made = sharpem.simulate_map(
            model,
            resolution=RESOLUTION,
            b_iso=60 + n % 100,
            voxel_size=LENGTH / size,
            box="tight",
            seed=n,
        )
        data = np.zeros((size,) * 3, np.float32)
        region = tuple(slice(0, min(size, found)) for found in made.map.shape)
        data[region] = made.map.data[region]
        path = folder / f"map{n}.mrc"
        map_ = sharpem.DensityMap.from_array(data, LENGTH / size)
        sharpem.write_map(map_, path, "simulated")
        rows.append({"map": path, "resolution": RESOLUTION, "no_report": True})
    return rows


def loop(folder: Path, output: Path, count: int) -> None:
    output.mkdir(exist_ok=True)
    for n in range(count):
        density = sharpem.read_map(folder / f"map{n}.mrc")
        sharpem.sharpen(density, resolution=RESOLUTION).write(
            output / f"map{n}", report=False, overwrite=True
        )


def loops(folder: Path, count: int, processes: int) -> float:
    """Seconds that so many loops at once take, started beforehand."""
    code = (
        "import sys, pathlib; from batch import loop; a, b, n = sys.argv[1:]; "
        "a, b = pathlib.Path(a), pathlib.Path(b); loop(a, b, 1); "
        "print('ready', flush=True); input(); loop(a, b, int(n))"
    )
    share = count // processes
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, folder, folder / f"loop{n}", str(share)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parent,
        )
        for n in range(processes)
    ]
    for process in started:
        process.stdout.readline()
    start = time.perf_counter()
    for process in started:
        process.stdin.write(b"\n")
        process.stdin.close()
    for process in started:
        process.wait()
    return time.perf_counter() - start


def nothing(_arguments: dict[str, object], _folder: Path) -> dict[str, object]:
    return {}


def timed(rows: Rows, folder: Path, engine: Engine) -> Times:
    """Seconds of a batch of two, of all, and of one job that does nothing."""
    from batch import nothing as job  # by a name that workers find

    def measure(work: Callable[[], object]) -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    def empty(count: int) -> None:
        jobs = [Job(f"{count}-{n}", "", {}) for n in range(count)]
        run(job, jobs, folder / "empty", engine=engine)

    def maps(count: int) -> None:
        result = run_rows(read_rows(rows[:count]), folder / f"{count}", engine=engine)
        if result.failed:
            sys.exit(f"failed: {result.failed}")

    two, every = (measure(partial(maps, count)) for count in (2, len(rows)))
    few, many = (measure(partial(empty, count)) for count in (2, 202))
    return Times(len(rows) - 2, two, every, (many - few) / 200)


def on_local_cluster(rows: Rows, folder: Path, workers: int) -> Times:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        protocol="tcp://",
        host="127.0.0.1",
        dashboard_address=None,
        worker_dashboard_address=None,
    ) as cluster:
        return timed(rows, folder, Dask(cluster.scheduler_address, LIMITS))


def on_processes(rows: Rows, folder: Path, workers: int) -> Times:
    return timed(rows, folder, Local(workers, LIMITS))


def on_slurm(rows: Rows, folder: Path, workers: int) -> Times:
    return timed(rows, folder, Slurm(jobs=workers, limits=LIMITS))


ENGINES = {"local": on_processes, "cluster": on_local_cluster, "slurm": on_slurm}


def compared(where: str, workers: int, rows: Rows, folder: Path) -> dict[str, object]:
    """A batch, and as many loops at once before and after it: machines are not always as fast."""
    before = speed_of_loops(rows, folder, workers)
    found = ENGINES[where](rows, folder / f"{where}{workers}", workers)
    return report(where, workers, found, 0.5 * (before + speed_of_loops(rows, folder, workers)))


def speed_of_loops(rows: Rows, folder: Path, processes: int) -> float:
    """Maps per second."""
    return len(rows) // processes * processes / loops(folder, len(rows), processes)


def report(where: str, workers: int, found: Times, bare: float) -> dict[str, object]:
    """One line, and what it says; `bare`: maps per second of as many loops at once."""
    speed = found.maps / (found.all - found.two)
    print(
        f"{where:<14}{workers:>8}{speed:>9.2f}{speed / bare:>12.2f}{1000 * found.empty:>18.1f}"
        f"{found.two:>14.1f}",
        flush=True,
    )
    return {"on": where, "workers": workers, "seconds": 1 / speed, "alone": 1 / bare}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--maps", type=int, default=200)
    parser.add_argument("--size", type=int, default=48, help="of the maps, voxels on a side")
    parser.add_argument("--on", nargs="+", choices=ENGINES, default=["local", "cluster"])
    parser.add_argument("--workers", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--json", type=Path, help="file to write, too: seconds a map, and alone")
    request = parser.parse_args()
    count = request.maps
    # Dask's and Slurm's processes must find this file too.
    paths = [str(Path(__file__).resolve().parent), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = simulate(folder, count, request.size)
        print(f"{count} maps of {request.size}^3 voxels, {os.cpu_count()} cores")
        print("where          workers   maps/s  efficiency  ms per empty job  two maps (s)")
        found = [compared(where, n, rows, folder) for where in request.on for n in request.workers]
    if request.json:
        request.json.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
