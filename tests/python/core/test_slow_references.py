"""Every function of the core against a slow one in NumPy (reference.py); maps of any cell."""

import numpy as np
import pytest
import reference
from scipy import optimize

from sharpem import _core
from sharpem.maps.density import DensityMap
from sharpem.spectra.filters import SharpenBlur

SHAPE = (13, 11, 15)
D_MIN = 3.1  # A: inside the grid's last indices in every direction
CELLS = [(19.5, 14.3, 16.9, 90.0, 90.0, 90.0), (19.5, 15.3, 16.9, 90.0, 104.0, 90.0)]
EDGES = np.linspace(0.0, 1 / D_MIN, 7)


@pytest.fixture(params=CELLS, ids=["orthogonal", "monoclinic"])
def density(request):
    return of(np.random.default_rng(8).normal(0.3, 1.0, SHAPE), request.param)


def of(data, cell):
    return DensityMap(np.ascontiguousarray(data, dtype=np.float32), cell)


def analysed(density, d_min=D_MIN):
    return _core.analyse(density.data, density.cell, d_min)


def curve(b_sharpen=40.0):
    return _core.RadialCurve.sharpen_blur(b_sharpen, 100.0, 4.0, 10.0, 1 / D_MIN)


def factor(s, b_sharpen=40.0):
    return reference.sharpen_blur(s, b_sharpen, 4.0, 10.0, 100.0)


def close(found, expected, *, within=2e-5):
    np.testing.assert_allclose(found, expected, rtol=0, atol=within * np.abs(expected).max())


def test_parseval(density):
    sums = _core.shell_sums(analysed(density, 0), np.array([1e-9, 10.0]))
    total = sums.power[0] + analysed(density).mean ** 2
    assert total == pytest.approx(np.mean(density.data.astype(float) ** 2), rel=1e-6)


def test_map_cut_at_a_resolution(density):
    expected = reference.filtered(density, np.ones_like, D_MIN)
    close(_core.synthesise(analysed(density)), expected)
    expected = reference.filtered(density, factor, D_MIN)
    close(_core.synthesise(analysed(density), curve()), expected, within=1e-4)
    spectrum = analysed(density)
    _core.apply(spectrum, curve())
    close(_core.synthesise(spectrum), expected, within=1e-4)


def test_anisotropy_taken_off_and_put_back(density):
    tensor, spectrum = (30.0, -10.0, -20.0, 5.0, 8.0, -3.0), analysed(density)
    _core.apply_anisotropy(spectrum, tensor, 1.0)
    close(_core.synthesise(spectrum), reference.filtered(density, np.ones_like, D_MIN, tensor))
    _core.apply_anisotropy(spectrum, tensor, -1.0)
    close(_core.synthesise(spectrum), reference.filtered(density, np.ones_like, D_MIN))


def test_resampled_by_the_fourier_sum(density):
    shape = (14, 12, 16)
    found = _core.synthesise(_core.resampled(analysed(density), shape, D_MIN))
    s = np.linalg.norm(reference.s_vectors(density), axis=-1)
    waves = [
        np.exp(2j * np.pi * np.outer(np.arange(m) / m, np.fft.fftfreq(n) * n))
        for m, n in zip(shape, SHAPE, strict=True)
    ]
    kept = np.where(s <= 1 / D_MIN, reference.terms(density.data), 0)
    close(found, np.einsum("zl,yk,xh,lkh->zyx", *waves, kept).real)


def test_sums_over_shells(density):
    other = np.random.default_rng(9).normal(size=SHAPE).astype(np.float32)
    spectra = analysed(density), analysed(of(other, density.cell))
    found = _core.cross_sums(*spectra, EDGES)
    count, s, cross, one, two = reference.shell_sums(density, EDGES, D_MIN, other)
    np.testing.assert_array_equal(found.terms, count)
    np.testing.assert_allclose(found.s, s, rtol=1e-6)
    close(found.cross, cross, within=1e-5)
    close(found.power_1, one, within=1e-5)
    close(found.power_2, two, within=1e-5)
    alone = _core.shell_sums(spectra[0], EDGES)
    close(alone.power, one, within=1e-5)


@pytest.mark.parametrize("radius", [2.0, 7.5])
def test_curves(radius):
    s = np.linspace(0, 1 / D_MIN, 50)
    close(_core.RadialCurve.sphere(radius, 1 / D_MIN)(s), reference.sphere(radius, s))
    points = np.array([0.05, 0.1, 0.3]), np.array([2.0, 1.0, 0.5])
    found = _core.RadialCurve.table(*points, 1 / D_MIN)(s)
    np.testing.assert_allclose(found, np.interp(s, *points), atol=2e-3)
    np.testing.assert_allclose(curve()(s), SharpenBlur(40.0, 4.0, b_blur=100.0)(s), rtol=1e-5)
    assert np.isfinite(curve()(np.nan))


