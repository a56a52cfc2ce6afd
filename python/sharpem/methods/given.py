"""The sharpening that the user asks for."""

from __future__ import annotations

from sharpem.analysis.prepare import Prepared
from sharpem.errors import InputError
from sharpem.methods.choice import BIso, Choice, Verdict
from sharpem.methods.scan import ScanSettings
from sharpem.spectra.filters import SharpenBlur

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

    Raises
    ------
    InputError
        An overall B is asked for and the map's own is not known.
    """
    if b_sharpen is not None:
        target = prepared.b_signal - b_sharpen
        reason = f"b_sharpen {b_sharpen:g} A^2 was asked for."
    else:
        assert b_iso is not None
        if not prepared.b_known:
            raise InputError(
                f"{prepared.density.path or 'map'}: a final overall B of {b_iso:g} A^2 was asked "
                "for, but that of the map is not known, expected b_sharpen instead"
            )
        target = b_iso
        b_sharpen = prepared.b_signal - b_iso
        reason = f"An overall B of {b_iso:g} A^2 was asked for."
    answer = BIso(prepared.b_input, prepared.b_signal, target, (target, target))
    filter_ = _as_asked(settings, settings.d_cut or prepared.resolution, b_sharpen)
    return Choice("given", filter_, Verdict(True, None, (reason,)), answer)


def _as_asked(settings: ScanSettings, d_cut: float, b_sharpen: float) -> SharpenBlur:
    """Return the paper's filter with a blur that grows with b_sharpen, so that 0 does nothing.

    All of it is there from 2 d_cut^2 on, as in `SharpenBlur.continuous` below 0: no jump either.
    """
    part = min(1.0, 0.5 * b_sharpen / d_cut**2) if b_sharpen > 0 else 1.0
    return SharpenBlur(b_sharpen, d_cut, settings.k, part * settings.b_blur)
