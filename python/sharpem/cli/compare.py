"""``sharpem compare``: every way to choose a filter, side by side on one map."""

from __future__ import annotations

import shlex
from argparse import Namespace
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharpem.cli.common import (
    add_all_models,
    add_general,
    add_max_memory,
    add_resolution,
    add_scattering,
    add_voxel_size,
)
from sharpem.cli.entries import fetch_entries, find_entry, is_entry
from sharpem.cli.evaluate import agreement_dict
from sharpem.cli.output import output_prefix, say, show, show_table, with_ending
from sharpem.cli.parser import Parser, add_command
from sharpem.cli.progress import progress
from sharpem.errors import InputError
from sharpem.findings import lines_of
from sharpem.io.json_text import json_text
from sharpem.io.together import check_free
from sharpem.machine import limited_threads
from sharpem.progress import Progress

if TYPE_CHECKING:
    from sharpem.evaluation.compare import Compared, Comparison

__all__ = ["NAME", "add_parser", "run"]

NAME = "compare"


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="MAP -r D [options]",
        description="Choose a filter in every way that the input allows, and put what comes of it\n"
        "in one table. With --model, the correlation with the model at B = 0 says which is best.",
        epilog="example: sharpem compare emd_3488.map.gz -r 3.2 --model 5ni1.cif -o out/compared",
    )
    parser.add_argument(
        "map",
        metavar="MAP",
        help=".mrc, .map or .ccp4, also .gz, .bz2; or .mtz; or an EMDB entry (EMD-3488)",
    )
    add_resolution(
        parser, "resolution of the map in A, as published (needed; an EMDB entry states its own)"
    )
    _add_data(parser)
    add_voxel_size(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="PREFIX",
        help="writes PREFIX.html and PREFIX.json (default: the map's name + _compared, in the "
        "current folder)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing files")
    general = add_general(parser)
    add_max_memory(general)
    general.add_argument(
        "--json", action="store_true", help="print the JSON, and nothing else, to stdout"
    )


def _add_data(parser: Parser) -> None:
    """Add what there is beside the map."""
    parser.add_argument(
        "--half1",
        metavar="H1",
        help="first half map, or the folder of a refinement job, or an EMDB entry for both",
    )
    parser.add_argument(
        "--half2", metavar="H2", help="second half map (default: found beside the first)"
    )
    parser.add_argument(
        "--model",
        metavar="MODEL",
        help=".pdb or .cif, also .gz, at its place in the map, or an entry of PDB or EMDB: judges",
    )
    parser.add_argument("--no-waters", action="store_true", help="leave the model's waters out")
    add_all_models(parser)
    add_scattering(parser)


def run(request: Namespace) -> int:
    """Run the command; the exit code."""
    find_entry(request)
    targets = _targets(request)
    with progress(request) as tell, limited_threads(request.threads):
        fetch_entries(request, tell)
        found = _compare(request, tell)
        values = _values(request, found)
        tell("report", 0, 1)
        _write(request, targets, found, values)
    if request.json:
        say(json_text(values), end="")
    elif not request.quiet:
        _tell(found, targets)
    return 0


def _targets(request: Namespace) -> dict[str, Path]:
    """Check what can be checked before anything is read; where the files go."""
    if request.resolution is None:
        raise InputError(f"{request.map}: no resolution given, expected -r D in A")
    if request.half2 and is_entry(request.half1):
        raise InputError(f"--half2: found with --half1 {request.half1}, which stands for both")
    if request.half2 and not request.half1:
        raise InputError("--half2: found without --half1, expected both half maps")
    if request.all_models and not request.model:
        raise InputError("--all-models: found without --model, expected both")
    prefix = output_prefix(request.output, request.map, "_compared")
    targets = {kind: with_ending(prefix, f".{kind}") for kind in ("html", "json")}
    inputs = [request.map, request.half1, request.half2, request.model]
    paths = [Path(name) for name in inputs if name]
    check_free(targets.values(), overwrite=request.overwrite, inputs=paths)
    return targets


def _compare(request: Namespace, tell: Progress) -> Comparison:
    from sharpem.evaluation.compare import compare
    from sharpem.io.half_maps import read_half_maps
    from sharpem.io.model import read_model
    from sharpem.io.read import read_map

    density = read_map(request.map, voxel_size=request.apix, xray=request.xray)
    halves = None
    if request.half1:
        halves = read_half_maps(request.half1, request.half2, voxel_size=request.apix, full=density)
    model = None
    if request.model:
        model = read_model(
            request.model, waters=not request.no_waters, all_models=request.all_models
        )
    return compare(
        density,
        resolution=request.resolution,
        half_maps=halves,
        model=model,
        max_memory=request.max_memory,
        progress=tell,
    )


def _values(request: Namespace, found: Comparison) -> dict[str, Any]:
    import sharpem

    best = found.best_sharpening
    return {
        "schema": 1,
        "sharpem": sharpem.__version__,
        "map": request.map,
        "half_maps": [request.half1, request.half2] if request.half1 else None,
        "model": request.model,
        "resolution": request.resolution,
        "resolution_source": request.resolution_source or "given",
        "entry": request.entry.to_dict() if request.entry else None,
        "judged_by": "model" if found.best else None,
        "best": found.best.name if found.best else None,
        "best_without_model": found.best_blind.name if found.best_blind else None,
        "methods": [_entry(entry) for entry in found.entries],
        "skipped": found.skipped,
        "best_sharpening": best and {"b_sharpen": best.b_sharpen, "cc_mask": best.cc_mask},
        "warnings": [one.text for one in found.findings if one.severity != "note"],
        "findings": [one.to_dict() for one in found.findings],
    }


def _entry(entry: Compared) -> dict[str, Any]:
    choice = entry.choice
    return {
        "name": entry.name,
        "label": entry.label,
        "b_sharpen": entry.b_sharpen,
        "overall_b": entry.b_output,
        "verdict": asdict(choice.verdict) if choice else None,
        "b_iso": asdict(choice.b_iso) if choice else None,
        "filter": entry.filter.to_dict() if entry.filter else None,
        "agreement": agreement_dict(entry.agreement) if entry.agreement else None,
        "local_rise": entry.local_rise,
        "seconds": entry.seconds,
    }


def _write(
    request: Namespace, targets: dict[str, Path], found: Comparison, values: dict[str, Any]
) -> None:
    from sharpem.io.together import write_text, write_together
    from sharpem.report.comparison import render_comparison

    page = render_comparison(found, command=shlex.join(request.command_line))
    texts = {targets["html"]: page, targets["json"]: json_text(values)}
    write_together(
        {path: partial(write_text, text=text) for path, text in texts.items()},
        overwrite=request.overwrite,
    )


def _tell(found: Comparison, targets: dict[str, Path]) -> None:
    from sharpem.report.comparison import (
        best_sentence,
        columns,
        headline,
        local_sentence,
        model_sentence,
        texts,
    )

    header = ["method", *columns(found)]
    rows = [[entry.label, *texts(found, entry)] for entry in found.entries]
    best = next((n for n, entry in enumerate(found.entries) if entry is found.best), None)
    show_table(header, rows, best=best)
    lines = [("best" if found.best else "note", headline(found))]
    notes = (model_sentence(found), best_sentence(found), local_sentence(found))
    lines += [("note", text) for text in notes if text]
    lines.append(("sign", "+ sharpens; RELION and cryoSPARC use the opposite sign"))
    lines += [("not done", f"{name}: {lack}") for name, lack in found.skipped.items()]
    lines += lines_of(found.findings)
    show([*lines, ("wrote", ", ".join(str(path) for path in targets.values()))])
