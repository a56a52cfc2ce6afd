"""``sharpem inspect``: what is in a map file, and what is odd about it."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from sharpem.cli.common import add_general, add_resolution, add_voxel_size
from sharpem.cli.entries import fetch_map
from sharpem.cli.output import Lines, complain, say, show
from sharpem.cli.parser import add_command
from sharpem.cli.progress import progress
from sharpem.errors import SharpemError
from sharpem.findings import Finding, lines_of
from sharpem.machine import limited_threads

if TYPE_CHECKING:
    from sharpem.maps.density import DensityMap

__all__ = ["NAME", "add_parser", "run"]

NAME = "inspect"

_MODES = {0: "int8", 1: "int16", 2: "float32", 6: "uint16", 12: "float16"}


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="MAP... [-r D] [options]",
        description="Show grid, cell, placement, labels, statistics, and what is odd about a map;\n"
        "with -r also the overall B, the anisotropy and the molecular volume. Lengths in A.",
        epilog="example: sharpem inspect emd_3488.map.gz -r 3.2",
    )
    parser.add_argument(
        "map",
        metavar="MAP",
        nargs="+",
        help=".mrc, .map or .ccp4; also .gz, .bz2; or an EMDB entry (EMD-3488)",
    )
    add_resolution(
        parser,
        "resolution in A, for the overall B and what follows from it (default for an EMDB entry: "
        "as it states)",
    )
    add_voxel_size(parser)
    add_general(parser).add_argument(
        "--json", action="store_true", help="print a JSON array, an object for each map"
    )


def run(request: Namespace) -> int:
    """Run the command; the exit code is that of the last map that failed."""
    code = 0
    answers = []
    for number, name in enumerate(request.map):
        try:
            answer = _examine(name, request)
        except SharpemError as error:
            complain(str(error))
            code = error.exit_code
            answers.append({"map": name, "error": str(error)})
            continue
        answers.append(answer)
        if not (request.json or request.quiet):
            say("", end="\n" if number else "")
            show(_lines(answer))
    if request.json:
        say(json.dumps(answers, indent=1, allow_nan=False))
    return code


def _examine(name: str, request: Namespace) -> dict[str, Any]:
    from sharpem.analysis.history import sentence
    from sharpem.io.read import read_map
    from sharpem.maps.checks import map_findings

    with progress(request) as tell:
        path, entry = fetch_map(name, tell)
    density = read_map(path, voxel_size=request.apix)
    answer = {"map": path, **_header(density), **_values(density)}
    resolution = request.resolution
    if entry is not None:
        answer["entry"] = entry.to_dict()
        resolution = resolution or entry.resolution
    findings = map_findings(density)
    if resolution is not None:
        with limited_threads(request.threads):
            measured, findings = _measure(density, resolution)
        answer |= measured
    answer["warnings"] = [found.text for found in findings if found.severity != "note"]
    return {
        "history": sentence(findings),
        "findings": [found.to_dict() for found in findings],
        **answer,
    }


def _header(density: DensityMap) -> dict[str, Any]:
    placement = density.placement
    return {
        "shape": list(density.shape),
        "voxel_size": list(density.voxel_size),
        "cell": list(density.cell),
        "unit_cell": list(density.full_cell),
        "sampling": list(density.sampling),
        "mode": placement.mode,
        "axis_order": list(placement.axis_order),
        "nstart": list(placement.nstart),
        "origin_field": list(placement.origin_words),
        "origin": list(density.origin),
        "space_group": placement.space_group,
        "labels": list(placement.labels),
    }


def _values(density: DensityMap) -> dict[str, Any]:
    found = density.statistics
    return {
        "minimum": found.minimum,
        "maximum": found.maximum,
        "mean": found.mean,
        "rms": found.rms,
        "skewness": found.all.skewness,
    }


def _measure(density: DensityMap, resolution: float) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """What takes a Fourier transform, and the findings that came with it."""
    from sharpem.analysis.prepare import prepare
    from sharpem.io.json_text import to_plain

    prepared = prepare(density, resolution)
    volume = prepared.volume
    measured = {
        "resolution": resolution,
        "b_iso": {"input": prepared.b_input, "signal": prepared.b_signal},
        "anisotropy": {
            "b_cartesian": list(prepared.anisotropy.b_cartesian),
            "spread": prepared.anisotropy.spread,
        },
        "molecular_volume": {
            "fraction": volume.fraction,
            "angstrom3": volume.angstrom3,
            "source": volume.source,
        },
    }
    return to_plain(measured), prepared.findings


def _lines(answer: dict[str, Any]) -> Lines:
    nz, ny, nx = answer["shape"]
    mode = answer["mode"]
    mean, rms = answer["mean"], answer["rms"]
    lines = [
        ("map", answer["map"]),
        ("history", answer["history"]),
        ("grid", f"{nx} x {ny} x {nz} voxels (x, y, z), mode {mode} ({_MODES.get(mode, '?')})"),
        ("voxel size", f"{_row(answer['voxel_size'])} A"),
        ("box", f"{_row(answer['cell'][:3])} A, angles {_row(answer['cell'][3:])}"),
        ("origin", f"{_row(answer['origin'])} A (voxel 0, 0, 0)"),
        (
            "header",
            f"NSTART {_row(answer['nstart'])}; ORIGIN {_row(answer['origin_field'])} A; "
            f"axis order {_row(answer['axis_order'])}; space group {answer['space_group']}",
        ),
        (
            "density",
            f"{answer['minimum']:.4g} to {answer['maximum']:.4g}, mean {mean:.4g}, rms {rms:.4g}, "
            f"skewness {answer['skewness']:.2f}",
        ),
    ]
    if "entry" in answer:
        lines.insert(1, ("entry", f"{answer['entry']['id']}, {answer['entry']['title']}"))
    if answer["unit_cell"] != answer["cell"]:
        lines.insert(4, ("unit cell", f"{_row(answer['unit_cell'][:3])} A"))
    lines += [("label", text) for text in answer["labels"]]
    if "b_iso" in answer:
        lines += _measured_lines(answer)
    return [*lines, *lines_of(Finding(**one) for one in answer["findings"])]


def _measured_lines(answer: dict[str, Any]) -> list[tuple[str, str]]:
    b, volume = answer["b_iso"], answer["molecular_volume"]
    return [
        ("resolution", f"{answer['resolution']:g} A"),
        ("overall B", _overall_b(b["input"], b["signal"])),
        ("anisotropy", _anisotropy(answer["anisotropy"]["spread"])),
        (
            "molecule",
            f"{volume['angstrom3']:.0f} A^3, {100 * volume['fraction']:.1f} % of the map "
            f"({volume['source']})",
        ),
    ]


def _overall_b(whole: float | None, signal: float | None) -> str:
    if whole is None or signal is None:
        return "not known"
    return f"{whole:.0f} A^2; of the signal {signal:.0f} A^2"


def _anisotropy(spread: float | None) -> str:
    return "not known" if spread is None else f"B differs by {spread:.0f} A^2 between directions"


def _row(values: list[float]) -> str:
    return ", ".join(f"{value:.6g}" for value in values)
