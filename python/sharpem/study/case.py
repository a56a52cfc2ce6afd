"""One pair of a study: whether it counts, what each method brings, how sure its model is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from sharpem.evaluation.agreement import BestSharpening, ModelAgreement
from sharpem.evaluation.compare import DEPOSITED, Compared, Comparison, compare
from sharpem.maps.model import Model
from sharpem.simulate import shaken
from sharpem.study.held_out import held_out
from sharpem.study.inputs import Inputs, fetched, read_inputs, stated_resolution
from sharpem.study.local import local_outcomes
from sharpem.study.outcome import CaseOutcome, MethodOutcome, Shaken
from sharpem.study.pairs import Pair
from sharpem.study.protocol import Protocol
from sharpem.study.refine import refined
from sharpem.study.statistics import REFERENCE

__all__ = ["examine", "study_case"]

_MODEL_B = (-100.0, 100.0)  # A^2, beside 0: Fig. 7A, B
_ERRORS = (0.0, 0.5, 1.0, 1.5, 2.0)  # A: Fig. 7C


def study_case(arguments: dict[str, Any], _folder: Path) -> dict[str, Any]:
    """Examine one pair as a job of :mod:`sharpem.jobs`.

    Parameters
    ----------
    arguments : dict
        ``pair`` and ``protocol``: the fields of these.

    Returns
    -------
    dict
        Of a :class:`CaseOutcome`.

    Raises
    ------
    InputError
        A file of the pair is missing or at fault.
    """
    pair, protocol = Pair(**arguments["pair"]), Protocol(**arguments["protocol"])
    return examine(pair, protocol).to_dict()


def examine(pair: Pair, protocol: Protocol) -> CaseOutcome:
    """Examine one pair; errors as for :func:`study_case`."""
    pair = fetched(pair)
    outcome = CaseOutcome(pair.name, pair.group, pair.resolution, true_b=pair.true_b)
    excluded = protocol.resolutions(pair.resolution, stated_resolution(pair))
    if excluded is not None:
        return replace(outcome, excluded=excluded)
    assert pair.resolution is not None
    inputs = read_inputs(pair, protocol.padding)
    by_model = _by_model(inputs, pair.resolution, protocol)
    before = by_model.correlation(inputs.density).cc_mask
    outcome = replace(outcome, shape=inputs.density.shape, cc_mask=before)
    if (excluded := protocol.correlation(before)) is not None:
        return replace(outcome, excluded=excluded)
    found = compare(
        inputs.density,
        resolution=pair.resolution,
        half_maps=inputs.half_maps,
        model=inputs.model,
        radius=protocol.radius,
    )
    completed = _completed(outcome, found, inputs, protocol)
    more = (*held_out(found, inputs, by_model), *local_outcomes(found, inputs, by_model))
    return replace(completed, methods=(*completed.methods, *more))


def _completed(
    outcome: CaseOutcome, found: Comparison, inputs: Inputs, protocol: Protocol
) -> CaseOutcome:
    bare = next(entry.choice for entry in found.entries if entry.name == "surface-bare")
    assert bare is not None
    assert found.best_sharpening is not None
    prepared = found.prepared
    return replace(
        outcome,
        excluded=protocol.signal_to_noise(bare.verdict),
        signal_to_noise=bare.verdict.signal_to_noise,
        solvent=prepared.shells.noise is not None,
        b_signal=prepared.b_signal,
        volume_ratio=prepared.volume.angstrom3 / inputs.model.dry_volume,
        best_b_sharpen=found.best_sharpening.b_sharpen,
        best_cc=found.best_sharpening.cc_mask,
        methods=tuple(_method(entry) for entry in found.entries if entry.name != DEPOSITED),
        curves=_curves(found, inputs, protocol),
        shaken=tuple(_with_errors(found, inputs, protocol)),
        warnings=prepared.warnings,
    )


def _method(entry: Compared) -> MethodOutcome:
    assert entry.choice is not None
    assert entry.cc_mask is not None
    return MethodOutcome(
        entry.name,
        entry.label,
        entry.choice.verdict.applicable,
        entry.cc_mask,
        entry.b_sharpen,
        entry.choice.b_iso.target,
        entry.seconds,
        entry.choice.b_iso.interval,
    )


def _by_model(
    inputs: Inputs, resolution: float, protocol: Protocol, *, b_iso: float = 0.0
) -> ModelAgreement:
    return ModelAgreement(
        inputs.density, inputs.model, resolution=resolution, radius=protocol.radius, b_iso=b_iso
    )


def _curves(
    found: Comparison, inputs: Inputs, protocol: Protocol
) -> dict[str, list[tuple[float, float]]]:
    """Correlation against overall B of the map, for models at several B's: Fig. 7A, B."""
    assert found.best_sharpening is not None
    prepared = found.prepared
    best_of = {0.0: found.best_sharpening}
    for b_iso in _MODEL_B:
        by_model = _by_model(inputs, prepared.resolution, protocol, b_iso=b_iso)
        best_of[b_iso] = by_model.best(inputs.density)
    return {
        f"{b:g}": _over_b(best_sharpening, prepared.b_signal)
        for b, best_sharpening in sorted(best_of.items())
    }


def _over_b(best_sharpening: BestSharpening, b_signal: float) -> list[tuple[float, float]]:
    return [(b_signal - b_sharpen, cc) for b_sharpen, cc in reversed(best_sharpening.trials)]


def _with_errors(found: Comparison, inputs: Inputs, protocol: Protocol) -> Iterator[Shaken]:
    """Find the best overall B by models that are wrong by more and more, also refined: Fig. 7C."""
    sharpened = next(found.map_of(entry) for entry in found.entries if entry.name == REFERENCE)

    def best(model: Model) -> tuple[float, float]:
        by_model = _by_model(replace(inputs, model=model), found.prepared.resolution, protocol)
        best = by_model.best(inputs.density)
        return found.prepared.b_signal - best.b_sharpen, best.cc_mask

    for rms in _ERRORS:
        wrong = shaken(inputs.model, rms) if rms else inputs.model
        refined_b, _ = best(refined(wrong, sharpened, inputs.model))
        yield Shaken(rms, *best(wrong), refined_b)
