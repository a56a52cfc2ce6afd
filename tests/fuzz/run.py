"""Read damaged files until one breaks a reader: ``python tests/fuzz/run.py TARGET --seconds N``.

Every file has to be read, or refused in one line, within 1 GB of memory and 20 seconds. One that is
not is kept in build/fuzz, and the exit code is 1; put it into tests/fuzz/finds/TARGET when the
program is mended, and the tests will read it for ever. Same seed, same files.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from hashlib import sha256
from pathlib import Path

from executions import TARGETS, FindError, executions, target_of

from sharpem.io import mrc, mtz
from sharpem.machine import peak_memory

KEPT = Path("build/fuzz")
CORE, PROGRAM = "core", Path("build/asan/tests/cpp/fuzz_core")
MEMORY, PATIENCE = 10**9, 20  # bytes, s
_PASSED, _FOUND = 0, 1


def main() -> int:
    """Work on each target in a process of its own; the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("target", nargs="+", choices=[*TARGETS, CORE, "all"])
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--executions", type=int, default=sys.maxsize)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="targets at a time")
    request = parser.parse_args()
    if request.seconds == float("inf") and request.executions == sys.maxsize:
        parser.error("no end, expected --seconds or --executions")
    waiting = [*TARGETS, CORE] if "all" in request.target else list(request.target)
    running: dict[int, tuple[str, Path]] = {}
    codes = []
    with tempfile.TemporaryDirectory(dir=_memory(), prefix="sharpem-fuzz-") as folder:
        while waiting or running:
            if waiting and len(running) < request.jobs:
                name = waiting.pop(0)
                path = Path(folder, name, "x")
                if name != CORE:
                    path = path.with_suffix(f".{target_of(name).ending}")
                path.parent.mkdir()
                running[_started(name, path, request)] = name, path
            else:
                child, status = os.wait()
                codes.append(_ended(*running.pop(child), os.waitstatus_to_exitcode(status)))
    return max(codes)


def _memory() -> str | None:
    """A folder whose files need not reach a disk, where the system has such."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _started(name: str, path: Path, request: argparse.Namespace) -> int:
    """Fork a process that works on a target: it may crash, or run out of memory."""
    sys.stdout.flush()
    if child := os.fork():
        return child
    code = _FOUND
    try:
        if name == CORE:
            _be_core(request)
        tempfile.tempdir = str(path.parent)
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        mrc.available_memory = mtz.available_memory = lambda: MEMORY  # quick, and the same always
        warnings.simplefilter("error")
        code = _work(name, path, request)
    except FindError as find:
        print(f"{name}: {find}", flush=True)
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(code)


def _be_core(request: argparse.Namespace) -> None:
    """Become the program that calls the C++ core, built with sanitizers."""
    limits = {"--seconds": int(min(request.seconds, 10**6)), "--executions": request.executions}
    words = [str(word) for pair in limits.items() for word in pair]
    environment = {**os.environ, "OMP_WAIT_POLICY": "passive"}
    os.execve(PROGRAM, [str(PROGRAM), *words, "--seed", str(request.seed)], environment)


def _work(name: str, path: Path, request: argparse.Namespace) -> int:
    start, count, refused = time.monotonic(), 0, 0
    for answer in executions(target_of(name), path, request.seed):
        signal.alarm(PATIENCE)  # ends a process that hangs
        count, refused = count + 1, refused + (answer is not None)
        if count >= request.executions or time.monotonic() - start > request.seconds:
            break
    print(
        f"{name}: {count} files in {time.monotonic() - start:.0f} s, {refused} refused, "
        f"peak {peak_memory() / 1e6:.0f} MB, seed {request.seed}",
        flush=True,
    )
    return _PASSED if peak_memory() < MEMORY else _FOUND


def _ended(name: str, path: Path, code: int) -> int:
    """Keep the file that broke a target."""
    if code == _PASSED or not path.exists():
        return code and _FOUND
    KEPT.mkdir(parents=True, exist_ok=True)
    text = path.read_bytes()
    kept = KEPT / f"{name}-{sha256(text).hexdigest()[:12]}{path.suffix}"
    kept.write_bytes(text)
    ending = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    print(f"{name}: {ending}, {len(text)} bytes kept in {kept}", flush=True)
    return _FOUND


if __name__ == "__main__":
    sys.exit(main())
