"""How much memory this process has held, and may come to hold."""

from __future__ import annotations

import ctypes
import os
import re
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sharpem import _core
from sharpem.errors import InputError

__all__ = ["available_memory", "give_memory_back", "limited_threads", "memory_size", "peak_memory"]

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def peak_memory() -> int:
    """Largest resident size of this process so far, bytes."""
    if peak := re.search(r"^VmHWM:\s+(\d+) kB", _read("/proc/self/status"), re.MULTILINE):
        return 1024 * int(peak[1])  # what follows counts the process that started this one, too
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else 1024 * size


def give_memory_back() -> None:
    """Give freed memory back to the system.

    Once an array of some size was freed, glibc takes others up to that size (32 MB at most) from
    its heap, which shrinks only from its end: one small object there keeps all of it.
    """
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)):
        trim(0)


def available_memory() -> int | None:
    """Bytes that this process may come to hold, by the machine and by its control group.

    None where the system does not tell.
    """
    found = [*_machine(), *_control_groups()]
    return min(found) + _own() if found else None


def _machine() -> Iterator[int]:
    text = _read("/proc/meminfo")
    if free := re.search(r"^MemAvailable:\s+(\d+) kB", text, re.MULTILINE):
        yield 1024 * int(free[1])


def _control_groups() -> Iterator[int]:
    """What each limit above this process leaves; page cache that can be dropped counts as free."""
    for line in _read("/proc/self/cgroup").splitlines():
        number, kinds, path = line.split(":", 2)
        if number == "0":
            root, names = "/sys/fs/cgroup", ("memory.max", "memory.current")
        elif "memory" in kinds.split(","):
            root = "/sys/fs/cgroup/memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes")
        else:
            continue
        inner = Path(root + path)
        for folder in (inner, *inner.parents):
            limit, used = (_read(folder / name).strip() for name in names)
            if limit.isdecimal() and used.isdecimal() and int(limit) < 2**62:
                yield max(0, int(limit) - int(used) + _cache(folder))


def _cache(folder: Path) -> int:
    found = re.search(r"^(?:total_)?inactive_file (\d+)", _read(folder / "memory.stat"), re.M)
    return int(found[1]) if found else 0


def _own() -> int:
    """Bytes that this process holds already."""
    fields = _read("/proc/self/statm").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") if fields else 0


def _read(path: str | Path) -> str:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def memory_size(size: str | float) -> int:
    """Convert a size to bytes.

    Parameters
    ----------
    size : str or number
        Bytes, or with a unit: 4G, 500M, 1.5GB.

    Raises
    ------
    InputError
        It is none.

    Examples
    --------
    >>> memory_size("1.5G")
    1500000000
    """
    found = re.fullmatch(r"(\d+(?:\.\d*)?)\s*([KMGT]?)B?", str(size).strip(), re.IGNORECASE)
    if not found or not float(found[1]) > 0:
        raise InputError(f"memory of {size}, expected a size such as 4G or 500M")
    return round(float(found[1]) * _UNITS[found[2].upper()])


@contextmanager
def limited_threads(limit: int | None) -> Iterator[None]:
    """Let this Python thread's calls of the core use at most so many threads, until the end.

    Parameters
    ----------
    limit : int or None
        None leaves it as it is: OMP_NUM_THREADS or all cores, unless limited already.

    Raises
    ------
    InputError
        Not a whole number from 1; or the environment variable ``SHARPEM_CPU`` names no instruction
        set that this processor has.
    """
    if limit is not None and (limit < 1 or limit != int(limit)):
        raise InputError(f"{limit} threads, expected a whole number from 1")
    try:
        _core.instruction_set()
    except ValueError as error:
        raise InputError(str(error)) from None
    if limit is None:
        yield
        return
    before = _core.set_threads(limit)
    try:
        yield
    finally:
        _core.set_threads(before)
