"""Automatic sharpening of cryo-EM maps.

>>> import sharpem
>>> density = sharpem.read_map("map.mrc")  # doctest: +SKIP
>>> result = sharpem.sharpen(density, resolution=3.2)  # doctest: +SKIP
>>> result.write("map_sharpened")  # doctest: +SKIP
"""

from sharpem import _loading
from sharpem.archive.entry import Entry
from sharpem.archive.fetch import fetch
from sharpem.errors import InputError, NotApplicableError, SharpemError
from sharpem.evaluation.agreement import map_model_cc
from sharpem.io.model import read_model
from sharpem.io.mrc import write_map
from sharpem.io.read import read_map
from sharpem.many import BatchResult, batch
from sharpem.maps.density import DensityMap
from sharpem.methods.choice import BIso, Choice, Trial, Verdict
from sharpem.pipeline import apply, sharpen
from sharpem.result import Result
from sharpem.simulate import simulate_map
from sharpem.spectra.filters import Anisotropy, Filter, SharpenBlur, ShellFilter, filter_from_dict

__version__ = _loading.version

__all__ = [
    "Anisotropy",
    "BIso",
    "BatchResult",
    "Choice",
    "DensityMap",
    "Entry",
    "Filter",
    "InputError",
    "NotApplicableError",
    "Result",
    "SharpemError",
    "SharpenBlur",
    "ShellFilter",
    "Trial",
    "Verdict",
    "apply",
    "batch",
    "fetch",
    "filter_from_dict",
    "map_model_cc",
    "read_map",
    "read_model",
    "sharpen",
    "simulate_map",
    "write_map",
]
