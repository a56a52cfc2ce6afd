"""The core beside NumPy, SciPy, cc3d and ducc0: a scan, counts of a contour, a transform."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from sharpem import _core
from sharpem.spectra.filters import SharpenBlur
from speed.plain import PlainScan, counts, regions, regions_cc3d, surface
from speed.problem import D_MIN, Problem
from speed.rows import Row, Settings, row, same
from speed.timing import Time, in_turn

_ROUNDING = 1e-3  # of a count: voxels next to the threshold change sides with the last digit


def check_scan(problem: Problem, plain: PlainScan, filters: list[SharpenBlur]) -> None:
    """Compare counts: exactly on sharpem's map, and with SciPy's, which is rounded otherwise."""
    ours = problem.scan(filters)
    for filter_, found in zip(filters, ours, strict=True):
        map_ = _core.synthesise(problem.spectrum, problem.curve(filter_))
        same(f"counts at b_sharpen {filter_.b_sharpen:g}", found, counts(map_, problem.inside))
    theirs = np.array([plain.trial(filter_) for filter_ in filters])
    apart = float(np.max(np.abs(np.array(ours) - theirs) / theirs))
    print(f"counts of {len(filters)} trials identical; SciPy's own maps: within {apart:.1e}")
    if apart > _ROUNDING:
        raise SystemExit(f"counts {apart:.1e} apart from SciPy's, expected {_ROUNDING:g} at most")


def scan(settings: Settings) -> Iterator[Row]:
    """All trials of a scan against NumPy and SciPy, threads, and one trial against a copy."""
    problem, n = Problem(settings.size, settings.trials), settings.size
    _core.set_threads(2)
    plain = PlainScan(problem, workers=2)
    some = problem.filters[:: max(1, settings.trials // 4)]
    check_scan(problem, plain, some)
    spread, middle = np.empty_like(problem.map), problem.filters[settings.trials // 2]
    times = in_turn(
        {
            "2": partial(scan_on, 2, problem),
            "1": partial(scan_on, 1, problem),
            "plain": partial(plain.trial, middle),
            "copy": partial(_copy_by_two, problem.map, spread),
        },
        settings.repeats,
    )
    whole = Time(*(settings.trials * t for t in times["plain"]))
    name = f"{settings.trials} exact trials at {n}^3, 2 threads, against NumPy and SciPy"
    yield row(name, times["2"].wall, whole.wall, "wall", goal=">= 40 (60)", id="scan")
    yield row(name, times["2"].cpu, whole.cpu, "CPU", id="scan-cpu")
    yield row(
        f"the same, 1 thread against 2 of sharpem at {n}^3",
        times["2"].wall,
        times["1"].wall,
        "wall",
        goal=">= 1.5 (1.8)",
        id="threads",
    )
    trial = times["2"].wall / settings.trials
    yield row(f"one trial at {n}^3 in 2-thread copies of the map", trial, times["copy"].wall,
              "wall", ratio=trial / times["copy"].wall, goal="<= 8 (4)", id="copies")  # fmt: skip


def scan_on(threads: int, problem: Problem) -> None:
    _core.set_threads(threads)
    problem.scan(problem.filters)


def _copy_by_two(source: np.ndarray, target: np.ndarray) -> None:
    """NumPy lets go of the interpreter's lock while it copies."""
    middle = len(source) // 2
    halves = (slice(0, middle), slice(middle, None))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda part: np.copyto(target[part], source[part]), halves))


