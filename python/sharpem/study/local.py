"""Local sharpening of one pair, about the filters that were chosen for the whole (Fig. 10)."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sharpem.errors import InputError
from sharpem.evaluation.agreement import ModelAgreement
from sharpem.evaluation.compare import Compared, Comparison
from sharpem.local.localise import localise
from sharpem.local.localised import LocalSettings
from sharpem.methods.registry import COMPARED, MODEL
from sharpem.methods.scan import ScanSettings
from sharpem.study.inputs import Inputs
from sharpem.study.outcome import MethodOutcome

__all__ = ["local_outcomes"]

_METHODS = ("surface", "surface-bare", "half-map", MODEL)  # of Fig. 10


def local_outcomes(
    found: Comparison, inputs: Inputs, by_model: ModelAgreement
) -> Iterator[MethodOutcome]:
    """Localise what was chosen by surface, by half maps and by the model, and judge it.

    Parameters
    ----------
    found : Comparison
        The filters for the whole.
    inputs : Inputs
        Of the pair.
    by_model : ModelAgreement
        The judge.
    """
    for entry in found.entries:
        if entry.name in _METHODS and entry.choice is not None and entry.filter is not None:
            try:
                yield _outcome(entry, found, inputs, by_model)
            except InputError:  # the map is too small for boxes
                return


def _outcome(
    entry: Compared, found: Comparison, inputs: Inputs, by_model: ModelAgreement
) -> MethodOutcome:
    assert entry.choice is not None
    start = time.perf_counter()
    method = COMPARED[entry.name]
    as_published = method.variant_of is not None  # no prior, and boxes blended by Eq. 9
    local = localise(
        found.prepared,
        entry.choice,
        found.map_of(entry),
        LocalSettings(blend="boxes") if as_published else LocalSettings(),
        scan=ScanSettings.scaled(found.prepared.resolution),
        method=method.score if entry.choice.verdict.applicable else None,
        prior=not as_published,
        half_maps=inputs.half_maps if entry.name == "half-map" else None,
    )
    return MethodOutcome(
        f"{entry.name}-local",
        f"{entry.label}, local",
        entry.choice.verdict.applicable,
        by_model.correlation(local.map).cc_mask,
        None,
        entry.choice.b_iso.target,
        time.perf_counter() - start,
    )
