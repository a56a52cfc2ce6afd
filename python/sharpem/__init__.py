"""Automatic sharpening of cryo-EM maps.

>>> import sharpem
>>> density = sharpem.read_map("map.mrc")  # doctest: +SKIP
>>> result = sharpem.sharpen(density, resolution=3.2)  # doctest: +SKIP
>>> result.write("map_sharpened")  # doctest: +SKIP

Reading and writing: `read_map`, `read_half_maps`, `read_model`, `write_map`, `fetch`. Sharpening:
`sharpen`, `apply`, `batch`. Checking: `map_model_cc`, `evaluate`, `compare`, `simulate_map`.
Looking: `view`.

Every name is imported when it is first used (PEP 562): a program that uses some of them loads the
modules of those alone.
"""

# ruff: noqa: E402
from sharpem._start.as_program import as_program

as_program()

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sharpem._start import loading

if TYPE_CHECKING:
    from sharpem.archive.fetch import fetch
    from sharpem.errors import InputError, NotApplicableError, SharpemError
    from sharpem.evaluation.agreement import evaluate, map_model_cc
    from sharpem.evaluation.compare import compare
    from sharpem.io.half_maps import read_half_maps
    from sharpem.io.model import read_model
    from sharpem.io.mrc import write_map
    from sharpem.io.read import read_map
    from sharpem.many import BatchResult, batch
    from sharpem.maps.density import DensityMap
    from sharpem.maps.half_maps import HalfMaps
    from sharpem.maps.model import Model
    from sharpem.pipeline import apply, sharpen
    from sharpem.result import Result
    from sharpem.simulate import simulate_map
    from sharpem.spectra.filters import Anisotropy, Filter, SharpenBlur, ShellFilter
    from sharpem.viewer.page import view

__version__ = loading.version

__all__ = [
    "Anisotropy",
    "BatchResult",
    "DensityMap",
    "Filter",
    "HalfMaps",
    "InputError",
    "Model",
    "NotApplicableError",
    "Result",
    "SharpemError",
    "SharpenBlur",
    "ShellFilter",
    "apply",
    "batch",
    "compare",
    "evaluate",
    "fetch",
    "map_model_cc",
    "read_half_maps",
    "read_map",
    "read_model",
    "sharpen",
    "simulate_map",
    "view",
    "write_map",
]

_MODULES = {
    "archive.fetch": ("fetch",),
    "errors": ("InputError", "NotApplicableError", "SharpemError"),
    "evaluation.agreement": ("evaluate", "map_model_cc"),
    "evaluation.compare": ("compare",),
    "io.half_maps": ("read_half_maps",),
    "io.model": ("read_model",),
    "io.mrc": ("write_map",),
    "io.read": ("read_map",),
    "many": ("BatchResult", "batch"),
    "maps.density": ("DensityMap",),
    "maps.half_maps": ("HalfMaps",),
    "maps.model": ("Model",),
    "pipeline": ("apply", "sharpen"),
    "result": ("Result",),
    "simulate": ("simulate_map",),
    "spectra.filters": ("Anisotropy", "Filter", "SharpenBlur", "ShellFilter"),
    "viewer.page": ("view",),
}
"""Where the names are, as for type checkers above."""
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a public name, or a module of the package, when it is first asked for."""
    if name in _MODULE_OF:
        value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    elif not name.startswith("_") and find_spec(f"{__name__}.{name}"):
        value = import_module(f"{__name__}.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
