"""``sharpem sharpen``: choose a filter, apply it, write map, JSON and report."""

from __future__ import annotations

import shlex
import time
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharpem.cli.entries import fetch_entries, find_entry
from sharpem.cli.inputs import add_inputs, read_inputs, settle_inputs
from sharpem.cli.options import add_filter, add_local, add_scan, add_volume
from sharpem.cli.output import check_outputs, output_prefix, show, with_ending
from sharpem.cli.parser import (
    Parser,
    add_command,
    add_general,
    add_max_memory,
    add_resolution,
    add_voxel_size,
    labels,
)
from sharpem.cli.progress import Report, progress
from sharpem.errors import InputError, NotApplicableError

if TYPE_CHECKING:
    from sharpem.pipeline import Result

__all__ = ["NAME", "add_parser", "run"]

NAME = "sharpen"

_METHODS = ("surface", "kurtosis", "empirical", "single-map", "half-map", "model", "given")
_SCANNING = ("surface", "kurtosis")
_MAX_TRIALS = 1000
_REFLECTIONS = (".mtz", ".mtz.gz", ".cif", ".cif.gz")

# Options that go to sharpem.sharpen() under the same name, where they are given.
_PASSED_ON = (
    *("resolution", "method", "prior", "if_not_applicable", "anisotropy", "threads"),
    "max_memory",
    *("b_sharpen", "b_iso", "d_cut", "k", "b_blur", "optimize_d_cut", "optimize_k"),
    *("b_min", "b_max", "b_step", "fraction"),
    *("molecular_volume", "mass", "sequence", "solvent_content", "mask"),
    *("local", "local_box", "local_blend", "symmetry"),
)


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="MAP -r D [options]",
        help="choose a filter for a map, apply it, write map + JSON + report",
        description="Choose how much to sharpen a map, and sharpen it. Lengths in A, B in A^2.\n"
        "Positive b_sharpen sharpens; RELION and cryoSPARC use the opposite sign.",
        epilog="example: sharpem sharpen emd_3488.map.gz -r 3.2 -o out/emd_3488",
    )
    parser.add_argument(
        "map",
        metavar="MAP",
        nargs="?",
        help=".mrc, .map or .ccp4, also .gz, .bz2; or .mtz with map coefficients; or the folder of "
        "a refinement job with half maps; or an EMDB entry (EMD-3488)",
    )
    add_resolution(
        parser,
        "resolution of the map in A, as published (needed; default for .mtz: its finest term, for "
        "an EMDB entry: as it states)",
    )
    parser.add_argument(
        "--xray",
        action="store_true",
        help="the map is a crystal's, from X-rays (an .mtz file is taken for one anyway)",
    )
    parser.add_argument(
        "--mtz-labels",
        type=labels,
        metavar="F,PHI",
        help="columns of an MTZ file (default: FWT,PHWT or 2FOFCWT,PH2FOFCWT, or the like)",
    )
    _add_method(parser)
    add_inputs(parser)
    add_filter(parser)
    add_scan(parser)
    add_volume(parser)
    add_local(parser)
    _add_output(parser)
    general = add_general(parser)
    add_max_memory(general)
    general.add_argument(
        "--json", action="store_true", help="print the JSON, and nothing else, to stdout"
    )


def _add_method(parser: Parser) -> None:
    group = parser.add_argument_group("method")
    group.add_argument(
        "--method",
        choices=_METHODS,
        help="surface: adjusted surface area; kurtosis; empirical: expected final B; single-map: "
        "by the noise that the solvent shows; half-map; model; given: --b-sharpen or --b-iso "
        "(default: half-map with half maps, model with a model, else surface)",
    )
    group.add_argument(
        "--prior",
        choices=("auto", "none"),
        help="surface, kurtosis: combine with the expected final B (auto, default) or not (none)",
    )
    group.add_argument(
        "--if-not-applicable",
        choices=("empirical", "stop"),
        help="where the method cannot judge the map: the expected final B, with a warning "
        "(default), or no map and exit code 3",
    )
    group.add_argument(
        "--no-anisotropy",
        dest="anisotropy",
        action="store_const",
        const=False,
        help="leave the map's anisotropy in it",
    )
    add_voxel_size(group)


def _add_output(parser: Parser) -> None:
    group = parser.add_argument_group("output")
    group.add_argument(
        "-o",
        "--output",
        metavar="PREFIX",
        help="writes PREFIX.mrc .json .html .cxc (default: the map's name + _sharpened, in the "
        "current folder)",
    )
    group.add_argument(
        "--no-report", dest="report", action="store_false", help="leave the .html report out"
    )
    group.add_argument("--report", dest="report", action="store_true", help="write it (default)")
    group.add_argument(
        "--write-mtz",
        action="store_true",
        default=None,
        help="write PREFIX.mtz too: Fourier terms FWT,PHWT in P1, the box as cell; it has no place "
        "for an origin, so phases refer to the box's first voxel. Where MAP is an MTZ file it is "
        "always written: all that was there, and the new columns",
    )
    group.add_argument(
        "--write-half-maps",
        action="store_true",
        help="write PREFIX_half1.mrc and PREFIX_half2.mrc too, with the same filter",
    )
    group.add_argument("--overwrite", action="store_true", help="replace existing files")
    parser.set_defaults(report=True)


