"""Every method by which a filter can be chosen: the one list of them.

A new method is a file beside this one, with a function that makes a `Choice`, and one entry below.
The command line, the summary, the report, `sharpem compare`, the study and the memory forecast read
what they say of a method from its entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from sharpem.analysis.memory_forecast import ExtraStep
from sharpem.analysis.placed_model import PlacedModel
from sharpem.analysis.prepare import Prepared
from sharpem.methods import empirical, given, half_map, model, single_map
from sharpem.methods.choice import Choice
from sharpem.methods.left_alone import left_alone
from sharpem.methods.scan import ScanSettings, optimise_shape
from sharpem.methods.scanned import KURTOSIS, SURFACE, ScanMethod, choose_by_scan

__all__ = ["COMPARED", "METHODS", "MODEL", "SCANNING", "Method", "MethodInput", "Need"]

MODEL = "model"
"""Name of the method that uses a model, and so the same one as a comparison's scores."""


@dataclass(frozen=True, eq=False)
class MethodInput:
    """What a method may use to choose a filter.

    Attributes
    ----------
    prepared : Prepared
        The map.
    settings : ScanSettings
        The scan of overall B, and the filter's parameters beside b_sharpen.
    half_maps : Measured or None
        FSC of the half maps.
    model : PlacedModel or None
        At its place in the map.
    prior : bool
        Combine the maximum of a score with the expected b_sharpen.
    optimize_d_cut, optimize_k : bool
        Choose these by the score too.
    b_sharpen, b_iso : float or None
        What the user asks for, A^2.
    """

    prepared: Prepared
    settings: ScanSettings
    half_maps: half_map.Measured | None = None
    model: PlacedModel | None = None
    prior: bool = True
    optimize_d_cut: bool = False
    optimize_k: bool = False
    b_sharpen: float | None = None
    b_iso: float | None = None


class Need(Enum):
    """What a method cannot do without, as `sharpem compare` says it."""

    HALF_MAPS = "--half1 and --half2"
    MODEL = "--model"
    SOLVENT = "solvent that shows the noise"
    B = "--b-sharpen or --b-iso"


@dataclass(frozen=True)
class Method:
    """One method.

    Attributes
    ----------
    name : str
        On the command line and in the JSON.
    label : str
        In tables.
    words : str
        What decides, in the summary of a run.
    choose : callable
        From `MethodInput` to `Choice`.
    colour : str
        Of its curves.
    needs : tuple of Need
    score : ScanMethod or None
        What is to be high, where overall B is scanned.
    variant_of : str or None
        The method of which this is a variant, shown for comparison alone.
    memory : ExtraStep or None
        What it takes beside the scan.
    help : str
        What the command line's help adds to the name.
    """

    name: str
    label: str
    words: str
    choose: Callable[[MethodInput], Choice]
    colour: str
    needs: tuple[Need, ...] = ()
    score: ScanMethod | None = None
    variant_of: str | None = None
    memory: ExtraStep | None = None
    help: str = ""


def _by_half_maps(x: MethodInput) -> Choice:
    assert x.half_maps is not None
    return half_map.choose(x.prepared, x.half_maps, model=x.model)


def _by_model(x: MethodInput) -> Choice:
    assert x.model is not None
    return model.choose(x.prepared, x.model, x.settings)


def _by_score(score: ScanMethod, *, prior: bool = True) -> Callable[[MethodInput], Choice]:
    """Choose by a score over overall B; half maps, where they are given, check the choice."""

    def choose(x: MethodInput) -> Choice:
        settings = x.settings
        if x.optimize_d_cut or x.optimize_k:
            settings = optimise_shape(
                x.prepared, settings, score.score, d_cut=x.optimize_d_cut, k=x.optimize_k
            )
        choice = choose_by_scan(x.prepared, settings, score, prior=prior and x.prior)
        if prior and x.prior:
            choice = left_alone(x.prepared, choice)
        if x.half_maps is None:
            return choice
        return half_map.cross_checked(choice, x.prepared, x.half_maps, settings, score)

    return choose


_ALL = (
    Method(
        "surface",
        "surface",
        "adjusted surface area",
        _by_score(SURFACE),
        "#3b82c4",
        score=SURFACE,
        help=": adjusted surface area",
    ),
    Method(
        "surface-bare",
        "surface, no prior",
        "adjusted surface area",
        _by_score(SURFACE, prior=False),
        "#3b82c4",
        score=SURFACE,
        variant_of="surface",
    ),
    Method("kurtosis", "kurtosis", "kurtosis", _by_score(KURTOSIS), "#2a9d6a", score=KURTOSIS),
    Method(
        "kurtosis-bare",
        "kurtosis, no prior",
        "kurtosis",
        _by_score(KURTOSIS, prior=False),
        "#2a9d6a",
        score=KURTOSIS,
        variant_of="kurtosis",
    ),
    Method(
        "empirical",
        "empirical",
        empirical.EXPECTED,
        lambda x: left_alone(x.prepared, empirical.choose(x.prepared, x.settings)),
        "#d9762b",
        help=": expected final B",
    ),
    Method(
        "single-map",
        "single map",
        "noise in the solvent",
        lambda x: left_alone(x.prepared, single_map.choose(x.prepared, x.settings)),
        "#1fa3b5",
        needs=(Need.SOLVENT,),
        help=": by the noise that the solvent shows",
    ),
    Method(
        "half-map",
        "half maps",
        "FSC of the half maps",
        _by_half_maps,
        "#9a6fd0",
        needs=(Need.HALF_MAPS,),
        memory=ExtraStep("half-map", maps=1.0, half_maps=True),
    ),
    Method(
        MODEL,
        "model",
        "FSC with the model",
        _by_model,
        "#c8434f",
        needs=(Need.MODEL,),
        memory=ExtraStep("model", maps=4.0, atoms=True),
    ),
    Method(
        "given",
        "given",
        "B as given",
        lambda x: given.choose(x.prepared, x.settings, b_sharpen=x.b_sharpen, b_iso=x.b_iso),
        "#22252b",
        needs=(Need.B,),
        help=": --b-sharpen or --b-iso",
    ),
)

METHODS = {method.name: method for method in _ALL if method.variant_of is None}
"""What a user can ask for, by name."""
COMPARED = {method.name: method for method in _ALL if Need.B not in method.needs}
"""What can be compared on one map, with variants, in the order of the table."""
SCANNING = tuple(method.name for method in METHODS.values() if method.score is not None)
"""Names of the methods that scan overall B."""
