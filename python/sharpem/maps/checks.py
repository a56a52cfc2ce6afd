"""What is odd about a map, in words: hints that its history or its header will mislead a method.

Decided from the header and simple statistics, no Fourier transform. Each check answers with one
finding or None.
"""

from __future__ import annotations

import re

import numpy as np

from sharpem.findings import Finding, finding
from sharpem.maps.density import DensityMap
from sharpem.maps.statistics import pieces

__all__ = ["FLAT_ZONE", "flat_value", "map_findings", "processed"]

FLAT_ZONE = 0.05
"""Fraction of exactly equal voxels from which a map counts as cut out or masked."""

_FLAT = 0.1  # fraction of equal voxels from which a map counts as cut out
_SHARPENED = re.compile(
    r"sharpened|sharpening|(?<![a-z])sharp(?![a-z])|post.?process|locscale|localdeblur|"
    r"local.?aniso",
    re.IGNORECASE,
)
_MODIFIED = re.compile(
    r"deep_?emhancer|emready|cryoten|density.?modif|resolve_cryo|spisonet", re.IGNORECASE
)
_UNSHARPENED = re.compile(r"(un|not |non|before )-?_?(sharp|post.?process)", re.IGNORECASE)
_CUT_OUT = re.compile(r"map_box|(?<!un)mask|zone|segment", re.IGNORECASE)
_VISIBLE_STEP = 1e-3  # of the scatter of the densities
_LARGEST_HALF = 65504.0
_NO_SOLVENT = "The noise is taken from the stated resolution; half maps would show it."
_INTEGERS = {0: "8-bit", 1: "16-bit", 6: "16-bit"}


def map_findings(density: DensityMap) -> tuple[Finding, ...]:
    """Say what is odd about a map, beginning with what its header had wrong.

    Parameters
    ----------
    density : DensityMap

    Returns
    -------
    tuple of Finding
        Empty for an ordinary map.
    """
    flat = flat_value(density)
    scatter = density.statistics.filled if flat[1] >= _FLAT else density.statistics.all
    found = (
        _mask(density) or _flat_zone(flat) or _cut_out(density),
        _inverted(scatter.skewness),
        processed(density),
        _integers(density) or _steps(density, scatter.rms),
        _voxel_size(density),
        _two_origins(density),
    )
    return density.findings + tuple(one for one in found if one)


def flat_value(density: DensityMap) -> tuple[float, float]:
    """Find the value that fills the empty part of a map: 0, that of a corner, or the minimum.

    Parameters
    ----------
    density : DensityMap

    Returns
    -------
    value, fraction : float
        The commonest of the three, and the fraction of the voxels that are exactly that.
    """
    found = density.statistics
    return found.flat_value, found.flat / density.voxels


def _flat_zone(flat: tuple[float, float]) -> Finding | None:
    value, fraction = flat
    if fraction < _FLAT:
        return None
    percent = f"{100 * fraction:.0f} %" if fraction < 0.995 else "More than 99 %"
    return finding(
        "masked",
        f"{percent} of the voxels are exactly {value:g}: the map was cut out or masked, so nothing "
        "can be learned from the solvent there.",
        _NO_SOLVENT,
    )


def _mask(density: DensityMap) -> Finding | None:
    """Two values only, or a soft mask: from exactly 0 to exactly 1, and 1 is not a mere peak."""
    found = density.statistics
    low, high = found.minimum, found.maximum
    if found.at_minimum + found.at_maximum == density.voxels:
        text = f"All voxels are {low:g} or {high:g}: this is a mask, not a map."
    elif (low, high) == (0.0, 1.0) and found.at_maximum >= 0.01 * density.voxels:
        percent = 100 * found.at_maximum / density.voxels
        text = f"Values run from 0 to 1 and {percent:.0f} % are exactly 1: this may be a soft mask."
    else:
        return None
    return finding("is-a-mask", text, "Give the map; a mask goes with --mask.")


def _inverted(found: float) -> Finding | None:
    """Look at the longer tail: a molecule makes a positive one, noise alone none."""
    if found > -0.5:
        return None
    return finding(
        "inverted",
        f"The values have a long negative tail (skewness {found:.1f}): the contrast may be "
        "inverted, with the molecule negative.",
        "The filter is right for either contrast; multiply the map by -1 before you look at it.",
    )


