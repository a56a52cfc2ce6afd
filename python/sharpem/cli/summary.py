"""The outcome of a run in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from sharpem.spectra.filters import Anisotropy, Filter, SharpenBlur, ShellFilter

if TYPE_CHECKING:
    from sharpem.analysis.molecular_volume import MolecularVolume
    from sharpem.local.localised import BoxChoice, Localised
    from sharpem.maps.density import DensityMap
    from sharpem.pipeline import Result

__all__ = [
    "anisotropy_line",
    "both_signs",
    "filter_line",
    "local_line",
    "map_line",
    "summary",
    "volume_line",
]

_METHODS = {
    "surface": "adjusted surface area",
    "kurtosis": "kurtosis",
    "empirical": "expected final B",
    "single-map": "noise in the solvent",
    "half-map": "FSC of the half maps",
    "model": "FSC with the model",
    "given": "B as given",
}


def both_signs(b_sharpen: float) -> str:
    """Write b_sharpen in both conventions.

    Examples
    --------
    >>> both_signs(90.2)
    'b_sharpen +90 A^2 (RELION/cryoSPARC: -90)'
    """
    b = round(b_sharpen)
    return f"b_sharpen {b:+d} A^2 (RELION/cryoSPARC: {-b:+d})"


def summary(
    result: Result, written: dict[str, Path], *, verbose: bool = False
) -> list[tuple[str, str]]:
    """Sum a run up.

    Parameters
    ----------
    result : Result
    written : dict of str to Path
        The files.
    verbose : bool
        With all trials and boxes, and the time of each step.

    Returns
    -------
    list of (label, text)
    """
    lines = [("map", map_line(result.input)), *_entry_lines(result), ("verdict", _verdict(result))]
    if result.filter is not None:
        lines.append(("filter", filter_line(result.filter)))
    local = result.local if result.local and result.local.boxes else None
    if local is not None:
        lines.append(("local", local_line(local)))
    told = local.reasons if local and not verbose else ()  # by that line, in short
    lines.append(("overall B", _overall_b(result)))
    lines.append(("anisotropy", _anisotropy(result)))
    lines.append(("molecule", volume_line(result.prepared.volume)))
    lines += [("reason", text) for text in result.verdict.reasons if text not in told]
    lines += [("warning", text) for text in result.verdict.warnings]
    if verbose:
        lines += [("trial", text) for text in _trials(result)]
        lines += [("box", text) for text in (map(_box, local.boxes) if local else ())]
    lines.append(("wrote", ", ".join(str(written[kind]) for kind in _map_first(written))))
    lines.append(("time", _seconds(result, verbose=verbose)))
    return lines


def _entry_lines(result: Result) -> list[tuple[str, str]]:
    if result.entry is None:
        return []
    source = result.resolution_source
    stated = f"{result.resolution:g} A, {'as given' if source == 'given' else f'by {source}'}"
    return [("entry", f"{result.entry.id}, {result.entry.title}"), ("resolution", stated)]


def _map_first(written: dict[str, Path]) -> list[str]:
    return sorted(written, key=lambda kind: kind != "map")


def map_line(density: DensityMap) -> str:
    """Name, columns, size and voxel size of a map."""
    size = " x ".join(str(n) for n in density.shape[::-1])
    steps = dict.fromkeys(f"{step:.4g}" for step in density.voxel_size)
    name = str(density.path or "mean of the half maps")
    if density.reflections is not None:
        name += f" ({','.join(density.reflections.labels)})"
    return f"{name}, {size} voxels of {' x '.join(steps)} A"


def filter_line(chosen: Filter) -> str:
    """Describe a filter's radial part and its resolution limit."""
    limit = f"nothing beyond {chosen.d_min:.3g} A"
    radial = chosen.radial
    if isinstance(radial, SharpenBlur):
        text = both_signs(radial.b_sharpen)
        if round(radial.b_sharpen) > 0:
            text += f" to {radial.d_cut:.3g} A"
        return f"{text}, {limit}"
    if isinstance(radial, ShellFilter):
        return f"a factor for each of {len(radial.d)} resolution shells, {limit}"
    return limit


