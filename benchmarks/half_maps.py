"""Half-map filter against the best radial filter, on simulated pairs of which the truth is known.

    python benchmarks/half_maps.py DATA

DATA holds the models (docs/half-maps.md names them). For each pair the table gives the correlation
with the molecule at B = 0 about its atoms: of the mean of the half maps, under the best radial
filter, under the product's filter without its directional part, and under the product's filter.
The best radial filter knows the truth: it is the combination of 40 shells, each with a factor of
its own, that correlates best with it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sharpem import _core, sharpen
from sharpem.analysis.masks import soft_edge
from sharpem.evaluation.agreement import ModelAgreement
from sharpem.io.model import read_model
from sharpem.maps.density import DensityMap
from sharpem.simulate import Simulated, simulate_map

Numbers = NDArray[np.float64]
Map = NDArray[np.float32]

_SHELLS = 40
_LEFT_IN_WEDGE = 0.03  # of amplitudes


@dataclass(frozen=True)
class Case:
    """A pair: molecule, resolution (A), B (A^2), and what is special about it."""

    model: str
    resolution: float
    b_iso: float
    words: str
    simulated: dict[str, Any] = field(default_factory=dict)
    views: float = 0.0  # concentration of the views about z: 0 for even ones
    wedge: float = 0.0  # degrees about z in which there is next to nothing
    masked: bool = False  # whether the user gives a mask


IN_MASK = {"fsc_reference": "mask"}  # more noise: the FSC is 0.143 among the voxels about atoms
CASES = (
    Case("emd_3488/5ni1_updated.cif", 2.5, 60, "white noise"),
    Case("emd_8410/pdb5tj6.ent", 3.4, 120, "noise falls off by 60 A^2", {"noise_b": 60}),
    Case("emd_30342/390_7cec_A.cif", 3.9, 150, "white noise, mask given", masked=True),
    Case("emd_3240/5fn5_box_complete.pdb.gz", 4.3, 200, "white noise, strong", IN_MASK),
    Case("emd_3488/5ni1_updated.cif", 3.2, 90, "views 7:1", views=3),
    Case("emd_3488/5ni1_updated.cif", 3.0, 90, "views 7:1, strong noise", IN_MASK, views=3),
    Case(
        "emd_20026/3ajo_fitted_refined.pdb",
        2.5,
        50,
        "views 4:1, strong noise, falls off by 40 A^2",
        IN_MASK | {"noise_b": 40},
        views=2,
    ),
    Case("emd_6770/B_no_ligand_box_complete.pdb", 4.0, 150, "views 18:1, strong", IN_MASK, 4),
    Case("emd_6770/B_no_ligand_box_complete.pdb", 4.0, 150, "views 18:1", views=4),
    Case("emd_4413/initial.pdb", 2.8, 80, "views 7:1, mask given", views=3, masked=True),
    Case(
        "emd_5185/3j06_no_ligand_box_complete.pdb",
        3.3,
        100,
        "fall-off differs by 100 A^2",
        {"anisotropy": (-33.0, -33.0, 67.0, 0.0, 0.0, 0.0)},
    ),
    Case("emd_8410/pdb5tj6.ent", 3.0, 80, "cone of 25 degrees missing", wedge=25),
)


def view_density(cosine: Numbers, concentration: float) -> Numbers:
    """How often a direction of Fourier space is measured, for views as exp(c cos^2) about z."""
    half = 0.5 * concentration * (1 - cosine**2)
    return np.asarray(np.exp(half) * np.i0(half))


def made(data: Path, case: Case, seed: int) -> Simulated:
    """Simulate a pair; noise by the number of views, and a cone of directions missing."""
    model = read_model(data / case.model)
    settings: dict[str, Any] = {"resolution": case.resolution, "b_iso": case.b_iso, "seed": seed}
    settings |= case.simulated
    noisy = simulate_map(model, half_maps=True, **settings)
    clean = simulate_map(model, noise=0.0, **settings).map
    assert noisy.half_maps is not None
    halves = [
        half.with_data(
            _missing(clean.data + _by_views(half.data - clean.data, half, case), half, case)
        )
        for half in noisy.half_maps
    ]
    mean = halves[0].with_data((halves[0].data + halves[1].data) / 2)
    return replace(noisy, map=mean, half_maps=(halves[0], halves[1]))


def _by_views(noise: Map, like: DensityMap, case: Case) -> Map:
    return _directed(noise, like, lambda c: view_density(c, case.views) ** -0.5)


def _missing(whole: Map, like: DensityMap, case: Case) -> Map:
    if case.wedge == 0:
        return whole
    edge = np.cos(np.radians(case.wedge))
    return _directed(whole, like, lambda c: np.where(np.abs(c) > edge, _LEFT_IN_WEDGE, 1.0))


def _directed(data: Map, like: DensityMap, factor: Callable[[Numbers], Numbers]) -> Map:
    """Multiply amplitudes by a factor of the cosine of the angle to z, of rms 1 over directions."""
    pairs = zip(data.shape, like.voxel_size[::-1], strict=True)
    z, y, x = (np.fft.fftfreq(n, step) for n, step in pairs)
    x = x[: data.shape[2] // 2 + 1]
    length = np.sqrt(z[:, None, None] ** 2 + y[:, None] ** 2 + np.abs(x) ** 2)
    cosine = z[:, None, None] / np.where(length > 0, length, 1)
    even = np.linspace(-1, 1, 2001)
    amplitude = factor(cosine) / np.sqrt(np.mean(factor(even) ** 2))
    answer = np.fft.irfftn(np.fft.rfftn(data) * amplitude, data.shape, axes=(0, 1, 2))
    return answer.astype(np.float32)


def best_radial(density: DensityMap, truth: ModelAgreement) -> float:
    """Correlation with the truth of the best sum of shells, by least squares over the mask."""
    spectrum = _core.analyse(density.data, density.cell, truth.resolution)
    s_max = 1 / truth.resolution
    parts = []
    for low, high in pairwise(np.linspace(0, s_max * (1 + 1e-6), _SHELLS + 1)):
        s = [0.0, low - 1e-7, low, high - 1e-7, high] if low else [0.0, high - 1e-7, high]
        step = [0.0, 0.0, 1.0, 1.0, 0.0] if low else [1.0, 1.0, 0.0]
        shell = _core.synthesise(spectrum, _core.RadialCurve.table(s, step, s_max))
        part = shell[truth.mask].astype(float)
        if np.ptp(part) > 0:
            parts.append((part - part.mean()) / part.std())
    matrix, model = np.array(parts), truth.density[truth.mask].astype(float)
    right = matrix @ (model - model.mean())
    weights = np.linalg.lstsq(matrix @ matrix.T, right, rcond=1e-10)[0]
    return float(np.corrcoef(weights @ matrix, model)[0, 1])


def row(data: Path, case: Case, seed: int) -> tuple[float, ...]:
    """Correlations: of the mean, best radial, radial part of the product, product."""
    pair = made(data, case, seed)
    assert pair.half_maps is not None
    truth = ModelAgreement(pair.map, pair.model, resolution=case.resolution)
    mask = None
    if case.masked:
        soft = soft_edge(pair.mask, pair.map.cell, sigma=3.0)
        mask = pair.map.with_data(np.clip(3 * soft, 0, 1).astype(np.float32))
    one, two = pair.half_maps
    result = sharpen(half1=one, half2=two, resolution=case.resolution, mask=mask)
    assert result.map is not None
    radial = sharpen(half1=one, half2=two, resolution=case.resolution, mask=mask, anisotropy=False)
    assert radial.map is not None
    cc = [truth.correlation(one).cc_mask for one in (pair.map, radial.map, result.map)]
    return cc[0], best_radial(pair.map, truth), cc[1], cc[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    print("| molecule | d, A | B, A^2 | pair | mean | best radial | radial part | product |")
    print("|---|---|---|---|---|---|---|---|")
    for case in CASES:
        cc = " | ".join(f"{value:.4f}" for value in row(args.data, case, args.seed))
        name = Path(case.model).name.split(".")[0]
        print(f"| {name} | {case.resolution} | {case.b_iso} | {case.words} | {cc} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
