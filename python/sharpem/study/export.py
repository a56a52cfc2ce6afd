"""A study as JSON and as CSV."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sharpem.io.table import csv_text as table_text
from sharpem.study.outcome import CaseOutcome, MethodOutcome
from sharpem.study.run import Study
from sharpem.study.statistics import PAPER

__all__ = ["csv_text", "study_values"]

_CASE = ("name", "group", "resolution", "cc_mask", "signal_to_noise", "solvent", "b_signal")
_MORE = ("true_b", "volume_ratio", "best_b_sharpen", "best_cc")
_METHOD = ("applicable", "b_sharpen", "overall_b", "cc_mask", "seconds")
_INTERVAL = ("method_interval_low", "method_interval_high")


def study_values(study: Study) -> dict[str, Any]:
    """All there is, for JSON."""
    import sharpem

    return {
        "schema": 1,
        "sharpem": sharpem.__version__,
        "protocol": asdict(study.protocol),
        "pairs": len(study.cases) + len(study.failed),
        "counted": len(study.counted),
        "excluded": {rule: [c.name for c in cases] for rule, cases in study.excluded.items()},
        "failed": study.failed,
        "statistics": [asdict(one) for one in study.statistics],
        "preparation": study.preparation and asdict(study.preparation),
        "groups": {g: [asdict(one) for one in found] for g, found in study.by_group.items()},
        "paper": [asdict(one) for one in PAPER],
        "cases": [case.to_dict() for case in study.cases],
    }


def csv_text(study: Study) -> str:
    """One row for each pair and method; one for each pair that was left out or failed."""
    of_method = ("method", *(f"method_{name}" for name in _METHOD), *_INTERVAL)
    names = [*_CASE, *_MORE, "left_out", *of_method]
    rows = [row for case in study.cases for row in _rows(case)]
    failed = [{"name": name, "left_out": reason} for name, reason in study.failed.items()]
    return table_text([*rows, *failed], names)


def _rows(case: CaseOutcome) -> list[dict[str, Any]]:
    base = {name: getattr(case, name) for name in (*_CASE, *_MORE)}
    base["left_out"] = case.excluded.reason if case.excluded else ""
    return [{**base, **_values(one)} for one in case.methods] or [base]


def _values(one: MethodOutcome) -> dict[str, Any]:
    interval = dict(zip(_INTERVAL, one.interval or (), strict=False))
    found = {f"method_{name}": getattr(one, name) for name in _METHOD}
    return {"method": one.name, **found, **interval}
