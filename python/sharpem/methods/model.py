"""A model: R CC* from the FSC of map and model (Terwilliger et al. 2018, Eq. 7 and 8)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.model_map import atom_mask, in_the_map, model_map
from sharpem.analysis.prepare import Prepared
from sharpem.maps.density import DensityMap
from sharpem.maps.model import Model
from sharpem.methods import empirical
from sharpem.methods.choice import Choice, Verdict
from sharpem.methods.scan import ScanSettings
from sharpem.methods.shell_filter import b_of_filter, shell_filter
from sharpem.spectra.fsc import crossing, fsc_edges, masked_terms, whitened

__all__ = ["choose", "error_b"]

Array = NDArray[np.float64]

_ERROR = 0.25  # rms error of the model's coordinates, in units of the resolution
_RADIUS = 3.0  # A around atoms, before the mask is widened
_JOINT = 6.0  # A; shells below are weighted together
_DRAWN = 0.1  # how strongly towards one weight, relative to the data
_LEAST_AGREEMENT = 0.1  # mean FSC from 10 A to the resolution


def error_b(resolution: float) -> float:
    """B_eff = 8 pi rms_e^2 (A^2) with rms_e = resolution / 4 (Eq. 8).

    Examples
    --------
    >>> round(error_b(4.0), 2)
    25.13
    """
    return float(8 * np.pi * (_ERROR * resolution) ** 2)


def choose(prepared: Prepared, model: Model, settings: ScanSettings) -> Choice:
    """Choose the filter R CC* shell by shell, with CC* = CC exp(B_eff s^2 / 4) (Eq. 7).

    CC* is divided by its maximum, so that a model which is incomplete does as well as a complete
    one, and is 1 at most. R is the ratio of the amplitudes of the model at B = 0 to those of the
    map; all is measured inside a soft mask around the model.

    Parameters
    ----------
    prepared : Prepared
        The map.
    model : Model
        At its place in the map; what lies outside is left out.
    settings : ScanSettings
        For the fall-back.

    Raises
    ------
    InputError
        Next to nothing of the model lies in the map.
    """
    near, warnings = _in_the_map(model, prepared.density)
    s, terms, cc, ratio = _measured(prepared, near)
    grown = np.clip(cc, 0.0, 1.0) * np.exp(0.25 * error_b(prepared.resolution) * s**2)
    top = max(float(np.clip(grown, 0.0, 1.0).max()), 1e-6)
    table: dict[str, Any] = {"s": s, "d": 1 / s, "terms": terms, "fsc_model": cc, "ratio": ratio}
    table["resolution"] = {level: crossing(s, cc, float(level)) for level in ("0.143", "0.5")}
    agreement = _agreement(s, cc, prepared.resolution)
    if agreement < _LEAST_AGREEMENT:
        return _useless(prepared, settings, agreement, warnings, table)
    cc_star = np.minimum(1.0, grown / top)
    ratio = ratio * _low_weights(prepared, near, s, ratio * cc_star)
    table["ratio"] = ratio
    filter_ = shell_filter(prepared, s, ratio, cc_star)
    b_iso = b_of_filter(prepared, filter_)
    reasons = (
        _found(table["resolution"], cc),
        f"Every shell is scaled to the amplitudes of the model at B = 0 times CC*, which allows "
        f"for coordinate errors of {_ERROR * prepared.resolution:.2f} A; over all this is like "
        f"b_sharpen {b_iso.signal - b_iso.target:.0f} A^2.",
    )
    table |= {"cc_star": cc_star, "scale": ratio * cc_star}
    verdict = Verdict(True, None, reasons, (*model.notes, *warnings))
    return Choice("model", filter_, verdict, b_iso, shells=_lists(table))


def _in_the_map(model: Model, density: DensityMap) -> tuple[Model, tuple[str, ...]]:
    """Return the atoms inside the map, and what to say of the others."""
    near = in_the_map(model, density)
    if len(near) >= len(model):
        return near, ()
    share = 100 * (1 - len(near) / len(model))
    return near, (
        f"{max(share, 0.1):.2g} % of the model's atoms lie outside the map and were left out.",
    )


def _measured(prepared: Prepared, model: Model) -> tuple[Array, Array, Array, Array]:
    """Mean s of shells, their terms, CC with the model, and R, all shape (n,)."""
    density, d_min = prepared.density, prepared.d_min
    inside = atom_mask(model, density, _RADIUS + prepared.resolution)
    if inside.all():
        mask = np.ones(density.shape, dtype=np.float32)
    else:
        depth = _core.local_mean_square(
            inside.astype(np.float32), density.cell, prepared.resolution, 0.0
        )
        mask = np.sin(0.5 * np.pi * np.clip(depth, 0.0, 1.0)).astype(np.float32) ** 2
    own = _core.analyse(
        model_map(model, density, d_min=d_min, xray=density.xray), density.cell, d_min
    )
    edges = fsc_edges(prepared.spectrum)
    found = [_masked(spectrum, mask, edges) for spectrum in (prepared.spectrum, own)]
    (terms, power), (own_terms, own_power) = found
    sums = _core.cross_sums(terms, own_terms, edges)
    used = (sums.terms > 0) & (sums.power_1 > 0) & (sums.power_2 > 0)
    lengths = np.sqrt(sums.power_1 * sums.power_2)[used]
    ratio = np.sqrt(sums.power_2 * own_power / np.maximum(sums.power_1 * power, 1e-300))[used]
    return sums.s[used], sums.terms[used], sums.cross[used] / lengths, ratio


def _low_weights(prepared: Prepared, model: Model, s: Array, scale: Array) -> Array:
    """Factors for the scale of the shells below 6 A, 1 for the others, shape (n,).

    Where a shell is wide against the transform of the mask its neighbours are not independent, and
    one by one their scales come out wrong. So the weights of the low shells are fitted together,
    against one weight for all the rest, to the model at B = 0 over the voxels near atoms; least
    squares, drawn towards one common weight.
    """
    low = np.flatnonzero(s < 1 / _JOINT)
    if low.size in (0, s.size):
        return np.ones(s.size)
    density = prepared.density
    inside = atom_mask(model, density, _RADIUS)
    expected = model_map(model, density, d_min=prepared.d_min, xray=density.xray)[inside]
    expected = expected - expected.mean(dtype=np.float64)
    rows = [[i] for i in low.tolist()] + [list(range(low[-1] + 1, s.size))]
    parts = np.array([_part(prepared, inside, s, scale, row) for row in rows])
    total = parts.sum(axis=0)
    common = float(total @ expected) / max(float(total @ total), 1e-300)
    normal = parts @ parts.T
    drawn = _DRAWN * np.diag(normal)
    weights = np.linalg.lstsq(
        normal + np.diag(drawn), parts @ expected + drawn * common, rcond=None
    )[0]
    answer = np.ones(s.size)
    if weights[-1] > 0:
        answer[low] = np.maximum(weights[:-1], 0.0) / weights[-1]
    return answer


def _part(
    prepared: Prepared, inside: NDArray[np.bool_], s: Array, scale: Array, row: list[int]
) -> Array:
    """What some shells of the filtered map contribute to the voxels inside, mean 0."""
    only = np.zeros(s.size)
    only[row] = scale[row]
    curve = _core.RadialCurve.table(s, only, 1 / prepared.d_min)
    values = _core.synthesise(prepared.spectrum, curve)[inside].astype(np.float64)
    return np.asarray(values - values.mean())


def _agreement(s: Array, cc: Array, resolution: float) -> float:
    """Mean FSC from 10 A to the resolution: below 10 A any blob agrees with any other."""
    band = (s > 0.1) & (s <= 1 / resolution)
    return float(np.mean(cc[band] if band.any() else cc))


def _masked(spectrum: _core.Spectrum, mask: Any, edges: Array) -> tuple[_core.Spectrum, Array]:
    """Terms of the whitened map inside the mask, and the power that it had in each shell."""
    sums = _core.shell_sums(spectrum, edges)
    power = sums.power / np.maximum(sums.terms, 1)
    white = whitened(spectrum, sums.s, power)
    return masked_terms(white, mask, spectrum), power


def _found(resolution: dict[str, float | None], cc: Array) -> str:
    words = " and ".join(
        f"{level} at {d:.2f} A" for level, d in resolution.items() if d is not None
    )
    return f"Map and model agree with FSC up to {cc.max():.2f}; it falls to {words or 'nothing'}."


def _useless(
    prepared: Prepared,
    settings: ScanSettings,
    agreement: float,
    warnings: tuple[str, ...],
    table: dict[str, Any],
) -> Choice:
    """Fall back to the expected sharpening."""
    choice = empirical.choose(prepared, settings)
    reasons = (
        f"The model's FSC with the map is {agreement:.2f} on average from 10 A to the resolution, "
        f"expected more than {_LEAST_AGREEMENT}: it is another molecule, or at another place.",
    )
    verdict = Verdict(False, None, reasons, warnings)
    return replace(choice, method="model", verdict=verdict, shells=_lists(table))


def _lists(table: dict[str, Any]) -> dict[str, Any]:
    return {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in table.items()}
