"""What local sharpening gains and costs, judged by the models: docs/local.md.

python benchmarks/local.py real ../shared/data [--box 40]
python benchmarks/local.py simulated ../shared/data

For every map: correlation with the model at B = 0 near its atoms after the overall filter, and that
after each kind of local sharpening less the first, for both blends. Simulated maps have a B that
rises from 40 to 200 A^2 through the molecule; there the local B is compared with the truth as well.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sharpem import Result, read_map, read_model, sharpen
from sharpem.evaluation.agreement import ModelAgreement
from sharpem.maps.density import DensityMap
from sharpem.maps.model import Model
from sharpem.simulate import local_b, simulate_map

# model, resolution (A), power of the noise, direction in which B rises
SIMULATED = (
    ("emd_3488/5ni1_updated.cif", 3.0, 1.0, "x"),
    ("emd_3488/5ni1_updated.cif", 3.0, 1.0, "radial"),
    ("emd_3488/5ni1_updated.cif", 3.0, 0.25, "x"),
    ("emd_8410/pdb5tj6.ent", 3.5, 1.0, "z"),
    ("emd_8410/pdb5tj6.ent", 3.5, 1.0, "radial"),
    ("emd_3240/5fn5_box_complete.pdb.gz", 3.0, 1.0, "x"),
    ("emd_3240/5fn5_box_complete.pdb.gz", 3.0, 1.0, "radial"),
    ("xray_3io0/after.pdb", 4.0, 1.0, "y"),
)
KINDS: dict[str, dict[str, Any]] = {
    "surface": {"method": "surface"},
    "surface, no prior": {"method": "surface", "prior": "none"},
    "kurtosis": {"method": "kurtosis"},
    "model": {"method": "model"},
}
SMOOTHING = 8.0  # A; the true B about a box's centre is a mean over atoms


@dataclass(frozen=True)
class Case:
    """A map with its judge, half maps and true B's where they are known."""

    name: str
    density: DensityMap
    model: Model
    resolution: float
    halves: tuple[DensityMap, DensityMap] | None = None
    b_iso: NDArray[np.float64] | None = None


def real_cases(data: Path) -> Iterator[Case]:
    table = Path(__file__).with_name("real_pairs.csv").read_text().splitlines()
    for row in csv.DictReader(line for line in table if not line.startswith("#")):
        if row["group"] == "cryo-EM":
            map_, model = (data / row[name].partition("/data/")[2] for name in ("map", "model"))
            yield Case(row["name"], read_map(map_), read_model(model), float(row["resolution"]))


def simulated_cases(data: Path) -> Iterator[Case]:
    for path, resolution, noise, along in SIMULATED:
        model = read_model(data / path)
        b_iso = local_b(model, 40.0, 200.0, along=along)
        made = simulate_map(model, resolution=resolution, b_iso=b_iso, noise=noise, half_maps=True)
        name = f"{Path(path).parent.name} {resolution:g} A, noise {noise:g}, {along}"
        yield Case(name, made.map, made.model, resolution, made.half_maps, b_iso)


def run(case: Case, kind: str, blend: str, box: int) -> tuple[Result, float]:
    """Sharpen locally; CPU seconds."""
    options = dict(KINDS.get(kind, {}))
    if kind == "model":
        options["model"] = case.model
    if kind == "half-map":
        assert case.halves is not None
        options = {"half1": case.halves[0], "half2": case.halves[1]}
    start = time.process_time()
    result = sharpen(
        case.density,
        resolution=case.resolution,
        local=True,
        local_blend=blend,
        local_box=box,
        **options,
    )
    return result, time.process_time() - start


def recovery(case: Case, result: Result) -> str:
    """How the local B compares with the truth at the centres of the boxes."""
    if case.b_iso is None or result.local is None:
        return ""
    centres = np.array([box.centre for box in result.local.boxes])
    found = np.array([box.b_iso for box in result.local.boxes])
    distance2 = ((case.model.positions[None] - centres[:, None]) ** 2).sum(-1)
    weight = np.exp(-0.5 * distance2 / SMOOTHING**2)
    true = weight @ case.b_iso / weight.sum(axis=1)
    error = float(np.sqrt(np.mean((found - true) ** 2)))
    return f" | {np.corrcoef(found, true)[0, 1]:.3f} | {error:.0f}"


def row(case: Case, by_model: ModelAgreement, kind: str, box: int) -> str:
    """One line of the table."""
    gains, seconds = [], 0.0
    for blend in ("bands", "boxes"):
        result, seconds = run(case, kind, blend, box)
        assert result.local is not None
        assert result.map is not None
        overall = by_model.correlation(result.local.overall).cc_mask
        gains.append(by_model.correlation(result.map).cc_mask - overall)
    local = result.local
    said = sum(box.applicable for box in local.boxes)
    return (
        f"| {case.name} | {kind} | {len(local.boxes)} | {said} | {local.tau:.0f} "
        f"| {overall:.4f} | {gains[0]:+.4f} | {gains[1]:+.4f} | {seconds:.1f}"
        f"{recovery(case, result)} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("real", "simulated"))
    parser.add_argument("data", type=Path)
    parser.add_argument("--box", type=int, default=40)
    request = parser.parse_args()
    simulated = request.what == "simulated"
    truth = " | correlation of B | rms error" if simulated else ""
    print(
        f"| map | method | boxes | with a say | tau | overall CC | bands | boxes | CPU s{truth} |"
    )
    cases = simulated_cases(request.data) if simulated else real_cases(request.data)
    for case in cases:
        by_model = ModelAgreement(case.density, case.model, resolution=case.resolution)
        for kind in (*KINDS, *(["half-map"] if case.halves else [])):
            print(row(case, by_model, kind, request.box), flush=True)


if __name__ == "__main__":
    main()
