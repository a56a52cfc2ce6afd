"""Options about where jobs run, and how much each may take; the engine that follows from them."""

from __future__ import annotations

import argparse
import re
from argparse import Namespace
from typing import TYPE_CHECKING

from sharpem.cli.common import count, number
from sharpem.cli.parser import Parser
from sharpem.errors import InputError

if TYPE_CHECKING:
    from sharpem.jobs import Engine, Limits

__all__ = ["add_engine", "engine_of"]

_UNITS = {"": 1, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12}
_SLURM_ONLY = ("jobs", "partition", "time", "account", "interface", "sbatch")


def add_engine(parser: Parser, each: str) -> None:
    """Add the options.

    Parameters
    ----------
    parser : Parser
    each : str
        What a job is, for the title of a group.
    """
    _add_limits(parser, each)
    _add_places(parser)


def _add_limits(parser: Parser, title: str) -> None:
    group = parser.add_argument_group(title)
    group.add_argument(
        "--threads",
        type=count,
        metavar="N",
        help="threads (default: the cores shared among --workers; 1 on clusters)",
    )
    group.add_argument(
        "--timeout", type=number(above=0), metavar="S", help="seconds after which it is given up"
    )
    group.add_argument(
        "--memory", type=_bytes, metavar="SIZE", help="memory that it may take, such as 8GB"
    )
    group.add_argument(
        "--retries",
        type=int,
        choices=range(10),
        default=1,
        metavar="N",
        help="how often it is tried again when its process is killed (default: 1)",
    )


def _add_places(parser: Parser) -> None:
    group = parser.add_argument_group("where (clusters need pip install 'sharpem[cluster]')")
    place = group.add_mutually_exclusive_group()
    place.add_argument(
        "--workers", type=count, metavar="N", help="processes on this machine (default: 1)"
    )
    place.add_argument(
        "--scheduler", metavar="ADDRESS", help="a Dask cluster that is there: tcp://HOST:PORT"
    )
    place.add_argument("--slurm", action="store_true", help="SLURM jobs, submitted from here")
    slurm = parser.add_argument_group("SLURM")
    slurm.add_argument("--jobs", type=count, metavar="N", help="at most so many (default: 1)")
    slurm.add_argument("--partition", metavar="P", help="default: the cluster's")
    slurm.add_argument("--time", metavar="T", help="of one job, as HH:MM:SS (default: 01:00:00)")
    slurm.add_argument("--account", metavar="A", help="to charge")
    slurm.add_argument(
        "--interface",
        metavar="I",
        help="network by which the jobs reach this machine, such as ib0 (default: lo, which is "
        "this machine alone: nothing listens on others unless asked to)",
    )
    slurm.add_argument(
        "--sbatch", action="append", metavar="=OPTION", help="more for sbatch; may be repeated"
    )


def _bytes(text: str) -> int:
    """Convert a size as people write it; powers of 1000.

    Examples
    --------
    >>> _bytes("8GB")
    8000000000
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?", text.strip().lower())
    if match is None or float(match[1]) == 0:
        raise argparse.ArgumentTypeError(f"found {text}, expected a size such as 8GB")
    return int(float(match[1]) * _UNITS[match[2]])


def engine_of(request: Namespace) -> Engine:
    """Make the engine that the options of :func:`add_engine` ask for.

    Raises
    ------
    InputError
        Options of one place are given for another, or there is no such place.
    """
    from sharpem.jobs import Limits
    from sharpem.many.run import engine_for

    limits = Limits(request.threads, request.timeout, request.memory, request.retries)
    if request.slurm:
        return _slurm(request, limits)
    for name in _SLURM_ONLY:
        if getattr(request, name) is not None:
            raise InputError(f"--{name}: found without --slurm, expected with it")
    return engine_for(request.workers or 1, request.scheduler, limits)


def _slurm(request: Namespace, limits: Limits) -> Engine:
    from sharpem.jobs import Slurm

    given = {name: getattr(request, name) for name in _SLURM_ONLY if name != "sbatch"}
    given = {name: value for name, value in given.items() if value is not None}
    return Slurm(**given, options=tuple(request.sbatch or ()), limits=limits)
