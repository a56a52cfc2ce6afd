"""Writes that are killed, starved or raced: ``python killed_writes.py FOLDER MODE``, JSON out.

replace, add, add-without-links
    Killed at every step. A child is forked for each; it kills itself before the step, or after it.
    Steps are the calls of the system that change or sync something.
random
    200 kills at random moments of a process that does nothing but write.
disk
    No file may grow beyond 0, 1, 2 ... bytes.
race, race-overwrite
    Three processes write to one prefix at the same time.
"""

import errno
import json
import os
import random
import resource
import shutil
import signal
import sys
import time
from functools import partial
from itertools import count
from pathlib import Path

from sharpem.errors import InputError
from sharpem.io.checksum import checksum_of, other_map
from sharpem.io.together import write_text, write_together

STEPS = ("mkdir", "rename", "replace", "link", "unlink", "rmdir", "open", "fsync")


def files(folder, words, prefix="a"):
    """Paths and writers of a run's files, the JSON with the checksum of the map."""

    def write_json(path):
        found = checksum_of(path.with_name(f"{prefix}.mrc"))
        text = json.dumps({"words": words, "output": {"map": "x/a.mrc", "map_sha256": found}})
        write_text(path, text=text)

    texts = {
        folder / f"{prefix}.{ending}": partial(write_text, text=f"{words} {ending}")
        for ending in ("mrc", "html", "cxc")
    }
    return {**texts, folder / f"{prefix}.json": write_json}


def state(folder):
    """Whose the files are, by ending; None for one that is not there."""
    found = {}
    for ending in ("mrc", "html", "cxc", "json"):
        path = folder / f"a.{ending}"
        text = path.read_text() if path.exists() else None
        if text is not None:
            text = json.loads(text)["words"] if ending == "json" else text.partition(" ")[0]
        found[ending] = text
    return found


def is_recognised(folder):
    """Whether all files are of one run, or a reader of the JSON is told that the map is not its."""
    found = state(folder)
    if len(set(found.values())) == 1:
        return True
    path = folder / "a.json"
    return path.exists() and (
        found["mrc"] is None or other_map(path, json.loads(path.read_text())) is not None
    )


class Killer:
    """Counts steps (of paths below a folder, if one is named), and kills this process at one."""

    def __init__(self, step, *, after, links=True, below=""):
        self.count, self.step, self.after, self.below = 0, step, after, str(below)
        for name in STEPS:
            setattr(os, name, partial(self.call, getattr(os, name)))
        if not links:
            os.link = self.no_links

    def call(self, function, *arguments, **options):
        if self.below and not str(arguments[0]).startswith(self.below):
            return function(*arguments, **options)
        self.count += 1
        if self.count == self.step and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        mine = self.count
        try:
            return function(*arguments, **options)
        finally:
            if mine == self.step:
                os.kill(os.getpid(), signal.SIGKILL)

    def no_links(self, *_, **__):
        raise OSError(errno.EPERM, "Operation not permitted")


def killed(folder, mode, step, *, after):
    """Write in a child that is killed at a step; whether it was."""
    child = os.fork()
    if child == 0:
        Killer(step, after=after, links=mode != "add-without-links")
        write_together(files(folder, "new"), overwrite=mode == "replace")
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def every_step(top, mode):
    counts = {"kills": 0, "seen mixed": 0, "unrecognised": 0, "left": 0, "mixed after": 0}
    before = "old" if mode == "replace" else None
    for step in count(1):
        for after in (False, True):
            folder = fresh(top, before)
            alive = killed(folder, mode, step, after=after)
            counts["kills"] += alive
            look(folder, counts, {before, "new"})
        if not alive:
            return counts


def fresh(top, before):
    folder = top / "folder"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if before is not None:
        write_together(files(folder, before), overwrite=False)
    return folder


def look(folder, counts, allowed):
    """Count what a reader finds after a kill, and what is found after the next run."""
    counts["seen mixed"] += len(set(state(folder).values())) > 1
    counts["unrecognised"] += not is_recognised(folder)
    write_together(files(folder, "later", prefix="b"), overwrite=True)
    found = set(state(folder).values())
    counts["mixed after"] += len(found) > 1 or not found <= allowed
    counts["left"] += len([*folder.glob(".*")])


def at_random(top, tries=200):
    counts = {"kills": 0, "seen mixed": 0, "unrecognised": 0, "left": 0, "mixed after": 0}
    moments, folder = random.Random(1), fresh(top, "old")
    for _ in range(tries):
        child = os.fork()
        while child == 0:
            for words in ("new", "old"):
                write_together(files(folder, words), overwrite=True)
        time.sleep(moments.uniform(0.001, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        counts["kills"] += 1
        look(folder, counts, {"old", "new"})
    return counts


def full_disk(top, _mode):
    """Whether each limit leaves the old files, or lets the new ones be written."""
    counts = {"limits": 0, "refused": 0, "mixed": 0, "left": 0, "unnamed": 0}
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    folder, done = fresh(top, "old"), False
    while not done:
        resource.setrlimit(resource.RLIMIT_FSIZE, (counts["limits"], limits[1]))
        try:
            write_together(files(folder, "new"), overwrite=True)
            done = True
        except InputError as error:
            counts["refused"] += 1
            counts["unnamed"] += not str(error).startswith(f"{folder}/a.")
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        counts["limits"] += 1
        counts["mixed"] += set(state(folder).values()) != {"new" if done else "old"}
        counts["left"] += len([*folder.glob(".*")])
    return counts


def race(top, mode, rounds=30):
    counts = {"rounds": 0, "winners": 0, "mixed": 0, "left": 0}
    for _ in range(rounds):
        folder = fresh(top, None)
        start = time.time() + 0.02
        children = [racer(folder, str(n), start, overwrite=mode != "race") for n in range(3)]
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        assert set(codes) <= {0, InputError.exit_code}
        counts["rounds"] += 1
        counts["winners"] += codes.count(0)
        (words,) = found if len(found := set(state(folder).values())) == 1 else (None,)
        counts["mixed"] += words is None or codes[int(words)] != 0
        counts["left"] += len([*folder.glob(".*")])
    return counts


def racer(folder, words, start, *, overwrite):
    child = os.fork()
    if child == 0:
        time.sleep(max(0, start - time.time()))
        try:
            write_together(files(folder, words), overwrite=overwrite)
        except InputError as error:
            os._exit(error.exit_code if "exists already" in str(error) else 1)
        os._exit(0)
    return child


def main(top, mode):
    ways = {"random": lambda top, _mode: at_random(top), "disk": full_disk}
    ways |= {"race": race, "race-overwrite": race}
    print(json.dumps(ways.get(mode, every_step)(top, mode)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
