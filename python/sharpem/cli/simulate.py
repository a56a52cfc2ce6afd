"""``sharpem simulate``: a map of which the truth is known, from a model."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharpem.cli.common import add_general, add_resolution
from sharpem.cli.output import output_prefix, show, with_ending
from sharpem.cli.parser import Parser, add_command
from sharpem.cli.simulate_options import add_blur, add_box, add_errors
from sharpem.errors import InputError
from sharpem.io.together import check_free
from sharpem.machine import limited_threads

if TYPE_CHECKING:
    import numpy as np

    from sharpem.maps.model import Model
    from sharpem.simulate import Simulated

__all__ = ["NAME", "add_parser", "run"]

NAME = "simulate"

_OPTIONS = (
    *("resolution", "anisotropy", "noise", "noise_b", "fsc_reference", "phase_error"),
    *("sharpened_by", "box", "padding", "seed", "half_maps"),
)


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="MODEL -r D [options]",
        description="Simulate a cryo-EM map of a model: its blur, noise, and a limit of resolution."
        "\nThe model stays where it is, and the map is put around it.",
        epilog="example: sharpem simulate 5ni1.cif -r 3.2 --b-iso 110 --half-maps -o simulated",
    )
    parser.add_argument("model", metavar="MODEL", help=".pdb or .cif, also .gz")
    add_resolution(parser, "resolution in A (needed): half-map FSC = 0.143 there, with --noise 1")
    add_blur(parser)
    add_errors(parser)
    add_box(parser)
    _add_output(parser)
    add_general(parser)


def _add_output(parser: Parser) -> None:
    parser.add_argument(
        "-o",
        "--output",
        metavar="PREFIX",
        help="writes PREFIX.mrc, PREFIX.json and PREFIX_model (default: the model's name + "
        "_simulated, in the current folder)",
    )
    parser.add_argument(
        "--half-maps", action="store_true", help="write PREFIX_half1.mrc, PREFIX_half2.mrc too"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing files")


def run(request: Namespace) -> int:
    """Run the command; the exit code."""
    from sharpem.io.model import read_model
    from sharpem.io.together import write_together

    if request.resolution is None:
        raise InputError(f"{request.model}: no resolution given, expected -r D in A")
    model = read_model(request.model)
    targets = _targets(request)
    check_free(targets.values(), overwrite=request.overwrite, inputs=[Path(request.model)])
    with limited_threads(request.threads):
        made = _simulate(request, model)
        values = _values(request, made)
        writers = _writers(request, made, values)
        write_together(
            {targets[kind]: writer for kind, writer in writers.items()},
            overwrite=request.overwrite,
        )
    if not request.quiet:
        _tell(made, values, targets)
    return 0


def _targets(request: Namespace) -> dict[str, Path]:
    """Name the files: map, half1, half2, json, model, and a shaken model for each error."""
    from sharpem.io.model import read_structure
    from sharpem.io.write_model import model_ending

    name = Path(request.model).name.removesuffix(".gz")
    prefix = output_prefix(request.output, str(Path(name).with_suffix("")), "_simulated")
    ending = model_ending(read_structure(Path(request.model)))
    kinds = {"map": ".mrc", "json": ".json", "model": f"_model{ending}"}
    if request.half_maps:
        kinds |= {"half1": "_half1.mrc", "half2": "_half2.mrc"}
    kinds |= {f"shaken {rms:g}": f"_shaken_{rms:g}{ending}" for rms in request.shake}
    return {kind: with_ending(prefix, end) for kind, end in kinds.items()}


def _b_of_atoms(request: Namespace, model: Model) -> float | np.ndarray[Any, Any]:
    from sharpem.simulate import local_b

    if request.b_local:
        low, high = request.b_local
        return local_b(model, low, high, along=request.along)
    return model.b_iso if request.b_iso == "model" else float(request.b_iso)


def _simulate(request: Namespace, model: Model) -> Simulated:
    """Simulate; the model that comes back holds the B's that were put in."""
    import numpy as np

    from sharpem.simulate import simulate_map

    b_iso = _b_of_atoms(request, model)
    options = {name: getattr(request, name) for name in _OPTIONS}
    made = simulate_map(model, b_iso=b_iso, voxel_size=request.apix, **options)
    return replace(made, model=replace(model, b_iso=np.broadcast_to(b_iso, len(model))))


def _values(request: Namespace, made: Simulated) -> dict[str, Any]:
    import sharpem

    names = ("model", "b_iso", "b_local", "along", *_OPTIONS, "shake", "shake_length")
    agreement = sharpem.map_model_cc(made.map, made.model, resolution=made.resolution)
    return {
        "schema": 1,
        "sharpem": sharpem.__version__,
        "request": {name: getattr(request, name) for name in names},
        "shape": made.map.shape,
        "voxel_size": made.map.voxel_size,
        "origin": made.map.origin,
        "b_iso": made.b_iso,
        "molecular_fraction": made.model.dry_volume / _volume(made),
        "cc_mask": agreement.cc_mask,
    }


def _volume(made: Simulated) -> float:
    a, b, c = made.map.cell[:3]
    return a * b * c


def _writers(
    request: Namespace, made: Simulated, values: dict[str, Any]
) -> dict[str, Callable[[Path], None]]:
    """One function per file, called with the path to write to."""
    from sharpem.io.json_text import json_text
    from sharpem.io.mrc import save_map
    from sharpem.io.together import write_text
    from sharpem.io.write_model import model_text
    from sharpem.simulate import shaken

    maps = {"map": made.map}
    if made.half_maps:
        maps |= dict(zip(("half1", "half2"), made.half_maps, strict=True))
    models = {"model": made.model}
    for rms in request.shake:
        models[f"shaken {rms:g}"] = shaken(
            made.model, rms, length=request.shake_length, seed=request.seed
        )
    label = f"simulated at {made.resolution:g} A, B {made.b_iso:.0f} A^2, not experimental"
    texts = {kind: model_text(model, made.map.cell)[0] for kind, model in models.items()}
    texts["json"] = json_text(values)
    return {
        **{kind: partial(save_map, map_, label=label) for kind, map_ in maps.items()},
        **{kind: partial(write_text, text=text) for kind, text in texts.items()},
    }


def _tell(made: Simulated, values: dict[str, Any], targets: dict[str, Path]) -> None:
    from sharpem.cli.summary import map_line

    share = values["molecular_fraction"]
    show(
        [
            ("map", map_line(replace(made.map, path=targets["map"]))),
            ("truth", f"overall B {made.b_iso:.0f} A^2; molecule {share:.1%} of the box"),
            ("quality", f"correlation with the model at B = 0: {values['cc_mask']:.4f}"),
            ("wrote", ", ".join(map(str, targets.values()))),
        ]
    )
