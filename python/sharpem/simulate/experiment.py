"""A simulated cryo-EM experiment: a model, its blur, errors, and the box they are seen in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.model_map import Grid, atom_mask, model_map
from sharpem.errors import InputError
from sharpem.io.accept import ModelLike, to_model
from sharpem.maps.arrays import Mask
from sharpem.maps.density import DensityMap
from sharpem.maps.model import Model
from sharpem.simulate.box import BOXES, box_about, placed
from sharpem.simulate.errors import gaussian_noise, power_near, with_phase_errors
from sharpem.spectra.apply import radial_curve

__all__ = ["Simulated", "simulate_map"]

Numbers: TypeAlias = NDArray[np.float64]

_FSC = 0.143  # between half maps at the resolution
_CUT_RADIUS = 4.5  # A
_END = 1.25  # times 1 / resolution: where a simulated map begins to end
_END_WIDTH = 0.01  # 1/A
_PHASES = 2  # seed of the phase errors beside 0 and 1, those of the half maps' noise


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
        Overall B of the signal in the map, A^2: mean B of the atoms less `sharpened_by`.
    """

    map: DensityMap
    half_maps: tuple[DensityMap, DensityMap] | None
    truth: DensityMap
    mask: Mask
    model: Model
    resolution: float
    b_iso: float


def simulate_map(
    model: ModelLike,
    *,
    resolution: float,
    b_iso: float | Numbers,
    anisotropy: tuple[float, float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    noise: float = 1.0,
    noise_b: float = 0.0,
    sharpened_by: float = 0.0,
    phase_error: float = 0.0,
    voxel_size: float | None = None,
    box: Literal["full", "tight", "cut"] = "full",
    padding: float | None = None,
    seed: int = 0,
    half_maps: bool = False,
    fsc_reference: Literal["box", "mask"] = "box",
) -> Simulated:
    """Simulate a cryo-EM map: the model, its blur, Gaussian noise, a limit of resolution.

    Parameters
    ----------
    model : Model, path or gemmi.Structure
        Stays at its place; the box is put around it.
    resolution : float
        A; where the half maps' expected FSC is 0.143 (for ``noise=1``).
    b_iso : float or ndarray, shape (n,)
        B of all atoms, or of each (its own ``model.b_iso``, or :func:`sharpem.simulate.local_b`),
        A^2.
    anisotropy : tuple of 6 floats
        B11, B22, B33, B12, B13, B23, A^2, Cartesian frame, added to `b_iso` less its mean
        diagonal: the mean B stays.
    noise : float
        Power of the noise relative to that which gives the FSC above; 0: none.
    noise_b : float
        Noise power falls as exp(-noise_b s^2 / 2); 0: white.
    sharpened_by : float
        Sharpening of signal and noise together, A^2, as if somebody had done so before.
    phase_error : float
        Root mean square error of the phases at the resolution, degrees; it grows in proportion to
        s and is the same in both half maps: what they share is wrong, and their FSC does not tell.
    voxel_size : float, optional
        A; a third of the resolution if not given.
    box : {"full", "tight", "cut"}
        A cube of 1.5 times the largest extent; 8 A around the atoms; the same and exact zeros
        beyond 4.5 A from atoms.
    padding : float, optional
        A on each side of the atoms (of the largest extent, in a full box), instead of these.
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
    model = to_model(model)
    step = resolution / 3 if voxel_size is None else voxel_size
    _check_options(resolution, step, noise, phase_error, padding)
    _check_words(box, fsc_reference)
    grid = box_about(model, step, box, padding)
    truth, signal = _signal(model, grid, max(_limit(resolution), 2 * step), b_iso)
    _core.apply_anisotropy(signal, anisotropy, -1.0)
    mask = atom_mask(model, truth)
    share = float(mask.mean()) if fsc_reference == "mask" else 1.0
    power = noise / share * (1 / _FSC - 1) * power_near(signal, 1 / resolution)
    curves = _Curves(resolution, sharpened_by, noise_b, power)
    clean = _core.synthesise(signal, radial_curve(curves.finish, 1 / signal.d_min))
    if phase_error:
        slope = np.radians(phase_error) * resolution
        clean = with_phase_errors(clean, step, lambda s: slope * s, (seed, _PHASES))
    one, two = (clean + gaussian_noise(signal, curves.noise, (seed, n)) for n in range(2))
    if box == "cut":
        inside = atom_mask(model, truth, _CUT_RADIUS)
        one, two = (np.where(inside, half, np.float32(0)) for half in (one, two))
    halves = (truth.with_data(one), truth.with_data(two)) if half_maps else None
    left = float(np.mean(b_iso)) - sharpened_by
    return Simulated(truth.with_data((one + two) / 2), halves, truth, mask, model, resolution, left)


def _limit(resolution: float) -> float:
    """How far a simulated map goes, A."""
    return 1 / (_END / resolution + 3 * _END_WIDTH)


def _signal(
    model: Model, grid: Grid, d_min: float, b_iso: float | Numbers
) -> tuple[DensityMap, _core.Spectrum]:
    """Map of the model at B = 0, and the terms of the model at its B."""
    truth = placed(grid, model_map(model, grid, d_min=d_min))
    if np.ndim(b_iso):
        blurred = model_map(model, grid, d_min=d_min, b_iso=b_iso)
        return truth, _core.analyse(blurred, truth.cell, d_min)
    signal = _core.analyse(truth.data, truth.cell, d_min)
    _core.apply(signal, radial_curve(lambda s: np.exp(-b_iso * s**2 / 4), 1 / d_min))
    return truth, signal


class _Curves(NamedTuple):
    """Amplitude factors over s (1/A)."""

    resolution: float
    sharpened_by: float
    noise_b: float
    noise_power: float

    def finish(self, s: Numbers) -> Numbers:
        """What a reconstruction program does last: it sharpens, and ends softly."""
        s_end = _END / self.resolution
        beyond = np.maximum(s - s_end, 0) / _END_WIDTH
        return np.exp(self.sharpened_by * np.minimum(s, s_end) ** 2 / 4 - beyond**2 / 2)

    def noise(self, s: Numbers) -> Numbers:
        """Amplitudes of the noise, after the same last step."""
        fall = np.exp(-self.noise_b * (s**2 - 1 / self.resolution**2) / 4)
        return np.asarray(self.finish(s) * fall * np.sqrt(self.noise_power))


def _check_options(
    resolution: float, step: float, noise: float, phase_error: float, padding: float | None
) -> None:
    if not (resolution > 0 and 0 < step <= resolution / 2):
        raise InputError(
            f"resolution {resolution:g} A with a voxel size of {step:g} A, expected a voxel size "
            "of half the resolution or less"
        )
    for name, value in (("noise", noise), ("phase error", phase_error), ("padding", padding or 0)):
        if not 0 <= value < np.inf:
            raise InputError(f"{name} {value:g}, expected 0 or more")


def _check_words(box: str, reference: str) -> None:
    if box not in BOXES:
        raise InputError(f"box {box!r}, expected {', '.join(BOXES)}")
    if reference not in ("box", "mask"):
        raise InputError(f"fsc_reference {reference!r}, expected box or mask")
