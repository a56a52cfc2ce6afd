"""Draw docs/figures/overview.png from the demo's own map: python docs/make_overview.py"""

from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sharpem import _core, read_model, sharpen, simulate_map

ROOT = Path(__file__).parent
MODEL = ROOT.parent / "python/sharpem/data/demo.pdb.gz"


def section(axis, density, voxels, title):
    data = density.data
    level = _core.contour(data, voxels)[0]
    plane = data[data.shape[0] // 2]
    low, high = np.percentile(plane, [2, 99.7])
    axis.imshow(plane, cmap="gray", origin="lower", vmin=low, vmax=high, interpolation="bilinear")
    axis.contour(plane, levels=[level], colors="#e8a33d", linewidths=0.9)
    axis.set_title(title, fontsize=10)
    axis.set_axis_off()


def curves(axis, result):
    b = [trial.b_iso for trial in result.trials]
    axis.plot(b, [t.surface_area / 1e3 for t in result.trials], color="0.55", label="surface")
    adjusted = [t.adjusted_surface_area / 1e3 for t in result.trials]
    axis.plot(b, adjusted, color="#2b7bb9", label="adjusted surface")
    axis.axvline(result.b_iso.target, color="k", ls="--", lw=1)
    axis.axvspan(*result.b_iso.interval, color="#2b7bb9", alpha=0.15)
    axis.set_xlabel("overall B of the map (A$^2$)")
    axis.set_ylabel("thousand voxels")
    axis.set_title("detail and connectivity, and the choice", fontsize=10)
    axis.legend(frameon=False, fontsize=8)


def main():
    made = simulate_map(
        read_model(MODEL), resolution=3.2, b_iso=110, noise=1.0, seed=1, voxel_size=1.07
    )
    result = sharpen(made.map, resolution=3.2)
    voxels = round(0.2 * result.prepared.volume.fraction * made.map.data.size)
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    before, after, right = figure.subplots(1, 3, width_ratios=(1, 1, 1.35))
    section(before, made.map, voxels, "before")
    b = result.filter.radial.b_sharpen
    section(after, result.map, voxels, f"after, b_sharpen {b:.0f} A$^2$ (true blur: 110)")
    curves(right, result)
    figure.savefig(ROOT / "figures/overview.png", dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()
