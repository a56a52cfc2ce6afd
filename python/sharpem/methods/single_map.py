"""One full-box map: R CC* from the noise that its solvent shows, in place of half maps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sharpem.analysis.prepare import Prepared
from sharpem.errors import InputError
from sharpem.methods import empirical
from sharpem.methods.choice import Choice, Verdict
from sharpem.methods.left_alone import leave_alone
from sharpem.methods.scan import ScanSettings
from sharpem.methods.shell_evidence import ShellEvidence
from sharpem.methods.shell_filter import b_of_filter, over_all, shell_filter, smooth_ratio

__all__ = ["choose"]

_ERROR = 2.4  # A^2 at 1 A, of the b_sharpen that is like the filter


def choose(prepared: Prepared, settings: ScanSettings) -> Choice:
    """Choose the filter R CC* with CC*^2 = S / (S + N): signal and noise as the molecule sees them.

    The noise's spectrum is read off the solvent; of the noise counts the part that is where the
    molecule is. R is smoothed over shells.

    Parameters
    ----------
    prepared : Prepared
        The map.
    settings : ScanSettings
        For the fall-back, the expected sharpening, where the map was cut off before.

    Raises
    ------
    InputError
        The solvent does not show the noise: too little of it, or masked.
    """
    if not prepared.b_known:
        return leave_alone(prepared, "single-map", "Its overall B is not known.")
    shells = prepared.shells
    if shells.noise is None:
        name = prepared.density.path or "map"
        raise InputError(
            f"{name}: no solvent that would show the noise (cut out, masked, or a tight box), "
            "expected a map in its full box for method single-map"
        )
    if prepared.fit_limit > prepared.resolution:
        return _cut_off(prepared, settings)
    [(signal, noise)] = prepared.signal_and_noise
    variance = 2.0 * ((signal + shells.noise) / signal) ** 2 / shells.terms
    smooth = smooth_ratio(shells.s, np.log(signal) - shells.ln_reference, variance)
    share = signal / (signal + noise)
    ratio, cc_star = np.exp(-0.5 * smooth) * np.sqrt(share), np.sqrt(share)
    filter_ = shell_filter(prepared, shells.s, ratio, cc_star)
    b_iso = b_of_filter(prepared, filter_, _ERROR)
    reasons = (
        "The solvent shows the noise: it is "
        f"{_percent(noise / (signal + noise), prepared)} of the power near the molecule at the "
        "resolution.",
        "Every shell is scaled to the amplitudes of a typical molecule at B = 0 times CC*, the "
        f"expected correlation with the truth{over_all(b_iso)}.",
    )
    evidence = ShellEvidence(shells.s, shells.terms, cc_star, ratio)
    return Choice("single-map", filter_, Verdict(True, None, reasons), b_iso, shells=evidence)


def _cut_off(prepared: Prepared, settings: ScanSettings) -> Choice:
    """Fall back to the expected sharpening: outer shells that were cut off cannot be scaled."""
    expected = empirical.choose(prepared, settings)
    reason = (
        f"The map was filtered before and ends at {prepared.fit_limit:.2f} A: its outer shells "
        "hold neither the signal nor the noise that this method scales. Half maps would help."
    )
    verdict = Verdict(False, None, (reason, *expected.verdict.reasons))
    return replace(expected, method="single-map", verdict=verdict)


def _percent(part: np.ndarray[tuple[int], np.dtype[np.float64]], prepared: Prepared) -> str:
    at_limit = float(np.interp(1 / prepared.resolution, prepared.shells.s, part))
    return f"{100 * at_limit:.0f} %"
