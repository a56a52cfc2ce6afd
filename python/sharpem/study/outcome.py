"""What a study finds out about one pair, as plain numbers: made on any machine, kept as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, TypeAlias

from sharpem.study.protocol import Exclusion

__all__ = ["CaseOutcome", "MethodOutcome", "Shaken"]

Curve: TypeAlias = list[tuple[float, float]]


class Shaken(NamedTuple):
    """How the best overall B depends on the errors of the model it is judged by (Fig. 7C).

    Attributes
    ----------
    rms : float
        Of the atoms' shifts, A.
    overall_b : float
        Of the map that agrees best with such a model at B = 0, A^2.
    cc_mask : float
        There.
    refined_b : float
        The same after a short refinement of the model against the map (refine.py), A^2.
    """

    rms: float
    overall_b: float
    cc_mask: float
    refined_b: float


@dataclass(frozen=True)
class MethodOutcome:
    """What came of one way to choose a filter.

    Attributes
    ----------
    name, label : str
        As in :mod:`sharpem.compare`.
    applicable : bool
        False: the way fell back to the expected sharpening.
    cc_mask : float
        Correlation of the sharpened map with the model at B = 0.
    b_sharpen : float or None
        A^2; None for a filter by shell.
    overall_b : float or None
        That the filter aims at, A^2.
    seconds : float
        That choosing took.
    interval : (float, float) or None
        In which the method expects the best overall B, A^2, 90 % of the time.
    """

    name: str
    label: str
    applicable: bool
    cc_mask: float
    b_sharpen: float | None
    overall_b: float | None
    seconds: float
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class CaseOutcome:
    """What a study finds out about one pair.

    Attributes
    ----------
    name, group : str
        As in the table.
    resolution : float or None
        A.
    excluded : Exclusion or None
        Why it does not count.
    shape : tuple of int or None
        Voxels (z, y, x) of the map that was studied; None and what follows is empty if the pair
        was excluded before.
    cc_mask : float or None
        Correlation of the map as it came with the model at B = 0.
    signal_to_noise : float or None
        Of the bare maximum of adjusted surface area.
    solvent : bool
        Whether solvent showed the noise.
    b_signal : float or None
        Overall B of the signal in the map as it came, A^2; less b_sharpen, it is that of a
        sharpened map.
    true_b : float or None
        The same, where a simulation knows it.
    volume_ratio : float or None
        Molecular volume found, over the model's dry volume.
    best_b_sharpen, best_cc : float or None
        The best that any b_sharpen does, by the model at B = 0.
    methods : tuple of MethodOutcome
    curves : dict of str to list of (float, float)
        For models at B (the key, A^2): overall B of the map and correlation (Fig. 7A, B).
    shaken : tuple of Shaken
        For models with errors (Fig. 7C).
    warnings : tuple of str
    """

    name: str
    group: str
    resolution: float | None
    excluded: Exclusion | None = None
    shape: tuple[int, ...] | None = None
    cc_mask: float | None = None
    signal_to_noise: float | None = None
    solvent: bool = False
    b_signal: float | None = None
    true_b: float | None = None
    volume_ratio: float | None = None
    best_b_sharpen: float | None = None
    best_cc: float | None = None
    methods: tuple[MethodOutcome, ...] = ()
    curves: dict[str, Curve] = field(default_factory=dict)
    shaken: tuple[Shaken, ...] = ()
    warnings: tuple[str, ...] = ()

    def method(self, name: str) -> MethodOutcome | None:
        """Outcome of the way of that name, if it was tried."""
        return next((found for found in self.methods if found.name == name), None)

    def to_dict(self) -> dict[str, Any]:
        """As plain as JSON."""
        return {**asdict(self), "shaken": [one._asdict() for one in self.shaken]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> CaseOutcome:
        """Undo :meth:`to_dict`, also after a way through JSON."""
        excluded, shape = values["excluded"], values["shape"]
        changed = {
            "shape": shape and tuple(shape),
            "excluded": excluded and Exclusion(**excluded),
            "methods": tuple(_method(one) for one in values["methods"]),
            "curves": {
                b: [(float(x), float(y)) for x, y in curve] for b, curve in values["curves"].items()
            },
            "shaken": tuple(Shaken(**one) for one in values["shaken"]),
            "warnings": tuple(values["warnings"]),
        }
        return cls(**{**values, **changed})


def _method(values: dict[str, Any]) -> MethodOutcome:
    """Read one back; JSON knows no tuples."""
    interval = values.get("interval")
    return MethodOutcome(**{**values, "interval": interval and tuple(interval)})
