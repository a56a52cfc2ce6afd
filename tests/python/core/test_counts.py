"""Contours of real maps: threshold, surface and regions voxel for voxel as SciPy and cc3d count."""

import cc3d
import numpy as np
import pytest
import reference
from real_maps import TINY_MAP, TINY_RESOLUTION, present, real
from scipy import ndimage

from sharpem import _core
from sharpem.io import read_map
from sharpem.pipeline import sharpen
from sharpem.spectra.filters import SharpenBlur

MAPS = [
    ("emd_20026/emd20026_prot.mrc.gz", 1.75),
    ("emd_4413/6i5a_box.ccp4.gz", 2.3),
    ("emd_3488/emd_3488.mrc.gz", 3.2),
    ("emd_21457/emd_21457_seg.mrc.gz", 3.2),
    ("emd_5185/3j06_no_ligand_box.ccp4.gz", 3.3),
    ("emd_8410/8410_zone4A.mrc.gz", 3.4),
    (TINY_MAP, TINY_RESOLUTION),
    ("emd_30342/390_emd_30342_A_z4.mrc.gz", 3.9),
    ("emd_6770/B_no_ligand_box.ccp4.gz", 4.0),
    ("emd_3240/5fn5_box.ccp4.gz", 4.3),
    ("emd_32143/low-res-emd-32143.map.gz", 4.0),
    ("emd_3001/EMD-3001.map.gz", 1.4),
]


@pytest.fixture(params=[name for name, _ in present(MAPS)], ids=lambda name: name.split("/")[0])
def data(request):
    return read_map(real(request.param)).data


@pytest.mark.parametrize("adjacency", [6, 18, 26])
def test_counts_equal_those_of_scipy_and_cc3d(data, adjacency):
    voxels = round(0.2 * 0.1 * data.size)
    found = _core.detail(data, voxels, adjacency, adjacency)
    inside = data >= np.float32(found.threshold)
    assert found.threshold == reference.threshold(data, voxels)
    assert found.voxels_inside == np.count_nonzero(inside)
    surface, regions = reference.surface(inside, adjacency), reference.regions(inside, adjacency)
    assert found.surface_area == surface
    assert found.regions == regions
    assert _core.surface_voxels(data, found.threshold, adjacency) == surface
    assert _core.count_regions(data, found.threshold, adjacency) == regions
    assert cc3d.connected_components(inside, connectivity=adjacency, return_N=True)[1] == regions


def test_labels_are_those_of_scipy(data):
    threshold, inside_count = _core.contour(data, data.size // 50)
    labels, sizes = _core.label_regions(data, threshold)
    expected, count = ndimage.label(data >= np.float32(threshold))
    np.testing.assert_array_equal(labels, expected)
    np.testing.assert_array_equal(sizes, np.bincount(expected.ravel())[1:])
    assert len(sizes) == count
    assert sizes.sum() == inside_count


def test_kurtosis(data):
    found = _core.detail(data, data.size // 50).kurtosis
    assert found == pytest.approx(reference.kurtosis(data.astype(float)), rel=1e-5)


@pytest.mark.parametrize("name", present([TINY_MAP, "emd_3001/EMD-3001.map.gz"]))
def test_periodic_counts(name):
    """Regions as cc3d counts them in a periodic box, surface as SciPy does in a padded one."""
    data = np.roll(read_map(real(name)).data, (15, 17, 19), (0, 1, 2))  # cuts a molecule
    threshold, _ = _core.contour(data, data.size // 10)
    inside = data >= np.float32(threshold)
    for adjacency in (6, 18, 26):
        surface = reference.surface(inside, adjacency, wrap=True)
        assert _core.surface_voxels(data, threshold, adjacency, True) == surface
        assert surface > reference.surface(inside, adjacency)
    regions = cc3d.connected_components(
        inside, connectivity=6, periodic_boundary=True, return_N=True
    )[1]
    assert _core.count_regions(data, threshold, 6, True) == regions
    assert regions < reference.regions(inside)  # the box does cut through something


@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize("shape", [(1, 7, 9), (2, 3, 4), (5, 1, 1), (16, 15, 33)])
def test_small_and_flat_boxes(shape, wrap):
    data = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    inside = data >= np.float32(0.3)
    for adjacency in (6, 18, 26):
        surface = _core.surface_voxels(data, 0.3, adjacency, wrap)
        assert surface == reference.surface(inside, adjacency, wrap=wrap)
        if not wrap:
            assert _core.count_regions(data, 0.3, adjacency) == reference.regions(inside, adjacency)


@pytest.mark.parametrize("name", [TINY_MAP])
def test_trial_table_recomputed(name):
    """Filter, contour and counts of every trial, by NumPy's FFT and the paper's equations."""
    density = read_map(real(name))
    resolution = dict(MAPS)[name]
    found = sharpen(density, resolution=resolution, b_step=50)
    assert found.d_min == pytest.approx(0.833 * resolution)
    removed = found.prepared.removed.b_cartesian
    voxels = round(0.2 * found.prepared.volume.fraction * density.voxels)
    weight = found.choice.region_weight
    assert len(found.trials) >= 9
    for trial in found.trials:
        assert trial.b_sharpen == pytest.approx(found.b_iso.signal - trial.b_iso)

        def factor(s, b=trial.b_sharpen):
            return reference.continuous(s, b, resolution, 10.0, 200.0)

        map_ = reference.filtered(density, factor, found.d_min, removed)
        map_ -= map_.mean()
        threshold = reference.threshold(map_, voxels)
        inside = map_ >= threshold
        assert np.count_nonzero(inside) == voxels
        # float32 against float64: a voxel or two next to the threshold may change sides
        assert trial.threshold == pytest.approx(threshold, rel=1e-3, abs=1e-4 * map_.std())
        assert trial.surface_area == pytest.approx(reference.surface(inside), rel=3e-3)
        assert trial.regions == pytest.approx(reference.regions(inside), rel=0.02, abs=3)
        assert trial.kurtosis == pytest.approx(reference.kurtosis(map_), rel=1e-3)
        adjusted = trial.surface_area - weight * trial.regions
        assert trial.adjusted_surface_area == pytest.approx(adjusted)
    score = [trial.adjusted_surface_area for trial in found.trials]
    middle = np.interp(5 * resolution**2, [trial.b_iso for trial in found.trials], score)
    assert middle > max(score[0], score[-1])


@pytest.mark.parametrize("name", present([TINY_MAP, "emd_6770/B_no_ligand_box.ccp4.gz"]))
def test_scan_counts_the_maps_that_the_filters_make(name):
    """Exactly: the scan's counts are SciPy's on the map that the core synthesises."""
    density = read_map(real(name))
    spectrum = _core.analyse(density.data, density.cell, 3.4)
    filters = [SharpenBlur(b, 4.0) for b in (-100.0, 0.0, 100.0, 250.0)]
    curves = [
        _core.RadialCurve.sharpen_blur(f.b_sharpen, f.b_blur, f.d_cut, f.k, 1 / 3.4)
        for f in filters
    ]
    voxels = density.voxels // 40
    for curve, found in zip(curves, _core.scan(spectrum, curves, voxels), strict=True):
        data = _core.synthesise(spectrum, curve)
        inside = data >= reference.threshold(data, voxels)
        assert found.voxels_inside == np.count_nonzero(inside) == voxels
        assert found.surface_area == reference.surface(inside)
        assert found.regions == reference.regions(inside)
