"""Automatic sharpening of cryo-EM maps.

>>> import sharpem
>>> density = sharpem.read_map("map.mrc")  # doctest: +SKIP
>>> result = sharpem.sharpen(density, resolution=3.2)  # doctest: +SKIP
>>> result.write("map_sharpened")  # doctest: +SKIP

Reading and writing: `read_map`, `read_half_maps`, `read_model`, `write_map`, `fetch`. Sharpening:
`sharpen`, `apply`, `batch`. Checking: `map_model_cc`, `evaluate`, `compare`, `simulate_map`.
Looking: `view`.
"""

# ruff: noqa: E402
from sharpem._start.as_program import as_program

as_program()

from sharpem._start import loading
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
