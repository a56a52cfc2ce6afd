"""Options of `sharpen` that Python, the command line and a batch share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sharpem.local.blend import BLENDS
from sharpem.local.boxes import BOX_SIZE
from sharpem.methods.registry import METHODS, SCANNING
from sharpem.options.kinds import COMPOSITION, FILE, SIZE, SWITCH, number, one_of, whole
from sharpem.options.table import option, options_of

__all__ = ["GROUPS", "SharpenOptions"]

INPUT, METHOD, DATA = "input", "method", "half maps and model"
FILTER, SCAN, LOCAL = "filter", "scan of the overall B", "local sharpening"
VOLUME = "molecular volume (default: estimated from the map)"
OUTPUT, GENERAL = "output", "general"
GROUPS = (INPUT, METHOD, DATA, FILTER, SCAN, VOLUME, LOCAL, OUTPUT, GENERAL)
"""Headings of the help, in their order."""

_method = partial(option, group=METHOD)
_filter = partial(option, group=FILTER)
_scan = partial(option, group=SCAN, metavar="B")
_volume = partial(option, group=VOLUME, excludes="volume")
_local = partial(option, group=LOCAL)

_B = number(above=-5000, below=5000)
_B_SCAN = number(above=-2000, below=2000)
_POSITIVE, _PART = number(above=0), number(above=0, below=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class SharpenOptions:
    """Options that Python, the command line and a batch share; each is described here, once."""

    resolution: float | None = option(
        None,
        number(above=0.5, below=50),
        "resolution of the map in A, as published (needed; default for .mtz: its finest term, for "
        "an EMDB entry: as it states)",
        group=INPUT,
        metavar="D",
        short="-r",
        limits_by_input=True,
    )
    method: str | None = _method(
        None,
        one_of(*METHODS),
        "; ".join(method.name + method.help for method in METHODS.values())
        + " (default: half-map with half maps, model with a model, else surface)",
    )
    prior: str = _method(
        "auto",
        one_of("auto", "none"),
        f"{', '.join(SCANNING)}: combine with the expected final B (auto, default) or not (none)",
    )
    if_not_applicable: str | None = _method(
        None,
        one_of("empirical", "stop"),
        "where the method cannot judge the map: the expected final B, with a warning (default), or "
        "no map and exit code 3 (default with --paper)",
    )
    paper: bool = _method(
        False,
        SWITCH,
        "the algorithm as it was published (Terwilliger et al. 2018) and nothing else: surface "
        "without prior, whole anisotropy removed, -100 to 300 A^2 in steps of 20, boxes of 40 with "
        "--local; options that say otherwise are refused",
    )
    composition: str | float | None = _method(
        None,
        COMPOSITION,
        "protein, nucleic, or the fraction of the mass that is nucleic acid, 0 to 1 (default: by "
        "the model or the sequences, else unknown, which widens the interval)",
        metavar="C",
    )
    anisotropy: bool = _method(True, SWITCH, "leave the map's anisotropy in it")
    b_sharpen: float | None = _filter(
        None, _B, "A^2; + sharpens (method given)", metavar="B", excludes="B"
    )
    b_iso: float | None = _filter(
        None, _B, "final overall B in A^2 (method given)", metavar="B", excludes="B"
    )
    d_cut: float | None = _filter(
        None,
        _POSITIVE,
        "where sharpening gives way to blurring, A (default: the resolution)",
        metavar="D",
        excludes="d_cut",
    )
    optimize_d_cut: bool = _filter(False, SWITCH, "choose d_cut together with B", excludes="d_cut")
    k: float = _filter(
        10.0, _POSITIVE, "steepness of that transition, 1/A", metavar="K", excludes="k"
    )
    optimize_k: bool = _filter(False, SWITCH, "choose k together with B", excludes="k")
    b_blur: float = _filter(200.0, number(), "blurring beyond d_cut, A^2", metavar="B")
    b_min: float | None = _scan(
        None, _B_SCAN, "A^2 (default: -8 D^2, D being the resolution; --paper: -100)"
    )
    b_max: float | None = _scan(None, _B_SCAN, "A^2 (default: 24 D^2; --paper: 300)")
    b_step: float | None = _scan(
        None, _POSITIVE, "A^2 (default: a twentieth of the range, 21 trials; --paper: 20)"
    )
    fraction: float = _scan(
        0.2, _PART, "part of the molecular volume inside the contour", metavar="F"
    )
    molecular_volume: float | None = _volume(None, _POSITIVE, "dry volume, A^3", metavar="A3")
    mass: float | None = _volume(None, _POSITIVE, "mass, kDa", metavar="KDA")
    sequence: str | Path | None = option(
        None, FILE, "all chains in the map", metavar="FASTA", group=VOLUME, excludes="volume"
    )
    solvent_content: float | None = _volume(
        None, _PART, "part of the box that is solvent, 0 to 1", metavar="F"
    )
    local: bool = _local(
        False,
        SWITCH,
        "let the filter differ from place to place, where the map bears that out; writes maps of "
        "the local b_sharpen and B too",
    )
    local_box: int = _local(
        BOX_SIZE,
        whole(8, 4096),
        "side of the boxes that are looked at, voxels",
        metavar="N",
    )
    local_blend: str = _local(
        "bands",
        one_of(*BLENDS),
        "a smooth field of gains for every band of resolution (bands, default), or filter boxes "
        "one by one and average them (boxes, the paper's way)",
    )
    symmetry: str | Path | None = option(
        None,
        FILE,
        "C<n>, D<n>, T, O, I, or a file with operators (.pdb, .cif): equivalent places share one "
        "choice",
        metavar="SYM",
        flag="--sym",
        group=LOCAL,
    )
    threads: int | None = option(
        None, whole(1, 1024), "threads (default: all cores)", group=GENERAL, metavar="N"
    )
    max_memory: str | float | None = option(
        None,
        SIZE,
        "refuse a map that would take more, such as 4G (default: what the machine has left)",
        group=GENERAL,
        metavar="SIZE",
    )

    @property
    def stops(self) -> bool:
        """Whether no map is wanted where the method cannot judge the map."""
        return (self.if_not_applicable or ("stop" if self.paper else "empirical")) == "stop"

    @property
    def with_prior(self) -> bool:
        """Whether the expected sharpening has a say."""
        return self.prior == "auto" and not self.paper

    @property
    def given(self) -> frozenset[str]:
        """Names of the options that were given: here, those that differ from their defaults."""
        known = options_of(SharpenOptions).values()
        return frozenset(one.name for one in known if getattr(self, one.name) != one.default)
