"""A run's files on disks that fill: ``python full_disk.py FOLDER limit|disk COUNT``, JSON out.

limit
    No file may grow beyond COUNT sizes from nothing to the largest file.
disk
    A memory file system (``unshare -Urm``) with room for COUNT more and more of the new files.

Each time a map is sharpened anew over an older result: the older files stay, or the new ones are
there, whole, and nothing else.
"""

import json
import os
import re
import resource
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from real_maps import TINY_MAP, TINY_RESOLUTION, real

import sharpem

BLOCK = 4096  # bytes, of a memory file system


def results():
    """Two results of a map, with files that differ."""
    density = sharpem.read_map(real(TINY_MAP))
    for b_sharpen in (40.0, 80.0):
        yield sharpem.sharpen(
            density, resolution=TINY_RESOLUTION, method="given", b_sharpen=b_sharpen, threads=1
        )


def contents(folder):
    """Bytes of the files by name; without the time that a run took."""
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    return found | {"a.json": re.sub(rb'"(total|write)": \S+', b"", found["a.json"])}


def written(folder, result):
    folder.mkdir(exist_ok=True)
    result.write(folder / "a", overwrite=True)
    return contents(folder)


@contextmanager
def limited(folder, old, size):
    """No file may grow beyond so many bytes."""
    for name, text in old.items():
        (folder / name).write_bytes(text)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def small_disk(folder, old, size):
    """A disk with room for older files and so many bytes."""
    blocks = sum(-(-len(text) // BLOCK) for text in old.values()) + size // BLOCK
    mount = ["mount", "-t", "tmpfs", "-o", f"size={blocks * BLOCK}", "none", str(folder)]
    subprocess.run(mount, check=True)
    for name, text in old.items():
        (folder / name).write_bytes(text)
    yield
    subprocess.run(["umount", "-l", str(folder)], check=True)


def main(top, mode, tries):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    one, two = results()
    folder = top / "folder"
    old = written(folder, one)
    new = written(folder, two)
    for path in folder.iterdir():
        path.unlink()
    sizes = [len(text) for text in new.values()]
    most = max(sizes) if mode == "limit" else sum(sizes) + 8 * BLOCK
    counts = {"sizes": 0, "refused": 0, "mixed": 0, "unnamed": 0}
    for n in range(tries):
        size = most * n // (tries - 1)
        with (limited if mode == "limit" else small_disk)(folder, old, size):
            expected = new
            try:
                two.write(folder / "a", overwrite=True)
            except sharpem.InputError as error:
                expected = old
                counts["unnamed"] += not str(error).startswith(f"{folder}/a")
            counts["sizes"] += 1
            counts["refused"] += expected is old
            counts["mixed"] += contents(folder) != expected
    print(json.dumps(counts))


if __name__ == "__main__":
    if sys.argv[2] == "disk" and "SHARPEM_MOUNTS" not in os.environ:
        os.environ["SHARPEM_MOUNTS"] = "1"
        os.execvp("unshare", ["unshare", "-Urm", sys.executable, *sys.argv])
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
