"""The reference curve and the physical B scale."""

from pathlib import Path

import numpy as np
import pytest
from real_maps import DEMO_MODEL, present, real

from sharpem import _core
from sharpem.analysis.model_map import model_map
from sharpem.errors import InputError
from sharpem.io.model import read_model
from sharpem.simulate import simulate_map
from sharpem.spectra.reference import fit_overall_b, fold_modes, ln_reference, reference_curve

# Largest error of B (A^2) that a model may show: twice the rms that is allowed over many models.
LIMITS = {2.0: 2.0, 2.5: 4.0, 3.0: 8.0, 3.5: 16.0, 4.0: 22.0, 4.5: 30.0}
MODELS = [
    DEMO_MODEL,
    "emd_3488/5ni1_updated.cif",
    "emd_21457/6vyb_Ndom.pdb",
    "xray_3io0/after.pdb",
]
JUDGES = {
    *("3ajo", "6i5a", "5ni1", "5me2", "6vyb", "3j06", "5tj6", "3j63", "7cec", "5xsy", "5fn5"),
    *("2h6o", "3io0", "1rge", "1rgf", "1rgg", "1rgh"),
}
ROOT = Path(__file__).parents[3]

S = np.arange(0.05, 0.5, 0.004)


def test_table():
    s, electron = reference_curve()
    _, xray = reference_curve(xray=True)
    assert s[0] == 0.02
    assert s[-1] == 0.8
    assert s.shape == electron.shape == xray.shape
    assert np.all(np.diff(s) > 0)
    assert fold_modes(s).shape[0] >= 4
    assert fold_modes(s).shape[1] == s.size


def test_the_core_has_the_same_table():
    for ours, its in zip(reference_curve(), _core.typical_protein(), strict=True):
        np.testing.assert_array_equal(ours, its)


def test_electrons_fall_off_faster_than_xrays_at_low_angles():
    near, far = ln_reference([0.1, 0.5])
    near_x, far_x = ln_reference([0.1, 0.5], xray=True)
    assert near - far > near_x - far_x


def test_shape_of_a_protein_spectrum():
    """Minimum near 6 A and maximum near 4.7 A: helices and sheets."""
    s = np.arange(0.14, 0.24, 0.001)
    values = ln_reference(s)
    assert 0.15 < s[np.argmin(values[:50])] < 0.19
    assert 0.195 < s[np.argmax(values)] < 0.235


def test_constant_beyond_the_table():
    np.testing.assert_array_equal(ln_reference([0.0, 0.01]), ln_reference(0.02))
    np.testing.assert_array_equal(ln_reference([0.9]), ln_reference([0.8]))


def test_no_judge_is_in_the_set():
    text = (ROOT / "tools" / "reference_structures.txt").read_text().lower()
    rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    assert len(rows) > 60
    assert not {row[0][:4] for row in rows} & JUDGES


@pytest.mark.parametrize("b_iso", [-50.0, 0.0, 130.0])
@pytest.mark.parametrize("xray", [False, True])
def test_fit_recovers_what_was_put_in(b_iso, xray):
    ln_power = 3.0 + ln_reference(S, xray=xray) - b_iso * S**2 / 2
    found = fit_overall_b(S, ln_power, 0.01, d_min=2.5, xray=xray)
    assert found.b_iso == pytest.approx(b_iso, abs=1e-6)
    assert found.ln_scale == pytest.approx(3.0, abs=1e-6)


def test_common_differences_between_proteins_matter_little():
    """A typical bump is known not to be a fall-off: generalised, not plain, least squares."""
    bump = 2 * fold_modes(S)[0]
    used = (S > 1 / 11) & (S < 1 / 3.5)
    design = np.stack([np.ones(used.sum()), -0.5 * S[used] ** 2], axis=1)
    plain = np.linalg.lstsq(design, bump[used], rcond=None)[0][1]
    found = fit_overall_b(S, ln_reference(S) + bump, 0.0, d_min=3.5)
    assert abs(found.b_iso) < 0.5 * abs(plain)


def test_error_grows_with_resolution_and_variance():
    errors = [fit_overall_b(S, ln_reference(S), 0.0, d_min=d).error for d in LIMITS]
    assert np.all(np.diff(errors) > 0)
    assert 0.3 < errors[0] < 2
    assert 8 < errors[-1] < 40
    noisy = fit_overall_b(S, ln_reference(S), 1.0, d_min=2.0).error
    assert noisy > errors[0]


def test_width_of_shells_matters_little():
    fine = np.arange(0.05, 0.5, 0.002)
    errors = [fit_overall_b(s, ln_reference(s), 0.0, d_min=3.0).error for s in (S, fine)]
    assert errors[1] == pytest.approx(errors[0], rel=0.15)


def test_shells_that_are_not_finite_are_left_out():
    ln_power = ln_reference(S)
    ln_power[40] = -np.inf
    assert fit_overall_b(S, ln_power, 0.0, d_min=3.0).b_iso == pytest.approx(0, abs=1e-6)


