"""The engine for a Dask cluster that is already there.

https://distributed.dask.org; an optional package, imported where it is needed.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from typing import Any

from sharpem.errors import InputError
from sharpem.jobs.attempt import Limits, Worker
from sharpem.jobs.job import Task
from sharpem.jobs.records import Record, made

__all__ = ["Dask", "need", "records_of"]

_TIMEOUT = 10  # s for a scheduler to answer
_MOST = 16  # small tasks in a group
_LEFT, _FEW = 2, 4  # groups for each thread that those left make up; for so many threads at least


@dataclass(frozen=True)
class Dask:
    """Workers of a Dask cluster that somebody else started.

    They must have this version of sharpem, and see the same files under the same names.

    Attributes
    ----------
    address : str
        Of the scheduler: ``tcp://HOST:PORT``.
    limits : Limits
        Threads are 1 if not given: a Dask worker does one task per thread of its own.
    """

    address: str
    limits: Limits = field(default_factory=Limits)

    def records(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Record]]:
        """Do the tasks; each with its record as it ends."""
        need("distributed")
        from distributed import Client

        _knock(self.address)
        with Client(self.address, timeout=_TIMEOUT, set_as_default=False) as client:
            yield from records_of(client, tasks, self.limits)


def _knock(address: str) -> None:
    """Find out whether there is a scheduler; a client that finds none takes long to give up."""
    import asyncio  # slow to import, and every command would

    from distributed.comm import connect

    async def try_to_connect() -> None:
        comm = await connect(address, timeout=_TIMEOUT)
        await comm.close()

    try:
        asyncio.run(try_to_connect())
    except (OSError, ValueError, ImportError) as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{address}: no Dask scheduler there ({reason}), expected tcp://HOST:PORT"
        ) from None


def need(module: str) -> None:
    """Make sure that an optional package is there.

    Raises
    ------
    InputError
        It is not; the message says how to install it.
    """
    import importlib

    try:
        importlib.import_module(module)
    except ImportError:
        raise InputError(
            f"{module.replace('_', '-')}: not installed, expected it for clusters: "
            'pip install "sharpem[cluster]"'
        ) from None


def records_of(client: Any, tasks: Sequence[Task], limits: Limits) -> Iterator[tuple[Task, Record]]:
    """Give the tasks to a Dask client; each with its record as it ends.

    Small ones go several together, which saves the scheduler work. A lost worker's tasks go to
    another one; a task that lost several fails.

    Raises
    ------
    InputError
        The scheduler has gone.
    """
    from distributed import as_completed

    limits = replace(limits, threads=limits.threads or 1)
    run = uuid.uuid4().hex
    groups: dict[str, Sequence[Task]] = {}

    def send(group: Sequence[Task]) -> Any:
        key = f"sharpem-{len(groups)}-{group[0].job.key}-{run}"
        groups[key] = group
        return client.submit(_do, list(group), limits, key=key, pure=False)

    futures = [send(group) for group in together(tasks, sum(client.nthreads().values()))]
    running = as_completed(futures, loop=client.loop, with_results=True, raise_errors=False)
    try:
        for future, records in running:
            group = groups[future.key]
            if future.status == "finished":
                yield from zip(group, records, strict=True)
            elif future.status != "error":
                raise InputError(
                    "the Dask scheduler has gone, expected it to stay; what is done stays done, "
                    "run again for the rest"
                )
            elif len(group) > 1:  # one of them may be at fault, the others are not
                futures += (more := [send([task]) for task in group])
                running.update(more)
            else:
                error = _reason(future.exception())
                yield group[0], made(group[0].job, seconds=0.0, error=error)
            future.release()
    finally:
        client.cancel(futures)


def together(tasks: Sequence[Task], threads: int) -> list[Sequence[Task]]:
    """Tasks in groups, one after the other: small ones by several, if there are many.

    They become smaller towards the end, so that none of the workers' threads, of which there may
    become more, has much left to do when the others have ended.
    """
    small = [task for task in tasks if task.job.small]
    groups: list[Sequence[Task]] = [[task] for task in tasks if not task.job.small]
    while small:
        size = min(_MOST, max(1, len(small) // (_LEFT * max(threads, _FEW))))
        groups.append(small[:size])
        small = small[size:]
    return groups


def _reason(error: BaseException) -> str:
    from distributed import KilledWorker

    if isinstance(error, KilledWorker):
        return "the workers that had it died one after the other, as when memory runs out"
    return " ".join(f"not done by the worker, {type(error).__name__}: {error}".split())


# On a Dask worker, which may have several threads: one process for each.
_idle: dict[Limits, SimpleQueue[Worker]] = {}


def _do(tasks: Sequence[Task], limits: Limits) -> list[Record]:
    with _worker(limits) as worker:
        return [worker.do(task) for task in tasks]


@contextmanager
def _worker(limits: Limits) -> Iterator[Worker]:
    idle = _idle.setdefault(limits, SimpleQueue())
    try:
        worker = idle.get_nowait()
    except Empty:
        worker = Worker(limits)
    yield worker
    idle.put(worker)
