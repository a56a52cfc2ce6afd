"""The filter by a model: against the best_sharpening, incomplete and misplaced models."""

from dataclasses import replace
from importlib import resources

import numpy as np
import pytest
from real_maps import TINY_MAP, TINY_MODEL, TINY_RESOLUTION, present, real

from sharpem import read_map, sharpen
from sharpem.errors import InputError
from sharpem.evaluation.agreement import ModelAgreement
from sharpem.io.model import read_model
from sharpem.maps.density import DensityMap, Placement
from sharpem.methods.model import error_b
from sharpem.simulate import simulate_map

REAL = [
    ("emd_4413/6i5a_box.ccp4.gz", "emd_4413/initial.pdb", 2.3),
    ("emd_3488/emd_3488.mrc.gz", "emd_3488/5ni1_updated.cif", 3.2),
    ("emd_21457/emd_21457_seg.mrc.gz", "emd_21457/6vyb_Ndom.pdb", 3.2),
    ("emd_5185/3j06_no_ligand_box.ccp4.gz", "emd_5185/3j06_no_ligand_box_complete.pdb", 3.3),
    (TINY_MAP, TINY_MODEL, TINY_RESOLUTION),
    ("emd_30342/390_emd_30342_A_z4.mrc.gz", "emd_30342/390_7cec_A.cif", 3.9),
    ("emd_6770/B_no_ligand_box.ccp4.gz", "emd_6770/B_no_ligand_box_complete.pdb", 4.0),
    ("emd_3240/5fn5_box.ccp4.gz", "emd_3240/5fn5_box_complete.pdb.gz", 4.3),
]


@pytest.fixture(scope="module")
def simulated():
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        protein = read_model(path)
    near = np.linalg.norm(protein.positions - protein.centre, axis=1) < 16
    return simulate_map(protein.selected(near), resolution=3.5, b_iso=120.0, box="tight", seed=1)


def cc(simulated, model, **options):
    result = sharpen(simulated.map, resolution=3.5, model=model, **options)
    by_model = ModelAgreement(simulated.map, simulated.model, resolution=3.5)
    return result, by_model.correlation(result.map).cc_mask, by_model.best(simulated.map).cc_mask


def test_error_of_the_model():
    assert error_b(4.0) == pytest.approx(8 * np.pi)


def test_at_least_as_good_as_the_best_b_sharpen(simulated):
    result, found, best_sharpening = cc(simulated, simulated.model)
    assert result.method == "model"
    assert found > best_sharpening - 0.002
    table = result.choice.shells.to_dict()
    assert max(table["cc_star"]) == 1
    assert table["resolution"]["0.143"] < 4.0
    assert result.trials == ()


def test_half_a_model_does_nearly_as_well(simulated):
    half = simulated.model.selected(np.arange(len(simulated.model)) % 100 < 50)
    _, found, best_sharpening = cc(simulated, half)
    assert found > best_sharpening - 0.02


def test_model_partly_outside(simulated):
    shift = np.array([0.55 * simulated.map.cell[0], 0, 0])
    with_copy = simulated.model.positions.copy()
    with_copy[::3] += 2 * shift
    result, found, best_sharpening = cc(simulated, replace(simulated.model, positions=with_copy))
    assert any(
        "33 % of the model's atoms lie outside the map" in w for w in result.verdict.warnings
    )
    assert found > best_sharpening - 0.02


def test_model_elsewhere(simulated):
    with pytest.raises(InputError, match=r"0% of the atoms .* 500 A apart"):
        sharpen(simulated.map, resolution=3.5, model=simulated.model.moved((0, 0, 500)))


def test_model_that_does_not_fit(simulated):
    """A random cloud of atoms off the molecule: they agree at low resolution only."""
    rng = np.random.default_rng(0)
    middle = simulated.model.centre + np.array([18, -18, 18])
    positions = rng.normal(middle, 3.0, simulated.model.positions.shape)
    wrong = replace(simulated.model, positions=positions)
    result = sharpen(simulated.map, resolution=3.5, model=wrong, if_not_applicable="stop")
    assert not result.verdict.applicable
    assert result.map is None
    assert "another molecule" in result.verdict.reasons[0]


def test_model_file_and_report(simulated, tmp_path):
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        protein = read_model(path)
        near = np.linalg.norm(protein.positions - protein.centre, axis=1) < 16
        shift = simulated.model.positions[0] - protein.selected(near).positions[0]
        placed = DensityMap(
            simulated.map.data, simulated.map.cell, Placement(origin_words=tuple(-shift))
        )
        result = sharpen(placed, resolution=3.5, model=path)
    written = result.write(tmp_path / "out")
    assert "Agreement of map and model" in written["report"].read_text(encoding="utf-8")
    assert set(written) == {"map", "json", "report", "chimerax"}


def codes(result):
    return [found.code for found in result.choice.findings]


def test_a_model_off_its_place_is_used_where_it_fits(simulated):
    right, best, _ = cc(simulated, simulated.model)
    result, found, _ = cc(simulated, simulated.model.moved((0.8, 0.8, 0.0)))
    assert codes(right) == []
    assert codes(result) == ["model-misplaced"]
    assert "A from where it fits" in result.verdict.warnings[0]
    assert found == pytest.approx(best, abs=0.003)


def test_atoms_off_their_places_are_no_noise_of_the_map(simulated):
    """Coordinates wrong by 1 A each: the map alone says more than they do."""
    positions = simulated.model.positions
    wrong = positions + np.random.default_rng(0).normal(0, 1.0, positions.shape)
    result, found, best_sharpening = cc(simulated, replace(simulated.model, positions=wrong))
    assert codes(result) == ["model-misplaced"]
    assert found > best_sharpening - 0.005


def test_a_model_without_side_chains_does_not_rule_the_amplitudes(simulated):
    elements = np.array(simulated.model.elements)
    keep = (elements != "C") | (np.cumsum(elements == "C") % 2 == 0)
    result, found, best_sharpening = cc(simulated, simulated.model.selected(keep))
    assert codes(result) == ["model-incomplete"]
    assert "lacks side chains" in result.choice.findings[0].text
    assert not result.verdict.applicable
    assert found > best_sharpening - 0.005


def test_no_atom_scatters(simulated):
    with pytest.raises(InputError, match=r"all \d+ occupancies are 0"):
        replace(simulated.model, occupancies=np.zeros(len(simulated.model)))


@pytest.mark.parametrize(("map_", "model", "resolution"), present(REAL))
def test_real_maps(map_, model, resolution):
    density, atoms = read_map(real(map_)), read_model(real(model))
    by_model = ModelAgreement(density, atoms, resolution=resolution)
    result = sharpen(density, resolution=resolution, model=atoms)
    found, best_sharpening = (
        by_model.correlation(result.map).cc_mask,
        by_model.best(density).cc_mask,
    )
    assert found > best_sharpening - 0.002
