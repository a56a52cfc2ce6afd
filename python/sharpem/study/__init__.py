"""A study over many maps with models, by the protocol of Terwilliger et al. (2018).

Sections 2.8, 2.9 and 3.2-3.6 of the paper: which pairs count, the box about the model, every way to
choose a filter, the agreement with the model, and the statistics.
"""

from sharpem.study.case import study_case
from sharpem.study.outcome import CaseOutcome, MethodOutcome, Shaken
from sharpem.study.pairs import Pair, paper_table, read_pairs
from sharpem.study.protocol import Protocol
from sharpem.study.run import Study, run_study
from sharpem.study.statistics import PAPER, MethodStatistics, statistics

__all__ = [
    "PAPER",
    "CaseOutcome",
    "MethodOutcome",
    "MethodStatistics",
    "Pair",
    "Protocol",
    "Shaken",
    "Study",
    "paper_table",
    "read_pairs",
    "run_study",
    "statistics",
    "study_case",
]
