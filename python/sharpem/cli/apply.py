"""``sharpem apply``: apply a saved filter to another map."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharpem.cli.common import add_general, add_voxel_size
from sharpem.cli.entries import fetch_map
from sharpem.cli.output import output_prefix, show, with_ending
from sharpem.cli.parser import add_command
from sharpem.cli.progress import progress
from sharpem.errors import InputError
from sharpem.io.checksum import other_map
from sharpem.io.json_text import read_object
from sharpem.io.together import check_free
from sharpem.machine import limited_threads

if TYPE_CHECKING:
    from sharpem.spectra.filters import Filter

__all__ = ["NAME", "add_parser", "load_filter", "run"]

NAME = "apply"


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="MAP FILTER.json [options]",
        description="Apply the filter that a run of sharpem saved to a map.",
        epilog="example: sharpem apply emd_3488_half_map_1.map.gz emd_3488_sharpened.json",
    )
    parser.add_argument(
        "map", metavar="MAP", help=".mrc, .map or .ccp4; also .gz, .bz2; or an EMDB entry"
    )
    parser.add_argument(
        "filter", metavar="FILTER.json", help="PREFIX.json of a run, or what is in it as filter"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="PREFIX",
        help="writes PREFIX.mrc (default: the map's name + _filtered, in the current folder)",
    )
    parser.add_argument(
        "--gains",
        metavar="GAINS.npz",
        help="of a local run (default: those that FILTER.json names, beside it)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    add_voxel_size(parser)
    add_general(parser)


def run(request: Namespace) -> int:
    """Run the command; the exit code."""
    prefix = output_prefix(request.output, request.map, "_filtered")
    target = with_ending(prefix, ".mrc")
    inputs = [Path(request.map), Path(request.filter)]
    inputs += [Path(request.gains)] if request.gains else []
    check_free([target], overwrite=request.overwrite, inputs=inputs)
    chosen = load_filter(Path(request.filter))
    gains = _gains_file(request)

    from sharpem.cli.summary import map_line
    from sharpem.io.mrc import write_map
    from sharpem.io.read import read_map
    from sharpem.local.gains import Gains, apply_gains
    from sharpem.report.facts import filter_text
    from sharpem.spectra.apply import apply

    with progress(request) as tell:
        source, _ = fetch_map(request.map, tell)
    density = read_map(source, voxel_size=request.apix)
    with limited_threads(request.threads):
        if gains is None:
            filtered = apply(density, chosen)
        else:
            filtered = apply_gains(density, chosen, Gains.load(gains))
    local = "" if gains is None else ", local gains"
    label = f"applied: {filter_text(chosen).partition(',')[0]}{local}"
    write_map(filtered, target, label, overwrite=request.overwrite)
    if not request.quiet:
        lines = [("map", map_line(density)), ("filter", filter_text(chosen))]
        lines += [] if gains is None else [("gains", str(gains))]
        other = other_map(Path(request.filter), read_object(Path(request.filter)))
        lines += [("warning", text) for text in (*density.notes, *([other] if other else []))]
        show([*lines, ("wrote", str(target))])
    return 0


def _gains_file(request: Namespace) -> Path | None:
    """The gains as given, or those that the run wrote, which lie beside its JSON."""
    if request.gains is not None:
        return Path(request.gains)
    output = read_object(Path(request.filter)).get("output")
    name = output.get("gains") if isinstance(output, dict) else None
    return Path(request.filter).parent / Path(name).name if isinstance(name, str) else None


def load_filter(path: Path) -> Filter:
    """Read a filter from a run's JSON, or from a JSON that holds a filter alone.

    Raises
    ------
    InputError
        The file holds no filter; the message says what is wrong.
    """
    from sharpem.io.json_text import read_json
    from sharpem.spectra.filters import Filter

    values = read_json(path, "a JSON file that sharpem wrote")
    if not isinstance(values, dict) or ("filter" not in values and "kind" not in values):
        raise InputError(f"{path}: JSON without a filter, expected what sharpem sharpen writes")
    values = values.get("filter", values)
    if not isinstance(values, dict):
        raise InputError(f"{path}: filter is {json.dumps(values)[:40]}, expected one with a kind")
    try:
        return Filter.from_dict(values)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
