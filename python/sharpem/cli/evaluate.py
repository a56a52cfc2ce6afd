"""``sharpem evaluate``: how well maps agree with a model at B = 0."""

from __future__ import annotations

import shlex
from argparse import Namespace
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharpem.cli.common import (
    add_all_models,
    add_general,
    add_resolution,
    add_scattering,
    add_voxel_size,
    number,
)
from sharpem.cli.entries import fetch_entries, find_entry
from sharpem.cli.output import complain, say, show, show_table, with_ending
from sharpem.cli.parser import Parser, add_command
from sharpem.cli.progress import progress
from sharpem.errors import InputError, SharpemError
from sharpem.findings import Finding, lines_of, unique
from sharpem.io.json_text import json_text
from sharpem.io.together import check_free
from sharpem.machine import limited_threads
from sharpem.progress import Progress

if TYPE_CHECKING:
    from sharpem.evaluation.agreement import Agreement, ModelAgreement
    from sharpem.maps.density import DensityMap
    from sharpem.maps.model import Model
    from sharpem.spectra.fsc_curve import FscCurve

__all__ = ["NAME", "add_parser", "agreement_dict", "run"]

NAME = "evaluate"


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="MAP... --model MODEL -r D [options]",
        description="Correlate maps with a model whose atoms all have B = 0, map and model cut at\n"
        "the resolution: the map that is sharpened as far as its data allow scores best.\n"
        "With the Fourier shell correlation of each map and the model.",
        epilog="example: sharpem evaluate emd_3488.map.gz emd_3488_sharpened.mrc "
        "--model 5ni1.cif -r 3.2",
    )
    parser.add_argument(
        "map",
        metavar="MAP",
        nargs="+",
        help=".mrc, .map or .ccp4, also .gz, .bz2; or .mtz; or an EMDB entry (EMD-3488)",
    )
    parser.add_argument(
        "--model",
        required=True,
        metavar="MODEL",
        help=".pdb or .cif, also .gz, in the maps' frame; or an entry of the PDB (5ni1), or of the "
        "EMDB for the model fitted to it",
    )
    _add_measure(parser)
    parser.add_argument(
        "-o", "--output", metavar="PREFIX", help="writes PREFIX.html and PREFIX.json"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing files")
    add_general(parser).add_argument(
        "--json", action="store_true", help="print the JSON, and nothing else, to stdout"
    )


def _add_measure(parser: Parser) -> None:
    """Add how maps and model are compared."""
    add_resolution(
        parser,
        "where maps and model are cut, in A (needed; default where the first map is an EMDB entry: "
        "as that states)",
    )
    parser.add_argument(
        "--radius",
        type=number(above=0, below=20),
        default=3.0,
        metavar="A",
        help="CC_mask looks at voxels so near to atoms, A (default: 3)",
    )
    parser.add_argument("--no-waters", action="store_true", help="leave the model's waters out")
    add_all_models(parser)
    add_scattering(parser)
    add_voxel_size(parser)


def run(request: Namespace) -> int:
    """Run the command; the exit code is that of the last map that failed."""
    from sharpem.io.model import read_model

    find_entry(request)
    targets = _targets(request)
    with progress(request) as tell:
        fetch_entries(request, tell)
    model = read_model(request.model, waters=not request.no_waters, all_models=request.all_models)
    found, failed, code = {}, {}, 0
    with progress(request) as tell, limited_threads(request.threads):
        measure = _Measure(request, model, tell)
        for name in dict.fromkeys(request.map):
            try:
                found[name] = measure(name)
            except SharpemError as error:
                complain(str(error))
                failed[name], code = str(error), error.exit_code
    findings = _said_of({"": model.findings, **measure.findings})
    values = {**_values(request, found, failed), "findings": [one.to_dict() for one in findings]}
    written = _write(request, targets, values, found, failed) if found else []
    if request.json:
        say(json_text(values), end="")
    elif not request.quiet:
        _tell(found, findings, written)
    return code


def _targets(request: Namespace) -> dict[str, Path]:
    """Check what can be checked before anything is read; where the files go."""
    if request.resolution is None:
        raise InputError("no resolution given, expected -r D in A")
    if request.output is None:
        return {}
    if Path(request.output).name in ("", ".."):
        raise InputError(f"-o: found {request.output!r}, expected the start of a file name")
    prefix = Path(request.output)
    targets = {kind: with_ending(prefix, f".{kind}") for kind in ("html", "json")}
    inputs = [Path(name) for name in (*request.map, request.model)]
    check_free(targets.values(), overwrite=request.overwrite, inputs=inputs)
    return targets


class _Measure:
    """Evaluates map after map; the model's density serves all that are on one grid."""

    def __init__(self, request: Namespace, model: Model, tell: Progress) -> None:
        self._request, self._model, self._tell = request, model, tell
        self._done = 0
        self._with_model: ModelAgreement | None = None
        self.findings: dict[str, tuple[Finding, ...]] = {}

    def __call__(self, name: str) -> Agreement:
        from sharpem.io.read import read_map
        from sharpem.maps.checks import map_findings
        from sharpem.maps.crystal import whole_cell

        self._tell(f"map {self._done + 1}", self._done, len(self._request.map))
        self._done += 1
        options = self._request
        density = whole_cell(read_map(name, voxel_size=options.apix, xray=options.xray))
        self.findings[name] = map_findings(density)
        try:
            return self._agreement(density).agreement(density)
        except InputError as error:
            prefix = "" if str(error).startswith(name) else f"{name}: "
            raise InputError(f"{prefix}{error}") from None

    def _agreement(self, density: DensityMap) -> ModelAgreement:
        from sharpem.evaluation.agreement import ModelAgreement

        known = self._with_model
        if known is None or not known.goes_with(density, xray=density.xray):
            known = self._with_model = ModelAgreement(
                density,
                self._model,
                resolution=self._request.resolution,
                radius=self._request.radius,
            )
        return known


def _said_of(findings: dict[str, tuple[Finding, ...]]) -> tuple[Finding, ...]:
    """What is odd about the model and the maps; each map is named where there are several."""
    several = len(findings) > 2
    return unique(
        replace(one, text=f"{name}: {one.text}") if several and name else one
        for name, these in findings.items()
        for one in these
    )


def _values(
    request: Namespace, found: dict[str, Agreement], failed: dict[str, str]
) -> dict[str, Any]:
    """Everything, in the order of the command line."""
    import sharpem

    maps = [
        {"map": name, "error": failed[name]}
        if name in failed
        else {"map": name, **agreement_dict(found[name])}
        for name in dict.fromkeys(request.map)
    ]
    return {
        "schema": 1,
        "sharpem": sharpem.__version__,
        "model": request.model,
        "resolution": request.resolution,
        "resolution_source": request.resolution_source or "given",
        "entry": request.entry.to_dict() if request.entry else None,
        "radius": request.radius,
        "waters": not request.no_waters,
        "maps": maps,
    }


def agreement_dict(found: Agreement) -> dict[str, Any]:
    """As it stands in the JSON."""
    cc = asdict(found.correlation)
    cc.pop("resolution"), cc.pop("radius")
    return {**cc, "fsc": {"masked": _fsc_dict(found.fsc), "box": _fsc_dict(found.fsc_box)}}


def _fsc_dict(fsc: FscCurve) -> dict[str, Any]:
    levels = {f"d_{level}": asdict(fsc.crossing(level)) for level in (0.5, 0.143)}
    return {**levels, "s": fsc.s.tolist(), "value": fsc.value.tolist()}


def _write(
    request: Namespace,
    targets: dict[str, Path],
    values: dict[str, Any],
    found: dict[str, Agreement],
    failed: dict[str, str],
) -> list[Path]:
    if not targets:
        return []
    from sharpem.io.together import write_text, write_together
    from sharpem.report.evaluation import render_evaluation

    page = render_evaluation(
        [*found.items()],
        failed,
        model=request.model,
        resolution=request.resolution,
        findings=[Finding(**one) for one in values["findings"]],
        command=shlex.join(request.command_line),
    )
    texts = {targets["html"]: page, targets["json"]: json_text(values)}
    write_together(
        {path: partial(write_text, text=text) for path, text in texts.items()},
        overwrite=request.overwrite,
    )
    return [*texts]


def _tell(found: dict[str, Agreement], findings: tuple[Finding, ...], written: list[Path]) -> None:
    from sharpem.report.evaluation import COLUMNS, agreement_texts

    if found:
        header = ["map", *(name.replace("Å", "A") for name in COLUMNS)]
        rows = [[name, *agreement_texts(one)] for name, one in found.items()]
        best = max(range(len(rows)), key=lambda n: [*found.values()][n].correlation.cc_mask)
        show_table(header, rows, best=best if len(rows) > 1 else None)
    lines = lines_of(findings) if found else []
    show([*lines, *([("wrote", ", ".join(map(str, written)))] if written else [])])
