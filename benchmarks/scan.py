"""Time of the scan beside a numpy/scipy pipeline, in one run: ratios are what counts.

python benchmarks/scan.py [--size 256] [--trials 21] [--threads 2]
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import scipy.fft
from scipy import ndimage

from sharpem import _core
from sharpem.filters import SharpenBlur

RESOLUTION, VOXEL, INSIDE = 3.0, 1.0, 0.02  # A, A, share of the voxels in the contour


def ball_of_noise(n: int) -> np.ndarray:
    """A ball of structured density in faint white noise, shape (n, n, n)."""
    rng = np.random.default_rng(1)
    axis = np.arange(n) - n / 2
    r = np.sqrt(axis[:, None, None] ** 2 + axis[:, None] ** 2 + axis**2)
    inside = ndimage.gaussian_filter(rng.standard_normal((n, n, n), dtype=np.float32), 1.2)
    outside = rng.standard_normal((n, n, n), dtype=np.float32)
    return (inside * (r < 0.3 * n) + 0.02 * outside).astype(np.float32)


def ours(
    spectrum: _core.Spectrum, filters: list[SharpenBlur], voxels: int
) -> list[tuple[int, int]]:
    s_max = 1 / spectrum.d_min
    curves = [
        _core.RadialCurve.sharpen_blur(f.b_sharpen, f.b_blur, f.d_cut, f.k, s_max) for f in filters
    ]
    return [(x.surface_area, x.regions) for x in _core.scan(spectrum, curves, voxels)]


def theirs(
    terms: np.ndarray, s: np.ndarray, filters: list[SharpenBlur], voxels: int, workers: int
) -> list[tuple[int, int]]:
    n, found = terms.shape[0], []
    for f in filters:
        map_ = scipy.fft.irfftn(terms * f(s).astype(np.float32), (n, n, n), workers=workers)
        threshold = np.partition(map_.ravel(), map_.size - voxels)[map_.size - voxels]
        inside = map_ >= threshold
        surface = int((ndimage.binary_dilation(inside) & ~inside).sum())
        found.append((surface, int(ndimage.label(inside)[1])))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--trials", type=int, default=21)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    n = args.size
    _core.set_threads(args.threads)
    map_ = ball_of_noise(n)
    filters = [SharpenBlur(float(b), RESOLUTION) for b in np.linspace(-150, 250, args.trials)]
    d_min = 0.833 * RESOLUTION
    start = time.perf_counter(), time.process_time()
    spectrum = _core.analyse(map_, (n * VOXEL,) * 3 + (90.0,) * 3, d_min)
    analysed = time.perf_counter()
    counts = ours(spectrum, filters, round(INSIDE * n**3))
    wall, cpu = time.perf_counter() - start[0], time.process_time() - start[1]
    print(
        f"sharpem: {args.trials} trials at {n}^3, {args.threads} threads: {wall:.2f} s wall "
        f"({analysed - start[0]:.2f} s of it to analyse the map), {cpu:.2f} s CPU"
    )
    some = filters[:: max(1, args.trials // 4)]
    start = time.perf_counter(), time.process_time()
    terms = scipy.fft.rfftn(map_, workers=args.threads)
    h, k = np.fft.rfftfreq(n, VOXEL), np.fft.fftfreq(n, VOXEL)
    s = np.sqrt(k[:, None, None] ** 2 + k[:, None] ** 2 + h**2)
    terms[s > 1 / d_min] = 0
    terms[0, 0, 0] = 0
    once = time.perf_counter() - start[0]
    check = theirs(terms, s, some, round(INSIDE * n**3), args.threads)
    per_trial = (time.perf_counter() - start[0] - once) / len(some)
    cpu_trial = (time.process_time() - start[1]) / len(some)
    other = once + per_trial * args.trials
    print(
        f"numpy/scipy: {per_trial:.2f} s wall a trial ({len(some)} timed), {other:.1f} s for all; "
        f"ratio {other / wall:.1f} wall, {cpu_trial * args.trials / cpu:.1f} CPU"
    )
    mine = counts[:: max(1, args.trials // 4)]
    for f, (a, b), (c, d) in zip(some, mine, check, strict=True):
        print(f"b_sharpen {f.b_sharpen:6.0f}: surface {a} and {c}, regions {b} and {d}")


if __name__ == "__main__":
    main()
