"""The measure: on maps whose answer is known, and against an independent program."""

from dataclasses import replace
from importlib import resources

import numpy as np
import pytest
from real_maps import TINY_MAP, TINY_MODEL, present, real

from sharpem import _core
from sharpem.errors import InputError
from sharpem.evaluation.agreement import ModelAgreement, best_b_sharpen, map_model_cc
from sharpem.io.model import read_model
from sharpem.io.mrc import read_map
from sharpem.maps.density import DensityMap, Placement
from sharpem.simulate import simulate_map
from sharpem.spectra.filters import SharpenBlur

# Map and model, resolution, correlation as it is, the best one and its b_sharpen in steps of 10:
# computed with numpy.fft and gemmi alone, waters kept.
INDEPENDENT = [
    (("emd_3488/emd_3488.mrc.gz", "emd_3488/5ni1_updated.cif"), 3.2, 0.8141, (0.8225, -30)),
    ((TINY_MAP, TINY_MODEL), 3.8, 0.7005, (0.7055, 30)),
    (
        ("emd_6770/B_no_ligand_box.ccp4.gz", "emd_6770/B_no_ligand_box_complete.pdb"),
        4.0,
        0.7309,
        (0.7422, 50),
    ),
]


@pytest.fixture(scope="module")
def blurred():
    """A small map at B = 80 without noise."""
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        protein = read_model(path)
    near = np.linalg.norm(protein.positions - protein.centre, axis=1) < 14
    return simulate_map(protein.selected(near), resolution=3.0, b_iso=80.0, noise=0.0, box="tight")


def test_the_truth_correlates_perfectly(blurred):
    found = map_model_cc(blurred.truth, blurred.model, resolution=3.0)
    assert found.cc_mask == pytest.approx(1, abs=1e-5)
    assert found.cc_box == pytest.approx(1, abs=1e-5)
    assert found.voxels == np.count_nonzero(blurred.mask)


def test_correlation_against_numpy(blurred):
    noise = np.random.default_rng(0).normal(size=blurred.map.shape) * blurred.map.data.std()
    noisy = blurred.map.with_data(blurred.map.data + noise)
    cut = [_core.synthesise(_core.analyse(m.data, m.cell, 3.0)) for m in (noisy, blurred.truth)]
    found = map_model_cc(noisy, blurred.model, resolution=3.0)
    inside = np.corrcoef(*(data[blurred.mask] for data in cut))[0, 1]
    assert found.cc_mask == pytest.approx(inside, abs=1e-5)
    assert found.cc_box == pytest.approx(np.corrcoef(*(d.ravel() for d in cut))[0, 1], abs=1e-5)


def test_scale_and_offset_do_not_matter(blurred):
    plain = map_model_cc(blurred.map, blurred.model, resolution=3.0)
    scaled = map_model_cc(
        blurred.map.with_data(7 * blurred.map.data + 3), blurred.model, resolution=3.0
    )
    assert scaled.cc_mask == pytest.approx(plain.cc_mask, abs=1e-5)


def test_the_best_b_sharpen_finds_the_b_that_was_put_in(blurred):
    plain = map_model_cc(blurred.map, blurred.model, resolution=3.0)
    found = best_b_sharpen(blurred.map, blurred.model, resolution=3.0)
    assert found.b_sharpen == pytest.approx(80, abs=8)  # the filter ends softly at the resolution
    assert found.cc_mask > plain.cc_mask
    assert not found.at_end
    assert found.cc_mask == max(cc for _, cc in found.trials)
    assert [b for b, _ in found.trials] == sorted(b for b, _ in found.trials)


def test_best_b_sharpen_of_another_family(blurred):
    by_model = ModelAgreement(blurred.map, blurred.model, resolution=3.0)
    found = by_model.best(blurred.map, family=lambda b: SharpenBlur(b, d_cut=0.5))
    assert found.b_sharpen == pytest.approx(80, abs=1)
    assert found.cc_mask == pytest.approx(1, abs=1e-4)