def test_local_mean_of_the_square(density):
    radius = 5.0  # A; terms of the square to a quarter of it are kept
    found = _core.local_mean_square(density.data, density.cell, radius, 0.25)
    square = of((density.data - np.float32(0.25)) ** 2, density.cell)
    expected = reference.filtered(square, lambda s: reference.sphere(radius, s), radius / 4)
    close(found, np.maximum(expected, 0))


def test_fields(density):
    rng = np.random.default_rng(4)
    sites, values = rng.uniform(-2, 14, (5, 3)), rng.normal(size=5)
    made = _core.field(sites, values, SHAPE, 5.0, 0.1, 1)
    expected = reference.field(sites, values, SHAPE, 5.0, 0.1)
    close(made.values, expected)
    close(_core.expand(made, SHAPE), expected)
    coarse = _core.expand(_core.field(sites, values, SHAPE, 5.0, 0.1, 2), SHAPE)
    close(coarse[::2, ::2, ::2], expected[::2, ::2, ::2])
    halves = (expected[:-2:2] + expected[2::2]) / 2
    close(coarse[1::2, ::2, ::2], halves[:, ::2, ::2])
    with pytest.raises(ValueError, match="made for the map"):
        _core.expand(made, (20, 20, 20))


def test_local_products_and_bands(density):
    other = of(np.random.default_rng(9).normal(size=SHAPE), density.cell)
    sigma = 2.0, 3.0, 1.5
    product = _core.local_product(analysed(density), analysed(other), curve(), 1, sigma)
    one, two = (reference.filtered(each, factor, D_MIN) for each in (density, other))
    close(product.values, reference.gaussian_mean(one * two, sigma), within=1e-4)
    out = other.data.copy()
    fields = [_core.field([[3, 4, 5]], [value], SHAPE, 6.0, 0.1, 1) for value in (1.0, -2.0)]
    _core.add_bands(analysed(density), [curve(40.0), curve(-80.0)], fields, out)
    expected = other.data + sum(
        made.values * reference.filtered(density, lambda s, b=b: factor(s, b), D_MIN)
        for made, b in zip(fields, (40.0, -80.0), strict=True)
    )
    close(out, expected, within=1e-4)


FIRST, BOX, EDGE = np.array([[0, 0, 0], [3, 2, 5], [4, 1, 6]]), (9, 8, 9), 3


def box_of(data, first, cell):
    parts = [n / of_ for n, of_ in zip(BOX[::-1], SHAPE[::-1], strict=True)]
    edges = tuple(edge * part for edge, part in zip(cell[:3], parts, strict=True))
    return of(reference.box(data, first, BOX, EDGE), (*edges, *cell[3:]))


def test_boxes_shell_by_shell(density):
    other = np.random.default_rng(9).normal(size=SHAPE).astype(np.float32)
    boxes, d_min = _core.BoxSet(FIRST, BOX, EDGE), 3.7
    edges = np.linspace(0.0, 1 / d_min, 5)
    found = _core.box_sums(density.data, other, density.cell, boxes, d_min, edges)
    for i, first in enumerate(FIRST):
        one, two = (box_of(data, first, density.cell) for data in (density.data, other))
        count, _, *sums = reference.shell_sums(one, edges, d_min, two.data)
        np.testing.assert_array_equal(found[0], count)
        for rows, expected in zip(found[2:], sums, strict=True):
            close(rows[i], expected, within=1e-4)


def test_boxes_under_filters(density):
    boxes, inside = _core.BoxSet(FIRST, BOX, EDGE), [60, 80, 100]
    found = _core.box_scan(density.data, density.cell, boxes, 3.7, [curve(), curve(-80)], inside)
    for details, first, voxels in zip(found, FIRST, inside, strict=True):
        cut = box_of(density.data, first, density.cell)
        for detail, b in zip(details, (40.0, -80.0), strict=True):
            map_ = reference.filtered(cut, lambda s, b=b: factor(s, b), 3.7)
            map_ -= map_.mean()
            threshold = reference.threshold(map_, voxels)
            assert detail.threshold == pytest.approx(threshold, abs=1e-4 * map_.std())
            assert detail.voxels_inside == voxels
            assert detail.surface_area == pytest.approx(reference.surface(map_ >= threshold), abs=2)
            assert detail.regions == pytest.approx(reference.regions(map_ >= threshold), abs=1)
            assert detail.kurtosis == pytest.approx(reference.kurtosis(map_), rel=1e-3)