def counting(settings: Settings) -> Iterator[Row]:
    """Surface and regions of one contour against SciPy and cc3d, 1 thread."""
    problem = Problem(settings.size)
    _core.set_threads(1)
    map_ = _core.synthesise(problem.spectrum)
    threshold = _core.contour(map_, problem.inside)[0]
    inside, packed = map_ >= threshold, _core.inside(map_, threshold)
    for neighbours in (6, 26):
        ours = partial(_core.count_regions, map_, threshold, neighbours)
        count = partial(_core.surface_voxels, map_, threshold, neighbours)
        same(f"regions {neighbours}", ours(), regions(inside, neighbours))
        same(f"regions {neighbours}, cc3d", ours(), regions_cc3d(inside, neighbours))
        same(f"surface {neighbours}", count(), surface(inside, neighbours))
        work = {
            "regions": ours,
            "cc3d": partial(regions_cc3d, inside, neighbours),
            "label": partial(regions, inside, neighbours),
            "surface": count,
            "regions of a mask": partial(_core.count_regions, packed, neighbours),
            "surface of a mask": partial(_core.surface_voxels, packed, neighbours),
            "dilation": partial(surface, inside, neighbours),
            "threshold": lambda: map_ >= threshold,
        }
        t = {name: time.cpu for name, time in in_turn(work, 5 * settings.repeats).items()}
        n, about = settings.size, f"{neighbours} neighbours"
        mask = t["threshold"]
        yield row(f"regions at {n}^3, {about}, threshold included, against cc3d", t["regions"],
                  t["cc3d"] + mask, "CPU", id=f"cc3d-{neighbours}")  # fmt: skip
        yield row(f"regions at {n}^3, {about}, of a mask, against cc3d",
                  t["regions of a mask"], t["cc3d"], "CPU",
                  goal=">= 6 (8)", id=f"cc3d-mask-{neighbours}")  # fmt: skip
        yield row(f"regions at {n}^3, {about}, of a mask, against scipy.ndimage.label",
                  t["regions of a mask"], t["label"], "CPU",
                  id=f"label-mask-{neighbours}")  # fmt: skip
        yield row(f"surface at {n}^3, {about}, threshold included, against binary_dilation",
                  t["surface"], t["dilation"] + mask, "CPU",
                  id=f"dilation-{neighbours}")  # fmt: skip
        yield row(f"surface at {n}^3, {about}, of a mask, against binary_dilation",
                  t["surface of a mask"], t["dilation"], "CPU",
                  goal=">= 100 (500)", id=f"dilation-mask-{neighbours}")  # fmt: skip


def fft(settings: Settings) -> Iterator[Row]:
    """From the kept terms to a map against scipy.fft and ducc0, best of 1 and 2 threads."""
    import scipy.fft

    problem, n = Problem(settings.size), settings.size
    terms = PlainScan(problem, workers=2).terms
    work: dict[str, Callable[[], object]] = {}
    for threads in (1, 2):
        work[f"sharpem {threads}"] = partial(_synthesise_on, threads, problem.spectrum)
        work[f"scipy {threads}"] = partial(scipy.fft.irfftn, terms, (n,) * 3, workers=threads)
        if ducc := _ducc0(terms, n, threads):
            work[f"ducc0 {threads}"] = ducc
    times = in_turn(work, settings.repeats)
    for peer in ("scipy", "ducc0"):
        if f"{peer} 1" not in times:
            print(f"{peer}: not installed, left out (pip install 'sharpem[bench]')")
            continue
        best = {
            name: min(times[f"{name} {threads}"].wall for threads in (1, 2))
            for name in ("sharpem", peer)
        }
        name = f"terms to {D_MIN:g} A to a map of {n}^3, against {peer}, best of 1 and 2 threads"
        yield row(name, best["sharpem"], best[peer], "wall", goal=">= 3 (6)", id=f"fft-{peer}")


def _synthesise_on(threads: int, spectrum: _core.Spectrum) -> None:
    _core.set_threads(threads)
    _core.synthesise(spectrum)


def _ducc0(terms: np.ndarray, n: int, threads: int) -> Callable[[], object] | None:
    try:
        import ducc0
    except ImportError:
        return None
    return partial(ducc0.fft.c2r, terms, lastsize=n, forward=False, inorm=2, nthreads=threads)


def growth(settings: Settings) -> Iterator[Row]:
    """Trials of a scan against NumPy and SciPy, by the size of the box."""
    for n in settings.sizes:
        problem = Problem(n, settings.trials)
        _core.set_threads(2)
        plain = PlainScan(problem, workers=2)
        middle = problem.filters[settings.trials // 2]
        check_scan(problem, plain, [middle])
        times = in_turn(
            {"ours": partial(scan_on, 2, problem), "plain": partial(plain.trial, middle)},
            1 if n < 300 else 0,
        )
        del plain
        yield row(f"{settings.trials} trials at {n}^3 against NumPy and SciPy", times["ours"].cpu,
                  settings.trials * times["plain"].cpu, "CPU",
                  id=f"growth-{n}", n=n)  # fmt: skip
