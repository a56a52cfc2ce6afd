"""Simulated experiments: maps and half maps with a known B, noise and resolution from a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.density import Array, DensityMap, Indices
from sharpem.errors import InputError
from sharpem.io.model import Model
from sharpem.modelmap import Mask, atom_mask, model_map, radial_curve

__all__ = ["Simulated", "atom_mask", "model_map", "simulate_map"]

Numbers: TypeAlias = NDArray[np.float64]

_FSC = 0.143  # between half maps at the resolution
_CUT_RADIUS = 4.5  # A
_TIGHT_MARGIN = 8.0  # A on each side
_END = 1.25  # times 1 / resolution: where a simulated map begins to end
_END_WIDTH = 0.01  # 1/A


@dataclass(frozen=True, eq=False)
class Simulated:
    """A simulated experiment.

    Attributes
    ----------
    map : DensityMap
        Mean of the two half maps.
    half_maps : tuple of DensityMap or None
    truth : DensityMap
        The model at B = 0, without noise, to the same resolution as the map.
    mask : ndarray of bool, shape (nz, ny, nx)
        Within 3 A of atoms.
    model : Model
        Where it stands in the map.
    resolution : float
        A.
    b_iso : float
        Overall B of the signal in the map, A^2: `b_iso` of the simulation less `sharpened_by`.
    """

    map: DensityMap
    half_maps: tuple[DensityMap, DensityMap] | None
    truth: DensityMap
    mask: Mask
    model: Model
    resolution: float
    b_iso: float


def simulate_map(
    model: Model,
    *,
    resolution: float,
    b_iso: float,
    anisotropy: tuple[float, float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    noise: float = 1.0,
    noise_b: float = 0.0,
    sharpened_by: float = 0.0,
    voxel_size: float | None = None,
    box: Literal["full", "tight", "cut"] = "full",
    seed: int = 0,
    half_maps: bool = False,
    fsc_reference: Literal["box", "mask"] = "box",
) -> Simulated:
    """Simulate a cryo-EM map: the model at one B, Gaussian noise, a limit of resolution.

    Parameters
    ----------
    model : Model
        Moved to the middle of the box.
    resolution : float
        A; where the half maps' expected FSC is 0.143 (for ``noise=1``).
    b_iso : float
        B of all atoms, A^2.
    anisotropy : tuple of 6 floats
        B11, B22, B33, B12, B13, B23, A^2, Cartesian frame, added to `b_iso` less its mean
        diagonal: the mean B stays.
    noise : float
        Power of the noise relative to that which gives the FSC above; 0: none.
    noise_b : float
        Noise power falls as exp(-noise_b s^2 / 2); 0: white.
    sharpened_by : float
        Sharpening of signal and noise together, A^2, as if somebody had done so before.
    voxel_size : float, optional
        A; a third of the resolution if not given.
    box : {"full", "tight", "cut"}
        A cube of 1.5 times the largest extent; 8 A around the atoms; the same and exact zeros
        beyond 4.5 A from atoms.
    seed : int
        The same seed gives the same map.
    half_maps : bool
        Return these too.
    fsc_reference : {"box", "mask"}
        Where the FSC is meant: in the whole box, or among the voxels within 3 A of atoms, where
        there is less noise (all terms of the signal, and the mask's share of the noise).

    Returns
    -------
    Simulated

    Raises
    ------
    InputError
        An option is not one of those listed, or not in its range.
    """
    step = resolution / 3 if voxel_size is None else voxel_size
    _check_options(resolution, step, noise, box, fsc_reference)
    shape = _box_shape(model, step, box)
    model = model.moved(np.array(shape[::-1]) * step / 2 - model.centre)
    truth, signal = _signal(model, shape, step, resolution)
    mask = atom_mask(model, truth)
    s_d, s_max = 1 / resolution, 1 / signal.d_min
    _core.apply(signal, radial_curve(lambda s: np.exp(-b_iso * s**2 / 4), s_max))
    _core.apply_anisotropy(signal, anisotropy, -1.0)
    share = float(mask.mean()) if fsc_reference == "mask" else 1.0
    power = noise / share * (1 / _FSC - 1) * _power_near(signal, s_d)

    def finish(s: Numbers) -> Numbers:
        return _finish(s, _END / resolution, sharpened_by)

    def grain(s: Numbers) -> Numbers:
        fall = np.exp(-noise_b * (s**2 - s_d**2) / 4)
        return np.asarray(finish(s) * fall * np.sqrt(power * truth.voxels))

    clean = _core.synthesise(signal, radial_curve(finish, s_max))
    near = atom_mask(model, truth, _CUT_RADIUS) if box == "cut" else np.True_
    one, two = (
        np.where(
            near, clean + _noise(signal, radial_curve(grain, s_max), (seed, number)), np.float32(0)
        )
        for number in range(2)
    )
    return Simulated(
        map=truth.with_data((one + two) / 2),
        half_maps=(truth.with_data(one), truth.with_data(two)) if half_maps else None,
        truth=truth,
        mask=mask,
        model=model,
        resolution=resolution,
        b_iso=b_iso - sharpened_by,
    )


def _signal(
    model: Model, shape: Indices, step: float, resolution: float
) -> tuple[DensityMap, _core.Spectrum]:
    """Map of the model at B = 0 as far as a simulated map goes, and its terms."""
    d_min = max(1 / (_END / resolution + 3 * _END_WIDTH), 2 * step)
    nz, ny, nx = shape
    cell = (nx * step, ny * step, nz * step, 90.0, 90.0, 90.0)
    truth = DensityMap(model_map(model, (shape, cell, (0.0, 0.0, 0.0)), d_min=d_min), cell)
    return truth, _core.analyse(truth.data, cell, d_min)


def _power_near(spectrum: _core.Spectrum, s: float) -> float:
    """Mean |F|^2 about s (1/A)."""
    width = max(0.006, 1 / min(spectrum.cell[:3]))
    sums = _core.shell_sums(spectrum, [s - width, s + width])
    return float(sums.power[0] / sums.terms[0])


def _finish(s: Numbers, s_end: float, sharpened_by: float) -> Numbers:
    """What a reconstruction program does last: sharpens to s_end (1/A) and ends softly there."""
    beyond = np.maximum(s - s_end, 0) / _END_WIDTH
    return np.exp(sharpened_by * np.minimum(s, s_end) ** 2 / 4 - beyond**2 / 2)


def _noise(like: _core.Spectrum, curve: _core.RadialCurve, seed: tuple[int, int]) -> Array:
    """Gaussian noise whose terms have the root mean square of `curve` over sqrt(voxels)."""
    white = np.random.default_rng(seed).standard_normal(like.grid, dtype=np.float32)
    return _core.synthesise(_core.analyse(white, like.cell, like.d_min), curve)


def _box_shape(model: Model, step: float, box: str) -> Indices:
    lengths = model.extent + 2 * _TIGHT_MARGIN
    if box == "full":
        lengths = np.full(3, max(1.5 * model.extent.max(), lengths.max()))
    nx, ny, nz = (_good_size(int(np.ceil(length / step))) for length in lengths)
    return nz, ny, nx


def _good_size(n: int) -> int:
    """Return the next even number without prime factors above 7: fast to transform."""
    n += n % 2
    while True:
        rest = n
        for prime in (2, 3, 5, 7):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return n
        n += 2


def _check_options(resolution: float, step: float, noise: float, box: str, reference: str) -> None:
    if not (resolution > 0 and 0 < step <= resolution / 2):
        raise InputError(
            f"resolution {resolution:g} A with a voxel size of {step:g} A, expected a voxel size "
            "of half the resolution or less"
        )
    if not noise >= 0:
        raise InputError(f"noise {noise:g}, expected 0 or more")
    if box not in ("full", "tight", "cut"):
        raise InputError(f"box {box!r}, expected full, tight or cut")
    if reference not in ("box", "mask"):
        raise InputError(f"fsc_reference {reference!r}, expected box or mask")