def test_boxes_blended(density):
    """With padding to the map's ends each box is a part of the whole map under its filter."""
    boxes, d0, weight = _core.BoxSet(FIRST, BOX, EDGE), 6.0, 0.2
    overall = np.random.default_rng(2).normal(size=SHAPE).astype(np.float32)
    b_sharpen = (40.0, -80.0, 10.0)
    curves = [_core.RadialCurve.sharpen_blur(b, 100.0, 4.0, 10.0, 1.0) for b in b_sharpen]
    out = overall.copy()
    _core.blend_boxes(density.data, out, density.cell, boxes, 20, curves, d0, weight)
    along = []
    for n in BOX:
        x = (np.arange(n) + 0.5 - n / 2) / d0
        along.append(reference.raised_cosine(n, EDGE) * np.exp(-(x**2)))
    weights = along[0][:, None, None] * along[1][:, None] * along[2]
    total, sum_ = np.full(SHAPE, weight), weight * overall.astype(float)
    for first, b in zip(FIRST, b_sharpen, strict=True):
        part = tuple(slice(a, a + n) for a, n in zip(first, BOX, strict=True))
        map_ = reference.filtered(density, lambda s, b=b: factor(s, b), 1e-3)
        sum_[part] += weights * map_[part]
        total[part] += weights
    close(out, sum_ / total, within=1e-3)


def test_gaps(density):
    """A wedge of directions is emptied; NumPy counts what is missing."""
    s = reference.s_vectors(density)
    length = np.linalg.norm(s, axis=-1)
    absent = (np.abs(s[..., 2]) > 0.9 * length) & (length > 0)
    data = np.fft.ifftn(np.where(absent, 0, np.fft.fftn(density.data))).real
    spectrum, other = analysed(of(data, density.cell)), analysed(density)
    gaps = _core.clear_gaps(spectrum, EDGES, 0.001)
    kept = (length > 0) & (length < EDGES[-1])
    assert gaps.terms == np.count_nonzero(kept)
    assert gaps.absent == np.count_nonzero(kept & absent)
    directions = s[kept & absent] / length[kept & absent][:, None]
    expected = np.einsum("ni,nj->ij", directions, directions) / len(directions)
    np.testing.assert_allclose(gaps.empty[:3], np.diag(expected), rtol=1e-6)
    np.testing.assert_allclose(gaps.empty[3:], expected[[0, 0, 1], [1, 2, 2]], atol=1e-9)
    _core.copy_gaps(spectrum, other)
    emptied = np.where(absent & kept, 0, np.fft.fftn(density.data) * (length <= 1 / D_MIN))
    close(_core.synthesise(other), np.fft.ifftn(emptied).real)


@pytest.mark.parametrize("anisotropic", [False, True])
def test_overall_b_by_a_general_optimiser(density, anisotropic):
    """Fisher scoring against SciPy on the same likelihood, term by term."""
    s = reference.s_vectors(density)
    length = np.linalg.norm(s, axis=-1)
    rng = np.random.default_rng(6)
    falling = np.exp(-0.25 * 25 * length**2) * np.fft.fftn(rng.normal(size=SHAPE))
    map_ = of(np.fft.ifftn(falling).real, density.cell)
    used = (length <= 1 / D_MIN) & (length >= 1 / 9.0)
    intensity = np.abs(reference.terms(map_.data)[used]) ** 2
    noise = 0.1 * intensity.mean()
    ln_reference = np.interp(length[used], EDGES, np.log1p(EDGES))

    def minus_log_likelihood(p):
        b = np.diag(np.resize(p[1:4], 3)) if anisotropic else p[1] * np.eye(3)
        if anisotropic:
            b[[0, 0, 1], [1, 2, 2]] = b[[1, 2, 2], [0, 0, 1]] = p[4:7]
        of_mean = intensity / intensity.mean(), s[used], ln_reference, noise / intensity.mean()
        return -reference.wilson_log_likelihood(*of_mean, ln_scale=p[0], b=b)

    start = np.zeros(7 if anisotropic else 2)
    best = optimize.minimize(minus_log_likelihood, start, method="BFGS").x
    found = _core.fit_wilson(
        analysed(map_), EDGES, np.log1p(EDGES), noise_s=np.array([0.0, 1.0]),
        noise=np.array([noise, noise]), d_max=9.0, d_min=D_MIN, anisotropic=anisotropic,
    )  # fmt: skip
    assert found.converged
    expected = best[1:4].mean() if anisotropic else best[1]
    assert found.b_iso == pytest.approx(expected, abs=0.05 * found.b_iso_error)
    if anisotropic:
        np.testing.assert_allclose(found.b, best[1:7], atol=0.5)
