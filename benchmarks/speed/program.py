"""Runs of the program itself, by this version and by the one to compare with."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

from speed.timing import command

T = TypeVar("T")

OURS = Path(sys.executable)

_PROGRAM = """
import re, resource, sys, time
clock, told, *words = sys.argv[1:]
sys.argv = ["sharpem", *words]
if clock == "cpu":
    time.perf_counter = time.process_time  # so that the stages tell CPU time
from sharpem.cli import main
code = main()
size = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:  # what stands above counts the process that started this one, too
    size = 1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
except OSError:
    pass
open(told, "w").write(str(size))
sys.exit(code)
"""


@dataclass(frozen=True)
class Run:
    """Seconds of the whole command, those of its stages by one clock, and bytes at its peak."""

    wall: float
    cpu: float
    stages: dict[str, float]
    peak: int


def environment(python: Path) -> dict[str, str]:
    """Variables for an interpreter: only this one finds sharpem where this one does."""
    return {"PYTHONPATH": os.environ.get("PYTHONPATH", "") if python == OURS else ""}


def sharpen(python: Path, *words: object, threads: int = 1, clock: str = "cpu") -> Run:
    """Run ``sharpem sharpen``; the stages by CPU time, or by clock "wall"."""
    with tempfile.TemporaryDirectory() as folder:
        peak, prefix = Path(folder, "peak"), Path(folder, "out")
        ours = [str(python), "-c", _PROGRAM, clock, str(peak)]
        theirs = ["sharpen", *map(str, words), "-o", str(prefix), "-q", "--threads", str(threads)]
        given = environment(python) | {"OMP_NUM_THREADS": str(threads)}
        taken = command([*ours, *theirs], given)
        found: dict[str, Any] = json.loads(prefix.with_suffix(".json").read_text("utf-8"))
        return Run(taken.wall, taken.cpu, found["seconds"], int(peak.read_text()))


def in_rounds(
    work: Mapping[str, Callable[[], T]], seconds: float, most: int = 9
) -> list[dict[str, T]]:
    """Call all in turn until so many seconds have passed, once at least."""
    start, rounds = perf_counter(), []
    while True:
        before = perf_counter()
        rounds.append({name: call() for name, call in work.items()})
        now = perf_counter()
        if len(rounds) == most or now - start + (now - before) > seconds:
            return rounds


@dataclass(frozen=True)
class Pair:
    """Medians of a figure of two programs, and the median of the ratios, taken round by round."""

    one: float
    other: float
    ratio: float


def pair(rounds: list[dict[str, T]], one: str, other: str, figure: Callable[[T], float]) -> Pair:
    """Compare two programs; the ratio is that of the other to the one."""
    first, second = ([figure(found[name]) for found in rounds] for name in (one, other))
    ratios = [b / a for a, b in zip(first, second, strict=True)]
    return Pair(median(first), median(second), median(ratios))
