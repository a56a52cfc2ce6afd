"""A model: R CC* from the FSC of map and model (Terwilliger et al. 2018, Eq. 7 and 8)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.masks import raised_cosine
from sharpem.analysis.placed_model import PlacedModel
from sharpem.analysis.prepare import Prepared
from sharpem.errors import InputError
from sharpem.findings import finding
from sharpem.maps.arrays import Map
from sharpem.methods import empirical
from sharpem.methods.choice import Choice, Verdict
from sharpem.methods.model_fit import cc_star_of_map, explained, placed
from sharpem.methods.scan import ScanSettings
from sharpem.methods.shell_evidence import ShellEvidence
from sharpem.methods.shell_filter import b_of_filter, over_all, shell_filter
from sharpem.spectra.fsc import fsc_edges, whitened_inside

__all__ = ["choose", "error_b", "measured_inside"]

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


def choose(
    prepared: Prepared,
    model: PlacedModel,
    settings: ScanSettings,
    *,
    fitted_to: PlacedModel | None = None,
) -> Choice:
    """Choose the filter R CC* shell by shell, with CC* = CC exp(B_eff s^2 / 4) (Eq. 7).

    CC* is divided by its maximum, so that a model which is incomplete does as well as a complete
    one, and is 1 at most. R is the ratio of the amplitudes of the model at B = 0 to those of the
    map; all is measured inside a soft mask around the model. As far as the model does not explain
    the map (model_fit.py), R CC* is that of the sharpening expected of the map alone.

    Parameters
    ----------
    prepared : Prepared
        The map.
    model : PlacedModel
        On the grid of the map.
    settings : ScanSettings
        For the fall-back.
    fitted_to : PlacedModel, optional
        The atoms to which the weights of the low shells are fitted; by default all of the model's.

    Raises
    ------
    InputError
        Next to nothing of the model lies in the map.
    """
    warnings = _left_out(model)
    model, elsewhere = placed(prepared, model)
    s, terms, cc, ratio = measured_inside(prepared, model)
    grown = np.clip(cc, 0.0, 1.0) * np.exp(0.25 * error_b(prepared.resolution) * s**2)
    top = max(float(np.clip(grown, 0.0, 1.0).max()), 1e-6)
    evidence = ShellEvidence(s, terms, ratio=ratio, model_fsc=cc)
    agreement = _agreement(s, cc, prepared.resolution)
    if agreement < _LEAST_AGREEMENT:
        why = (
            f"The model's FSC with the map is {agreement:.2f} on average from 10 A to the "
            f"resolution, expected more than {_LEAST_AGREEMENT}: it is another molecule, or at "
            "another place."
        )
        foreign = finding("model-misplaced", why, "The model was not used; dock it first.")
        return _useless(prepared, settings, why, warnings, evidence).noting((foreign,))
    of_map = cc_star_of_map(prepared, s)
    fit = explained(prepared, model, s, cc, of_map)
    findings = (*elsewhere, *fit.findings)
    if fit.weight == 0:
        why = "The model explains too little of the map to say how it is to be filtered."
        return _useless(prepared, settings, why, warnings, evidence).noting(findings)
    cc_star = np.minimum(1.0, grown / top)
    ratio = ratio * _low_weights(prepared, fitted_to or model, s, ratio * cc_star)
    if fit.weight < 1:
        ratio, cc_star = _blended(
            prepared, settings, fit.weight, s, of_model=(ratio, cc_star), cc_star_of_map=of_map
        )
    filter_ = shell_filter(prepared, s, ratio, cc_star)
    b_iso = b_of_filter(prepared, filter_)
    reasons = (
        _found(evidence),
        f"Every shell is scaled to the amplitudes of the model at B = 0 times CC*, which allows "
        f"for coordinate errors of {_ERROR * prepared.resolution:.2f} A{over_all(b_iso)}.",
        "The shells below 6 A are weighted for the best correlation with this very model, which "
        "is therefore no independent test of the map that comes out.",
    )
    evidence = replace(evidence, cc_star=cc_star, ratio=ratio)
    verdict = Verdict(True, None, reasons, tuple(warnings))
    return Choice("model", filter_, verdict, b_iso, shells=evidence).noting(findings)


def _blended(
    prepared: Prepared,
    settings: ScanSettings,
    weight: float,
    s: Array,
    *,
    of_model: tuple[Array, Array],
    cc_star_of_map: Array,
) -> tuple[Array, Array]:
    """R and CC* between those of the model (weight 1) and those expected of the map alone (0)."""
    ratio, cc_star = of_model
    alone = empirical.choose(prepared, settings).filter
    assert alone is not None
    of_map = alone(s) / np.maximum(cc_star_of_map, 1e-3)
    ratio = np.maximum(ratio, 1e-6 * ratio.max())
    mixed = np.exp(weight * np.log(ratio) + (1 - weight) * np.log(np.maximum(of_map, 1e-30)))
    return mixed, weight * cc_star + (1 - weight) * cc_star_of_map


def _left_out(model: PlacedModel) -> tuple[str, ...]:
    """What to say of atoms outside the map."""
    inside, total = len(model.atoms), len(model.model)
    if inside >= total:  # more are symmetry mates
        return ()
    percent = max(100 * (1 - inside / total), 0.1)
    return (f"{percent:.2g} % of the model's atoms lie outside the map and were left out.",)


def measured_inside(prepared: Prepared, model: PlacedModel) -> tuple[Array, Array, Array, Array]:
    """Measure map and model inside a soft mask about the model.

    Returns
    -------
    s, terms, cc, ratio : ndarray, shape (n,)
        Mean s of the shells (1/A), Fourier coefficients in them, FSC of map and model, and the
        ratio of their amplitudes.

    Raises
    ------
    InputError
        All occupancies are 0.
    """
    density, d_min = prepared.density, prepared.d_min
    inside = model.within(_RADIUS + prepared.resolution)
    if inside.all():
        mask = np.ones(density.shape, dtype=np.float32)
    else:
        depth = _core.local_mean_square(
            inside.astype(np.float32), density.cell, prepared.resolution, 0.0
        )
        mask = raised_cosine(depth)
    own = _core.analyse(model.density(d_min), density.cell, d_min)
    edges = fsc_edges(prepared.spectrum)
    found = [_masked(spectrum, mask, edges) for spectrum in (prepared.spectrum, own)]
    (terms, power), (own_terms, own_power) = found
    sums = _core.cross_sums(terms, own_terms, edges)
    used = (sums.terms > 0) & (sums.power_1 > 0) & (sums.power_2 > 0)
    if not used.any():
        raise InputError(
            f"{model.model.path or 'model'}: no atom scatters inside the map, expected occupancies "
            "above 0"
        )
    lengths = np.sqrt(sums.power_1 * sums.power_2)[used]
    ratio = np.sqrt(sums.power_2 * own_power / np.maximum(sums.power_1 * power, 1e-300))[used]
    return sums.s[used], sums.terms[used], sums.cross[used] / lengths, ratio


def _low_weights(prepared: Prepared, model: PlacedModel, s: Array, scale: Array) -> Array:
    """Factors for the scale of the shells below 6 A, 1 for the others, shape (n,).

    Where a shell is wide against the transform of the mask its neighbours are not independent, and
    one by one their scales come out wrong. So the weights of the low shells are fitted together,
    against one weight for all the rest, to the model at B = 0 over the voxels near atoms; least
    squares, drawn towards one common weight.
    """
    low = np.flatnonzero(s < 1 / _JOINT)
    if low.size in (0, s.size):
        return np.ones(s.size)
    inside = model.within(_RADIUS)
    expected = model.density(prepared.d_min)[inside]
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


def _masked(spectrum: _core.Spectrum, mask: Map, edges: Array) -> tuple[_core.Spectrum, Array]:
    """Terms of the whitened map inside the mask, and the power that it had in each shell."""
    sums = _core.shell_sums(spectrum, edges)
    power = sums.power / np.maximum(sums.terms, 1)
    return whitened_inside(spectrum, sums.s, power, mask), power


def _found(evidence: ShellEvidence) -> str:
    assert evidence.model_fsc is not None
    words = " and ".join(
        f"{level} at {d:.2f} A" for level, d in evidence.resolution.items() if d is not None
    )
    top = evidence.model_fsc.max()
    return f"Map and model agree with FSC up to {top:.2f}; it falls to {words or 'nothing'}."


def _useless(
    prepared: Prepared,
    settings: ScanSettings,
    why: str,
    warnings: tuple[str, ...],
    evidence: ShellEvidence,
) -> Choice:
    """Fall back to the expected sharpening."""
    choice = empirical.choose(prepared, settings)
    verdict = Verdict(False, None, (why,), warnings)
    return replace(choice, method="model", verdict=verdict, shells=evidence)
