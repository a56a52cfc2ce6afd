"""What ``sharpem sharpen`` works on: a map, half maps, a job's folder, a model, a mask."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharpem.cli.entries import is_entry
from sharpem.errors import InputError

if TYPE_CHECKING:
    from sharpem.maps.density import DensityMap

__all__ = ["add_inputs", "read_inputs", "settle_inputs"]


def add_inputs(parser: Any) -> None:
    """Add the options for half maps and a model."""
    group = parser.add_argument_group("half maps and model")
    group.add_argument(
        "--half1",
        metavar="H1",
        help="half map 1, or the folder of a RELION or cryoSPARC job, or an EMDB entry for both; "
        "with half maps MAP and -r may be left out",
    )
    group.add_argument("--half2", metavar="H2", help="half map 2 (default: found beside the first)")
    group.add_argument(
        "--model",
        metavar="MODEL",
        help=".pdb or .cif, also .gz, at its place in the map; or an entry of the PDB (5ni1), or "
        "of the EMDB for the model fitted to it",
    )


def settle_inputs(request: Namespace) -> None:
    """Take a folder for half maps, and check that there is something to sharpen.

    Sets ``request.source``, the name that the output goes by and messages begin with.

    Raises
    ------
    InputError
        No map and no half maps, or half map 2 alone.
    """
    if request.map is not None and Path(request.map).is_dir():
        if request.half1 is not None:
            raise InputError(f"{request.map}: a folder, and --half1 too, expected one of them")
        request.map, request.half1 = None, request.map
    if request.half2 is not None and is_entry(request.half1):
        raise InputError(f"--half2: found with --half1 {request.half1}, which stands for both")
    if request.half2 is not None and request.half1 is None:
        raise InputError("--half2: found without --half1, expected both half maps")
    if request.map is None and request.half1 is None:
        raise InputError(
            "no MAP given, expected a map, or --half1 and --half2 (sharpem sharpen -h)"
        )
    if request.half1 is not None and not is_entry(request.half1):
        _find_halves(request)
    request.source = request.map or request.half1


def _find_halves(request: Namespace) -> None:
    """Put the names of the two files where the options stand."""
    from sharpem.io.half_maps import find_half_maps, partner

    if request.half2 is None:
        if Path(request.half1).is_dir():
            one, two = find_half_maps(request.half1)
            request.half1, request.half2 = str(one), str(two)
        elif (second := partner(request.half1)) is not None:
            request.half2 = str(second)
        else:
            raise InputError(
                f"{request.half1}: --half2 not given and no half map 2 beside it, expected both"
            )


def read_inputs(request: Namespace) -> tuple[DensityMap | None, dict[str, Any]]:
    """Read the files: the map, and keywords for :func:`sharpem.sharpen`."""
    from sharpem.io.model import read_model
    from sharpem.io.mrc import read_map as read_mrc
    from sharpem.io.read import read_map

    options: dict[str, Any] = {}
    density = None
    if request.map is not None:
        density = read_map(request.map, apix=request.apix, labels=request.mtz_labels)
        density = replace(density, xray=density.xray or request.xray)
        if density.reflections is not None and request.resolution is None:
            options["resolution"] = density.reflections.d_min
            request.resolution_source = "reflections"
    for name in ("half1", "half2", "mask"):
        if getattr(request, name) is not None:
            options[name] = read_mrc(getattr(request, name), apix=request.apix)
    if request.model is not None:
        options["model"] = read_model(request.model)
    return density, options
