"""A batch from the table to the summary."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sharpem.io.table import read_table
from sharpem.jobs import Dask, Engine, Limits, Local, Outcome, Slurm, run
from sharpem.many.rows import Row, lines_of, rows_of
from sharpem.many.sharpen_row import sharpen_row
from sharpem.many.summary import summary_of, write_summary

__all__ = ["BatchResult", "Rows", "batch", "engine_for", "read_rows", "run_rows"]

Rows: TypeAlias = str | os.PathLike[str] | Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class BatchResult:
    """What came of a batch.

    Attributes
    ----------
    folder : Path
        With one folder a row.
    rows : tuple of dict
        What ``summary.csv`` has, in the order of the table.
    outcomes : tuple of Outcome
        Each row's folder, error, seconds, and whether it was done now.
    written : dict of str to Path
        The summaries: csv, json, html.
    """

    folder: Path
    rows: tuple[dict[str, Any], ...]
    outcomes: tuple[Outcome, ...]
    written: dict[str, Path]

    @property
    def failed(self) -> dict[str, str]:
        """For the rows that failed, why."""
        return {one.job.key: one.error for one in self.outcomes if one.error is not None}


def batch(
    table: Rows,
    output: str | os.PathLike[str],
    *,
    workers: int = 1,
    scheduler: str | None = None,
    slurm: Slurm | None = None,
    threads: int | None = None,
    timeout: float | None = None,
    memory: int | None = None,
    retries: int = 1,
    on_done: Callable[[Outcome], None] | None = None,
) -> BatchResult:
    """Sharpen many maps.

    Rows that were done before are skipped, unless the row or one of its files has changed; one
    that fails stops no other. It may be killed at any time and called again.

    Parameters
    ----------
    table : path, or iterable of mapping
        CSV or TSV, or the rows: map, half1, half2, model, resolution, method, name, and any long
        option of ``sharpem sharpen``. Relative paths are relative to the table, those of rows to
        the current folder.
    output : path
        Folder for ``NAME/NAME.mrc`` and so on, ``summary.csv``, ``.json`` and ``.html``.
    workers : int
        Processes on this machine.
    scheduler : str, optional
        Address of a Dask scheduler, instead of workers.
    slurm : Slurm, optional
        SLURM jobs, instead of workers; the limits below are not used then, but its own.
    threads, timeout, memory, retries
        Of each row: :class:`sharpem.jobs.Limits` (s, bytes).
    on_done : callable, optional
        Called with every row's outcome as it comes.

    Returns
    -------
    BatchResult

    Raises
    ------
    InputError
        The table, the folder or the cluster is at fault; nothing was done.

    Examples
    --------
    >>> import sharpem
    >>> rows = [{"map": "a.mrc", "resolution": 3.2}, {"map": "b.mrc", "resolution": 2.9}]
    >>> sharpem.batch(rows, "sharpened", workers=2)  # doctest: +SKIP
    """
    limits = Limits(threads=threads, timeout=timeout, memory=memory, retries=retries)
    engine = slurm or engine_for(workers, scheduler, limits)
    return run_rows(read_rows(table), output, engine=engine, on_done=on_done)


def engine_for(workers: int, scheduler: str | None, limits: Limits) -> Engine:
    """Processes here, or the Dask cluster at that address."""
    return Local(workers, limits) if scheduler is None else Dask(scheduler, limits)


def read_rows(table: Rows) -> list[Row]:
    """Read and check all rows; errors as of :func:`batch`."""
    if isinstance(table, str | os.PathLike):
        path = Path(table)
        lines, faults = read_table(path)
        return rows_of(lines, path.absolute().parent, table=str(path), faults=faults)
    return rows_of(lines_of(table), Path.cwd(), table="the rows")


def run_rows(
    rows: list[Row],
    output: str | os.PathLike[str],
    *,
    engine: Engine,
    on_done: Callable[[Outcome], None] | None = None,
    command: str | None = None,
) -> BatchResult:
    """Do the rows and sum them up; as :func:`batch`.

    Parameters
    ----------
    command : str, optional
        The command line that does it again, for the summary.
    """
    folder = Path(output)
    outcomes = run(sharpen_row, [row.job for row in rows], folder, engine=engine, on_done=on_done)
    summary = summary_of(rows, outcomes)
    written = write_summary(summary, folder, command=command)
    return BatchResult(folder, tuple(summary), tuple(outcomes), written)
