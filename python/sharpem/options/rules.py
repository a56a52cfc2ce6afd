"""What goes with what: limits that need several options, and the method that follows from them."""

from __future__ import annotations

from sharpem.errors import InputError
from sharpem.methods.registry import METHODS, SCANNING, Need
from sharpem.options.request import SharpenRequest
from sharpem.options.sharpen import SharpenOptions
from sharpem.options.table import Spelling, check_values, keyword_of, options_of

__all__ = ["check_options", "chosen_method"]

_MAX_TRIALS = 1000


def check_options(options: SharpenOptions, spell: Spelling = keyword_of) -> None:
    """Check options as far as that can be done without the input.

    Raises
    ------
    InputError
        Names the option in the spelling of whoever gave it, what was found and what was expected.
    """
    check_values(options, options.given, spell, options_of(type(options)))
    table, given = options_of(SharpenRequest), options.given
    low, high, step = options.b_min, options.b_max, options.b_step
    if low >= high:
        name, other = spell(table["b_min"]), spell(table["b_max"])
        raise InputError(f"{name}: found {low:g}, expected less than {other} ({high:g})")
    if not 4 <= (high - low) / step <= _MAX_TRIALS:
        raise InputError(
            f"{spell(table['b_step'])}: found {step:g} A^2 from {low:g} to {high:g}, "
            f"expected 4 to {_MAX_TRIALS} steps"
        )
    for name in ("local_box", "local_blend", "symmetry"):
        if name in given and not options.local:
            raise InputError(
                f"{spell(table[name])}: found without {spell(table['local'])}, expected both"
            )


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
