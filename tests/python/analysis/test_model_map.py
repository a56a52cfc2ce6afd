"""Density of a model on a map's grid: against direct summation, and which atoms are in a map."""

import gemmi
import numpy as np
import pytest
from real_maps import TINY_MAP, TINY_MODEL, real

from sharpem.analysis.model_map import atom_mask, atoms_inside, fineness, model_map
from sharpem.errors import InputError
from sharpem.io.model import read_model
from sharpem.io.mrc import read_map
from sharpem.maps.model import Model

GRID = ((20, 24, 28), (28.0, 24.0, 20.0, 90.0, 90.0, 90.0), (5.0, -3.0, 2.0))


@pytest.fixture
def model():
    positions = np.random.default_rng(0).uniform(8, 16, size=(12, 3)) + GRID[2]
    elements = ("C", "N", "O", "S") * 3
    return Model(positions, elements, np.full(12, 0.5), np.zeros(12), 100.0, 120.0)


@pytest.mark.parametrize("xray", [False, True])
def test_terms_are_sums_over_atoms(model, xray):
    """F(h) = sum of occupancy f(s) exp(-B s^2 / 4) exp(2 pi i h x), f of gemmi's tables."""
    b = np.linspace(20, 60, 12)
    data = model_map(model, GRID, d_min=3.0, b_iso=b, xray=xray).astype(float)
    found = np.conj(np.fft.fftn(data)).T * 28 * 24 * 20 / data.size  # (h, k, l)
    for h in [(1, 0, 0), (2, -1, 3), (0, 4, -2), (-5, 3, 1)]:
        s2 = ((np.array(h) / GRID[1][:3]) ** 2).sum()
        f = [_factor(name, s2 / 4, xray) for name in model.elements]
        phase = 2 * np.pi * (model.positions - GRID[2]) @ (np.array(h) / GRID[1][:3])
        expected = (0.5 * np.array(f) * np.exp(-b * s2 / 4) * np.exp(1j * phase)).sum()
        assert found[h] == pytest.approx(expected, rel=5e-3, abs=0.02)


def _factor(name, stol2, xray):
    element = gemmi.Element(name)
    return (element.it92 if xray else element.c4322).calculate_sf(stol2)


def test_terms_beyond_the_limit_are_zero(model):
    terms = np.abs(np.fft.fftn(model_map(model, GRID, d_min=4.0)))
    assert terms[0, 0, 8] < 1e-4 * terms[0, 0, 1]  # 28 / 8 = 3.5 A


def test_mask_is_within_the_radius_of_an_atom():
    grid = ((20, 20, 20), (20.0, 20.0, 20.0, 90.0, 90.0, 90.0), (1.0, 2.0, 3.0))
    one = Model(np.array([[11.0, 12.0, 4.0]]), ("C",), np.ones(1), np.zeros(1), 12.0, 15.0)
    z, y, x = np.indices(grid[0])
    dz = np.minimum(abs(z - 1), 20 - abs(z - 1))  # the box is periodic
    expected = (x - 10) ** 2 + (y - 10) ** 2 + dz**2 < 3.0**2
    disagree = atom_mask(one, grid, 3.0) != expected
    assert np.all(((x - 10) ** 2 + (y - 10) ** 2 + dz**2)[disagree] == 9)


def test_atoms_of_the_tiny_map_are_in_it_and_elsewhere_they_are_not():
    density, atoms = read_map(real(TINY_MAP)), read_model(real(TINY_MODEL))
    assert atoms_inside(atoms, density) is atoms
    half = atoms_inside(atoms.moved((20.0, 0, 0)), density)
    assert 0.2 < len(half) / len(atoms) < 0.8
    with pytest.raises(InputError, match=r"0% of the atoms lie in the map .* 100 A apart"):
        atoms_inside(atoms.moved((0, 0, 100.0)), density)


def test_fine_grids_are_fine_enough():
    assert fineness(1.0, 3.0) == 1
    assert fineness(1.3, 3.0) == 2


@pytest.mark.parametrize("d_min", [0.0, -1.0, float("nan")])
def test_limits_that_are_refused(model, d_min):
    with pytest.raises(InputError, match="expected a positive number"):
        model_map(model, GRID, d_min=d_min)