def test_too_few_shells():
    with pytest.raises(InputError, match="resolution shells from 11 to 10 A"):
        fit_overall_b(S, ln_reference(S), 0.0, d_min=10.0)


def power(data, cell, d_min):
    edges = np.arange(0.0075, 1 / d_min + 0.01, 0.01)
    sums = _core.shell_sums(_core.analyse(data, cell, 0.97 * d_min), edges)
    return sums.s, np.log(sums.power / sums.terms), 2.0 / sums.terms


@pytest.mark.parametrize("name", present(MODELS))
def test_model_maps_read_their_b(name):
    model = read_model(real(name))
    for resolution, limit in LIMITS.items():
        found = []
        for b_iso in (0.0, 100.0, 200.0):
            made = simulate_map(model, resolution=resolution, b_iso=b_iso, noise=0.0, box="tight")
            fit = fit_overall_b(*power(made.map.data, made.map.cell, resolution), d_min=resolution)
            found.append(fit.b_iso - b_iso)
        assert abs(found[0]) < limit
        assert np.ptp(found) < 0.5 + 0.06 * limit, "the error depends on B"


@pytest.mark.parametrize("name", present([DEMO_MODEL, MODELS[-1]]))
def test_xray_maps_read_their_b(name):
    model = read_model(real(name))
    model = model.moved(8 - model.positions.min(axis=0))
    nx, ny, nz = (int(np.ceil(x)) + 16 for x in model.extent)
    cell = (float(nx), float(ny), float(nz), 90.0, 90.0, 90.0)
    grid = ((nz, ny, nx), cell, (0.0, 0.0, 0.0))
    data = model_map(model, grid, d_min=2.4, b_iso=60.0, xray=True)
    assert fit_overall_b(*power(data, cell, 2.5), d_min=2.5, xray=True).b_iso == pytest.approx(
        60, abs=LIMITS[2.5]
    )


def test_the_table_of_nucleic_acid():
    """Base pairs stack every 3.4 A: a maximum where proteins have none."""
    s = np.arange(0.24, 0.34, 0.002)
    assert 0.26 < s[np.argmax(ln_reference(s, nucleic=1.0) - ln_reference(s))] < 0.33
    assert fold_modes(s, nucleic=1.0).shape == fold_modes(s).shape
    assert fold_modes(s, nucleic=0.5).shape[0] == 2 * fold_modes(s).shape[0]


def test_powers_of_protein_and_nucleic_acid_add_by_mass():
    found = np.exp(ln_reference(S, nucleic=0.3))
    expected = 0.7 * np.exp(ln_reference(S)) + 0.3 * np.exp(ln_reference(S, nucleic=1.0))
    np.testing.assert_allclose(found, expected)
    np.testing.assert_array_equal(ln_reference(S, nucleic=None), ln_reference(S))


@pytest.mark.parametrize("nucleic", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("xray", [False, True])
def test_fit_recovers_b_of_mixtures(nucleic, xray):
    ln_power = ln_reference(S, xray=xray, nucleic=nucleic) - 60.0 * S**2 / 2
    found = fit_overall_b(S, ln_power, 0.01, d_min=3.0, xray=xray, nucleic=nucleic)
    assert found.b_iso == pytest.approx(60.0, abs=1e-6)
    as_protein = fit_overall_b(S, ln_power, 0.01, d_min=3.0, xray=xray)
    assert abs(as_protein.b_iso - 60.0) > 0.2


def test_what_is_not_known_of_the_composition_is_in_the_error():
    ln_power = ln_reference(S, nucleic=1.0) - 60.0 * S**2 / 2
    for d_min in (2.0, 3.0, 4.5):
        known = fit_overall_b(S, ln_power, 0.0, d_min=d_min)
        unknown = fit_overall_b(S, ln_power, 0.0, d_min=d_min, nucleic=None)
        assert unknown.b_iso == known.b_iso
        assert unknown.error == pytest.approx(np.hypot(known.error, unknown.spread))
        assert abs(unknown.b_iso - 60.0) < 2.5 * unknown.error


@pytest.mark.parametrize("d_min", [2.0, 2.5, 3.0])
def test_data_tell_protein_from_nucleic_acid(d_min):
    protein, nucleic = (
        fit_overall_b(S, ln_reference(S, nucleic=f), 0.01, d_min=d_min, nucleic=None)
        for f in (0.0, 1.0)
    )
    assert protein.for_nucleic < 0
    assert nucleic.for_nucleic > 0
    assert protein.spread < nucleic.spread


def test_no_judge_of_nucleic_acid_is_in_the_set():
    text = (ROOT / "tools" / "reference_nucleic_structures.txt").read_text().lower()
    rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    assert len(rows) > 20
    held_out = {"3jbv", "4qk8", "4qlm", "5k7c", "1xjr", "6tna", "5lj3"}
    held_out |= {"8srp", "7pbl", "3mht", "6mig", "1tuq"}
    assert not {row[0] for row in rows} & held_out
