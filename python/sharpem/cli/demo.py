"""``sharpem demo``: the main job on a map that comes along, simulated or real."""

from __future__ import annotations

import gzip
import shlex
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
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
    from sharpem.maps.density import DensityMap
    from sharpem.maps.model import Model
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

REAL_RESOLUTION = 3.8
"""Of the real map, A."""
_DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class _Example:
    """A map to sharpen, the files that go with it, and what is known about it."""

    density: DensityMap
    resolution: float
    files: Mapping[Path, Callable[[Path], None]]
    comparison: Callable[[Result], Lines]


def add_parser(commands: Any) -> None:
    """Add the command's parser."""
    parser = add_command(
        commands,
        NAME,
        run,
        usage="[options]",
        description="Simulate a map from coordinates that come with sharpem, sharpen it, and "
        "compare\nwhat was found with what was put in. No input, no network, under a minute.\n"
        "With --real the map is a small real one.",
        epilog="example: sharpem demo -o sharpem_demo",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        default="sharpem_demo",
        help="folder to make and write to (default: sharpem_demo)",
    )
    parser.add_argument(
        "--real",
        action="store_true",
        help="a real map of 41 x 38 x 36 voxels, one subunit of EMD-5830 at 3.8 A, with its model; "
        "both are written too",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace existing files")
    add_general(parser)


def run(request: Namespace) -> int:
    """Run the command; the exit code."""
    folder = Path(request.output)
    name, found = ("emd_5830", _real) if request.real else ("demo", _simulated)
    prefix = folder / f"{name}_sharpened"
    with _folder(folder), progress(request) as tell, limited_threads(request.threads):
        if not request.real:
            tell("simulate", 0, 1)
        example = found(folder)
        targets = [with_ending(prefix, ending) for ending in (".mrc", ".json", ".html", ".cxc")]
        check_free([*example.files, *targets], overwrite=request.overwrite)
        lines = _demonstrate(request, example, prefix, tell)
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


def _demonstrate(request: Namespace, example: _Example, prefix: Path, tell: Progress) -> Lines:
    from sharpem.output import write_files
    from sharpem.pipeline import sharpen

    result = sharpen(
        example.density, resolution=example.resolution, threads=request.threads, progress=tell
    )
    written = write_files(
        result,
        prefix,
        overwrite=request.overwrite,
        command=shlex.join(request.command_line),
        more=example.files,
    )
    named = dict(zip(("example", "model"), example.files, strict=False))
    lines = summary(result, {**named, **written}, verbose=request.verbose)
    return [*lines, *example.comparison(result)]


def _simulated(folder: Path) -> _Example:
    from sharpem.io.mrc import save_map

    simulated, source = _simulate(), folder / "demo.mrc"
    placement = replace(simulated.map.placement, labels=(f"sharpem: {_LABEL}",))
    density = replace(simulated.map, path=source, placement=placement)
    files = {source: partial(save_map, simulated.map, label=_LABEL)}
    return _Example(density, RESOLUTION, files, partial(_comparison, simulated))


def _real(folder: Path) -> _Example:
    from sharpem.io.model import read_model
    from sharpem.io.read import read_map

    box, model = (_DATA / "emd_5830" / name for name in ("A_box.ccp4.gz", "A_box_complete.pdb.gz"))
    source = folder / "emd_5830.mrc"
    files = {source: partial(_unpack, box), folder / "emd_5830.pdb": partial(_unpack, model)}
    density = replace(read_map(box), path=source)

    def comparison(result: Result) -> Lines:
        return [_gain(density, result, read_model(model), "the deposited model")]

    return _Example(density, REAL_RESOLUTION, files, comparison)


def _unpack(packed: Path, path: Path) -> None:
    path.write_bytes(gzip.decompress(packed.read_bytes()))


def _simulate() -> Simulated:
    from sharpem.io.model import read_model
    from sharpem.simulate import simulate_map

    model = read_model(_DATA / "demo.pdb.gz")
    return simulate_map(model, resolution=RESOLUTION, b_iso=B_ISO, anisotropy=ANISOTROPY, seed=1)


def _comparison(simulated: Simulated, result: Result) -> Lines:
    """Put what was found beside what was put in."""
    prepared = result.prepared
    spread = max(ANISOTROPY[:3]) - min(ANISOTROPY[:3])
    return [
        ("found / true", f"overall B of the signal {result.b_iso.signal:.0f} / {B_ISO:.0f} A^2"),
        ("", f"b_sharpen {prepared.b_signal - result.b_iso.target:.0f} / {B_ISO:.0f} A^2"),
        (
            "",
            f"B differs by {prepared.anisotropy.spread:.0f} / {spread:.0f} A^2 between directions",
        ),
        ("", f"molecule {prepared.volume.angstrom3:.0f} / {simulated.model.dry_volume:.0f} A^3"),
        _gain(simulated.map, result, simulated.model, "the true structure"),
    ]


def _gain(density: DensityMap, result: Result, model: Model, name: str) -> tuple[str, str]:
    from sharpem.evaluation.agreement import map_model_cc

    assert result.map is not None
    before, after = (
        map_model_cc(one, model, resolution=result.prepared.resolution).cc_mask
        for one in (density, result.map)
    )
    return ("correlation", f"with {name} at B = 0: {before:.3f} -> {after:.3f}")
