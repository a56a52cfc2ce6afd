"""Measure sharpem beside other programs and print a table of ratios, taken in one run.

python benchmarks/run.py [--quick] [--base PYTHON] [--peer RUN.SH] [--write-docs]

Sections that were measured before are kept in the output folder: --sections measures some anew.
Other programs that are not installed are left out: pip install "sharpem[bench]" brings them.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from speed.rows import Settings
from speed.sections import SECTIONS, USUAL
from speed.tables import all_rows, markdown, plot, setting, write_docs
from speed.timing import machine

ROOT = Path(__file__).parents[1]


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small boxes: to see that it runs")
    parser.add_argument("--peer", type=Path, help="script MAP RESOLUTION FOLDER that runs the "
                        "published program")  # fmt: skip
    parser.add_argument("--base", type=Path, help="interpreter that has version 0.1.0, to compare "
                        "with")  # fmt: skip
    parser.add_argument("--seconds", type=float, default=20.0, help="how long commands are "
                        "compared, in turn, for a figure: once at least (default: 20)")  # fmt: skip
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data",
                        help="folder with EMDB entries: emd_3488/emd_3488.mrc.gz, ...")  # fmt: skip
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "benchmarks",
                        help="folder for results.json, results.md and speed.svg")  # fmt: skip
    parser.add_argument("--sections", nargs="+", choices=SECTIONS, default=USUAL)
    parser.add_argument("--only-docs", action="store_true", help="write the pages, measure nothing")
    parser.add_argument("--write-docs", action="store_true",
                        help="put the results into docs/speed.md and README.md")  # fmt: skip
    return parser.parse_args()


def _settings(request: argparse.Namespace) -> Settings:
    places = (request.data, request.peer, request.base)
    if request.quick:
        return Settings(64, (48, 64), ((47, 48),), 64, 5, 1, 0.0, 24, *places)
    sizes, primes = (128, 256, 384, 512), ((241, 240), (257, 256))
    return Settings(256, sizes, primes, 512, 40, 3, request.seconds, 500, *places)


def main() -> None:
    request = parsed()
    request.output.mkdir(parents=True, exist_ok=True)
    store = request.output / ("quick.json" if request.quick else "results.json")
    known = json.loads(store.read_text()) if store.exists() else {}
    if not request.only_docs:
        settings = _settings(request)
        for name in request.sections:
            start = time.perf_counter()
            print(f"\n{name}: {(SECTIONS[name].__doc__ or '').splitlines()[0]}", flush=True)
            stamp = machine()
            rows = list(SECTIONS[name](settings))
            known[name] = {"machine": stamp, "rows": rows, "quick": request.quick}
            store.write_text(json.dumps(known, indent=1) + "\n")
            print(markdown(rows), f"\n({time.perf_counter() - start:.0f} s)", flush=True)
    results = {name: known[name] for name in SECTIONS if name in known}
    text = f"{setting(results)}\n\n{markdown(all_rows(results))}\n"
    store.with_suffix(".md").write_text(text, encoding="utf-8")
    plot(results, request.output / "speed.svg")
    if request.write_docs or request.only_docs:
        write_docs(results)
    print(f"\nwritten: {store}, {store.with_suffix('.md')}, {request.output / 'speed.svg'}")


if __name__ == "__main__":
    main()
