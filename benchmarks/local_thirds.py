"""Local sharpening of simulated maps whose places differ: the tables of docs/local.md.

python benchmarks/local_thirds.py ../shared/data [REGEX]

Correlation with the truth within 3 A of atoms, cut at the resolution, under the overall filter and
with --local: as a whole, and by thirds of the molecule from the lowest B to the highest. Half maps
first, then their mean alone. REGEX picks cases by name.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sharpem import DensityMap, Result, _core, read_model, sharpen
from sharpem.simulate import Simulated, local_b, simulate_map
from sharpem.spectra.apply import radial_curve

MODELS = {
    "8410": "emd_8410/pdb5tj6.ent",
    "3240": "emd_3240/5fn5_box_complete.pdb.gz",
    "30342": "emd_30342/390_7cec_A.cif",
    "3488": "emd_3488/5ni1_updated.cif",
}


class Case(NamedTuple):
    """A model, resolution (A), and B (A^2) from and to along a way through the molecule."""

    model: str
    resolution: float
    low: float
    high: float
    along: str

    def __str__(self) -> str:
        """Return the case's name in the table."""
        rise = f"{self.low:g} - {self.high:g} {self.along}"
        return f"EMD-{self.model}, {self.resolution:g} A, {rise}"


CASES = (
    Case("8410", 3.0, 40, 300, "z"),
    Case("8410", 3.0, 40, 500, "z"),
    Case("8410", 3.0, 40, 300, "radial"),
    Case("8410", 3.0, 60, 60, "z"),
    Case("3240", 3.0, 40, 300, "z"),
    Case("3240", 3.0, 40, 500, "z"),
    Case("3240", 3.0, 40, 300, "radial"),
    Case("30342", 3.0, 40, 300, "z"),
    Case("30342", 3.0, 40, 500, "z"),
    Case("30342", 4.0, 40, 300, "x"),
    Case("3488", 2.5, 40, 300, "z"),
    Case("3488", 3.0, 40, 300, "radial"),
    Case("3488", 3.0, 60, 60, "z"),
)


def made(case: Case, data: Path) -> Simulated:
    model = read_model(data / MODELS[case.model])
    b_iso = local_b(model, case.low, case.high, along=case.along)
    return simulate_map(
        model,
        resolution=case.resolution,
        b_iso=b_iso if case.high > case.low else float(case.low),
        half_maps=True,
    )


def thirds(case: Case, simulated: Simulated) -> NDArray[np.int64]:
    """Return the third of the molecule in which every voxel of the mask lies."""
    truth = simulated.truth
    z, y, x = np.nonzero(simulated.mask)
    at = np.stack([x, y, z], axis=1) * truth.voxel_size + truth.origin
    if case.along == "radial":
        way = np.linalg.norm(at - simulated.model.centre, axis=1)
    else:
        way = at[:, "xyz".index(case.along)]
    return np.digitize(way, np.quantile(way, [1 / 3, 2 / 3]))


def correlations(case: Case, simulated: Simulated, density: DensityMap) -> str:
    whole = radial_curve(np.ones_like, 1 / case.resolution)
    found, truth = (
        _core.synthesise(_core.analyse(one.data, one.cell, case.resolution), whole)[simulated.mask]
        for one in (density, simulated.truth)
    )
    part = thirds(case, simulated)
    every = np.ones(part.shape, dtype=bool)
    whole_cc, *of_thirds = (
        np.corrcoef(found[some], truth[some])[0, 1]
        for some in (every, *(part == i for i in range(3)))
    )
    return f"{whole_cc:.4f} ({' '.join(f'{cc:.3f}' for cc in of_thirds)})"


def row(case: Case, simulated: Simulated, name: str, result: Result) -> str:
    assert result.local is not None
    assert result.map is not None
    overall = correlations(case, simulated, result.local.overall)
    rise = "" if result.local.rise is None else f"{result.local.rise:.3f}"
    local = correlations(case, simulated, result.map)
    return f"| {case} | {name} | {overall} | {local} | {rise} |"


def main() -> None:
    data, wanted = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    print("| B (A^2) | map | overall filter | --local | expected rise |\n|---|---|---|---|---|")
    for case in CASES:
        if re.search(wanted, str(case)):
            simulated = made(case, data)
            assert simulated.half_maps is not None
            one, two = simulated.half_maps
            options = {"resolution": case.resolution, "local": True}
            print(row(case, simulated, "half maps", sharpen(half1=one, half2=two, **options)))
            print(row(case, simulated, "single", sharpen(simulated.map, **options)), flush=True)


if __name__ == "__main__":
    main()
