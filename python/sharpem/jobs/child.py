"""What runs in a job's process: ``python -m sharpem.jobs.child``.

Requests come in on standard input; a line that says ready, then records go out on standard output,
JSON, one a line. What the function prints goes to the job's log. Arguments: the function, whose
module is imported before the first request; and a limit of the memory, in bytes.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import sys
import threading
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from sharpem.io.json_text import to_plain
from sharpem.jobs.job import Job, Task, find_function
from sharpem.jobs.perform import perform
from sharpem.jobs.records import LOG

__all__ = ["serve"]

_ORPHANED = 3  # exit code


def serve(function: str, memory: int | None) -> None:
    """Do jobs until the parent is gone."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a module prints when it is imported is no answer
    with suppress(Exception):  # the jobs will tell
        find_function(function)
    if memory is not None:
        # What is allocated, not RLIMIT_AS: libraries and mapped files take addresses, not memory.
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    requests: SimpleQueue[dict[str, Any]] = SimpleQueue()
    print("ready", file=answers, flush=True)
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    while True:
        request = requests.get()
        work = Path(request.pop("work"))
        task = Task(request["function"], Job(**request["job"]), request["root"])
        _print_to(work / LOG)
        record = perform(task, work)
        _end_log(work / LOG)
        print(json.dumps(to_plain(record)), file=answers, flush=True)


def _listen(requests: SimpleQueue[dict[str, Any]]) -> None:
    """Hear at once, in the middle of a job too, when the parent has ended or was killed."""
    for line in sys.stdin:
        requests.put(json.loads(line))
    os._exit(_ORPHANED)


def _print_to(path: Path) -> None:
    """Send both output streams to a file, and what is known of a crash."""
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.close(log)
    faulthandler.enable()


def _end_log(path: Path) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    devnull = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(devnull, stream)
    os.close(devnull)
    if path.exists() and path.stat().st_size == 0:
        path.unlink()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)