def test_best_b_sharpen_at_the_end_of_its_range(blurred):
    by_model = ModelAgreement(blurred.map, blurred.model, resolution=3.0)
    assert by_model.best(blurred.map, b_range=(-100.0, 0.0)).at_end


def test_fsc_with_the_model(blurred):
    by_model = ModelAgreement(blurred.map, blurred.model, resolution=3.0)
    s, fsc = by_model.fsc(blurred.truth)
    assert s[-1] <= 1 / by_model.fsc_limit
    inside = s <= 1 / 3.0  # where the truth ends
    np.testing.assert_allclose(fsc[inside], 1, atol=1e-3)
    assert by_model.fsc(blurred.map).value.min() > 0.99


def test_origin_of_the_map_counts(blurred):
    shift = (11.0, -20.0, 7.5)
    moved = replace(blurred.map, placement=Placement(origin_words=shift))
    here = map_model_cc(blurred.map, blurred.model, resolution=3.0)
    model = blurred.model.moved(np.array(shift) - blurred.map.origin)
    there = map_model_cc(moved, model, resolution=3.0)
    assert there.cc_mask == pytest.approx(here.cc_mask, abs=1e-4)


def test_model_outside_the_map(blurred):
    with pytest.raises(InputError, match=r"0% of the atoms .* centres are 200 A apart"):
        map_model_cc(blurred.map, blurred.model.moved((0, 200, 0)), resolution=3.0)


def test_atoms_outside_the_map_are_left_out(blurred):
    k = blurred.map.shape[0] // 2
    data = np.ascontiguousarray(blurred.map.data[k:])
    a, b, c, *angles = blurred.map.cell
    half = DensityMap(data, (a, b, c * len(data) / blurred.map.shape[0], *angles))
    model = blurred.model.moved([0, 0, -k * blurred.map.voxel_size[2]])
    model = model.moved(-np.array(blurred.map.origin))
    found = map_model_cc(half, model, resolution=3.0)
    inside = model.selected(model.positions[:, 2] >= -1)
    assert len(inside) < 0.7 * len(model)
    assert found == map_model_cc(half, inside, resolution=3.0)


def test_crystals_wrap_around(blurred):
    crystal = replace(blurred.map, placement=Placement(space_group=19))
    moved = blurred.model.moved((blurred.map.cell[0], 0, 0))
    here = map_model_cc(crystal, blurred.model, resolution=3.0)
    assert map_model_cc(crystal, moved, resolution=3.0).cc_mask == pytest.approx(here.cc_mask)


def test_resolution_beyond_the_grid(blurred):
    with pytest.raises(InputError, match="twice the voxel size"):
        map_model_cc(blurred.map, blurred.model, resolution=1.5)


@pytest.mark.parametrize("resolution", [3.0, 2.0])  # 2.0: the FSC ends there too
def test_one_transform_gives_what_two_gave(blurred, resolution):
    by_model = ModelAgreement(blurred.map, blurred.model, resolution=resolution)
    found = by_model.agreement(blurred.map)
    assert found.correlation == by_model.correlation(blurred.map)
    for curve, masked in ((found.fsc, True), (found.fsc_box, False)):
        alone = by_model.fsc(blurred.map, masked=masked)
        np.testing.assert_array_equal(curve.value, alone.value)


def test_another_grid_is_refused(blurred):
    by_model = ModelAgreement(blurred.map, blurred.model, resolution=3.0)
    other = DensityMap.from_array(np.ascontiguousarray(blurred.map.data[1:]), 1.0)
    with pytest.raises(InputError, match="different grids"):
        by_model.correlation(other)


@pytest.mark.parametrize(("names", "resolution", "cc", "best"), present(INDEPENDENT))
def test_agrees_with_an_independent_program(names, resolution, cc, best):
    density = read_map(real(names[0]))
    model = read_model(real(names[1]), waters=True)
    by_model = ModelAgreement(density, model, resolution=resolution)
    assert by_model.correlation(density).cc_mask == pytest.approx(cc, abs=1e-3)
    found = by_model.best(density)
    assert found.cc_mask == pytest.approx(best[0], abs=1e-3)
    assert found.b_sharpen == pytest.approx(best[1], abs=10)
