"""A run by names of files: what the command line and a batch ask for, as JSON can hold it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sharpem.archive.entry import Entry
from sharpem.options.kinds import FILE, LABELS, SWITCH, number, several_of
from sharpem.options.sharpen import DATA, GROUPS, INPUT, METHOD, OUTPUT, VOLUME, SharpenOptions
from sharpem.options.table import Option, option, options_of

__all__ = ["SharpenRequest"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SharpenRequest(SharpenOptions):
    """A run by names of files, as the command line and the rows of a batch ask for it.

    Attributes
    ----------
    names : frozenset of str
        Names of the options that were given; the others have their defaults.
    entry : Entry or None
        What the EMDB says of the map, where its entry stands for it.
    resolution_source : str or None
        Where the resolution comes from, if it was not given.
    half_maps_of_entry : bool
        The half maps are the entry's, and nobody asked for them: they may be left out.
    """

    map: str | None = option(
        None,
        FILE,
        ".mrc, .map or .ccp4, also .gz, .bz2; or .mtz with map coefficients; or the folder of a "
        "refinement job with half maps; or an EMDB entry (EMD-3488)",
        group=INPUT,
        metavar="MAP",
        flag="map",
    )
    xray: bool = option(
        False,
        SWITCH,
        "the map scatters X-rays (default for .mtz, unless it says otherwise)",
        group=INPUT,
        excludes="scattering",
    )
    electrons: bool = option(
        False,
        SWITCH,
        "the map scatters electrons (default for all others); for .mtz of cryo-EM or MicroED",
        group=INPUT,
        excludes="scattering",
    )
    mtz_labels: tuple[str, str] | None = option(
        None,
        LABELS,
        "columns of an MTZ file (default: FWT,PHWT or 2FOFCWT,PH2FOFCWT, or the like)",
        group=INPUT,
        metavar="F,PHI",
    )
    voxel_size: float | None = option(
        None,
        number(above=0),
        "voxel size in A, instead of the header's",
        group=METHOD,
        metavar="A",
        flag="--apix",
    )
    half1: str | None = option(
        None,
        FILE,
        "half map 1, or the folder of a RELION or cryoSPARC job, or an EMDB entry for both; with "
        "half maps MAP and -r may be left out",
        group=DATA,
        metavar="H1",
    )
    half2: str | None = option(
        None, FILE, "half map 2 (default: found beside the first)", group=DATA, metavar="H2"
    )
    half_maps: bool = option(
        True,
        SWITCH,
        "take the deposited map of an EMDB entry alone (default: with the entry's half maps, where "
        "it has some and no method is asked for)",
        group=DATA,
    )
    model: str | None = option(
        None,
        FILE,
        ".pdb or .cif, also .gz, at its place in the map; or an entry of the PDB (5ni1), or of the "
        "EMDB for the model fitted to it",
        group=DATA,
        metavar="MODEL",
    )
    all_models: bool = option(
        False,
        SWITCH,
        "take all models of the model's file together, as the parts of one assembly",
        group=DATA,
    )
    mask: str | None = option(
        None,
        FILE,
        "map with values > 0.5 inside the molecule",
        group=VOLUME,
        metavar="MASK",
        excludes="volume",
    )
    report: bool = option(True, SWITCH, "leave the .html report out", group=OUTPUT)
    write_mtz: bool = option(
        False,
        SWITCH,
        "write PREFIX.mtz too: Fourier terms FWT,PHWT in P1, the box as cell; it has no place for "
        "an origin, so phases refer to the box's first voxel. Where MAP is an MTZ file it is "
        "always written: all that was there, and the new columns",
        group=OUTPUT,
    )
    write_half_maps: bool = option(
        False,
        SWITCH,
        "write PREFIX_half1.mrc and PREFIX_half2.mrc too, with the same filter",
        group=OUTPUT,
    )
    write_gains: bool = option(
        False,
        SWITCH,
        "with --local write PREFIX_gains.npz too, for sharpem apply: the gains of bands and places",
        group=OUTPUT,
    )
    viewer_scripts: tuple[str, ...] = option(
        (),
        several_of("coot", "pymol"),
        "write scripts for these viewers too, beside that for ChimeraX: coot (PREFIX_coot.py), "
        "pymol (PREFIX.pml)",
        group=OUTPUT,
        metavar="V,...",
    )
    names: frozenset[str] = frozenset()
    entry: Entry | None = None
    resolution_source: str | None = None
    half_maps_of_entry: bool = False

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> SharpenRequest:
        """Request for the values that were given; None counts as not given."""
        known = {name: value for name, value in values.items() if value is not None}
        return cls(**known, names=frozenset(known))

    @property
    def given(self) -> frozenset[str]:
        """Names of the options that were given, be it with their default."""
        return self.names

    @property
    def scatters_xrays(self) -> bool | None:
        """Whether the map scatters X-rays; None: as its file says."""
        return True if self.xray else False if self.electrons else None

    @property
    def source(self) -> str:
        """The name that the output goes by, and messages begin with."""
        return self.map or self.half1 or ""

    def with_found(self, **values: Any) -> SharpenRequest:
        """Request with values that were found out, which count as given from here on."""
        known = frozenset(name for name, value in values.items() if value is not None)
        options = options_of(SharpenRequest)
        return replace(self, **values, names=self.names | (known & options.keys()))

    def to_dict(self) -> dict[str, Any]:
        """What was given, as JSON holds it."""
        options = options_of(SharpenRequest)
        return {name: getattr(self, name) for name in options if self._has(name)}

    def _has(self, name: str) -> bool:
        return name in self.names and getattr(self, name) is not None

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SharpenRequest:
        """Request from :meth:`to_dict`."""
        lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
        return cls.of({**values, **lists})

    def words(self) -> list[str]:
        """What was given, as words of the command line after ``sharpem sharpen``."""
        words = []
        for one in sorted(options_of(SharpenRequest).values(), key=_place):
            if self._has(one.name):
                words += _words(one.flag, getattr(self, one.name), one.default)
        return words


def _place(one: Option) -> tuple[bool, int]:
    return one.flag.startswith("-"), GROUPS.index(one.group)


def _words(flag: str, value: Any, default: Any) -> list[str]:
    if isinstance(value, bool):
        return [] if value == default else [flag]
    text = ",".join(value) if isinstance(value, tuple) else str(value)
    text = text.removesuffix(".0") if isinstance(value, float) else text
    return [f"{flag}={text}"] if flag.startswith("-") else [text]
