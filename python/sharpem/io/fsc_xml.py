"""FSC curves as the EMDB exchanges them: one XML file per curve."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
from numpy.typing import ArrayLike

from sharpem.errors import InputError

__all__ = ["fsc_to_xml"]


def fsc_to_xml(s: ArrayLike, fsc: ArrayLike, *, title: str) -> str:
    """Write a curve in the EMDB's FSC format.

    Parameters
    ----------
    s : array_like, shape (n,)
        1/A, ascending.
    fsc : array_like, shape (n,)
        Correlation at s, -1 to 1.
    title : str
        What the curve is.

    Returns
    -------
    str
        ``<fsc title= xaxis= yaxis=>`` with a ``<coordinate><x/><y/></coordinate>`` per shell.

    Raises
    ------
    InputError
        The two differ in length, or a value is not finite.
    """
    x, y = np.asarray(s, dtype=np.float64), np.asarray(fsc, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1:
        raise InputError(f"FSC of shape {y.shape} at s of shape {x.shape}, expected two rows alike")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InputError("FSC with values that are not finite, expected numbers")
    root = ElementTree.Element("fsc", title=title, xaxis="Resolution (A-1)", yaxis="FSC")
    for one, other in zip(x, y, strict=True):
        point = ElementTree.SubElement(root, "coordinate")
        ElementTree.SubElement(point, "x").text = f"{one:.6f}"
        ElementTree.SubElement(point, "y").text = f"{other:.6f}"
    ElementTree.indent(root)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        + ElementTree.tostring(root, encoding="unicode")
        + "\n"
    )
