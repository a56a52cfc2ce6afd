"""Times of several programs, taken in turn so that all meet the same load."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from sharpem import _core


class Time(NamedTuple):
    """Seconds."""

    wall: float
    cpu: float


def in_turn(work: Mapping[str, Callable[[], object]], repeats: int) -> dict[str, Time]:
    """Shortest wall and CPU time of each, after one run that is not counted."""
    found: dict[str, list[Time]] = {name: [] for name in work}
    for number in range(repeats + 1):
        for name, call in work.items():
            wall, cpu = time.perf_counter(), time.process_time()
            call()
            taken = Time(time.perf_counter() - wall, time.process_time() - cpu)
            if number or not repeats:
                found[name].append(taken)
    return {name: Time(*map(min, zip(*times, strict=True))) for name, times in found.items()}


def command(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Time:
    """Time of a command, its children's included."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        arguments,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **(environment or {})},
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Time(wall, cpu)


def machine() -> dict[str, str]:
    """What the times were taken on; nothing that names the machine."""
    cpu = next(iter(_cpuinfo("model name")), platform.machine())
    flags = next(iter(_cpuinfo("flags")), "").split()
    known = [name for name in ("sse4_2", "avx2", "avx512f") if name in flags]
    packages = ("sharpem", "numpy", "scipy", "connected-components-3d", "ducc0")
    return {
        "CPU": f"{cpu}, {os.cpu_count()} cores",
        "instructions": " ".join(known).upper() or platform.machine(),
        "kernels": f"{_core.instruction_set()} of {', '.join(_core.instruction_sets())}",
        "system": f"{platform.system()}, Python {platform.python_version()}",
        "versions": ", ".join(f"{name} {_version(name)}" for name in packages),
        "date": time.strftime("%Y-%m-%d"),
        "load": f"{os.getloadavg()[0]:.1f} at the start",
    }


def _cpuinfo(key: str) -> list[str]:
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return []
    lines = (line.partition(":") for line in path.read_text().splitlines())
    return [value.strip() for name, _, value in lines if name.strip() == key]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
