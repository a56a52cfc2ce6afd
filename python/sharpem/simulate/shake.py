"""Models with errors: atoms moved at random (Terwilliger et al. 2018, section 3.3)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sharpem.errors import InputError
from sharpem.maps.model import Model

__all__ = ["displacements", "shaken"]

Numbers = NDArray[np.float64]

_WAVES = 400


def displacements(positions: Numbers, rms: float, *, length: float = 0.0, seed: int = 0) -> Numbers:
    """Draw random shifts of atoms whose root mean square length is exactly `rms`.

    Parameters
    ----------
    positions : ndarray, shape (n, 3)
        A.
    rms : float
        A.
    length : float
        Atoms so near to each other (A) move together: the correlation of their shifts falls off as
        exp(-r^2 / 2 length^2). 0: every atom on its own.
    seed : int
        The same seed gives the same shifts.

    Returns
    -------
    ndarray, shape (n, 3)

    Raises
    ------
    InputError
        `rms` or `length` is negative.
    """
    if not (rms >= 0 and length >= 0):
        raise InputError(f"shaken by {rms:g} A over {length:g} A, expected 0 or more")
    rng = np.random.default_rng(seed)
    if length > 0:
        # A sum of random waves is a Gaussian field: Rahimi & Recht (2007), NIPS 20.
        waves = rng.normal(scale=1 / length, size=(3, _WAVES))
        phases = rng.uniform(0, 2 * np.pi, _WAVES)
        # einsum and not BLAS, whose sums depend on the machine's threads
        angle = np.einsum("ni,iw->nw", positions, waves) + phases
        shifts = np.einsum("nw,wi->ni", np.cos(angle), rng.normal(size=(_WAVES, 3)))
    else:
        shifts = rng.normal(size=positions.shape)
    found = float(np.sqrt(np.mean(np.sum(shifts**2, axis=1))))
    return np.asarray(shifts * (rms / found))


def shaken(model: Model, rms: float, *, length: float = 0.0, seed: int = 0) -> Model:
    """Return the model with its atoms moved at random; parameters as of :func:`displacements`."""
    shifts = displacements(model.positions, rms, length=length, seed=seed)
    return replace(model, positions=model.positions + shifts)
