"""A study: every pair a job, then the sums."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

from sharpem.jobs import Engine, Job, Outcome, Serial, file_stamp, fingerprint, run
from sharpem.study.case import study_case
from sharpem.study.outcome import CaseOutcome
from sharpem.study.pairs import Pair
from sharpem.study.protocol import RULES, Protocol
from sharpem.study.statistics import MethodStatistics, Preparation, preparation, statistics

__all__ = ["Study", "run_study"]


@dataclass(frozen=True)
class Study:
    """Outcome of :func:`run_study`.

    Attributes
    ----------
    cases : tuple of CaseOutcome
        In the order of the table, whether they count or not; not those that failed.
    failed : dict of str to str
        Names of pairs that could not be studied, with the reason in one line.
    protocol : Protocol
    """

    cases: tuple[CaseOutcome, ...]
    failed: dict[str, str]
    protocol: Protocol

    @cached_property
    def counted(self) -> tuple[CaseOutcome, ...]:
        """The cases that count."""
        return tuple(case for case in self.cases if case.excluded is None)

    @property
    def excluded(self) -> dict[str, list[CaseOutcome]]:
        """The others, by rule."""
        found: dict[str, list[CaseOutcome]] = {rule: [] for rule in RULES}
        for case in self.cases:
            if case.excluded is not None:
                found[case.excluded.rule].append(case)
        return found

    @cached_property
    def statistics(self) -> tuple[MethodStatistics, ...]:
        """Of all cases that count."""
        return statistics(self.counted)

    @cached_property
    def preparation(self) -> Preparation | None:
        """Of all cases that count."""
        return preparation(self.counted)

    @cached_property
    def by_group(self) -> dict[str, tuple[MethodStatistics, ...]]:
        """Of each group, where there are several."""
        groups = dict.fromkeys(case.group for case in self.counted)
        if len(groups) < 2:
            return {}
        return {
            group: statistics(case for case in self.counted if case.group == group)
            for group in groups
        }


def run_study(
    pairs: Iterable[Pair],
    folder: str | os.PathLike[str],
    *,
    protocol: Protocol | None = None,
    engine: Engine | None = None,
    on_done: Callable[[Outcome], None] | None = None,
) -> Study:
    """Study map-model pairs; those done before are not done again.

    Parameters
    ----------
    pairs : iterable of Pair
    folder : path
        Holds a folder for each pair.
    protocol : Protocol, optional
    engine : Engine, optional
        Where the jobs run; by default one after the other in this process.
    on_done : callable, optional
        Called with each outcome as it comes.

    Raises
    ------
    InputError
        The folder is in use by another run, or cannot be made.
    """
    protocol = protocol or Protocol()
    jobs = [_job(pair, protocol) for pair in pairs]
    outcomes = run(study_case, jobs, folder, engine=engine or Serial(), on_done=on_done)
    return _study(outcomes, protocol)


def _job(pair: Pair, protocol: Protocol) -> Job:
    arguments = {"pair": asdict(pair), "protocol": asdict(protocol)}
    stamps = [file_stamp(name) for name in (pair.map, pair.model, pair.half1, pair.half2) if name]
    return Job(pair.name, fingerprint({**arguments, "files": stamps}), arguments)


def _study(outcomes: Sequence[Outcome], protocol: Protocol) -> Study:
    cases = tuple(CaseOutcome.from_dict(one.value) for one in outcomes if one.value is not None)
    failed = {one.job.key: one.error for one in outcomes if one.error is not None}
    return Study(cases, failed, protocol)
