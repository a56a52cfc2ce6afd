"""Options of ``sharpem simulate``."""

from __future__ import annotations

from argparse import ArgumentTypeError, _ArgumentGroup

from sharpem.cli.common import number, numbers
from sharpem.cli.parser import Parser

__all__ = ["add_blur", "add_box", "add_errors"]

_NOT_NEGATIVE = number(above=-1e-9)


def add_blur(parser: Parser) -> None:
    """How far the signal falls off."""
    group = parser.add_argument_group("blur")
    one = group.add_mutually_exclusive_group()
    one.add_argument(
        "--b-iso",
        type=_b_or_model,
        default=100.0,
        metavar="B",
        help="B of all atoms in A^2 (default: 100); model: as in the model's file",
    )
    one.add_argument(
        "--b-local",
        type=numbers(2),
        metavar="MIN,MAX",
        help="B rises from MIN to MAX through the molecule, A^2",
    )
    group.add_argument(
        "--along",
        choices=("radial", "x", "y", "z"),
        default="radial",
        help="with --b-local: from the middle outwards (default), or along an axis",
    )
    group.add_argument(
        "--anisotropy",
        type=numbers(6),
        default=(0.0,) * 6,
        metavar="B11,B22,B33,B12,B13,B23",
        help="added to B, A^2, less its mean diagonal",
    )
    group.add_argument(
        "--sharpened-by",
        type=number(),
        default=0.0,
        metavar="B",
        help="sharpen signal and noise by so much, A^2, as if somebody had done so before",
    )


def _b_or_model(text: str) -> float | str:
    return text if text == "model" else number()(text)


def add_errors(parser: Parser) -> None:
    """What keeps the map, and models, from the truth."""
    group = parser.add_argument_group("errors")
    group.add_argument(
        "--noise",
        type=_NOT_NEGATIVE,
        default=1.0,
        metavar="P",
        help="power of the noise, 1 being that of FSC = 0.143 at the resolution; 0: none "
        "(default: 1)",
    )
    group.add_argument(
        "--noise-b",
        type=number(),
        default=0.0,
        metavar="B",
        help="the noise's amplitudes fall off by exp(-B s^2 / 4); 0: white (default)",
    )
    group.add_argument(
        "--fsc-reference",
        choices=("box", "mask"),
        default="box",
        help="that FSC is meant over the whole box (default), or within 3 A of atoms",
    )
    group.add_argument(
        "--phase-error",
        type=_NOT_NEGATIVE,
        default=0.0,
        metavar="DEG",
        help="rms error of the phases at the resolution, in proportion to 1/d elsewhere; the same "
        "in both half maps (default: 0)",
    )
    _add_shake(group)
    group.add_argument(
        "--seed",
        type=_seed,
        default=0,
        metavar="N",
        help="the same seed, the same map (default: 0)",
    )


def _add_shake(group: _ArgumentGroup) -> None:
    """What keeps models from the truth."""
    group.add_argument(
        "--shake",
        type=numbers(),
        default=(),
        metavar="RMS,...",
        help="write models too whose atoms are off by so much (A, root mean square)",
    )
    group.add_argument(
        "--shake-length",
        type=_NOT_NEGATIVE,
        default=0.0,
        metavar="A",
        help="atoms so near move together (default: 0, every atom on its own)",
    )


def _seed(text: str) -> int:
    if text.isdecimal() and len(text) < 19:
        return int(text)
    raise ArgumentTypeError(f"found {text}, expected a whole number, 0 or more")


def add_box(parser: Parser) -> None:
    """What is seen of the molecule's surroundings."""
    group = parser.add_argument_group("box")
    group.add_argument(
        "--box",
        choices=("full", "tight", "cut"),
        default="full",
        help="a cube of 1.5 times the largest extent (default), 8 A about the atoms, or that and "
        "exact zeros beyond 4.5 A from atoms",
    )
    group.add_argument(
        "--padding", type=_NOT_NEGATIVE, metavar="A", help="so much on each side instead"
    )
    group.add_argument(
        "--apix",
        type=number(above=0),
        metavar="A",
        help="voxel size (default: a third of the resolution)",
    )
