"""Batches that are killed: ``python killed_jobs.py FOLDER client|worker STRIDE``, JSON out.

client
    The process that does the jobs is killed before and after every step (system calls that change
    or sync something) of a batch that replaces older results.
worker
    A worker's process is killed at every step of its writing, and its job is tried again.

With a stride of n every n-th step is taken. After each kill the batch is run again.
"""

import json
import os
import shutil
import sys
from itertools import count
from pathlib import Path

import chores
from killed_writes import Killer, state

from sharpem.jobs import Job, Local, Serial, run

KEYS = ("one", "two")


def jobs(words, **more):
    return [Job(key, words, {"do": "write", "text": words, **more}) for key in KEYS]


def found(folder):
    """Whose result each job's folder holds; None where there is no folder, False for a mixture."""
    answer = {}
    for key in KEYS:
        if not (folder / key).exists():
            answer[key] = None
            continue
        record = json.loads((folder / key / "record.json").read_text())
        words = {*state(folder / key).values(), (folder / key / "result.txt").read_text()}
        answer[key] = record["fingerprint"] if words == {record["fingerprint"]} else False
    return answer


def leftovers(folder):
    """What is there beside the jobs' files."""
    files = {"a.mrc", "a.html", "a.cxc", "a.json", "record.json", "result.txt"}
    expected = {folder / ".lock", *(folder / key for key in KEYS)}
    expected |= {folder / key / name for key in KEYS for name in files}
    return sorted(str(path) for path in set(folder.rglob("*")) - expected)


def fresh(top):
    folder = top / "batch"
    shutil.rmtree(folder, ignore_errors=True)
    run(chores.chore, jobs("old"), folder, engine=Serial())
    return folder


def look(folder, counts):
    """Count what a reader finds after a kill, and what the next run makes of it."""
    seen = found(folder).values()
    counts["mixed"] += not set(seen) <= {"old", "new", None}
    counts["seen half way"] += len(set(seen)) > 1
    outcomes = run(chores.chore, jobs("new"), folder, engine=Serial())
    complete = all(one.done for one in outcomes) and set(found(folder).values()) == {"new"}
    counts["not completed"] += not complete
    counts["left"] += len(leftovers(folder))


def client(top, stride):
    counts = dict.fromkeys(("kills", "seen half way", "mixed", "not completed", "left"), 0)
    for step in count(1, stride):
        for after in (False, True):
            folder = fresh(top)
            child = os.fork()
            if child == 0:
                Killer(step, after=after, below=folder)
                run(chores.chore, jobs("new"), folder, engine=Serial())
                os._exit(0)
            alive = os.WIFSIGNALED(os.waitpid(child, 0)[1])
            counts["kills"] += alive
            look(folder, counts)
        if not alive:
            return counts


def worker(top, stride):
    counts = dict.fromkeys(("kills", "seen half way", "mixed", "not completed", "left"), 0)
    for step in count(1, stride):
        for after in (False, True):
            folder, mark, tally = fresh(top), top / "mark", top / "tally"
            for path in (mark, tally):
                path.unlink(missing_ok=True)
            more = {"do": "write and be killed", "step": step, "after": after}
            more |= {"mark": str(mark), "tally": str(tally)}
            run(chores.chore, jobs("new", **more), folder, engine=Local(1))
            kills = len(tally.read_text().splitlines()) - len(KEYS)  # attempts that came to nothing
            counts["kills"] += kills
            look(folder, counts)
        if not kills:
            return counts


if __name__ == "__main__":
    way = {"client": client, "worker": worker}[sys.argv[2]]
    print(json.dumps(way(Path(sys.argv[1]), int(sys.argv[3]))))
