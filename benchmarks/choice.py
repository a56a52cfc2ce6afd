"""How well each way to choose b_sharpen does, judged by the models: docs/choice.md.

python benchmarks/choice.py real ../shared/data [--csv FILE]
python benchmarks/choice.py simulated ../shared/data [--cases 72] [--csv FILE]

For every map: delta B = chosen b_sharpen - the one with the highest map-model correlation at B = 0,
and regret = that correlation less the one of the map that sharpem writes (which can be negative:
anisotropy is removed as well). Models judge only; no method sees them.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sharpem import Filter, read_map, read_model, simulate_map
from sharpem import apply as apply_filter
from sharpem.choice import Choice
from sharpem.density import DensityMap
from sharpem.evaluate import Yardstick
from sharpem.expectation import rule_of_thumb
from sharpem.io.model import Model
from sharpem.methods import empirical, given
from sharpem.methods.kurtosis import KURTOSIS
from sharpem.methods.scanned import choose_by_scan
from sharpem.methods.surface import SURFACE
from sharpem.prepare import Prepared, prepare
from sharpem.search import ScanSettings

# map, model, resolution (A) of ../shared/data
REAL = (
    ("emd_20026/emd20026_prot.mrc.gz", "emd_20026/3ajo_fitted_refined.pdb", 1.75),
    ("emd_4413/6i5a_box.ccp4.gz", "emd_4413/initial.pdb", 2.3),
    ("emd_3488/emd_3488.mrc.gz", "emd_3488/5ni1_updated.cif", 3.2),
    ("emd_21457/emd_21457_seg.mrc.gz", "emd_21457/6vyb_Ndom.pdb", 3.2),
    ("emd_5185/3j06_no_ligand_box.ccp4.gz", "emd_5185/3j06_no_ligand_box_complete.pdb", 3.3),
    ("emd_8410/8410_zone4A.mrc.gz", "emd_8410/pdb5tj6.ent", 3.4),
    ("emd_5830/A_box.ccp4.gz", "emd_5830/A_box_complete.pdb", 3.8),
    ("emd_30342/390_emd_30342_A_z4.mrc.gz", "emd_30342/390_7cec_A.cif", 3.9),
    ("emd_6770/B_no_ligand_box.ccp4.gz", "emd_6770/B_no_ligand_box_complete.pdb", 4.0),
    ("emd_3240/5fn5_box.ccp4.gz", "emd_3240/5fn5_box_complete.pdb.gz", 4.3),
)
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


@dataclass
class Case:
    """One map with its judge."""

    name: str
    group: str
    density: DensityMap
    model: Model
    resolution: float
    settings: dict[str, float | str] = field(default_factory=dict)


def real_cases(data: Path) -> Iterator[Case]:
    for map_, model, resolution in REAL:
        name = Path(map_).parent.name
        yield Case(name, "real", read_map(data / map_), read_model(data / model), resolution)


def simulated_cases(data: Path, number: int) -> Iterator[Case]:
    """Half full boxes, a quarter tight ones, a quarter cut out; the rest is drawn at random."""
    rng = np.random.default_rng(1)
    for i in range(number):
        box = ("full", "full", "tight", "cut")[i % 4]
        file = MODELS[(i // 4 if i % 4 == 0 else i) % len(MODELS)]
        s = {
            "resolution": float(rng.choice([2.0, 2.5, 3.0, 3.5, 4.0, 4.5])),
            "b_iso": float(rng.choice([50, 100, 150, 200, 250])),
            "noise": float(rng.choice([0.25, 1.0])),
            "fsc_reference": str(rng.choice(["box", "mask"])),
            "noise_b": float(rng.choice([0, 0, 60])),
            "sharpened_by": float(rng.choice([0, 0, 80])),
        }
        wrong = float(rng.choice([0, 0, -0.3, 0.3]))
        anisotropic = bool(rng.choice([False, False, True]))
        tensor = (25.0, -5.0, -20.0, 8.0, 0.0, 0.0) if anisotropic else (0.0,) * 6
        made = simulate_map(read_model(data / file), box=box, anisotropy=tensor, seed=i, **s)
        settings = {**s, "wrong": wrong, "anisotropic": anisotropic}
        yield Case(
            f"{i}:{Path(file).stem}", box, made.map, made.model, s["resolution"] + wrong, settings
        )


def choices(prepared: Prepared) -> Iterator[tuple[str, Choice]]:
    """Every model-free way to choose; a bare maximum needs no scan of its own."""
    settings = ScanSettings()
    rule = rule_of_thumb(prepared)
    yield "rule of thumb", given.choose(prepared, settings, b_sharpen=rule)
    yield "expected", empirical.choose(prepared, settings)
    for method in (SURFACE, KURTOSIS):
        choice = choose_by_scan(prepared, settings, method)
        yield method.name, choice
        if choice.verdict.applicable:
            choice = given.choose(prepared, settings, b_iso=choice.b_iso.surface)
        yield f"{method.name}, bare", choice


def judge(case: Case) -> list[dict[str, float | str]]:
    """One row per way to choose."""
    yardstick = Yardstick(case.density, case.model, resolution=case.resolution)
    oracle = yardstick.best(case.density)
    prepared = prepare(case.density, case.resolution)
    base = {"case": case.name, "group": case.group, "d": case.resolution, **case.settings}
    base |= {"oracle_b": oracle.b_sharpen, "oracle_cc": oracle.cc_mask}
    base["volume"] = prepared.volume.angstrom3 / case.model.dry_volume
    if case.settings:
        true_b = case.settings["b_iso"] - case.settings["sharpened_by"]
        base |= {"b_input": prepared.b_input - true_b, "b_signal": prepared.b_signal - true_b}
    before = yardstick.correlation(case.density).cc_mask
    rows = [{**base, "method": "as it is", "b": 0.0, "cc": before}]
    for name, choice in choices(prepared):
        filter_ = Filter(choice.filter, prepared.d_min, prepared.removed)
        cc = yardstick.correlation(apply_filter(case.density, filter_)).cc_mask
        b = choice.b_iso
        row = {**base, "method": name, "b": choice.filter.b_sharpen, "cc": cc}
        row |= {"peak": b.surface, "signal": b.signal, "applicable": choice.verdict.applicable}
        row |= {"signal_to_noise": choice.verdict.signal_to_noise, "expected": b.expected}
        rows.append({**row, "noise_known": prepared.shells.noise is not None})
    return rows


def table(rows: list[dict[str, float | str]]) -> None:
    """Print rms delta B, mean and worst regret for every group and method."""
    groups = defaultdict(list)
    for row in rows:
        groups[row["group"], row["method"]].append(row)
        if row["group"] in ("full", "tight"):
            groups["with solvent", row["method"]].append(row)
    titles = ("n", "rms dB", "mean dB", "regret", "worst")
    print(f"{'maps':>14} {'choice':<16}" + "".join(f"{title:>9}" for title in titles))
    for (group, method), some in sorted(groups.items()):
        delta = np.array([r["b"] - r["oracle_b"] for r in some])
        regret = np.array([r["oracle_cc"] - r["cc"] for r in some])
        print(
            f"{group:>14} {method:<16}{len(some):>9}{np.sqrt(np.mean(delta**2)):>9.1f}"
            f"{delta.mean():>9.1f}{regret.mean():>9.4f}{regret.max():>9.4f}"
        )


def statistics(rows: list[dict[str, float | str]]) -> None:
    """Print what the paper reports (section 3.4): how many maps gain, lose, and by how much.

    Rows need case, group, method and cc; the gain is over the method called "as it is".
    """
    before = {(r["group"], r["case"]): r["cc"] for r in rows if r["method"] == "as it is"}
    gains = defaultdict(list)
    for r in rows:
        if r["method"] != "as it is":
            gains[r["group"], r["method"]].append(r["cc"] - before[r["group"], r["case"]])
    titles = ("n", "improved", "mean gain", "> +0.02", "< -0.02")
    print(f"\n{'maps':>14} {'choice':<20}" + "".join(f"{title:>10}" for title in titles))
    for (group, method), some in gains.items():
        gain = np.array(some)
        print(
            f"{group:>14} {method:<20}{gain.size:>10}{np.mean(gain > 0):>10.0%}"
            f"{gain.mean():>+10.4f}{np.mean(gain >= 0.02):>10.0%}{np.mean(gain < -0.02):>10.0%}"
        )


def preparation(rows: list[dict[str, float | str]]) -> None:
    """Print how well molecular volume and overall B were read, for the simulated maps."""
    groups = defaultdict(list)
    for row in rows:
        if row["method"] == "as it is" and "b_signal" in row:
            groups[row["group"]].append(row)
    for group, some in groups.items():
        volume = np.array([row["volume"] for row in some])
        print(
            f"{group}: molecular / dry volume: median {np.median(volume):.2f}, within 20 %: "
            f"{np.mean(abs(volume - 1) < 0.2):.0%}; overall B less true B, rms (A^2): whole map "
            f"{np.sqrt(np.mean([row['b_input'] ** 2 for row in some])):.1f}, signal "
            f"{np.sqrt(np.mean([row['b_signal'] ** 2 for row in some])):.1f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("maps", choices=("real", "simulated"))
    parser.add_argument("data", type=Path)
    parser.add_argument("--cases", type=int, default=72)
    parser.add_argument("--csv", type=Path)
    args = parser.parse_args()
    cases = real_cases(args.data) if args.maps == "real" else simulated_cases(args.data, args.cases)
    rows = []
    for case in cases:
        new = judge(case)
        rows += new
        print(
            f"{case.name} {case.group} d {case.resolution:g}, best {new[0]['oracle_b']:.0f}:",
            end="",
        )
        for row in new:
            print(f" {row['method']} {row['b']:.0f} ({row['oracle_cc'] - row['cc']:.4f})", end="")
        print(flush=True)
    if args.csv:
        names = list(dict.fromkeys(key for row in rows for key in row))
        with args.csv.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
    table(rows)
    preparation(rows)
    statistics(rows)


if __name__ == "__main__":
    main()
