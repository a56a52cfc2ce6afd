"""What sharpening a map gives: the map, the filter, the verdict and the evidence."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sharpem import _core
from sharpem._core import __version__
from sharpem.analysis.prepare import Prepared
from sharpem.archive.entry import Entry
from sharpem.io.json_text import to_plain
from sharpem.local.localised import Localised
from sharpem.maps.density import DensityMap
from sharpem.maps.half_maps import HalfMaps
from sharpem.maps.model import Model
from sharpem.methods.choice import BIso, Choice, Trial, Verdict
from sharpem.spectra.filters import Filter
from sharpem.spectra.shells import ShellTable, shell_table

__all__ = ["SCHEMA", "Sharpened"]

SCHEMA = 1
"""Version of the JSON."""


@dataclass(frozen=True, kw_only=True)
class Sharpened:
    """A sharpened map, and what it rests on.

    Attributes
    ----------
    prepared : Prepared
        The input as the method saw it.
    choice : Choice
        The method's answer, with the warnings about the input and what local sharpening found.
    map : DensityMap or None
        The sharpened map; None where the method does not apply and none was wanted.
    filter : Filter or None
        What was done to the map; apply it to another one with :func:`sharpem.apply`.
    half_maps : HalfMaps or None
        As given.
    model : Model or None
        As given.
    local : Localised or None
        What local sharpening found; `filter` is the overall one, about which `map` differs.
    resolution_source : str
        given, half maps, reflections, or the EMDB entry that states it.
    entry : Entry or None
        What the EMDB says of the map, if it came from there.
    seconds : dict of str to float
        Wall time by stage.
    peak_memory_bytes : int
        Of the process.
    """

    prepared: Prepared
    choice: Choice
    map: DensityMap | None = None
    filter: Filter | None = None
    half_maps: HalfMaps | None = None
    model: Model | None = None
    local: Localised | None = None
    resolution_source: str = "given"
    entry: Entry | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    peak_memory_bytes: int = 0

    @property
    def input(self) -> DensityMap:
        """The map before."""
        return self.prepared.density

    @property
    def resolution(self) -> float:
        """Of the map, A: as stated, or where the half maps' FSC falls below 0.143."""
        return self.prepared.resolution

    @property
    def method(self) -> str:
        """How the filter was chosen."""
        return self.choice.method

    @property
    def verdict(self) -> Verdict:
        """Whether to trust the map, and why."""
        return self.choice.verdict

    @property
    def b_iso(self) -> BIso:
        """Overall B's, A^2."""
        return self.choice.b_iso

    @property
    def trials(self) -> tuple[Trial, ...]:
        """The scan, ascending in overall B."""
        return self.choice.trials

    @property
    def d_min(self) -> float:
        """Terms beyond this resolution (A) were dropped."""
        return self.prepared.d_min

    @cached_property
    def shells_after(self) -> ShellTable | None:
        """Amplitudes of ``map`` by shell: what the filter makes of the input's, or measured."""
        if self.filter is None:
            return None
        if self.local is not None and self.local.boxes:
            return shell_table(_core.analyse(self.local.map.data, self.local.map.cell, self.d_min))
        return self.prepared.shells.filtered(self.filter.radial(self.prepared.shells.s))

    @cached_property
    def sha256(self) -> str | None:
        """Checksum of the input file; None for an array, or if the file is gone."""
        return _sha256(self.input.path)

    @property
    def _source(self) -> str | None:
        """File of the input, or those whose mean it is."""
        if self.input.path is not None:
            return str(self.input.path)
        halves = self.half_maps
        if halves is None or halves.one.path is None or halves.two.path is None:
            return None
        return f"mean of {halves.one.path} and {halves.two.path}"

    @cached_property
    def _half_maps_sha256(self) -> list[str | None] | None:
        halves = self.half_maps
        return [_sha256(half.path) for half in (halves.one, halves.two)] if halves else None

    @property
    def checksums(self) -> list[tuple[Path, str]]:
        """Files of map and half maps that were read, each with its checksum (SHA-256)."""
        halves = self.half_maps
        paths = [self.input.path, *((halves.one.path, halves.two.path) if halves else ())]
        digests = [self.sha256, *(self._half_maps_sha256 or ())]
        pairs = zip(paths, digests, strict=True)
        return [(path, digest) for path, digest in pairs if path is not None and digest is not None]

    def _input(self) -> dict[str, Any]:
        crystal = self.input.reflections
        return {
            "map": self._source,
            "shape": list(self.input.shape),
            "voxel_size": list(self.input.voxel_size),
            "sha256": self.sha256,
            "half_maps": list(self.half_maps.names) if self.half_maps else None,
            "half_maps_sha256": self._half_maps_sha256,
            "mtz_labels": list(crystal.labels) if crystal else None,
            "entry": self.entry.to_dict() if self.entry else None,
        }

    def to_dict(self) -> dict[str, Any]:
        """As in ``PREFIX.json``; numbers that are not finite become None."""
        prepared, choice = self.prepared, self.choice
        removed = None if choice.leaves_alone else prepared.removed
        answer = {
            "schema": SCHEMA,
            "sharpem": __version__,
            "input": self._input(),
            "resolution": self.resolution,
            "resolution_source": self.resolution_source,
            "d_min": self.d_min,
            "method": self.method,
            "local": self.local is not None,
            "verdict": asdict(self.verdict),
            "findings": [found.to_dict() for found in choice.findings],
            "b_iso": asdict(self.b_iso),
            "anisotropy": {
                "b_cartesian": list(prepared.anisotropy.b_cartesian),
                "corrected": removed is not None,
                "removed": list(removed.b_cartesian) if removed else None,
            },
            "composition": prepared.composition.to_dict(),
            "filter": self.filter.to_dict() if self.filter else None,
            "molecular_volume": asdict(prepared.volume),
            "region_weight": choice.region_weight,
            "noise_from_solvent": prepared.shells.noise is not None,
            "trials": [asdict(trial) for trial in self.trials],
            "shells": choice.shells.to_dict() if choice.shells else None,
            "local_sharpening": self.local.to_dict() if self.local else None,
            "output": {"map": None, "report": None},
            "seconds": self.seconds,
            "peak_memory_bytes": self.peak_memory_bytes,
        }
        plain: dict[str, Any] = to_plain(answer)
        return plain


def _sha256(path: Path | None) -> str | None:
    """Checksum of a file; None if there is none."""
    if path is None:
        return None
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    except OSError:
        return None
    return digest.hexdigest()
