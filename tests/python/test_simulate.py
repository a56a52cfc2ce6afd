"""Model maps against direct summation over atoms; simulated maps against what was asked for."""

from dataclasses import replace
from importlib import resources

import gemmi
import numpy as np
import pytest

from sharpem import _core
from sharpem.density import DensityMap
from sharpem.errors import InputError
from sharpem.io.model import read_model
from sharpem.modelmap import atom_mask, model_map
from sharpem.reference import reference_curve
from sharpem.simulate import simulate_map

CELL = (40.0, 44.0, 47.0, 85.0, 100.0, 95.0)
ORIGIN = (3.3, -7.1, 12.0)


@pytest.fixture(scope="module")
def protein():
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        return read_model(path)


@pytest.fixture(scope="module")
def peptide(protein):
    """A small globule, in the middle of CELL placed at ORIGIN."""
    near = np.linalg.norm(protein.positions - protein.centre, axis=1) < 8
    part = protein.selected(near)
    middle = gemmi.UnitCell(*CELL).orthogonalize(gemmi.Fractional(0.5, 0.5, 0.5)).tolist()
    return part.moved(np.array(middle) + ORIGIN - part.centre)


def direct_sum(model, indices, b_iso=0.0, *, xray=False):
    """Structure factors by summing over atoms, independent of any grid."""
    cell = gemmi.UnitCell(*CELL)
    fractions = (model.positions - ORIGIN) @ np.array(cell.frac.mat.tolist()).T
    answer = []
    for index in indices:
        stol2 = cell.calculate_1_d2(index) / 4
        table = {}
        for name in set(model.elements):
            element = gemmi.Element(name)
            table[name] = (element.it92 if xray else element.c4322).calculate_sf(stol2)
        f = np.array([table[name] for name in model.elements]) * np.exp(-b_iso * stol2)
        answer.append((f * model.occupancies * np.exp(2j * np.pi * fractions @ index)).sum())
    return np.array(answer)


def some_indices(d_min, count=200):
    cell = gemmi.UnitCell(*CELL)
    rng = np.random.default_rng(5)
    found = []
    while len(found) < count:
        index = rng.integers(-20, 21, 3)
        if 0 < cell.calculate_1_d2(index.tolist()) < 0.99 / d_min**2:
            found.append(index.tolist())
    return found


@pytest.mark.parametrize(
    ("shape", "d_min", "b_iso", "xray"),
    [
        ((60, 56, 52), 3.0, 0.0, False),
        ((60, 56, 52), 3.0, 90.0, True),
        ((48, 44, 40), 2.2, 0.0, False),  # close to the grid's limit: put on a finer one inside
    ],
)
def test_model_map_against_direct_sum(peptide, shape, d_min, b_iso, xray):
    peptide = replace(peptide, occupancies=np.linspace(0.3, 1, len(peptide)))
    data = model_map(peptide, (shape, CELL, ORIGIN), d_min=d_min, b_iso=b_iso, xray=xray)
    assert data.dtype == np.float32
    assert data.shape == shape
    indices = some_indices(d_min)
    terms = np.fft.fftn(data.astype(float)) / data.size * gemmi.UnitCell(*CELL).volume
    found = np.conj([terms[tuple(index[::-1])] for index in indices])
    expected = direct_sum(peptide, indices, b_iso, xray=xray)
    assert np.abs(found - expected).max() < 3e-4 * np.sqrt(np.mean(np.abs(expected) ** 2))


def test_model_map_ends_at_d_min(peptide):
    data = model_map(peptide, ((60, 56, 52), CELL, ORIGIN), d_min=4.0)
    beyond = _core.shell_sums(_core.analyse(data, CELL, 0.0), [0.251, 0.5])
    inside = _core.shell_sums(_core.analyse(data, CELL, 0.0), [0.2, 0.25])
    assert beyond.power[0] < 1e-9 * inside.power[0]


def test_model_map_is_periodic(peptide):
    grid = ((60, 56, 52), CELL, ORIGIN)
    voxel = np.array(CELL[0]) / 52
    moved = model_map(peptide.moved((20 * voxel, 0, 0)), grid, d_min=3.0)
    still = model_map(peptide, grid, d_min=3.0)
    np.testing.assert_allclose(moved, np.roll(still, 20, axis=2), atol=1e-3 * still.max())


def test_model_map_on_the_grid_of_a_map(peptide):
    like = DensityMap(np.zeros((60, 56, 52), np.float32), CELL)
    here = peptide.moved(-np.array(ORIGIN))
    np.testing.assert_array_equal(
        model_map(here, like, d_min=3.0),
        model_map(here, (like.shape, CELL, (0.0, 0.0, 0.0)), d_min=3.0),
    )


def test_model_map_refuses(peptide):
    with pytest.raises(InputError, match="d_min"):
        model_map(peptide, ((60, 56, 52), CELL, ORIGIN), d_min=0)


def test_atom_mask_against_distances(peptide):
    like = DensityMap(np.zeros((24, 22, 20), np.float32), CELL)
    here = peptide.moved(-np.array(ORIGIN))
    k, j, i = np.indices(like.shape)
    voxels = np.stack([i, j, k], axis=-1) @ like.voxel_axes.T
    nearest = np.full(like.shape, np.inf)
    for position in here.positions:
        nearest = np.minimum(nearest, np.linalg.norm(voxels - position, axis=-1))
    clear = np.abs(nearest - 3.0) > 1e-3
    np.testing.assert_array_equal(atom_mask(here, like)[clear], (nearest < 3.0)[clear])


