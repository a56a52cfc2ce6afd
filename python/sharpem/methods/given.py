"""The sharpening that the user asks for."""

from __future__ import annotations

from sharpem.analysis.prepare import Prepared
from sharpem.methods.choice import BIso, Choice, Verdict
from sharpem.methods.scan import ScanSettings

__all__ = ["choose"]


def choose(
    prepared: Prepared,
    settings: ScanSettings,
    *,
    b_sharpen: float | None = None,
    b_iso: float | None = None,
) -> Choice:
    """Take b_sharpen, or the overall B that the map is to have; A^2, one of the two.

    Parameters
    ----------
    prepared : Prepared
        The map.
    settings : ScanSettings
        For the other three filter parameters.
    b_sharpen, b_iso : float, optional
        A^2.
    """
    if b_sharpen is not None:
        target = prepared.b_signal - b_sharpen
        reason = f"b_sharpen {b_sharpen:g} A^2 was asked for."
    else:
        assert b_iso is not None
        target = b_iso
        reason = f"An overall B of {b_iso:g} A^2 was asked for."
    answer = BIso(prepared.b_input, prepared.b_signal, target, (target, target))
    filter_ = settings.filter(prepared, target)
    return Choice("given", filter_, Verdict(True, None, (reason,)), answer)
