"""What goes with what: limits that need several options, and the method that follows from them."""

from __future__ import annotations

import math
from typing import Any

from sharpem.errors import InputError
from sharpem.local.boxes import BOX_SIZE
from sharpem.methods.registry import METHODS, SCANNING, Need
from sharpem.methods.scan import ScanSettings
from sharpem.options.request import SharpenRequest
from sharpem.options.sharpen import SharpenOptions
from sharpem.options.table import Spelling, check_values, keyword_of, options_of

__all__ = ["check_options", "check_range", "chosen_method"]

_MAX_TRIALS = 1000

_PUBLISHED: dict[str, Any] = {
    "method": "surface",
    "prior": "none",
    "composition": None,
    "anisotropy": True,
    "b_sharpen": None,
    "b_iso": None,
    "d_cut": None,
    "optimize_d_cut": False,
    "k": 10.0,
    "optimize_k": False,
    "b_blur": 200.0,
    "b_min": -100.0,
    "b_max": 300.0,
    "b_step": 20.0,
    "fraction": 0.2,
    "local_box": BOX_SIZE,
    "local_blend": "boxes",
    "symmetry": None,
    "write_gains": False,
}
"""What the published algorithm has in place of an option."""


def check_options(options: SharpenOptions, spell: Spelling = keyword_of) -> None:
    """Check options as far as that can be done without the input.

    Raises
    ------
    InputError
        Names the option in the spelling of whoever gave it, what was found and what was expected.
    """
    check_values(options, options.given, spell, options_of(type(options)))
    table, given = options_of(SharpenRequest), options.given
    if options.paper:
        _check_published(options, spell)
    elif options.resolution is not None and 0 < options.resolution < math.inf:
        bounds = {name: getattr(options, name) for name in ("b_min", "b_max", "b_step")}
        check_range(ScanSettings.scaled(options.resolution, **bounds), spell)
    for name in ("local_box", "local_blend", "symmetry"):
        if name in given and not options.local:
            raise InputError(
                f"{spell(table[name])}: found without {spell(table['local'])}, expected both"
            )


def check_range(scan: ScanSettings, spell: Spelling = keyword_of) -> None:
    """Check that a range of overall B's has a place for a scan.

    Raises
    ------
    InputError
        Its ends are the wrong way round, or the steps too few or too many.
    """
    table = options_of(SharpenRequest)
    low, high, step = scan.b_min, scan.b_max, scan.b_step
    if low >= high:
        name, other = spell(table["b_min"]), spell(table["b_max"])
        raise InputError(f"{name}: found {low:g}, expected less than {other} ({high:g})")
    if not 4 <= (high - low) / step * (1 + 1e-9) <= _MAX_TRIALS:
        raise InputError(
            f"{spell(table['b_step'])}: found {step:g} A^2 from {low:g} to {high:g}, "
            f"expected 4 to {_MAX_TRIALS} steps"
        )


def _check_published(options: SharpenOptions, spell: Spelling) -> None:
    """Refuse what contradicts the published algorithm."""
    table = options_of(SharpenRequest)
    paper = spell(table["paper"])
    for name, published in _PUBLISHED.items():
        found, one = getattr(options, name, published), table[name]
        if name not in options.given or found == published:
            continue
        if one.is_switch or published is None:
            raise InputError(f"{spell(one)}: found with {paper}, expected one of them")
        words = [f"{x:g}" if isinstance(x, float) else x for x in (found, published)]
        raise InputError(f"{spell(one)}: found {words[0]} with {paper}, expected {words[1]}")


def chosen_method(
    options: SharpenOptions, *, half_maps: bool, model: bool, spell: Spelling = keyword_of
) -> str:
    """Find the method that goes with what is given: half maps before a model before the map alone.

    Raises
    ------
    InputError
        The method needs what is not there, or has no use for what is.
    """
    table, given = options_of(SharpenRequest), options.given
    for name, there in (("half1", half_maps), ("model", model)):
        if options.paper and there:
            raise InputError(
                f"{spell(table[name])}: found with {spell(table['paper'])}, which chooses by the "
                "map alone, expected one of them"
            )
    wanted = [name for name in ("b_sharpen", "b_iso") if getattr(options, name) is not None]
    by_input = "half-map" if half_maps else "model" if model else "surface"
    method = options.method or ("given" if wanted else by_input)
    asked = f"{spell(table['method'])} {method}"
    lacking = {
        Need.HALF_MAPS: None if half_maps else f"half maps, expected {spell(table['half1'])}",
        Need.MODEL: None if model else f"a model, expected {spell(table['model'])}",
        Need.B: None
        if wanted
        else f"a B, expected {spell(table['b_sharpen'])} or {spell(table['b_iso'])}",
    }
    for need in METHODS[method].needs:
        if lack := lacking.get(need):
            raise InputError(f"{asked} without {lack}")
    if wanted and Need.B not in METHODS[method].needs:
        name = spell(table["method"])
        raise InputError(f"{spell(table[wanted[0]])}: found with {asked}, expected {name} given")
    for name in ("prior", "optimize_d_cut", "optimize_k"):
        if name in given and method not in SCANNING:
            raise InputError(
                f"{spell(table[name])}: found with method {method}, expected "
                f"{' or '.join(SCANNING)}"
            )
    return method