def correlation(one, two, low, high):
    spectra = [_core.analyse(m.data, m.cell, 0.0) for m in (one, two)]
    sums = _core.cross_sums(*spectra, [low, high])
    return float(sums.cross[0] / np.sqrt(sums.power_1[0] * sums.power_2[0]))


@pytest.mark.parametrize(
    "options",
    [{"b_iso": 80.0}, {"b_iso": 150.0, "noise_b": 60.0}, {"b_iso": 60.0, "sharpened_by": 60.0}],
)
def test_half_maps_fsc_at_the_resolution(protein, options):
    found = simulate_map(protein, resolution=3.0, half_maps=True, seed=3, **options)
    s = 1 / 3.0
    assert correlation(*found.half_maps, s - 0.008, s + 0.008) == pytest.approx(0.143, abs=0.02)
    assert correlation(*found.half_maps, 0.08, 0.12) > 0.9


def test_noise_scales_the_half_maps_fsc(protein):
    found = simulate_map(protein, resolution=3.0, b_iso=80.0, noise=0.25, half_maps=True)
    s = 1 / 3.0
    expected = 1 / (1 + 0.25 * (1 / 0.143 - 1))
    assert correlation(*found.half_maps, s - 0.008, s + 0.008) == pytest.approx(expected, abs=0.03)


def test_noise_of_the_two_references(peptide):
    def noise(**options):
        noisy = simulate_map(peptide, resolution=4.0, b_iso=80.0, **options)
        clean = simulate_map(peptide, resolution=4.0, b_iso=80.0, noise=0.0)
        return noisy.map.data - clean.map.data, noisy.mask.mean()

    in_box, _ = noise()
    in_mask, share = noise(fsc_reference="mask")
    np.testing.assert_allclose(in_mask, in_box / np.sqrt(share), atol=1e-4 * in_mask.max())


def test_same_seed_same_map(peptide):
    def made(**options):
        return simulate_map(peptide, resolution=4.0, b_iso=80.0, **options).map.data

    np.testing.assert_array_equal(made(seed=1), made(seed=1, half_maps=True))
    assert np.abs(made(seed=1) - made(seed=2)).max() > 0


def test_map_is_the_mean_of_independent_halves(peptide):
    found = simulate_map(peptide, resolution=4.0, b_iso=80.0, half_maps=True, noise=50.0)
    one, two = (half.data for half in found.half_maps)
    np.testing.assert_allclose(found.map.data, (one + two) / 2, atol=1e-5 * one.max())
    assert abs(np.corrcoef(one.ravel(), two.ravel())[0, 1]) < 0.35


def wilson_b(density, d_min, *, anisotropic=False):
    spectrum = _core.analyse(density.data, density.cell, d_min)
    return _core.fit_wilson(spectrum, *reference_curve(), d_min=d_min, anisotropic=anisotropic)


def test_anisotropy_is_added_without_its_mean(protein):
    tensor = (60.0, 0.0, -30.0, 15.0, 0.0, -10.0)
    options = {"resolution": 3.0, "b_iso": 100.0, "noise": 0.0, "box": "tight"}
    plain = np.array(wilson_b(simulate_map(protein, **options).map, 3.0, anisotropic=True).b)
    bent = simulate_map(protein, anisotropy=tensor, **options)
    found = np.array(wilson_b(bent.map, 3.0, anisotropic=True).b) - plain
    np.testing.assert_allclose(found, np.array(tensor) - [10, 10, 10, 0, 0, 0], atol=1.0)


def test_sharpened_before(protein):
    options = {"resolution": 3.0, "b_iso": 100.0, "noise": 0.0, "box": "tight"}
    plain = simulate_map(protein, **options)
    sharp = simulate_map(protein, sharpened_by=70.0, **options)
    assert (plain.b_iso, sharp.b_iso) == (100.0, 30.0)
    fall = wilson_b(plain.map, 3.0).b_iso - wilson_b(sharp.map, 3.0).b_iso
    assert fall == pytest.approx(70, abs=0.5)


def test_boxes(peptide):
    full = simulate_map(peptide, resolution=4.0, b_iso=80.0)
    tight = simulate_map(peptide, resolution=4.0, b_iso=80.0, box="tight", voxel_size=1.1)
    cut = simulate_map(peptide, resolution=4.0, b_iso=80.0, box="cut", voxel_size=1.1)
    assert len(set(full.map.shape)) == 1
    assert full.map.cell[0] >= max(1.5 * peptide.extent.max(), peptide.extent.max() + 16)
    assert tight.map.voxel_size == pytest.approx((1.1,) * 3)
    assert np.all(np.array(tight.map.cell[:3]) >= peptide.extent + 16)
    outside = ~atom_mask(cut.model, cut.map, 4.5)
    assert np.all(cut.map.data[outside] == 0)
    np.testing.assert_array_equal(cut.map.data[~outside], tight.map.data[~outside])


def test_mask_and_truth_stand_at_the_model(peptide):
    found = simulate_map(peptide, resolution=3.0, b_iso=0.0, noise=0.0)
    np.testing.assert_array_equal(found.mask, atom_mask(found.model, found.map))
    assert found.truth.data[found.mask].mean() > 10 * found.truth.data[~found.mask].mean()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"box": "round"}, "box"),
        ({"fsc_reference": "shell"}, "fsc_reference"),
        ({"noise": -1.0}, "noise"),
        ({"voxel_size": 2.5}, "voxel size"),
    ],
)
def test_simulation_refuses(peptide, options, says):
    with pytest.raises(InputError, match=says):
        simulate_map(peptide, resolution=4.0, b_iso=80.0, **options)
