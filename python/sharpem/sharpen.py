"""The pipeline: a map in, a filter chosen, the filter applied.

Every method answers with a filter; applying a filter to a map is one function, :func:`apply`.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sharpem import _core
from sharpem.choice import Choice
from sharpem.density import DensityMap
from sharpem.errors import InputError
from sharpem.filters import Filter, RadialFilter, SharpenBlur
from sharpem.methods import empirical, given
from sharpem.methods.kurtosis import KURTOSIS
from sharpem.methods.scanned import choose_by_scan
from sharpem.methods.surface import SURFACE
from sharpem.molecule import known_volume
from sharpem.prepare import Prepared, prepare
from sharpem.result import Result
from sharpem.search import ScanSettings, optimise_shape
from sharpem.spectrum import overall_b
from sharpem.threads import limited_threads

__all__ = ["METHODS", "Progress", "Result", "apply", "sharpen"]

METHODS = ("surface", "kurtosis", "empirical", "given")
Progress = Callable[[str, int, int], None]
_SCANNED = {"surface": SURFACE, "kurtosis": KURTOSIS}


def sharpen(
    density: DensityMap | ArrayLike,
    *,
    resolution: float,
    voxel_size: float | tuple[float, float, float] | None = None,
    method: str | None = None,
    prior: str = "auto",
    b_sharpen: float | None = None,
    b_iso: float | None = None,
    d_cut: float | None = None,
    k: float = 10.0,
    b_blur: float = 200.0,
    optimize_d_cut: bool = False,
    optimize_k: bool = False,
    b_min: float = -100.0,
    b_max: float = 300.0,
    b_step: float = 20.0,
    fraction: float = 0.2,
    molecular_volume: float | None = None,
    mass: float | None = None,
    sequence: str | Path | None = None,
    solvent_content: float | None = None,
    mask: DensityMap | None = None,
    anisotropy: bool = True,
    if_not_applicable: str = "empirical",
    threads: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """Choose how strongly to sharpen a map, and sharpen it.

    Parameters
    ----------
    density : DensityMap or array_like, shape (nz, ny, nx)
        The map; an array needs `voxel_size`.
    resolution : float
        Of the map, A.
    voxel_size : float or tuple of float, optional
        A, along x, y, z; for arrays.
    method : {"surface", "kurtosis", "empirical", "given"}, optional
        How to choose; surface, or given where b_sharpen or b_iso is given.
    prior : {"auto", "none"}
        Whether the expected sharpening has a say beside the score's maximum.
    b_sharpen, b_iso : float, optional
        A^2; for method given: what to apply (positive sharpens), or the overall B to reach.
    d_cut, k, b_blur : float, optional
        The filter's other parameters (Eq. 1-4): A (default: the resolution), 1/A, A^2.
    optimize_d_cut, optimize_k : bool
        Choose them by the score too.
    b_min, b_max, b_step : float
        Overall B's to try, A^2.
    fraction : float
        Part of the molecular volume that the contour encloses.
    molecular_volume, mass, sequence, solvent_content, mask
        What is known of the molecule's size, one of them: A^3, kDa, a FASTA file, the solvent's share
        of the box, or a mask on the map's grid. Otherwise it is estimated.
    anisotropy : bool
        Remove the map's anisotropy.
    if_not_applicable : {"empirical", "stop"}
        What to do when the score cannot judge the map: fall back to the expected sharpening, or
        return a result without a map.
    threads : int, optional
        At most so many; default OMP_NUM_THREADS or all cores.
    progress : callable, optional
        Called with (stage, done, total).

    Returns
    -------
    Result
        Map, filter, verdict and evidence.

    Raises
    ------
    InputError
        The request or the map is at fault.

    Examples
    --------
    >>> import sharpem
    >>> result = sharpem.sharpen(sharpem.read_map("map.mrc"), resolution=3.2)  # doctest: +SKIP
    >>> result.write("map_sharpened")  # doctest: +SKIP
    """
    start = time.perf_counter()
    map_ = _as_map(density, voxel_size)
    method = _method(method, b_sharpen, b_iso)
    _check(prior in ("auto", "none"), f"prior {prior!r}, expected auto or none")
    _check(
        if_not_applicable in ("empirical", "stop"),
        f"if_not_applicable {if_not_applicable!r}, expected empirical or stop",
    )
    settings = _settings(b_min, b_max, b_step, fraction, d_cut, k, b_blur)
    settings = replace(settings, wrap=map_.periodic)
    tell = progress or (lambda _stage, _done, _total: None)
    with limited_threads(threads):
        tell("prepare", 0, 3)
        volume = known_volume(
            map_,
            angstrom3=molecular_volume,
            mass=mass,
            sequence=sequence,
            solvent_content=solvent_content,
            mask=mask,
        )
        prepared = prepare(map_, resolution, volume=volume, correct_anisotropy=anisotropy)
        prepared_at = time.perf_counter()
        tell("scan", 1, 3)
        if method in _SCANNED:
            score = _SCANNED[method].score
            if optimize_d_cut or optimize_k:
                settings = optimise_shape(
                    prepared, settings, score, d_cut=optimize_d_cut, k=optimize_k
                )
            choice = choose_by_scan(prepared, settings, _SCANNED[method], prior=prior == "auto")
        elif method == "empirical":
            choice = empirical.choose(prepared, settings)
        else:
            choice = given.choose(prepared, settings, b_sharpen=b_sharpen, b_iso=b_iso)
        chosen_at = time.perf_counter()
        tell("apply", 2, 3)
        if not choice.verdict.applicable and if_not_applicable == "stop":
            choice = replace(choice, filter=None)
        result = _finish(prepared, choice)
        tell("apply", 3, 3)
    seconds = {
        "total": time.perf_counter() - start,
        "prepare": prepared_at - start,
        "scan": chosen_at - prepared_at,
        "apply": time.perf_counter() - chosen_at,
    }
    return replace(result, seconds=seconds, peak_memory_bytes=_peak_memory())


def apply(density: DensityMap, filter_: Filter) -> DensityMap:
    """Apply a filter to a map: same grid, placement and density scale.

    Parameters
    ----------
    density : DensityMap
        Any map; also a half map, or another map than the one the filter was chosen on.
    filter_ : Filter
        Radial factor, resolution limit, anisotropy to remove.

    Raises
    ------
    InputError
        The filtered map does not fit float32 (far too large a B).
    """
    spectrum = _core.analyse(density.data, density.cell, filter_.d_min)
    if filter_.anisotropy is not None:
        _core.apply_anisotropy(spectrum, filter_.anisotropy.b_cartesian, 1.0)
    return _synthesised(density, spectrum, filter_.radial)


def _finish(prepared: Prepared, choice: Choice) -> Result:
    """Apply the chosen filter and measure what came of it."""
    result = Result.without_map(prepared, choice)
    if choice.filter is None:
        return result
    filter_ = Filter(choice.filter, prepared.d_min, prepared.removed)
    map_ = _synthesised(prepared.density, prepared.spectrum, choice.filter)
    after = prepared.shells.filtered(choice.filter(prepared.shells.s))
    b_iso = replace(choice.b_iso, output=overall_b(after, prepared.fit_limit).b_iso)
    return replace(result, map=map_, filter=filter_, b_iso=b_iso)


def _synthesised(density: DensityMap, spectrum: _core.Spectrum, radial: RadialFilter) -> DensityMap:
    data: NDArray[np.float32] = _core.synthesise(spectrum, _curve(radial, 1.0 / spectrum.d_min))
    if not np.isfinite(np.vdot(data, data)):
        raise InputError("the filter makes densities too large to store, expected a smaller B")
    return density.with_data(data)


def _curve(radial: RadialFilter, s_max: float) -> _core.RadialCurve:
    if isinstance(radial, SharpenBlur):
        return _core.RadialCurve.sharpen_blur(
            radial.b_sharpen, radial.b_blur, radial.d_cut, radial.k, s_max
        )
    s = np.linspace(0.0, s_max, 4096)
    return _core.RadialCurve.table(s, radial(s), s_max)


def _as_map(
    density: DensityMap | ArrayLike, voxel_size: float | tuple[float, float, float] | None
) -> DensityMap:
    if isinstance(density, DensityMap):
        _check(voxel_size is None, "voxel_size goes with an array; a map has its own")
        return density
    if voxel_size is None:
        raise InputError("an array without voxel_size, expected its voxel size in A")
    return DensityMap.from_array(density, voxel_size)


def _method(method: str | None, b_sharpen: float | None, b_iso: float | None) -> str:
    """Check the method against what is given with it."""
    wanted = [name for name, b in (("b_sharpen", b_sharpen), ("b_iso", b_iso)) if b is not None]
    _check(len(wanted) < 2, "b_sharpen and b_iso both given, expected one of them")
    method = method or ("given" if wanted else "surface")
    _check(method in METHODS, f"method {method!r}, expected one of {', '.join(METHODS)}")
    if method == "given":
        _check(bool(wanted), "method given without b_sharpen or b_iso, expected one of them")
    else:
        _check(not wanted, f"method {method} with {''.join(wanted)}, expected method given")
    for value in (b_sharpen, b_iso):
        _check(value is None or abs(value) <= 5000, f"B of {value} A^2, expected -5000 to 5000 A^2")
    return method


def _settings(
    b_min: float,
    b_max: float,
    b_step: float,
    fraction: float,
    d_cut: float | None,
    k: float,
    b_blur: float,
) -> ScanSettings:
    _check(0 < fraction < 1, f"fraction {fraction:g}, expected between 0 and 1")
    _check(k > 0, f"k {k:g} per A, expected a positive number")
    _check(d_cut is None or d_cut > 0, f"d_cut {d_cut} A, expected a positive number")
    _check(np.isfinite(b_blur), f"b_blur {b_blur:g} A^2, expected a number")
    _check(
        b_step > 0 and -2000 <= b_min < b_max <= 2000 and (b_max - b_min) / b_step >= 4,
        f"overall B from {b_min:g} to {b_max:g} in steps of {b_step:g} A^2, expected at least five "
        "trials within -2000 to 2000 A^2",
    )
    return ScanSettings(b_min, b_max, b_step, fraction, d_cut, k, b_blur)


def _check(ok: bool, what: str) -> None:
    if not ok:
        raise InputError(what)


def _peak_memory() -> int:
    """Largest resident size of this process so far, bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else peak * 1024)
