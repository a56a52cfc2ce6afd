"""Simulated maps for `sharpem study`, from the models of ../shared/data: docs/study.md.

python benchmarks/simulated_pairs.py ../shared/data FOLDER [--cases 72] [--after 0]

Writes maps, half maps, models and FOLDER/pairs.csv. Half are full boxes, a quarter boxes of 8 A
about the molecule, a quarter cut out to exact zeros; the rest is drawn at random, always the same.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from sharpem import read_model, write_map
from sharpem.io.write_model import model_text
from sharpem.simulate import Simulated, local_b, simulate_map

MODELS = (
    "emd_3488/5ni1_updated.cif",
    "emd_20026/3ajo_fitted_refined.pdb",
    "emd_8410/pdb5tj6.ent",
    "emd_30342/390_7cec_A.cif",
    "emd_21457/6vyb_Ndom.pdb",
    "xray_2h6o/2h6o.pdb",
    "xray_3io0/after.pdb",
    "xray_rnase_sa/tutorial-modern.pdb",
)
_MOST_BLUR = 30.0  # B over d^2: more, and 1e-6 of the signal's power is left at the resolution
_NOT_OPTIONS = ("model", "b_iso", "spread", "stated")
COLUMNS = ("name", "map", "model", "resolution", "half1", "half2", "group", "true_b")


def designs(number: int) -> Iterator[dict[str, Any]]:
    """What to simulate; of the resolution stated, a half is wrong by 0.3 A."""
    rng = np.random.default_rng(1)
    for i in range(number):
        box = ("full", "full", "tight", "cut")[i % 4]
        resolution = float(rng.choice([2.0, 2.5, 3.0, 3.5, 4.0, 4.5]))
        limit = _MOST_BLUR * resolution**2
        anisotropic, local = bool(rng.random() < 0.3), bool(rng.random() < 0.3)
        yield {
            "model": MODELS[(i // 4 if i % 4 == 0 else i) % len(MODELS)],
            "stated": min(resolution + float(rng.choice([0, 0, -0.3, 0.3])), 4.5),
            "spread": 50.0 if local else 0.0,
            "resolution": resolution,
            "box": box,
            "b_iso": float(rng.choice([b for b in (50, 100, 150, 200, 250) if b <= limit])),
            "noise": float(rng.choice([0.25, 1.0])),
            "fsc_reference": str(rng.choice(["box", "mask"])),
            "noise_b": float(rng.choice([0, 0, 60])),
            "sharpened_by": float(rng.choice([0, 0, 80])),
            "phase_error": float(rng.choice([0, 0, 60])),
            "anisotropy": (25.0, -5.0, -20.0, 8.0, 0.0, 0.0) if anisotropic else (0.0,) * 6,
            "seed": i,
        }


def simulated(data: Path, design: dict[str, Any]) -> Simulated:
    """Simulate; B rises by twice the spread from the middle of the molecule outwards."""
    options = {key: value for key, value in design.items() if key not in _NOT_OPTIONS}
    model, b, spread = read_model(data / design["model"]), design["b_iso"], design["spread"]
    b_iso = local_b(model, b - spread, b + spread) if spread else b
    made = simulate_map(model, b_iso=b_iso, half_maps=True, **options)
    if not design["sharpened_by"]:
        return made
    # Half maps are kept as they were reconstructed; it is the mean that somebody sharpened.
    raw = simulate_map(model, b_iso=b_iso, half_maps=True, **{**options, "sharpened_by": 0.0})
    return replace(made, half_maps=raw.half_maps)


def write(folder: Path, name: str, made: Simulated, design: dict[str, Any]) -> dict[str, Any]:
    """Write the files of a pair; its row."""
    row: dict[str, Any] = {"name": name, "resolution": design["stated"], "group": design["box"]}
    row |= {"true_b": made.b_iso, "map": f"{name}.mrc"}
    write_map(made.map, folder / row["map"], overwrite=True)
    if design["box"] != "cut":  # nobody has half maps with zeros around them
        for number, half in enumerate(made.half_maps or (), start=1):
            row[f"half{number}"] = f"{name}_half{number}.mrc"
            write_map(half, folder / row[f"half{number}"], overwrite=True)
    model = replace(made.model, b_iso=np.full(len(made.model), max(made.b_iso, 0.0)))
    text, ending = model_text(model, made.map.cell)
    row["model"] = f"{name}{ending}"
    (folder / row["model"]).write_text(text, encoding="utf-8")
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", type=int, default=72)
    parser.add_argument("--after", type=int, default=0, help="leave out so many: 72 for new ones")
    args = parser.parse_args()
    args.folder.mkdir(exist_ok=True)
    rows = []
    drawn = enumerate(designs(args.after + args.cases))
    for i, design in islice(drawn, args.after, None):
        name = f"{i:02d}_{Path(design['model']).stem}"
        rows.append(write(args.folder, name, simulated(args.data, design), design))
    with (args.folder / "pairs.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
