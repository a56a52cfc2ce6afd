"""Local variance: molecule from solvent, and a map of a molecule from noise."""

from importlib import resources

import numpy as np
import pytest
from real_maps import TINY_MAP, TINY_RESOLUTION, present, real

from sharpem import _core
from sharpem.analysis.local_variance import (
    LEAST_CONTRAST,
    local_variance,
    map_variance,
    scatter_of_noise,
)
from sharpem.analysis.prepare import prepare
from sharpem.io import read_map
from sharpem.io.model import read_model
from sharpem.maps.density import DensityMap
from sharpem.simulate import simulate_map
from sharpem.spectra.apply import filtered
from sharpem.spectra.filters import SharpenBlur
from sharpem.spectra.shells import shell_table


@pytest.fixture(scope="module")
def protein():
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        return read_model(path)


def test_two_levels_and_the_fraction_between_them():
    z, y, x = np.indices((60, 60, 60)) - 30
    ball = x**2 + y**2 + z**2 < 16**2
    noise = np.random.default_rng(0).standard_normal(ball.shape)
    density = np.where(ball, 5.0 * noise, noise).astype(np.float32)
    found = local_variance(density, (60.0, 60.0, 60.0, 90.0, 90.0, 90.0), 3.0)
    assert found.levels.solvent == pytest.approx(1, rel=0.1)
    assert found.levels.molecule == pytest.approx(25, rel=0.1)
    assert found.fraction == pytest.approx(ball.mean(), rel=0.1)
    assert np.mean(found.mask() == ball) > 0.98


def noise_map(n, seed, b=0.0, voxel=1.3):
    density = DensityMap.from_array(np.random.default_rng(seed).normal(size=(n, n, n)), voxel)
    spectrum = prepare(density, 2.7, correct_anisotropy=False).spectrum
    return filtered(density, spectrum, SharpenBlur(-b, 3.0))


@pytest.mark.parametrize("b", [0.0, 150.0])
@pytest.mark.parametrize("resolution", [3.0, 4.5])
def test_scatter_of_the_local_variance_of_noise(b, resolution):
    """The formula against noise itself."""
    density = noise_map(80, 5, b)
    spectrum = prepare(density, resolution, correct_anisotropy=False).spectrum
    cut = filtered(density, spectrum, SharpenBlur(0.0, resolution))
    found = local_variance(cut.data, cut.cell, 0.833 * resolution)
    scatter = found.data.std() / found.data.mean()
    table = shell_table(spectrum)
    expected = scatter_of_noise(table, 0.833 * resolution, found.radius)
    assert scatter == pytest.approx(expected, rel=0.06)


@pytest.mark.parametrize("n", [32, 40, 64])
@pytest.mark.parametrize("b", [0.0, 100.0])
def test_noise_has_no_contrast(n, b):
    for seed in range(4):
        density = noise_map(n, seed, b)
        for resolution in (3.0, 3.6):
            assert prepare(density, resolution).contrast < LEAST_CONTRAST


@pytest.mark.parametrize(
    ("name", "resolution"),
    present(
        [
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
            ("synthetic_halfmaps_5ni1/half_map_1.mrc.gz", 3.2),
        ]
    ),
)
def test_real_maps_have_contrast(name, resolution):
    assert prepare(read_map(real(name)), resolution).contrast > 1.5 * LEAST_CONTRAST


@pytest.mark.parametrize("box", ["full", "tight", "cut"])
@pytest.mark.parametrize("noise", [0.0, 1.0, 4.0])
def test_molecules_in_noise_have_contrast(protein, box, noise):
    made = simulate_map(protein, resolution=4.2, b_iso=60.0, noise=noise, box=box)
    assert prepare(made.map, 4.2).contrast > 1.2 * LEAST_CONTRAST


CELL = (24.0, 24.0, 24.0, 90.0, 90.0, 90.0)


def test_a_map_that_may_be_overwritten_holds_the_answer():
    data = np.random.default_rng(1).standard_normal((24, 24, 24), dtype=np.float32)
    kept, given = data.copy(), data.copy()
    apart = local_variance(kept, CELL, 3.0)
    np.testing.assert_array_equal(kept, data)
    assert not np.shares_memory(apart.data, kept)
    in_place = local_variance(given, CELL, 3.0, overwrite=True)
    assert np.shares_memory(in_place.data, given)
    np.testing.assert_array_equal(given, apart.data)
    assert in_place.levels.solvent == apart.levels.solvent
    assert in_place.levels.molecule == apart.levels.molecule


def test_variance_of_a_spectrum_is_that_of_its_map():
    data = np.random.default_rng(1).standard_normal((24, 24, 24), dtype=np.float32) + 3
    spectrum = _core.analyse(data, CELL, 2.5)
    map_ = _core.synthesise(spectrum)
    apart = local_variance(map_ - np.float32(spectrum.mean), CELL, 2.5)
    found = map_variance(spectrum, 2.5)
    np.testing.assert_allclose(found.data, apart.data, rtol=1e-4)
    assert found.fraction == pytest.approx(apart.fraction, rel=1e-4)
    assert map_variance(spectrum, 2.5, radius=3.75).radius == 3.75
