"""Options of ``sharpem sharpen`` about the filter, the scan and the molecule's size."""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import TYPE_CHECKING

from sharpem.cli.parser import Parser, number
from sharpem.errors import InputError

if TYPE_CHECKING:
    from sharpem.maps.composition import Composition

__all__ = ["add_filter", "add_local", "add_scan", "add_volume"]


def add_filter(parser: Parser) -> None:
    """Add the filter's parameters."""
    group = parser.add_argument_group("filter")
    target = group.add_mutually_exclusive_group()
    target.add_argument(
        "--b-sharpen", type=number(), metavar="B", help="A^2; + sharpens (method given)"
    )
    target.add_argument(
        "--b-iso", type=number(), metavar="B", help="final overall B in A^2 (method given)"
    )
    for name, text in (
        ("d-cut", "where sharpening gives way to blurring, A (default: the resolution)"),
        ("k", "steepness of that transition, 1/A (default: 10)"),
    ):
        one = group.add_mutually_exclusive_group()
        metavar = name[0].upper()
        one.add_argument(f"--{name}", type=number(above=0), metavar=metavar, help=text)
        one.add_argument(
            f"--optimize-{name}",
            action="store_const",
            const=True,
            help=f"choose {name.replace('-', '_')} together with B",
        )
    group.add_argument(
        "--b-blur", type=number(), metavar="B", help="blurring beyond d_cut, A^2 (default: 200)"
    )


def add_scan(parser: Parser) -> None:
    """Add the scan of overall B."""
    group = parser.add_argument_group("scan of the overall B")
    group.add_argument("--b-min", type=number(), metavar="B", help="A^2 (default: -100)")
    group.add_argument("--b-max", type=number(), metavar="B", help="A^2 (default: 300)")
    group.add_argument("--b-step", type=number(above=0), metavar="B", help="A^2 (default: 20)")
    group.add_argument(
        "--fraction",
        type=number(above=0, below=1),
        metavar="F",
        help="part of the molecular volume inside the contour (default: 0.2)",
    )


def add_volume(parser: Parser) -> None:
    """Add what is known of the molecule's size."""
    about = parser.add_argument_group("molecular volume (default: estimated from the map)")
    group = about.add_mutually_exclusive_group()
    group.add_argument(
        "--molecular-volume", type=number(above=0), metavar="A3", help="dry volume, A^3"
    )
    group.add_argument("--mass", type=number(above=0), metavar="KDA", help="mass, kDa")
    group.add_argument("--sequence", metavar="FASTA", help="all chains in the map")
    group.add_argument(
        "--solvent-content",
        type=number(above=0, below=1),
        metavar="F",
        help="part of the box that is solvent, 0 to 1",
    )
    about.add_argument(
        "--composition",
        type=_composition,
        metavar="C",
        help="protein, nucleic, or the fraction of the mass that is nucleic acid, 0 to 1 (default: "
        "by the model or the sequences, else unknown)",
    )
    group.add_argument("--mask", metavar="MASK", help="map with values > 0.5 inside the molecule")


def _composition(text: str) -> Composition:
    from sharpem.maps.composition import as_composition

    try:
        return as_composition(text)
    except InputError as error:
        raise ArgumentTypeError(str(error)) from None


def add_local(parser: Parser) -> None:
    """Add local sharpening."""
    group = parser.add_argument_group("local sharpening")
    group.add_argument(
        "--local",
        action="store_const",
        const=True,
        help="let the filter differ from place to place, where the map bears that out; writes maps "
        "of the local b_sharpen and B too",
    )
    group.add_argument(
        "--local-box",
        type=int,
        metavar="N",
        help="side of the boxes that are looked at, voxels (default: 40)",
    )
    group.add_argument(
        "--local-blend",
        choices=("field", "boxes"),
        help="mix maps filtered as a whole by a smooth field of b_sharpen (field, default), or "
        "filter boxes one by one and average them (boxes)",
    )
    group.add_argument(
        "--sym",
        dest="symmetry",
        metavar="SYM",
        help="C<n>, D<n>, T, O, I, or a file with operators (.pdb, .cif): equivalent places share "
        "one choice",
    )
