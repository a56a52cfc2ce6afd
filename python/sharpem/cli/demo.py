"""``sharpem demo``: the main job on a simulated map, where the right answer is known."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sharpem.cli.common import add_general
from sharpem.cli.output import Lines, show, with_ending
from sharpem.cli.parser import add_command
from sharpem.cli.progress import progress
from sharpem.cli.summary import summary
from sharpem.errors import InputError
from sharpem.io.together import check_free
from sharpem.machine import limited_threads
from sharpem.progress import Progress

if TYPE_CHECKING:
    from sharpem.result import Result
    from sharpem.simulate import Simulated

__all__ = ["NAME", "add_parser", "run"]

NAME = "demo"

RESOLUTION = 3.2
"""Of the simulated map, A."""
B_ISO = 110.0
"""Put into the simulated map, A^2."""
ANISOTROPY = (20.0, 0.0, -20.0, 0.0, 0.0, 0.0)
"""Put into the simulated map on top, A^2."""
_LABEL = "simulated for the demo"


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="[options]",
        description="Simulate a map from coordinates that come with sharpem, sharpen it, and "
        "compare\nwhat was found with what was put in. No input, no network, under a minute.",
        epilog="example: sharpem demo -o sharpem_demo",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        default="sharpem_demo",
        help="folder to make and write to (default: sharpem_demo)",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing files")
    add_general(parser)


def run(request: Namespace) -> int:
    """Run the command; the exit code."""
    folder = Path(request.output)
    source, prefix = folder / "demo.mrc", folder / "demo_sharpened"
    endings = (".mrc", ".json", ".html", ".cxc")
    targets = [source, *(with_ending(prefix, ending) for ending in endings)]
    with _folder(folder):
        check_free(targets, overwrite=request.overwrite)
        with progress(request) as tell, limited_threads(request.threads):
            lines = _demonstrate(request, source, prefix, tell)
    if not request.quiet:
        show(lines)
    return 0


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """Make the folder; if the demo comes to nothing, leave no new one behind."""
    is_new = not folder.exists()
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"{folder}: cannot be made ({reason}), expected another -o") from None
    try:
        yield
    except BaseException:
        if is_new:
            with suppress(OSError):
                folder.rmdir()
        raise


def _demonstrate(request: Namespace, source: Path, prefix: Path, tell: Progress) -> Lines:
    from sharpem.io.mrc import save_map
    from sharpem.output import write_files
    from sharpem.pipeline import sharpen

    tell("simulate", 0, 1)
    simulated = _simulate()
    placement = replace(simulated.map.placement, labels=(f"sharpem: {_LABEL}",))
    density = replace(simulated.map, path=source, placement=placement)
    result = sharpen(density, resolution=RESOLUTION, threads=request.threads, progress=tell)
    written = write_files(
        result,
        prefix,
        overwrite=request.overwrite,
        command=shlex.join(request.command_line),
        more={source: partial(save_map, simulated.map, label=_LABEL)},
    )
    lines = summary(result, {"simulated": source, **written}, verbose=request.verbose)
    return [*lines, *_comparison(simulated, result)]


def _simulate() -> Simulated:
    from sharpem.io.model import read_model
    from sharpem.simulate import simulate_map

    packaged = sorted((Path(__file__).parents[1] / "data").glob("demo.*"))
    model = read_model(packaged[0])
    return simulate_map(model, resolution=RESOLUTION, b_iso=B_ISO, anisotropy=ANISOTROPY, seed=1)


def _comparison(simulated: Simulated, result: Result) -> Lines:
    """Put what was found beside what was put in."""
    prepared = result.prepared
    spread = max(ANISOTROPY[:3]) - min(ANISOTROPY[:3])
    before, after = (_correlation(simulated, density) for density in (simulated.map, result.map))
    return [
        ("found / true", f"overall B of the signal {result.b_iso.signal:.0f} / {B_ISO:.0f} A^2"),
        ("", f"b_sharpen {prepared.b_signal - result.b_iso.target:.0f} / {B_ISO:.0f} A^2"),
        (
            "",
            f"B differs by {prepared.anisotropy.spread:.0f} / {spread:.0f} A^2 between directions",
        ),
        ("", f"molecule {prepared.volume.angstrom3:.0f} / {simulated.model.dry_volume:.0f} A^3"),
        ("correlation", f"with the true structure at B = 0: {before:.3f} -> {after:.3f}"),
    ]


def _correlation(simulated: Simulated, density: Any) -> float:
    from sharpem.evaluation.agreement import map_model_cc

    return map_model_cc(density, simulated.model, resolution=RESOLUTION).cc_mask