def local_line(local: Localised) -> str:
    """Describe how far the filters of the boxes lie apart, and how many boxes told."""
    low, high = (round(end(box.b_sharpen for box in local.boxes)) for end in (min, max))
    told = sum(box.applicable for box in local.boxes)
    symmetry = f", symmetry {local.settings.symmetry.name}" if local.settings.symmetry else ""
    about = f" to {high:+d} A^2 about the overall {round(local.b_sharpen):+d}"
    return (
        f"b_sharpen {low:+d}{about if low < high else ' A^2 everywhere'}; "
        f"{told} of {len(local.boxes)} boxes tell something of their own{symmetry}"
    )


def anisotropy_line(anisotropy: Anisotropy) -> str:
    """Describe by how much the fall-off differs between directions."""
    return f"B differs by {anisotropy.spread:.0f} A^2 between directions"


def volume_line(volume: MolecularVolume) -> str:
    """Describe how much of the map is molecule."""
    source = "estimated" if volume.source == "estimated" else f"from {volume.source}"
    return f"{volume.angstrom3:.0f} A^3, {100 * volume.fraction:.1f} % of the map ({source})"


def _verdict(result: Result) -> str:
    verdict = result.verdict
    ratio = verdict.signal_to_noise
    noise = "" if ratio is None else f", signal-to-noise {ratio:.1f}"
    method = _METHODS.get(result.method, result.method)
    if verdict.applicable:
        return f"applicable ({method}{noise})"
    if result.map is None:
        return f"NOT APPLICABLE ({method}{noise}): no map was made"
    return f"NOT APPLICABLE ({method}{noise}): the map has the expected final B instead"


def _overall_b(result: Result) -> str:
    b = result.b_iso
    before = f"{b.input:.0f} A^2; of the signal in it {b.signal:.0f} A^2"
    if b.output is None:
        return before if b.signal != b.input else f"{b.input:.0f} A^2"
    low, high = b.interval
    target = f"{b.target:.0f} A^2" + (f" ({low:.0f} to {high:.0f})" if low < high else "")
    if b.signal == b.input:
        return f"{b.input:.0f} -> {b.output:.0f} A^2, aimed at {target}"
    return f"{b.input:.0f} -> {b.output:.0f} A^2; of the signal in it {b.signal:.0f} -> {target}"


def _anisotropy(result: Result) -> str:
    text = anisotropy_line(result.prepared.anisotropy)
    if result.filter is None or result.filter.anisotropy is None:
        return f"{text}, left in"
    return f"{text}, {result.filter.anisotropy.spread:.0f} A^2 of it removed"


def _trials(result: Result) -> Iterator[str]:
    for trial in result.trials:
        yield (
            f"B {trial.b_iso:+5.0f}: surface {trial.surface_area}, regions {trial.regions}, "
            f"adjusted {trial.adjusted_surface_area:.0f}, kurtosis {trial.kurtosis:.2f}"
        )


def _box(box: BoxChoice) -> str:
    x, y, z = box.centre
    known = box.resolution is not None and isfinite(box.resolution)
    resolution = f", {box.resolution:.2f} A" if known else ""
    return (
        f"at {x:.0f} {y:.0f} {z:.0f} A: b_sharpen {box.b_sharpen:+.0f}, B {box.b_iso:.0f} +- "
        f"{box.error:.0f} A^2, {100 * box.molecule:.0f} % molecule{resolution}. {box.reason}"
    )


def _seconds(result: Result, *, verbose: bool) -> str:
    spent = dict(result.seconds)
    text = f"{spent.pop('total', sum(spent.values())):.1f} s"
    if verbose:
        text += " (" + ", ".join(f"{name} {value:.1f}" for name, value in spent.items()) + ")"
        text += f", {result.peak_memory_bytes / 1e6:.0f} MB"
    return text
