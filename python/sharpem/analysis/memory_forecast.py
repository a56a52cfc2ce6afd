"""How much memory a run will take, told from the grid before it starts: within a tenth.

What is counted: maps of the whole grid (4 bytes a voxel), the Fourier terms that are kept (8 bytes
each), and whatever the largest step holds beside them. Everything else is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from sharpem import _core
from sharpem.analysis.local_variance import variance_radius
from sharpem.analysis.model_map import fineness
from sharpem.analysis.prepare import D_MIN_RATIO, check_resolution
from sharpem.errors import InputError
from sharpem.machine import available_memory, memory_size
from sharpem.maps.arrays import Cell, Indices
from sharpem.maps.checks import FLAT_ZONE, flat_value
from sharpem.maps.density import DensityMap

__all__ = ["ExtraStep", "Forecast", "check_memory", "forecast"]

_PROGRAM = 52 * 2**20  # bytes, with NumPy and what else is imported
_PAGES = 8 * 2**20  # bytes: what a report imports, and its text
_MARGIN = 1.05  # pages that are freed but not given back at once
_KEPT = 32 * 2**20  # bytes: smaller pieces that are freed stay with the process (glibc)
_VOXEL = 4  # bytes
_MASK = 0.25  # of a map
_COARSE_MAPS = 2.4  # on the grid of the local variance: a map of the solvent, its window, a mask
_SAMPLES = 2_000_000  # voxels that the report's histograms count at most
_LEVELS = (800_000, 16)  # voxels whose local variance is sorted at most; bytes each
_CONTOURS = 3  # at most, of each map in a scan
_INSIDE = 0.05  # of the voxels, in a scan: a fifth of a molecule that fills a quarter of the box


@dataclass(frozen=True)
class ExtraStep:
    """A step that is done beside the scan.

    Attributes
    ----------
    name : str
    maps : float
        Maps of the whole grid that it holds beside those read, by measurement.
    atoms : bool
        Whether a model's atoms are put on a grid: two maps of a finer one.
    half_maps : bool
        Whether two half maps are compared: their terms to the grid's limit, as they are and inside
        the mask.
    """

    name: str
    maps: float
    atoms: bool = False
    half_maps: bool = False


@dataclass(frozen=True)
class Forecast:
    """A run's memory at its peak, bytes: the program, maps read, terms kept, the largest step.

    ``step`` is the name of the largest step.
    """

    program: int
    maps: int
    terms: int
    largest: int
    step: str

    @property
    def total(self) -> int:
        """Bytes."""
        return round(self.program + _MARGIN * (self.maps + self.terms + self.largest))

    def __str__(self) -> str:
        """One line, in GB."""
        parts = (
            ("program", self.program),
            ("maps", self.maps),
            ("Fourier terms", self.terms),
            (self.step, self.largest),
        )
        return f"{_gb(self.total)} (" + ", ".join(f"{name} {_gb(n)}" for name, n in parts) + ")"


def forecast(
    shape: Indices,
    cell: Cell,
    resolution: float,
    *,
    maps: int = 1,
    extra: ExtraStep | None = None,
    threads: int = 1,
    solvent: bool = True,
) -> Forecast:
    """Forecast the memory of :func:`sharpem.sharpen` or :func:`sharpem.evaluation.compare.compare`.

    Parameters
    ----------
    shape : (nz, ny, nx)
        Voxels.
    cell : tuple of float
        a, b, c (A), angles (degrees) of the box.
    resolution : float
        Of the map, A.
    maps : int
        Maps of that grid that are read: the map, half maps, a mask.
    extra : ExtraStep, optional
        The most demanding step beside the scan.
    threads : int
        That work at a time.
    solvent : bool
        Whether the map may show its solvent's noise, which is then measured.
    """
    voxels = shape[0] * shape[1] * shape[2]
    d_min = D_MIN_RATIO * resolution
    one = voxels * _VOXEL
    grid = _core.coarse_grid(shape, cell, resolution)
    molecule = _MASK * _VOXEL * grid[0] * grid[1] * grid[2]  # kept to the end
    filtered = _core.synthesis_bytes(shape, cell, d_min, threads)
    scan = _core.scan_bytes(shape, cell, d_min, round(_INSIDE * voxels), threads, _CONTOURS)
    steps = {
        "molecule and solvent": _molecule(shape, cell, resolution, threads, solvent=solvent),
        "scan": molecule + scan,
        "output": molecule + one + filtered,
        "report": molecule + one + min(filtered, _KEPT) + _PAGES + _histogram(voxels),
    }
    if extra:
        steps[extra.name] = _extra(extra, shape, cell, d_min, threads)
    step = max(steps, key=lambda name: steps[name])
    terms = _core.spectrum_bytes(shape, cell, d_min)
    return Forecast(_PROGRAM, maps * one, terms, round(steps[step]), step)


def _extra(extra: ExtraStep, shape: Indices, cell: Cell, d_min: float, threads: int) -> float:
    one = shape[0] * shape[1] * shape[2] * _VOXEL
    finest = 2 * max(edge / n for n, edge in zip(shape, cell[2::-1], strict=True))
    size: float = extra.maps * one
    if extra.half_maps:
        size += 4 * _core.spectrum_bytes(shape, cell, finest)
        size += _core.synthesis_bytes(shape, cell, finest, threads)
    if extra.atoms:
        size += 2 * fineness(finest / 2, max(d_min, finest)) ** 3 * one
    return size


def _histogram(voxels: int) -> float:
    """Bytes of a sample of a map, of every step-th voxel along each axis."""
    step = np.ceil((voxels / _SAMPLES) ** (1 / 3))
    return float(_VOXEL * voxels / max(step, 1.0) ** 3)


def _molecule(
    shape: Indices, cell: Cell, resolution: float, threads: int, *, solvent: bool
) -> float:
    """Bytes of the local variance, of a band of the map, or of the solvent's noise.

    All are on the coarse grid of the molecule's mask.
    """
    grid = _core.coarse_grid(shape, cell, resolution)
    voxels = grid[0] * grid[1] * grid[2]
    one = voxels * _VOXEL
    band = (1 + _MASK) * one + _core.spectrum_bytes(grid, cell, resolution)
    band += _core.synthesis_bytes(grid, cell, resolution, threads)
    cut = variance_radius(resolution) / 4  # cpp/src/molecule.cpp
    smooth = one + _core.synthesis_bytes(grid, cell, cut, threads)
    levels = one + min(voxels, _LEVELS[0]) * _LEVELS[1]
    if not solvent:
        return max(band, smooth, levels)
    d_min = D_MIN_RATIO * resolution
    resampled = 0 if tuple(grid) == tuple(shape) else _core.spectrum_bytes(grid, cell, d_min)
    noise = _COARSE_MAPS * one + resampled + _core.synthesis_bytes(grid, cell, d_min, threads)
    return max(band, smooth, levels, noise)


def check_memory(
    density: DensityMap,
    resolution: float | None,
    limit: str | float | None,
    *,
    maps: int = 1,
    steps: Sequence[ExtraStep | None] = (),
    threads: int = 1,
) -> None:
    """Refuse a run that the memory cannot hold; other parameters as of :func:`forecast`.

    Parameters
    ----------
    density : DensityMap
        Gives the grid.
    resolution : float or None
        A; None where it will be found: the finest that the grid can hold.
    limit : str or float or None
        What the caller allows, bytes or as of :func:`sharpem.machine.memory_size`.
    steps : sequence of ExtraStep
        What comes beside the scan, one after the other: the largest counts.

    Raises
    ------
    InputError
        Says how much it would take and for what, and how much there is; or the resolution does not
        go with the grid.
    """
    if resolution is not None:
        check_resolution(density, resolution)
    finest = 2 * min(density.voxel_size)
    d_min = max(resolution or finest, finest)
    told = partial(
        forecast,
        density.shape,
        density.cell,
        d_min,
        maps=maps,
        threads=threads,
        solvent=flat_value(density)[1] <= FLAT_ZONE,
    )
    needed = max((told(extra=extra) for extra in steps or (None,)), key=lambda one: one.total)
    allowed, left = None if limit is None else memory_size(limit), available_memory()
    for size, whose in ((allowed, "allowed"), (left, "that this machine has left")):
        if size is not None and needed.total > size:
            raise InputError(
                f"{density.path or 'map'}: needs {needed} of memory, expected at most the "
                f"{_gb(size)} {whose}: cut the map to the molecule (sharpem box)"
            )


def _gb(size: float) -> str:
    return f"{size / 1e9:.2g} GB"
