"""The noise read off the solvent is the noise that was put in."""

from importlib import resources

import numpy as np
import pytest
from real_maps import TINY_MAP, TINY_RESOLUTION, present, real

from sharpem import _core
from sharpem.analysis.masks import widened
from sharpem.analysis.noise import solvent_noise
from sharpem.analysis.prepare import prepare
from sharpem.io.model import read_model
from sharpem.io.mrc import read_map
from sharpem.maps.checks import FLAT_ZONE, flat_value
from sharpem.simulate import simulate_map
from sharpem.spectra.apply import filtered
from sharpem.spectra.filters import SharpenBlur
from sharpem.spectra.shells import shell_table

FULL_BOX = "emd_32143/low-res-emd-32143.map.gz"


@pytest.fixture(scope="module")
def protein():
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        return read_model(path)


def put_in(model, resolution, **options):
    """Noise power per shell: of the map less that without noise."""
    made = simulate_map(model, resolution=resolution, **options)
    clean = simulate_map(model, resolution=resolution, **{**options, "noise": 0.0})
    noise = made.map.data - clean.map.data
    spectrum = _core.analyse(noise, made.map.cell, 0.833 * resolution)
    return made, shell_table(spectrum)


@pytest.mark.parametrize("b", [60.0, 200.0])
@pytest.mark.parametrize("noise_b", [0.0, 60.0])
def test_noise_of_a_full_box(protein, b, noise_b):
    """At B = 200 the signal's inner terms are 1e5 times the noise: they must not leak."""
    made, truth = put_in(protein, 3.5, b_iso=b, noise=1.0, noise_b=noise_b, seed=4)
    found = prepare(made.map, 3.5, correct_anisotropy=False).shells
    outer = found.s > 1 / 8.0
    ratio = found.noise[outer] / np.interp(found.s[outer], truth.s, truth.power)
    # The chance in a shell: the window sees part of the box, so fewer terms are independent.
    chance = np.sqrt(2.0 / found.terms[outer]) * 2.5
    assert np.average(ratio, weights=found.terms[outer]) == pytest.approx(1, abs=0.03)
    assert np.all(np.abs(ratio - 1) < 4 * chance + 0.03)
    assert np.median(np.abs(ratio - 1)) < 0.06


def test_a_map_without_noise_shows_none(protein):
    """What leaks from the signal is far below the signal, and is not taken for noise."""
    made = simulate_map(protein, resolution=3.0, b_iso=100.0, noise=0.0)
    found = prepare(made.map, 3.0, correct_anisotropy=False)
    shells = found.shells
    assert shells.noise is None
    leaks = solvent_noise(made.map, found.spectrum, shells, found.molecule, 3.0)
    used = (shells.s > 0.1) & (shells.s < 1 / 3.0)
    assert np.all(leaks.fraction[used] < 0.05)
    assert not leaks.is_noise(shells.s, 3.0)


def test_what_a_filtered_mask_has_left_is_no_noise(protein):
    made = simulate_map(protein, resolution=3.5, b_iso=100.0, noise=1.0, seed=3)
    as_it_came = prepare(made.map, 3.5)
    assert as_it_came.shells.noise is not None
    mask = widened(made.mask, made.map.cell, 6.0)
    spectrum = _core.analyse(made.map.data * mask, made.map.cell, 0.833 * 3.5)
    smooth = filtered(made.map, spectrum, SharpenBlur(-20.0, 3.5))
    assert flat_value(smooth)[1] < FLAT_ZONE  # no zeros tell
    found = prepare(smooth, 3.5)
    assert found.shells.noise is None
    assert [one.code for one in found.findings].count("masked") == 1


def test_a_map_cut_out_shows_no_noise(protein):
    made = simulate_map(protein, resolution=3.5, b_iso=80.0, box="cut")
    found = prepare(made.map, 3.5)
    assert found.shells.noise is None
    assert found.b_signal == found.b_input


@pytest.mark.parametrize(
    ("name", "resolution"),
    present([(TINY_MAP, TINY_RESOLUTION), ("emd_8410/8410_zone4A.mrc.gz", 3.4), (FULL_BOX, 3.5)]),
)
def test_real_maps_show_noise_only_in_a_full_box(name, resolution):
    shells = prepare(read_map(real(name)), resolution).shells
    if name != FULL_BOX:
        assert shells.noise is None
    else:
        assert np.all(shells.noise > 0)
        limit = (shells.s > 1 / 4.1) & (shells.s < 1 / 3.5)
        assert 0.2 < np.median((shells.noise / shells.power)[limit]) < 0.5  # quiet solvent