def _words(density: DensityMap) -> tuple[str, ...]:
    """Texts that may tell the map's history: labels, then the file's name."""
    name = () if density.path is None else (density.path.name,)
    return density.placement.labels + name


def processed(density: DensityMap) -> Finding | None:
    """Say that a map was modified or sharpened before, where its labels or its name say so."""
    for text in _words(density):
        if _MODIFIED.search(text):
            return finding(
                "density-modified",
                f"The map was modified before: its label or name says {text.strip()!r}.",
                "Its amplitudes are no measurement of blur; prefer the map before that step.",
            )
        if _SHARPENED.search(text) and not _UNSHARPENED.search(text):
            return finding(
                "sharpened",
                f"The map seems to be sharpened already: its label or name says {text.strip()!r}.",
                "Prefer the map before that step, where there is one.",
            )
    return None


def _cut_out(density: DensityMap) -> Finding | None:
    for text in _words(density):
        if _CUT_OUT.search(text):
            return finding(
                "masked",
                f"The map seems to be cut out or masked: its label or name says {text.strip()!r}.",
                _NO_SOLVENT,
            )
    return None


def _integers(density: DensityMap) -> Finding | None:
    bits = _INTEGERS.get(density.placement.mode)
    if bits is None:
        return None
    return finding(
        "quantised",
        f"The file holds {bits} integers (mode {density.placement.mode}): fine steps of the "
        "density were lost.",
        "Prefer the map in 32-bit floating point, where there is one.",
        severity="note",
    )


def _steps(density: DensityMap, scatter: float) -> Finding | None:
    """Densities in steps that can be seen: of half precision, or of a large number added to them.

    The step of floating point near the largest density, 2^-23 of it for 32 bits and 2^-10 for 16,
    is compared with the scatter of the densities, without those of the zone that is empty.
    """
    found = density.statistics
    largest = max(abs(found.minimum), abs(found.maximum))
    if not scatter > 0:
        return None
    if largest * 2**-23 > _VISIBLE_STEP * scatter:
        text = f"A number near {found.mean:.4g} was added to all densities"
        code, step = "offset", largest * 2**-23
    elif 0 < largest < _LARGEST_HALF and largest * 2**-10 > _VISIBLE_STEP * scatter * 10:
        if not _half_precision(density):
            return None
        text, code, step = (
            "All densities are numbers of half precision",
            "quantised",
            largest / 2**10,
        )
    else:
        return None
    return finding(
        code,
        f"{text}, which left steps of {step / scatter:.2g} of their scatter: fine detail was lost.",
        "Go back to the map before that step; the noise of the steps is taken for that of the map.",
    )


def _half_precision(density: DensityMap) -> bool:
    return all(np.array_equal(part, part.astype(np.float16)) for part in pieces(density.data))


def _voxel_size(density: DensityMap) -> Finding | None:
    x, y, z = density.voxel_size
    severity = "warning"
    if density.placement.space_group == 1 and max(x, y, z) > 1.01 * min(x, y, z):
        text = f"The voxel size differs by axis: {x:.4g}, {y:.4g} and {z:.4g} A along x, y and z."
    elif x == y == z == 1.0:
        text = "The voxel size is exactly 1 A, which programs also write when they do not know it."
        severity = "note"  # mostly it is right
    else:
        return None
    return finding(
        "voxel-size-doubtful",
        text,
        "Check it, and give --apix where it is wrong.",
        severity=severity,
    )


def _two_origins(density: DensityMap) -> Finding | None:
    """NSTART and ORIGIN both set, more than half a voxel apart."""
    placement = density.placement
    if not any(placement.nstart) or not any(placement.origin_words):
        return None
    by_nstart = density.origin_from_nstart
    apart = np.abs(np.subtract(by_nstart, placement.origin_words))
    if np.all(apart <= 0.5 * np.array(density.voxel_size)):
        return None
    first, second = (
        ", ".join(f"{v:.2f}" for v in where) for where in (by_nstart, placement.origin_words)
    )
    return finding(
        "placement-doubtful",
        f"NSTART puts the first voxel at ({first}) A, ORIGIN at ({second}) A: programs will differ "
        "in where they show it; NSTART was used.",
        "Check the output beside the model; both fields are kept as they are.",
    )
