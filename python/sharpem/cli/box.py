"""``sharpem box``: cut the region about a molecule out of a map."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharpem.cli.common import add_all_models, add_general, add_voxel_size, labels, number
from sharpem.cli.entries import fetch_entries
from sharpem.cli.output import output_prefix, show, with_ending
from sharpem.cli.parser import Parser, add_command
from sharpem.cli.progress import progress

if TYPE_CHECKING:
    from sharpem.maps.crop import Box
    from sharpem.maps.density import DensityMap

__all__ = ["NAME", "add_parser", "run"]

NAME = "box"


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="MAP (--model MODEL | --mask MASK) [options]",
        description="Cut out the rectangular box that holds everything within 5 A of a model, or\n"
        "of a mask's values above 0.5. It stays at its place: NSTART and ORIGIN say where.",
        epilog="example: sharpem box emd_3488.map.gz --model 5ni1.cif -o emd_3488_box",
    )
    parser.add_argument(
        "map",
        metavar="MAP",
        help=".mrc, .map or .ccp4, also .gz, .bz2; or .mtz: may cross cell edges; or an EMDB entry",
    )
    region = parser.add_mutually_exclusive_group(required=True)
    region.add_argument(
        "--model",
        metavar="MODEL",
        help=".pdb or .cif, also .gz, in the map's frame; or an entry of PDB or EMDB",
    )
    region.add_argument("--mask", metavar="MASK", help="mask on the map's grid")
    add_all_models(parser)
    _add_shape(parser)
    _add_output(parser)
    add_general(parser, threads=False)


def _add_shape(parser: Parser) -> None:
    parser.add_argument(
        "--padding",
        type=number(above=-1e-9, below=1000),
        default=5.0,
        metavar="A",
        help="margin about the model or mask, A (default: 5)",
    )
    parser.add_argument(
        "--soft",
        type=number(above=0, below=200),
        metavar="A",
        help="let the density fall to 0 over so many A, beyond the margin about the model, or "
        "outside the mask (default: all that is in the box stays)",
    )
    add_voxel_size(parser)
    parser.add_argument("--mtz-labels", type=labels, metavar="F,PHI", help="columns of an MTZ file")


def _add_output(parser: Parser) -> None:
    parser.add_argument(
        "-o",
        "--output",
        metavar="PREFIX",
        help="writes PREFIX.mrc (default: the map's name + _box, in the current folder)",
    )
    parser.add_argument(
        "--write-model",
        action="store_true",
        help="write PREFIX_model.pdb or .cif too: the model in the box's own frame, (0, 0, 0) at "
        "its first voxel, for programs that ignore where a map is",
    )
    parser.add_argument(
        "--new-origin",
        action="store_true",
        help="put the box's first voxel at (0, 0, 0) instead of keeping its place",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing files")


def run(request: Namespace) -> int:
    """Run the command; the exit code."""
    from sharpem.errors import InputError
    from sharpem.io.read import read_map
    from sharpem.io.together import check_free, write_together

    if request.write_model and not request.model:
        raise InputError("--write-model: found without --model, expected one")
    if request.all_models and not request.model:
        raise InputError("--all-models: found without --model, expected both")
    prefix = output_prefix(request.output, request.map, "_box")
    with progress(request) as tell:
        fetch_entries(request, tell)
    targets = _targets(request, prefix)
    inputs = [Path(name) for name in (request.map, request.model, request.mask) if name]
    check_free(targets.values(), overwrite=request.overwrite, inputs=inputs)
    density = read_map(request.map, voxel_size=request.apix, labels=request.mtz_labels)
    box = _cut(request, density)
    writers = _writers(request, box)
    write_together(
        {targets[kind]: writer for kind, writer in writers.items()}, overwrite=request.overwrite
    )
    if not request.quiet:
        _tell(request, density, box, targets)
    return 0


def _targets(request: Namespace, prefix: Path) -> dict[str, Path]:
    targets = {"map": with_ending(prefix, ".mrc")}
    if request.write_model:
        from sharpem.io.model import read_structure
        from sharpem.io.write_model import model_ending

        ending = model_ending(read_structure(Path(request.model)))
        targets["model"] = with_ending(prefix, f"_model{ending}")
    return targets


def _cut(request: Namespace, density: DensityMap) -> Box:
    from sharpem.io.model import read_model
    from sharpem.io.read import read_map
    from sharpem.maps.crop import box_around_mask, box_around_model

    if request.mask:
        mask = read_map(request.mask, voxel_size=request.apix)
        return box_around_mask(density, mask, padding=request.padding, soft=request.soft)
    model = read_model(request.model, hydrogens=True, waters=True, all_models=request.all_models)
    return box_around_model(density, model, padding=request.padding, soft=request.soft)


def _writers(request: Namespace, box: Box) -> dict[str, Callable[[Path], None]]:
    """One function per file, called with the path to write to; the model's text is made at once."""
    from sharpem.io.mrc import save_map
    from sharpem.io.together import write_text
    from sharpem.io.write_model import moved_model
    from sharpem.maps.crop import at_corner

    map_ = at_corner(box.map) if request.new_origin else box.map
    source = request.model or request.mask
    label = f"box, {request.padding:g} A about {Path(source).name}"
    writers: dict[str, Callable[[Path], None]] = {
        "map": lambda path: save_map(map_, path, label=label[:71])
    }
    if request.write_model:
        shift = [-v for v in box.map.origin]
        text, _ = moved_model(request.model, shift, box.map.cell)
        writers["model"] = partial(write_text, text=text)
    return writers


def _tell(request: Namespace, density: DensityMap, box: Box, targets: dict[str, Path]) -> None:
    from sharpem.cli.summary import map_line

    where = ", ".join(f"{v:.2f}" for v in box.map.origin)
    size = " x ".join(str(n) for n in box.map.shape[::-1])
    first = ", ".join(map(str, box.start))
    lines = [
        ("map", map_line(density)),
        ("box", f"{size} voxels from voxel ({first}), at ({where}) A"),
        *(("warning", text) for text in box.map.notes),
    ]
    if request.new_origin:
        lines.append(("moved", f"by minus ({where}) A, so that its first voxel is at (0, 0, 0)"))
    if box.inside < 1:
        lines.append(("warning", f"{box.inside:.1%} of the atoms lie in the map."))
    elif box.cut:
        lines.append(("warning", f"The margin of {request.padding:g} A ends at the map's edge."))
    show([*lines, ("wrote", ", ".join(map(str, targets.values())))])
