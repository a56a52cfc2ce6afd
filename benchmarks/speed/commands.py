"""Whole commands: their start, real maps against others, modes and boxes against each other."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from operator import attrgetter
from pathlib import Path

import numpy as np

from sharpem import DensityMap, read_map, write_map
from speed.problem import VOXEL, ball_of_noise
from speed.program import OURS, Run, environment, in_rounds, pair, sharpen
from speed.rows import Row, Settings, row
from speed.timing import Time, command

ENTRIES = (
    ("EMD-3488", "emd_3488/emd_3488.mrc.gz", 3.2, 100, ">= 25 (40)"),
    ("EMD-11007", "emd_11007/emd_11007.map.gz", 2.9, 240, ">= 40 (60)"),
    ("EMD-44046", "emd_44046/emd_44046.map.gz", 2.99, 360, ""),
)
_LARGE = 200  # voxels along the edges of maps whose scan is compared
_LONG = 300  # the published program would take an hour
_NOISE = 0.5  # of the half maps, in standard deviations of the map

_cpu, _wall = attrgetter("cpu"), attrgetter("wall")


def _scan(run: Run) -> float:
    return run.stages["scan"]


def _present(settings: Settings) -> Iterator[tuple[str, Path, float, int, str]]:
    for name, file, resolution, n, goal in ENTRIES:
        path = settings.data / file
        if n > 2 * settings.size:
            continue
        if path.exists():
            yield name, path, resolution, n, goal
        else:
            print(f"{name}: {path} is not there, left out")


def start(settings: Settings) -> Iterator[Row]:
    """The start of the program and of the package against that of NumPy."""

    def run(python: Path, *words: str) -> Callable[[], Time]:
        given = environment(python) | ({"OPENBLAS_NUM_THREADS": "1"} if words[0] == "-c" else {})
        return partial(command, [str(python), *words], given)

    work = {
        "numpy": run(OURS, "-c", "import numpy"),
        "help": run(OURS, "-m", "sharpem", "--help"),
        "import": run(OURS, "-c", "import sharpem"),
    }
    if settings.base:
        work["base"] = run(settings.base, "-m", "sharpem", "--help")
    rounds = in_rounds(work, settings.seconds)
    about = {
        "help": ("sharpem --help", "<= 1.5 (1.1)"),
        "import": ("import sharpem", ""),
        "base": ("sharpem --help of 0.1.0", ""),
    }
    for name, (label, goal) in about.items():
        if name in work:
            found = pair(rounds, "numpy", name, _cpu)
            yield row(f"{label}, against import numpy with 1 BLAS thread", found.other, found.one,
                      "CPU", ratio=found.ratio, goal=goal, id=f"start-{name}")  # fmt: skip


def entries(settings: Settings) -> Iterator[Row]:
    """The whole command on real maps against 0.1.0 and the published program."""
    for name, path, resolution, n, goal in _present(settings):
        programs = {"ours": OURS} | ({"base": settings.base} if settings.base else {})
        words = (path, "-r", resolution)
        rounds = in_rounds(
            {key: partial(sharpen, python, *words) for key, python in programs.items()},
            settings.seconds,
        )
        ours = sorted((found["ours"] for found in rounds), key=_cpu)[len(rounds) // 2]
        work = sum(ours.stages[stage] for stage in ("prepare", "scan", "apply"))
        yield row(f"{name} ({n}^3): scan, as a share of all but reading and writing", _scan(ours),
                  work, "CPU", ratio=_scan(ours) / work, id=f"share-{name}", n=n,
                  command=(ours.wall, ours.cpu))  # fmt: skip
        if settings.base:
            found = pair(rounds, "ours", "base", _cpu)
            yield row(f"sharpem sharpen on {name} ({n}^3), 1 thread, against 0.1.0", found.one,
                      found.other, "CPU", ratio=found.ratio, id=f"base-{name}", n=n)  # fmt: skip
            if n > _LARGE:
                yield from _scans(settings, name, n, rounds, words)
        if settings.peer and n < _LONG:
            with tempfile.TemporaryDirectory() as scratch:
                theirs = command(
                    ["bash", *map(str, (settings.peer, path, resolution, f"{scratch}/peer"))],
                    {"OMP_NUM_THREADS": "1"},
                )
            yield row(f"sharpem sharpen on {name} ({n}^3), against the published program",
                      ours.cpu, theirs.cpu, "CPU", goal=goal, id=f"whole-{name}", n=n)  # fmt: skip
    if settings.peer is None:
        print("published program: no --peer given, left out")
    if settings.base is None:
        print("0.1.0: no --base given, left out")


def _scans(
    settings: Settings, name: str, n: int, rounds: list[dict[str, Run]], words: tuple[object, ...]
) -> Iterator[Row]:
    """The scan alone against that of 0.1.0, on one thread and on two."""
    assert settings.base is not None
    found = pair(rounds, "ours", "base", _scan)
    yield row(f"scan of {name} ({n}^3), 1 thread, against 0.1.0", found.one, found.other, "CPU",
              ratio=found.ratio, goal=">= 1.6 (2.2)", id=f"scan-1-{name}", n=n)  # fmt: skip
    two = in_rounds(
        {
            key: partial(sharpen, python, *words, "--no-report", threads=2, clock="wall")
            for key, python in (("ours", OURS), ("base", settings.base))
        },
        settings.seconds,
    )
    found = pair(two, "ours", "base", _scan)
    yield row(f"scan of {name} ({n}^3), 2 threads, against 0.1.0", found.one, found.other, "wall",
              ratio=found.ratio, goal=">= 1.3 (1.8)", id=f"scan-2-{name}", n=n)  # fmt: skip


def modes(settings: Settings) -> Iterator[Row]:
    """Half maps, and local sharpening, against a map alone."""
    found = [entry for entry in _present(settings) if entry[3] < _LONG]
    if not found:
        return
    name, path, resolution, n, _ = found[-1]
    with tempfile.TemporaryDirectory() as scratch:
        mean, one, two = _half_maps(path, Path(scratch))
        words = ("-r", resolution, "--no-report")
        work = {
            "surface": partial(sharpen, OURS, mean, *words, "--method", "surface"),
            "half maps": partial(sharpen, OURS, "--half1", one, "--half2", two, *words),
            "map": partial(sharpen, OURS, path, *words),
            "local": partial(sharpen, OURS, path, *words, "--local"),
        }
        rounds = in_rounds(work, settings.seconds)
    halves, local = (
        pair(rounds, a, b, _cpu) for a, b in (("surface", "half maps"), ("map", "local"))
    )
    yield row(f"half-map mode against surface mode, {name} ({n}^3) with noise, 1 thread",
              halves.other, halves.one, "CPU", ratio=halves.ratio, goal="<= 1 (0.5)",
              id="half-maps")  # fmt: skip
    yield row(f"local sharpening against the overall run, {name} ({n}^3), 1 thread", local.other,
              local.one, "CPU", ratio=local.ratio, goal="<= 2 (1.5)", id="local")  # fmt: skip


def _half_maps(path: Path, folder: Path) -> tuple[Path, Path, Path]:
    """Two half maps, a map each with noise of its own, and their mean, as files: mean, 1, 2."""
    density, rng = read_map(path), np.random.default_rng(1)
    noise = np.float32(_NOISE * density.data.std(dtype=np.float64))
    data = [
        density.data + noise * rng.standard_normal(density.shape, dtype=np.float32) for _ in "12"
    ]
    places = folder / "mean.mrc", folder / "half1.mrc", folder / "half2.mrc"
    for place, values in zip(places, (0.5 * (data[0] + data[1]), *data), strict=True):
        write_map(density.with_data(values), place, "map with noise")
    return places


def boxes(settings: Settings) -> Iterator[Row]:
    """Boxes with large prime factors, and the peak of memory of a large one."""
    for prime, smooth in settings.primes:
        with tempfile.TemporaryDirectory() as scratch:
            work = {
                str(n): partial(sharpen, OURS, _ball(n, scratch), "-r", 3.0, "--no-report")
                for n in (smooth, prime)
            }
            found = pair(in_rounds(work, settings.seconds), str(smooth), str(prime), _cpu)
        yield row(f"a box of {prime}^3 against one of {smooth}^3, 1 thread", found.other,
                  found.one, "CPU", ratio=found.ratio, goal="<= 2.5 (1.7)",
                  id=f"prime-{prime}")  # fmt: skip
    n = settings.largest
    with tempfile.TemporaryDirectory() as scratch:
        run = sharpen(OURS, _ball(n, scratch), "-r", 2.5, "--no-report", threads=2)
    yield row(f"peak of sharpem sharpen at {n}^3 near the grid's limit, and bytes a voxel",
              run.peak / 1e9, None, "GB", ratio=run.peak / n**3, goal="<= 20 (16)",
              id=f"memory-{n}", n=n, command=(run.wall, run.cpu))  # fmt: skip


def _ball(n: int, folder: str) -> Path:
    path = Path(folder) / f"{n}.mrc"
    write_map(DensityMap.from_array(ball_of_noise(n), VOXEL), path, "structured density in a ball")
    return path
