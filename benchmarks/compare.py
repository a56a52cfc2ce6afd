"""Every way to choose a filter on the ten maps with models, as `sharpem compare` does.

python benchmarks/compare.py ../shared/data

The table of docs/compare.md. Prints CC_mask of every map under every way, then the paper's
statistics. The synthetic pair of half maps comes last, on its own. Waters count, as they do there.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from choice import REAL, statistics

from sharpem import read_map, read_model
from sharpem.compare import DEPOSITED, Comparison, compare
from sharpem.density import DensityMap
from sharpem.halfmaps import read_half_maps


def real(data: Path, name: str, model: str, resolution: float) -> Comparison:
    judge = read_model(data / model, waters=True)
    return compare(read_map(data / name), resolution=resolution, model=judge)


def synthetic(data: Path) -> Comparison:
    """The mean of the two synthetic half maps; the true blur is 90 A^2."""
    folder = data / "synthetic_halfmaps_5ni1"
    halves = read_half_maps(folder / "half_map_1.mrc.gz", folder / "half_map_2.mrc.gz")
    full: DensityMap = halves.mean()
    judge = read_model(folder / "model_shifted.pdb")
    return compare(full, resolution=3.2, half_maps=halves, model=judge)


def report(name: str, found: Comparison) -> list[dict[str, float | str]]:
    """Print one line, and give the rows for the statistics."""
    print(
        f"\n{name}, {found.prepared.resolution:g} A: best b_sharpen {found.oracle.b_sharpen:.0f}, "
    )
    print(f"  CC_mask {found.oracle.cc_mask:.4f}", end="")
    rows = []
    for entry in found.entries:
        b = "shells" if entry.b_sharpen is None else f"{entry.b_sharpen:.0f}"
        falls_back = entry.choice is not None and not entry.choice.verdict.applicable
        print(f"; {entry.label} {b} {entry.cc_mask:.4f}{' (n/a)' if falls_back else ''}", end="")
        method = "as it is" if entry.name == DEPOSITED else entry.label
        rows.append({"group": "real", "case": name, "method": method, "cc": entry.cc_mask})
    print(flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    rows = []
    for name, model, resolution in REAL:
        rows += report(Path(name).parent.name, real(data, name, model, resolution))
    statistics(rows)
    report("synthetic_halfmaps_5ni1", synthetic(data))


if __name__ == "__main__":
    main()
