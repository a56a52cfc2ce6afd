"""What sharpening a map gives: the map, the filter, the verdict and the evidence, as files too."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeAlias

from sharpem import _core
from sharpem._core import __version__
from sharpem.analysis.prepare import Prepared
from sharpem.archive.entry import Entry
from sharpem.io.json_text import to_plain
from sharpem.io.mrc import write_map
from sharpem.io.together import write_text, write_together
from sharpem.io.write_mtz import write_box_mtz, write_filtered_mtz
from sharpem.local.localised import Localised
from sharpem.maps.density import DensityMap
from sharpem.maps.half_maps import HalfMaps
from sharpem.methods.choice import BIso, Choice, Trial, Verdict
from sharpem.output import extra_paths, extra_writers
from sharpem.spectra.filters import Filter
from sharpem.spectra.shells import ShellTable, shell_table

__all__ = ["SCHEMA", "Result"]

Writer: TypeAlias = Callable[[Path], None]

SCHEMA = 1
"""Version of the JSON."""


@dataclass(frozen=True)
class Result:
    """Outcome of :func:`sharpem.sharpen`.

    Attributes
    ----------
    input, map : DensityMap
        Before and after; ``map`` is None where the method does not apply and none was wanted.
    filter : Filter or None
        What was done to the map; apply it to another one with :func:`sharpem.apply`.
    verdict : Verdict
        Whether to trust it, and why.
    b_iso : BIso
        Overall B's, A^2.
    trials : tuple of Trial
        The scan, ascending in overall B.
    method : str
        How the filter was chosen.
    resolution : float
        As stated, A.
    prepared, choice
        What the method worked on, and its full answer.
    seconds : dict of str to float
        Wall time by stage.
    peak_memory_bytes : int
        Of the process.
    half_maps : HalfMaps or None
        As given.
    entry : Entry or None
        What the EMDB says of the map, if it came from there.
    resolution_source : str
        given, half maps, reflections, or the EMDB entry that states it.
    local : Localised or None
        What local sharpening found; `filter` is the overall one, about which `map` differs.
    """

    input: DensityMap
    map: DensityMap | None
    filter: Filter | None
    verdict: Verdict
    b_iso: BIso
    trials: tuple[Trial, ...]
    method: str
    resolution: float
    prepared: Prepared
    choice: Choice
    seconds: dict[str, float] = field(default_factory=dict)
    peak_memory_bytes: int = 0
    half_maps: HalfMaps | None = None
    entry: Entry | None = None
    resolution_source: str = "given"
    local: Localised | None = None

    @classmethod
    def without_map(cls, prepared: Prepared, choice: Choice) -> Result:
        """Return the result before any filter is applied; the input's oddities become warnings."""
        verdict = choice.verdict
        verdict = Verdict(
            verdict.applicable,
            verdict.signal_to_noise,
            verdict.reasons,
            (*verdict.warnings, *prepared.warnings),
        )
        return cls(
            prepared.density,
            None,
            None,
            verdict,
            choice.b_iso,
            choice.trials,
            choice.method,
            prepared.resolution,
            prepared,
            choice,
        )

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
        if self.input.path is None:
            return None
        digest = hashlib.sha256()
        try:
            with self.input.path.open("rb") as file:
                while piece := file.read(1 << 20):
                    digest.update(piece)
        except OSError:
            return None
        return digest.hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """As in ``PREFIX.json``; numbers that are not finite become None."""
        prepared, choice, crystal = self.prepared, self.choice, self.input.reflections
        answer = {
            "schema": SCHEMA,
            "sharpem": __version__,
            "input": {
                "map": str(self.input.path) if self.input.path else None,
                "shape": list(self.input.shape),
                "voxel_size": list(self.input.voxel_size),
                "sha256": self.sha256,
                "half_maps": list(self.half_maps.names) if self.half_maps else None,
                "mtz_labels": list(crystal.labels) if crystal else None,
                "entry": self.entry.to_dict() if self.entry else None,
            },
            "resolution": self.resolution,
            "resolution_source": self.resolution_source,
            "d_min": self.d_min,
            "method": self.method,
            "local": self.local is not None,
            "verdict": asdict(self.verdict),
            "b_iso": asdict(self.b_iso),
            "anisotropy": {
                "b_cartesian": list(prepared.anisotropy.b_cartesian),
                "corrected": prepared.removed is not None,
                "removed": list(prepared.removed.b_cartesian) if prepared.removed else None,
            },
            "filter": self.filter.to_dict() if self.filter else None,
            "molecular_volume": asdict(prepared.volume),
            "composition": prepared.composition.to_dict(),
            "region_weight": choice.region_weight,
            "noise_from_solvent": prepared.shells.noise is not None,
            "trials": [asdict(trial) for trial in self.trials],
            "shells": choice.shells,
            "local_sharpening": self.local.to_dict() if self.local else None,
            "output": {"map": None, "report": None},
            "seconds": self.seconds,
            "peak_memory_bytes": self.peak_memory_bytes,
        }
        plain: dict[str, Any] = to_plain(answer)
        return plain

    def write(
        self,
        prefix: str | Path,
        *,
        report: bool = True,
        overwrite: bool = False,
        command: str | None = None,
        mtz: bool | None = None,
        half_maps: bool = False,
    ) -> dict[str, Path]:
        """Write map, JSON, report and ChimeraX script; all of them or none.

        Parameters
        ----------
        prefix : path
            What the names start with: ``prefix.mrc``, ``.json``, ``.html``, ``.cxc``.
        report : bool
            Whether the report is wanted.
        overwrite : bool
            Replace existing files; if no map was made, remove that of an earlier run.
        command : str, optional
            The command that made this, for the report.
        mtz : bool, optional
            Whether ``prefix.mtz`` is wanted: for a crystal, its reflections with the columns of the
            new map; else the map's terms (:mod:`sharpem.io.write_mtz`). Default: for crystals.
        half_maps : bool
            Write the half maps too, with the same filter: ``prefix_half1.mrc``,
            ``prefix_half2.mrc``.

        Returns
        -------
        dict of str to Path
            What was written: map, json, report, chimerax, mtz, half1, half2; where half maps were
            given also star (RELION's postprocess.star) and fsc (the EMDB's FSC XML).

        Raises
        ------
        InputError
            A file exists, or cannot be written; then none is. Or no half maps were given that
            could be written.
        """
        start = time.perf_counter()
        paths = {"json": Path(f"{prefix}.json")}
        if self.map is not None:
            paths |= {"map": Path(f"{prefix}.mrc"), "chimerax": Path(f"{prefix}.cxc")}
        if report:
            paths["report"] = Path(f"{prefix}.html")
        if mtz is None:
            mtz = self.input.reflections is not None
        if mtz and self.map is not None:
            paths["mtz"] = Path(f"{prefix}.mtz")
        paths |= extra_paths(self, prefix, half_maps=half_maps)
        names = {kind: str(path) for kind, path in paths.items()}
        writers = {paths[kind]: write for kind, write in self._writers(names, command).items()}
        writers[paths["json"]] = partial(self._write_json, names, start)  # last: it holds the time
        write_together(writers, overwrite=overwrite)
        if overwrite and self.map is None:
            self._remove_stale(prefix)
        return paths

    def _writers(self, names: dict[str, str], command: str | None) -> dict[str, Writer]:
        """One function per file wanted but the JSON, each called with the path to write to."""
        from sharpem.report import chimerax_script, equal_volume_contours, render_report

        contours = equal_volume_contours(self)
        writers: dict[str, Writer] = {}
        if self.map is not None:
            writers["map"] = partial(_write_map, self.map, self._label())
            script = chimerax_script(
                self, names["map"], contours=contours, colour_path=names.get("b_sharpen")
            )
            writers["chimerax"] = partial(write_text, text=script)
        if "mtz" in names:
            writers["mtz"] = self._write_mtz
        if "report" in names:
            html = render_report(self, command=command, outputs=names, contours=contours)
            writers["report"] = partial(write_text, text=html)
        return writers | extra_writers(self, names)

    def _write_json(self, names: dict[str, str], start: float, path: Path) -> None:
        """Write the JSON, with the time since `start` as that of writing."""
        values = self.to_dict()
        values["output"] = {key: names.get(key) for key in ("map", "report")}
        if "mtz" in names:
            values["output"]["mtz"] = names["mtz"]
        spent = time.perf_counter() - start
        total = self.seconds.get("total", 0.0) + spent
        values["seconds"] = {**self.seconds, "write": spent, "total": total}
        write_text(path, text=json.dumps(values, indent=1, allow_nan=False) + "\n")

    def _remove_stale(self, prefix: str | Path) -> None:
        """Remove the map and script of an earlier run, which this one has found not to apply."""
        for path in (Path(f"{prefix}.mrc"), Path(f"{prefix}.cxc")):
            is_input = self.input.path is not None and path.exists() and self.input.path.exists()
            if not (is_input and path.samefile(str(self.input.path))):
                path.unlink(missing_ok=True)

    def _write_mtz(self, path: Path) -> None:
        """A crystal's reflections with the new map's columns, or the terms of a cryo-EM map."""
        assert self.map is not None
        if self.input.reflections is not None and self.filter is not None:
            write_filtered_mtz(self.input, self.filter, path, label=self._label())
        else:
            write_box_mtz(self.map, path, d_min=self.d_min, label=self._label())

    def _label(self) -> str:
        """One line for the map's header: what was done to it."""
        radial = self.filter.radial.to_dict() if self.filter else {}
        if "b_sharpen" in radial:
            what = f"b_sharpen {radial['b_sharpen']:.1f} A^2"
        else:
            what = "shell filter"
        where = "local about overall " if self.local is not None and self.local.boxes else ""
        return f"{self.method}: {where}{what}, d {self.resolution:g} A"


def _write_map(map_: DensityMap, label: str, path: Path) -> None:
    write_map(map_, path, label=label)
