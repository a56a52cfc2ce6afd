"""Six B's: found, and removed only as far as they are the map's and not chance."""

from dataclasses import replace

import numpy as np
import pytest
from real_maps import DEMO_MODEL, real

from sharpem import _core
from sharpem.analysis.anisotropy import read_fall_off, signal_and_noise
from sharpem.analysis.molecular_volume import MolecularVolume
from sharpem.io.model import read_model
from sharpem.simulate import simulate_map
from sharpem.spectra.shells import shell_table

RESOLUTION = 3.5
TENSOR = (40.0, -20.0, -20.0, 0.0, 0.0, 0.0)


def analysed(**options):
    made = simulate_map(
        read_model(real(DEMO_MODEL)), resolution=RESOLUTION, b_iso=80.0, box="tight", **options
    )
    spectrum = _core.analyse(made.map.data, made.map.cell, 0.833 * RESOLUTION)
    return made.map, spectrum, shell_table(spectrum)


@pytest.fixture(scope="module")
def stretched():
    return analysed(noise=0.1, anisotropy=TENSOR, seed=2)


def volume(angstrom3):
    return MolecularVolume(0.2, angstrom3, "estimated")


def read(analysed_map, noise=None, size=None):
    """How the amplitudes fall off; `size` in A^3 where anisotropy is to be removed."""
    density, spectrum, shells = analysed_map
    room = None if size is None else volume(size)
    return read_fall_off(density, spectrum, shells.with_noise(noise), limit=RESOLUTION, volume=room)


def test_the_tensor_is_found(stretched):
    found = read(stretched).anisotropy
    deviation = np.array(found.b_cartesian[:3]) - found.b_iso
    np.testing.assert_allclose(deviation, TENSOR[:3], atol=15)  # folds have one of their own


def test_noise_that_does_not_fit_is_left_out_of_account(stretched):
    found = read(stretched, noise=100 * stretched[2].power)
    assert found.shells.noise is None
    assert found.anisotropy == read(stretched).anisotropy


def removed(size):
    """What is removed from a map thought to hold so many A^3 of molecule."""
    return read(analysed(noise=0.1, anisotropy=TENSOR, seed=2), size=size).removed


def test_a_large_molecule_says_more_than_a_small_one():
    large, small = removed(3e4), removed(300.0)
    assert small.spread < 0.5 * large.spread
    assert large.spread > 10  # not all of 60: without solvent the noise may be what is isotropic
    assert large.b_iso == pytest.approx(small.b_iso, abs=1e-6)


def test_what_was_removed_is_gone_and_leaves_the_mean():
    made = analysed(noise=0.1, anisotropy=TENSOR, seed=2)
    before = read(made, size=3e4)
    after = read((made[0], made[1], shell_table(made[1])))
    left = np.array(before.anisotropy.b_cartesian) - np.array(after.anisotropy.b_cartesian)
    took = before.removed
    expected = np.array(took.b_cartesian) - took.b_iso * np.array([1, 1, 1, 0, 0, 0])
    np.testing.assert_allclose(left, expected, atol=4.0)


def test_pairs_of_signal_and_noise(stretched):
    shells = stretched[2]
    fit = read(stretched).signal
    stated = signal_and_noise(shells, RESOLUTION, 0.2, fit)
    assert len(stated) == 3
    known = replace(shells, noise=0.1 * shells.power)
    [(_, noise)] = signal_and_noise(known, RESOLUTION, 0.2, fit)
    assert np.all(noise < known.noise)  # the molecule sees its own part of the box
