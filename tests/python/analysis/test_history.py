"""The map's history: what was done to it is named, and nothing else is."""

from dataclasses import replace

import numpy as np
import pytest
from real_maps import DEMO_MODEL, present, real

from sharpem import _core, apply, read_map, sharpen
from sharpem.analysis.history import sentence
from sharpem.analysis.masks import widened
from sharpem.analysis.prepare import prepare
from sharpem.findings import finding
from sharpem.io.model import read_model
from sharpem.maps.density import DensityMap, Placement
from sharpem.simulate import simulate_map
from sharpem.spectra.filters import Filter, SharpenBlur

RESOLUTION = 3.5


def simulated(**options):
    protein = read_model(real(DEMO_MODEL))
    return simulate_map(protein, resolution=RESOLUTION, b_iso=100.0, noise=1.0, seed=3, **options)


@pytest.fixture(scope="module")
def made():
    return simulated()


@pytest.fixture(scope="module")
def clean(made):
    return made.map


def found(density, resolution=RESOLUTION):
    return {one.code: one for one in prepare(density, resolution).findings}


def low_passed(density, d_min, b_blur=0.0):
    return apply(density, Filter(SharpenBlur(-b_blur, d_min), d_min))


def test_a_clean_map_has_no_history(clean):
    assert found(clean) == {}
    assert found(simulated(box="tight").map) == {}
    assert sentence(()) == "Nothing shows that this map was processed before."


@pytest.mark.parametrize("d_min", [4.2, 6.0])
def test_a_low_pass_filter_is_named_with_its_edge(clean, d_min):
    seen = found(low_passed(clean, d_min))
    assert set(seen) == {"filtered"}
    assert seen["filtered"].severity == "warning"
    edge = float(seen["filtered"].text.split("at about ")[1].split(" A")[0])
    assert edge == pytest.approx(d_min, rel=0.06)


def test_own_output_is_known_by_its_spectrum_and_by_its_label(clean):
    out = sharpen(clean, resolution=RESOLUTION).map
    seen = found(replace(out, placement=replace(out.placement, labels=())))
    assert "it ends exactly at 0.833 x 3.5 A" in seen["own-output"].text
    label = "sharpem 0.1.0: b_sharpen 90 A^2"
    labelled = replace(clean, placement=Placement(labels=(label,)))
    assert repr(label) in found(labelled)["own-output"].text


def test_a_map_that_ends_before_the_limit_is_not_own_output(clean):
    assert "own-output" not in found(low_passed(clean, 1.05 * 0.833 * RESOLUTION))
    assert "own-output" not in found(low_passed(clean, 0.95 * 0.833 * RESOLUTION))
    assert "own-output" not in found(clean, 0.9 * RESOLUTION)  # its soft end is before the limit


def test_a_resolution_that_is_too_coarse_for_the_noise(clean):
    seen = found(clean, 1.5 * RESOLUTION)
    assert set(seen) == {"resolution-too-coarse"}
    assert "the signal is still" in seen["resolution-too-coarse"].text


def test_a_local_filter_is_told_from_a_global_one(clean):
    blurred = low_passed(clean, 7.0).data
    z = np.arange(clean.shape[0], dtype=np.float32)[:, None, None]
    sharp = 1 / (1 + np.exp((z - clean.shape[0] / 2) / 2))
    seen = found(clean.with_data(sharp * clean.data + (1 - sharp) * blurred))
    assert seen["locally-filtered"].severity == "warning"


def test_a_soft_mask_that_was_filtered_afterwards(made, clean):
    mask = widened(made.mask, clean.cell, 6.0)
    seen = found(low_passed(clean.with_data(clean.data * mask), 0.9 * RESOLUTION, b_blur=20.0))
    assert set(seen) == {"masked"}
    assert "too weak, or uneven" in seen["masked"].text


def test_flat_solvent_without_negative_values_was_modified(made, clean):
    mask = widened(made.mask, clean.cell, 6.0)
    smooth = low_passed(clean.with_data(clean.data * mask), 0.9 * RESOLUTION, b_blur=20.0)
    softplus = np.log1p(np.exp(40 * smooth.data / smooth.data.max())).astype(np.float32)
    assert "density-modified" in found(clean.with_data(softplus))


def test_sharpening_raises_the_noise():
    protein = read_model(real(DEMO_MODEL))
    made = simulate_map(
        protein, resolution=RESOLUTION, b_iso=200.0, noise=1.0, seed=3, sharpened_by=120.0
    )
    seen = found(made.map)
    assert set(seen) == {"sharpened"}
    b = float(seen["sharpened"].text.split("b_sharpen ")[1].split(" ")[0])
    assert b == pytest.approx(120, abs=25)


def test_a_molecule_that_the_box_cuts():
    tight = simulated(box="tight").map
    half = np.ascontiguousarray(tight.data[:, :, : tight.shape[2] // 2])
    seen = found(DensityMap.from_array(half, tight.voxel_size))
    assert set(seen) == {"cut-molecule"}
    assert seen["cut-molecule"].text.endswith("at the high end of x.")


def test_a_crystal_has_no_solvent_about_it_and_no_end(clean):
    tight = simulated(box="tight").map
    half = np.ascontiguousarray(tight.data[:, :, : tight.shape[2] // 2])
    part = DensityMap.from_array(half, tight.voxel_size)
    assert found(replace(part, placement=replace(part.placement, space_group=4))) == {}


def test_the_sentence_says_it_in_order():
    def seen(*codes):
        return tuple(finding(code, code, "") for code in codes)

    assert sentence(seen("sharpened", "masked")) == "This map was masked and sharpened."
    assert sentence(seen("filtered", "own-output", "sharpened")) == (
        "This map was sharpened by this program and low-pass filtered."
    )
    assert sentence(seen("quantised")) == "Nothing shows that this map was processed before."


REAL = [
    ("emd_5168/emd_5168.map.gz", 6.6, {"filtered", "cut-molecule"}),
    ("emd_8410/8410_zone4A.mrc.gz", 3.4, {"masked"}),
    ("emd_20026/emd20026_prot.mrc.gz", 1.75, {"masked", "sharpened"}),
    ("synthetic_halfmaps_5ni1/half_map_1.mrc.gz", 3.2, set()),
    ("emd_8216/emd_8216.map.gz", 1.1, set()),
]


@pytest.mark.parametrize(("name", "resolution", "codes"), present(REAL))
def test_real_maps(name, resolution, codes):
    assert set(found(read_map(real(name)), resolution)) == codes


def test_a_soft_filter_that_ends_at_the_limit_is_not_own_output(clean):
    """As simulated maps end: ever steeper, and then nothing."""
    limit = 1 / (0.833 * RESOLUTION)
    spectrum = _core.analyse(clean.data, clean.cell, 1 / limit)
    s = np.linspace(0, limit, 2000)
    factor = np.exp(-0.5 * (np.maximum(s - 0.9 * limit, 0) / (0.028 * limit)) ** 2)
    soft = clean.with_data(_core.synthesise(spectrum, _core.RadialCurve.table(s, factor, limit)))
    assert "own-output" not in found(soft)