def run(request: Namespace) -> int:
    """Run the command; the exit code."""
    find_entry(request)
    settle_inputs(request)
    prefix = output_prefix(request.output, request.source, "_sharpened")
    options = _options(request)
    _check_request(request, prefix)
    with progress(request) as tell:
        result = _sharpen(request, options, tell)
        tell("write", 0, 1)
        written = result.write(
            prefix,
            report=request.report,
            overwrite=request.overwrite,
            command=shlex.join(request.command_line),
            mtz=request.write_mtz,
            half_maps=request.write_half_maps,
        )
    _tell(request, result, written)
    if result.map is None:
        reasons = " ".join(result.verdict.reasons)
        raise NotApplicableError(
            f"{request.source}: method {request.method} not applicable. {reasons}"
        )
    return 0


def _options(request: Namespace) -> dict[str, Any]:
    """Keywords for the pipeline; what was not given keeps the pipeline's default."""
    given = request.b_sharpen is not None or request.b_iso is not None
    by_input = "half-map" if request.half1 else "model" if request.model else "surface"
    request.method = request.method or ("given" if given else by_input)
    for method, option in (("half-map", "half1"), ("model", "model")):
        if request.method == method and getattr(request, option) is None:
            raise InputError(f"--method {method}: no --{option} given, expected it")
    if request.write_half_maps and request.half1 is None:
        raise InputError("--write-half-maps: no half maps given, expected --half1 and --half2")
    if given and request.method != "given":
        option = "--b-iso" if request.b_sharpen is None else "--b-sharpen"
        raise InputError(f"{option}: found with --method {request.method}, expected given")
    if request.method == "given" and not given:
        raise InputError("--method given: no B, expected --b-sharpen or --b-iso")
    if request.method not in _SCANNING:
        _check_no_scan(request)
    _check_scan(request)
    _check_local(request)
    values = vars(request)
    return {name: values[name] for name in _PASSED_ON if values[name] is not None}


def _check_no_scan(request: Namespace) -> None:
    """Refuse options that decide nothing under the method."""
    for name in ("prior", "optimize_d_cut", "optimize_k"):
        if getattr(request, name) is not None:
            option = "--" + name.replace("_", "-")
            raise InputError(
                f"{option}: found with method {request.method}, expected surface or kurtosis"
            )


def _check_local(request: Namespace) -> None:
    """Refuse options of local sharpening without it."""
    for name, option in (("local_box", "--local-box"), ("local_blend", "--local-blend")):
        if request.local is None and getattr(request, name) is not None:
            raise InputError(f"{option}: found without --local, expected both")
    if request.local is None and request.symmetry is not None:
        raise InputError("--sym: found without --local, expected both")


def _check_scan(request: Namespace) -> None:
    low = -100.0 if request.b_min is None else request.b_min
    high = 300.0 if request.b_max is None else request.b_max
    step = 20.0 if request.b_step is None else request.b_step
    if low >= high:
        raise InputError(f"--b-min: found {low:g}, expected less than --b-max ({high:g})")
    if not 4 <= (high - low) / step <= _MAX_TRIALS:
        raise InputError(
            f"--b-step: found {step:g} A^2 from {low:g} to {high:g}, "
            f"expected 4 to {_MAX_TRIALS} steps"
        )


def _check_request(request: Namespace, prefix: Path) -> None:
    """Check what can be checked before the map is read."""
    crystal = request.source.lower().endswith(_REFLECTIONS)
    if request.resolution is None and not crystal and request.half1 is None:
        raise InputError(
            f"{request.source}: no resolution given, expected -r D in A: see the map's EMDB entry "
            "or paper, or the FSC = 0.143 line of the reconstruction's log"
        )
    inputs = [request.map, request.sequence, request.mask, request.half1, request.half2]
    inputs.append(request.model)
    endings = [".mrc", ".json", ".cxc"] + [".html"] * request.report
    endings += [".star", "_fsc.xml"] * _gives_fsc(request)
    endings += ["_half1.mrc", "_half2.mrc"] * request.write_half_maps
    endings += ["_b_sharpen.mrc", "_b_iso.mrc"] * (request.local is not None)
    endings += ["_resolution.mrc"] * (request.local is not None and request.half1 is not None)
    endings += [".mtz"] * (crystal or request.write_mtz is True)
    check_outputs(
        [with_ending(prefix, ending) for ending in endings],
        [Path(name) for name in inputs if name],
        overwrite=request.overwrite,
    )


def _gives_fsc(request: Namespace) -> bool:
    return request.half1 is not None and request.method in (*_SCANNING, "half-map")


def _sharpen(request: Namespace, options: dict[str, Any], tell: Report) -> Result:
    from sharpem.pipeline import sharpen

    fetch_entries(request, tell)
    start = time.perf_counter()
    tell("read", 0, 1)
    density, files = read_inputs(request)
    read = time.perf_counter() - start
    result = sharpen(density, progress=tell, **{**options, **files})
    total = read + result.seconds["total"]
    seconds = {**result.seconds, "total": total, "read": read}
    source = request.resolution_source or result.resolution_source
    return replace(result, seconds=seconds, entry=request.entry, resolution_source=source)


def _tell(request: Namespace, result: Result, written: dict[str, Path]) -> None:
    from sharpem.cli.summary import summary

    if request.json:
        print(written["json"].read_text(encoding="utf-8"), end="")
    elif not request.quiet:
        show(summary(result, written, verbose=request.verbose))
