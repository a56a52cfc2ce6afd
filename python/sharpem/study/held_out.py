"""The model method where its low shells are fitted to atoms other than those that score it.

The method weights the shells below 6 A for the best correlation with its model (methods/model.py),
which therefore is no test of it. Here each half of the molecule is filtered by weights that were
fitted to the other half, and the correlation is that of the two parts put together.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from sharpem.analysis.placed_model import PlacedModel
from sharpem.evaluation.agreement import ModelAgreement
from sharpem.evaluation.compare import Comparison
from sharpem.maps.arrays import Array, Mask
from sharpem.maps.model import Model
from sharpem.methods import model as by_model
from sharpem.methods.choice import Choice
from sharpem.methods.registry import MODEL
from sharpem.methods.scan import ScanSettings
from sharpem.spectra.apply import filtered
from sharpem.study.inputs import Inputs
from sharpem.study.outcome import MethodOutcome

__all__ = ["HELD_OUT", "held_out"]

HELD_OUT = "model-held-out"
"""Name of the outcome."""
_FEWEST_ATOMS = 100


def held_out(
    found: Comparison, inputs: Inputs, agreement: ModelAgreement
) -> Iterator[MethodOutcome]:
    """Score the model method on atoms that its low shells were not fitted to.

    Parameters
    ----------
    found : Comparison
        It says whether the method applies.
    inputs : Inputs
        Of the pair.
    agreement : ModelAgreement
        Scores the map that comes out.
    """
    whole = next((e.choice for e in found.entries if e.name == MODEL), None)
    if whole is None or not whole.verdict.applicable or len(inputs.model) < _FEWEST_ATOMS:
        return
    start = time.perf_counter()
    like = found.prepared.density  # a crystal's whole cell
    parts = [PlacedModel(part, like) for part in _halves(inputs.model)]
    maps = [_standardised(_filtered(found, inputs, part), agreement.mask) for part in parts]
    nearer = parts[0].within(agreement.radius)
    mixed = like.with_data(np.where(nearer, maps[1], maps[0]))
    yield MethodOutcome(
        HELD_OUT,
        "model, held out",
        True,
        agreement.correlation(mixed).cc_mask,
        None,
        whole.b_iso.target,
        time.perf_counter() - start,
    )


def _halves(model: Model) -> tuple[Model, Model]:
    """Cut a model in two across its longest axis, with as many atoms on both sides."""
    centred = model.positions - model.positions.mean(axis=0)
    axis = np.linalg.svd(centred, full_matrices=False)[2][0]
    along = centred @ axis
    first = along < np.median(along)
    return model.selected(first), model.selected(~first)


def _filtered(found: Comparison, inputs: Inputs, fitted_to: PlacedModel) -> Array:
    prepared = found.prepared
    whole = PlacedModel(inputs.model, prepared.density)
    choice: Choice = by_model.choose(
        prepared, whole, ScanSettings.scaled(prepared.resolution), fitted_to=fitted_to
    )
    assert choice.filter is not None
    return filtered(prepared.density, prepared.spectrum, choice.filter).data


def _standardised(values: Array, mask: Mask) -> Array:
    """Bring a map to mean 0 and standard deviation 1 about the atoms: filters differ in scale."""
    inside = values[mask].astype(np.float64)
    return np.asarray((values - inside.mean()) / inside.std(), dtype=np.float32)
