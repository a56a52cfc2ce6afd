"""Model maps against direct summation over atoms; simulated maps against what was asked for."""

from dataclasses import replace
from importlib import resources

import gemmi
import numpy as np
import pytest

from sharpem import _core
from sharpem.analysis.model_map import atom_mask, model_map
from sharpem.errors import InputError
from sharpem.evaluation.agreement import map_model_cc
from sharpem.io.model import read_model
from sharpem.maps.density import DensityMap
from sharpem.simulate import displacements, local_b, shaken, simulate_map
from sharpem.spectra.reference import reference_curve

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


def test_each_atom_has_its_b(peptide):
    first = np.arange(len(peptide)) < len(peptide) // 3
    b = np.where(first, 20.0, 90.0)
    grid = ((60, 56, 52), CELL, ORIGIN)
    together = model_map(peptide, grid, d_min=2.5, b_iso=b)
    parts = [
        model_map(peptide.selected(mask), grid, d_min=2.5, b_iso=value)
        for mask, value in ((first, 20.0), (~first, 90.0))
    ]
    np.testing.assert_allclose(together, sum(parts), atol=2e-4 * np.abs(together).max())


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


def test_the_model_stays_and_the_map_is_put_around_it(peptide):
    found = simulate_map(peptide, resolution=4.0, b_iso=0.0, noise=0.0, voxel_size=1.3, padding=6)
    assert found.model is peptide
    density = found.map
    assert density.origin == pytest.approx(np.array(density.placement.nstart) * 1.3)
    assert density.placement.origin_words == pytest.approx(density.origin)
    middle = np.array(density.origin) + np.array(density.cell[:3]) / 2
    np.testing.assert_allclose(middle, peptide.centre, atol=0.65 + 1e-9)
    assert min(density.cell[:3]) >= peptide.extent.max() + 12
    assert map_model_cc(density, peptide, resolution=4.0).cc_mask > 0.99


@pytest.mark.parametrize("degrees", [40.0, 90.0])
def test_phase_errors_grow_with_resolution(protein, degrees):
    options = {"resolution": 3.0, "b_iso": 60.0, "noise": 0.0, "box": "tight"}
    clean = simulate_map(protein, **options).map
    turned = simulate_map(protein, phase_error=degrees, seed=4, **options).map
    for s in (0.15, 0.25, 1 / 3):
        sigma = np.radians(degrees) * s * 3.0
        found = correlation(clean, turned, s - 0.01, s + 0.01)
        assert found == pytest.approx(np.exp(-(sigma**2) / 2), abs=0.03)
    powers = [
        _core.shell_sums(_core.analyse(m.data, m.cell, 3.0), [0.2, 0.3]).power
        for m in (clean, turned)
    ]
    np.testing.assert_allclose(*powers, rtol=1e-4)


def test_local_b(protein):
    radial = local_b(protein, 20, 180)
    distance = np.linalg.norm(protein.positions - protein.centre, axis=1)
    assert (radial.min(), radial.max()) == (20, 180)
    assert radial.argmin() == distance.argmin()
    along = local_b(protein, 50, 10, along="z")
    assert np.corrcoef(along, protein.positions[:, 2])[0, 1] == pytest.approx(-1)
    with pytest.raises(InputError, match="along 'w', expected one of radial, x, y, z"):
        local_b(protein, 0, 1, along="w")


def test_a_map_of_local_b_is_sharp_where_b_is_low(protein):
    b = local_b(protein, 20, 180, along="x")
    found = simulate_map(protein, resolution=3.0, b_iso=b, noise=0.0, box="tight")
    assert found.b_iso == pytest.approx(b.mean())
    low = protein.positions[:, 0] < protein.centre[0]
    sharp, blurred = (
        map_model_cc(found.map, protein.selected(half), resolution=3.0).cc_mask
        for half in (low, ~low)
    )
    assert sharp > blurred + 0.03


@pytest.mark.parametrize("length", [0.0, 6.0])
def test_shaken_models(protein, length):
    wrong = shaken(protein, 1.5, length=length, seed=2)
    shifts = wrong.positions - protein.positions
    assert np.sqrt((shifts**2).sum(axis=1).mean()) == pytest.approx(1.5)
    np.testing.assert_allclose(shifts.mean(axis=0), 0, atol=0.1 if length == 0 else 1.2)
    near = np.linalg.norm(protein.positions[1:] - protein.positions[:-1], axis=1) < 2
    together = np.corrcoef(shifts[:-1][near].ravel(), shifts[1:][near].ravel())[0, 1]
    assert (together > 0.9) == (length > 0)
    np.testing.assert_array_equal(
        wrong.positions, shaken(protein, 1.5, length=length, seed=2).positions
    )


def test_neighbours_move_alike_as_asked():
    """The correlation of the shifts falls off as exp(-r^2 / 2 length^2)."""
    one = np.arange(300)[:, None] * [40.0, 0.0, 0.0]
    two = one + np.array([0.0, 3.0, 4.0])
    shifts = displacements(np.concatenate([one, two]), 1.0, length=5.0, seed=1)
    ratio = np.corrcoef(shifts[:300].ravel(), shifts[300:].ravel())[0, 1]
    assert ratio == pytest.approx(np.exp(-0.5), abs=0.06)


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
        ({"phase_error": float("nan")}, "phase error"),
        ({"padding": -1.0}, "padding"),
        ({"voxel_size": 0.01}, r"expected at most 2\^31"),
        ({"voxel_size": 2.5}, "voxel size"),
    ],
)
def test_simulation_refuses(peptide, options, says):
    with pytest.raises(InputError, match=says):
        simulate_map(peptide, resolution=4.0, b_iso=80.0, **options)
