"""The pipeline: what it keeps of the map, what each method does, and what it refuses."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import reference
from real_maps import TINY_MAP, present, real

from sharpem import _core
from sharpem.errors import InputError
from sharpem.io import read_map, write_map
from sharpem.maps.crystal import whole_cell
from sharpem.maps.density import DensityMap
from sharpem.pipeline import apply, sharpen
from sharpem.spectra.filters import Anisotropy, Filter, SharpenBlur, ShellFilter
from sharpem.spectra.shells import shell_table

REAL = [
    ("emd_3488/emd_3488.mrc.gz", 3.2),
    ("emd_8410/8410_zone4A.mrc.gz", 3.4),
    ("emd_5830/A_box.ccp4.gz", 3.8),
    ("emd_30342/390_emd_30342_A_z4.mrc.gz", 3.9),
    ("emd_21457/emd_21457_seg.mrc.gz", 3.2),
    ("emd_3001/EMD-3001.map.gz", 1.4),
]


@pytest.fixture(scope="module")
def density():
    return read_map(real(TINY_MAP))


@pytest.fixture(scope="module")
def found(density):
    return sharpen(density, resolution=3.8)


@pytest.mark.parametrize(("name", "resolution"), present(REAL))
def test_grid_placement_and_scale_stay(tmp_path, name, resolution):
    density = read_map(real(name))
    result = sharpen(density, resolution=resolution)
    assert result.verdict.applicable
    assert result.map.placement == density.placement
    assert result.map.cell == density.cell
    assert result.map.shape == density.shape
    before, after = (  # of a crystal, the mean over the unit cell stays
        float(whole_cell(m).data.mean(dtype=float)) for m in (density, result.map)
    )
    assert after == pytest.approx(before, abs=1e-5 * float(np.ptp(density.data)))
    # Written and read back: the same place, and one label more.
    write_map(result.map, tmp_path / "out.mrc", label="a test")
    back = read_map(tmp_path / "out.mrc")
    assert back.same_grid(density) is None
    for field in ("axis_order", "nstart", "origin_words", "sampling", "space_group"):
        assert getattr(back.placement, field) == getattr(density.placement, field)
    assert len(back.placement.labels) == min(10, len(density.placement.labels) + 1)
    np.testing.assert_array_equal(back.data, result.map.data)


@pytest.mark.parametrize(("name", "resolution"), present(REAL[:4]))
def test_apply_gives_the_same_bits(name, resolution):
    density = read_map(real(name))
    result = sharpen(density, resolution=resolution)
    assert apply(density, result.filter).data.tobytes() == result.map.data.tobytes()


def test_the_lowest_shell_stays(density):
    """The output stays on the input's density scale."""
    for b_sharpen in (-100.0, 60.0, 150.0):
        made = sharpen(density, resolution=3.8, b_sharpen=b_sharpen, anisotropy=False).map
        before, after = (shell_table(_core.analyse(m.data, m.cell, 3.2)) for m in (density, made))
        factor = after.amplitude[0] / before.amplitude[0]
        assert factor == pytest.approx(float(SharpenBlur(b_sharpen, 3.8)(before.s[0])), rel=0.02)
        assert np.exp(0.25 * b_sharpen * before.s[0] ** 2) == pytest.approx(factor, rel=0.02)


def test_nothing_asked_nothing_done(density):
    """b_sharpen = 0 leaves the map as it was, up to the resolution cut."""
    made = sharpen(density, resolution=3.8, b_sharpen=0.0, anisotropy=False)
    expected = reference.filtered(density, np.ones_like, 0.833 * 3.8)
    np.testing.assert_allclose(made.map.data, expected, atol=1e-5 * np.abs(expected).max())
    assert made.filter.anisotropy is None
    assert made.b_iso.output == pytest.approx(made.b_iso.input)


@pytest.mark.parametrize("b_sharpen", [-80.0, 90.0])
def test_given_b_sharpen_against_numpy(density, b_sharpen):
    made = sharpen(density, resolution=3.8, b_sharpen=b_sharpen, d_cut=4.0, k=5.0, b_blur=100.0)
    assert made.method == "given"
    assert made.filter.radial == SharpenBlur(pytest.approx(b_sharpen), 4.0, 5.0, 100.0)
    assert made.trials == ()
    assert made.verdict.signal_to_noise is None

    def factor(s):
        return reference.sharpen_blur(s, b_sharpen, 4.0, 5.0, 100.0)

    tensor = made.filter.anisotropy.b_cartesian
    expected = reference.filtered(density, factor, made.d_min, tensor)
    np.testing.assert_allclose(made.map.data, expected, atol=2e-4 * np.abs(expected).max())


def test_given_b_iso_is_reached(density):
    sharp_edge = {"k": 1000.0, "d_cut": 3.1, "anisotropy": False}
    made = sharpen(density, resolution=3.8, b_iso=30.0, **sharp_edge)
    assert made.b_iso.target == 30.0
    assert made.b_iso.output == pytest.approx(30.0, abs=0.1)
    again = sharpen(made.map, resolution=3.8, b_sharpen=0.0, **sharp_edge)
    assert again.b_iso.input == pytest.approx(made.b_iso.output, abs=1.5)  # one shell at the edge


def test_the_default_combines_two_sources(found):
    assert found.method == "surface"
    b = found.b_iso
    assert min(b.surface, b.expected) - 1 <= b.target <= max(b.surface, b.expected) + 1
    assert b.interval[0] < b.target < b.interval[1]
    assert found.filter.radial.b_sharpen == pytest.approx(b.signal - b.target)
    assert found.filter.d_min == pytest.approx(0.833 * 3.8)
    assert {curve.name for curve in found.choice.curves} == {"prior", "likelihood", "posterior"}
    assert found.seconds["total"] >= found.seconds["prepare"] + found.seconds["scan"]
    assert found.peak_memory_bytes > 1e7


def test_without_a_prior_the_maximum_decides(density, found):
    bare = sharpen(density, resolution=3.8, prior="none")
    assert bare.b_iso.target == bare.b_iso.surface == found.b_iso.surface
    assert bare.trials == found.trials
    assert bare.b_iso.interval[0] <= bare.b_iso.target <= bare.b_iso.interval[1]


def test_kurtosis(density):
    made = sharpen(density, resolution=3.8, method="kurtosis", prior="none")
    assert made.method == made.choice.method == "kurtosis"
    best = max(made.trials, key=lambda trial: trial.kurtosis)
    assert made.b_iso.target == pytest.approx(best.b_iso, abs=30.0)
    shifted = made.map.data.astype(float)
    assert reference.kurtosis(shifted) == pytest.approx(best.kurtosis, rel=0.05)


def test_empirical(density, found):
    made = sharpen(density, resolution=3.8, method="empirical")
    assert made.trials == ()
    assert made.b_iso.target == pytest.approx(found.b_iso.expected)
    assert made.verdict.applicable
    assert made.verdict.reasons[0].startswith("Expected b_sharpen")


@pytest.mark.parametrize("options", [{"optimize_d_cut": True}, {"optimize_k": True}])
def test_optimised_filters(density, found, options):
    made = sharpen(density, resolution=3.8, **options)
    radial = made.filter.radial
    assert "optimize_d_cut" in options or radial.d_cut == 3.8
    assert "optimize_k" in options or radial.k == 10.0
    assert 2.0 < radial.d_cut < 6.0
    weight = found.choice.region_weight

    def best(result):
        return max(trial.surface_area - weight * trial.regions for trial in result.trials)

    assert best(made) >= best(found) * (1 - 1e-9)


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(3).normal(size=(40, 40, 40)).astype(np.float32)


def test_not_applicable_and_stop(noise):
    made = sharpen(noise, voxel_size=1.3, resolution=3.5, if_not_applicable="stop")
    assert not made.verdict.applicable
    assert made.map is made.filter is made.b_iso.output is made.choice.filter is None
    assert len(made.trials) >= 21
    assert np.isfinite(made.b_iso.input)


def test_not_applicable_and_go_on(noise):
    made = sharpen(noise, voxel_size=1.3, resolution=3.5)
    assert not made.verdict.applicable
    assert made.b_iso.target == made.b_iso.expected
    assert made.map.data.shape == noise.shape


def test_arrays(density, found):
    made = sharpen(density.data.astype(float), voxel_size=density.voxel_size, resolution=3.8)
    assert made.input.path is None
    assert made.sha256 is None
    np.testing.assert_array_equal(made.map.data, found.map.data)


def test_the_input_is_not_changed(density):
    before = density.data.copy()
    sharpen(density, resolution=3.8, b_sharpen=100.0)
    np.testing.assert_array_equal(density.data, before)


def test_progress(density):
    told = []
    sharpen(density, resolution=3.8, b_iso=0.0, progress=lambda *what: told.append(what))
    assert [stage for stage, _, _ in told] == ["prepare", "scan", "apply", "apply"]
    assert told[-1][1:] == (3, 3)


def test_shell_filters_apply(density):
    chosen = Filter(ShellFilter((20.0, 5.0, 3.5), (1.0, 2.0, 0.0)), 3.5)
    expected = reference.filtered(density, chosen.radial, 3.5)
    made = apply(density, chosen).data
    np.testing.assert_allclose(made, expected, atol=1e-3 * np.abs(expected).max())


def test_anisotropy_applies(density):
    tensor = (20.0, -10.0, 5.0, 8.0, 0.0, -3.0)
    chosen = Filter(SharpenBlur(0.0, 3.5), 3.5, Anisotropy(tensor))
    expected = reference.filtered(density, np.ones_like, 3.5, tensor)
    made = apply(density, chosen).data
    np.testing.assert_allclose(made, expected, atol=1e-5 * np.abs(expected).max())


def test_too_much_is_refused(density):
    large = density.with_data(density.data * np.float32(1e30))
    with pytest.raises(InputError, match="too large to store"):
        apply(large, Filter(SharpenBlur(5000.0, 2.0, 1000.0), 3.0))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "magic"}, "method: found magic, expected surface, kurtosis"),
        ({"method": "given"}, "without a B, expected b_sharpen or b_iso"),
        ({"b_sharpen": 1.0, "b_iso": 1.0}, "both given"),
        ({"method": "surface", "b_iso": 1.0}, "expected method given"),
        ({"b_sharpen": float("nan")}, "found nan, expected a number between -5000 and 5000"),
        ({"b_iso": 1e9}, "b_iso: found 1e+09, expected a number between"),
        ({"prior": "maybe"}, "expected auto or none"),
        ({"if_not_applicable": "cry"}, "expected empirical or stop"),
        ({"fraction": 0.0}, "fraction: found 0, expected a number between 0 and 1"),
        ({"fraction": 1.0}, "expected a number between 0 and 1"),
        ({"fraction": float("nan")}, "found nan"),
        ({"k": 0.0}, "k: found 0, expected a number above 0"),
        ({"k": float("nan")}, "expected a number above 0"),
        ({"k": float("inf")}, "expected a number above 0"),
        ({"d_cut": -3.0}, "d_cut: found -3"),
        ({"d_cut": float("inf")}, "expected a number above 0"),
        ({"b_blur": float("inf")}, "b_blur: found inf"),
        ({"b_step": 0.0}, "b_step: found 0, expected a number above 0"),
        ({"b_step": 1e-6}, "from -115.52 to 346.56, expected 4 to 1000 steps"),
        ({"b_min": 100.0, "b_max": 50.0}, "b_min: found 100, expected less than b_max (50)"),
        ({"b_min": 400.0}, "b_min: found 400, expected less than b_max (346.56)"),
        ({"paper": True, "b_min": -50.0}, "b_min: found -50 with paper, expected -100"),
        ({"paper": True, "method": "kurtosis"}, "method: found kurtosis with paper, expected surf"),
        ({"paper": True, "anisotropy": False}, "anisotropy: found with paper, expected one of"),
        ({"b_min": -1e9}, "between -2000 and 2000"),
        ({"b_step": float("nan")}, "b_step: found nan"),
        ({"threads": 0}, "threads: found 0"),
        ({"voxel_size": 1.0}, "goes with an array"),
        ({"mass": -1.0}, "mass: found -1"),
        ({"mass": 10.0, "molecular_volume": 1e4}, "expected one of them"),
        ({"solvent_content": 2.0}, "solvent_content: found 2"),
        ({"sequence": "none.fasta"}, "none.fasta"),
        ({"resolution": 0.5}, "finer than"),
        ({"resolution": 50.0}, "resolution shells"),
        ({"resolution": float("nan")}, "expected a positive number"),
    ],
)
def test_requests_that_are_refused(density, options, message):
    with pytest.raises(InputError) as caught:
        sharpen(density, **{"resolution": 3.8, **options})
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_arrays_that_are_refused(noise):
    with pytest.raises(InputError, match="without voxel_size"):
        sharpen(noise, resolution=3.0)
    with pytest.raises(InputError, match="voxel size"):
        sharpen(noise, voxel_size=-1.0, resolution=3.0)
    with pytest.raises(InputError, match="expected real numbers"):
        sharpen(noise[0], voxel_size=1.3, resolution=3.0)
    holes = noise.copy()
    holes[0, 0, 0] = np.nan
    with pytest.raises(InputError):
        sharpen(holes, voxel_size=1.3, resolution=3.0)


def test_errors_name_the_file(density):
    named = replace(density, path=Path("a/map.mrc"))
    for resolution in (-1.0, 1.0, 50.0):
        with pytest.raises(InputError, match=r"^a/map.mrc: "):
            sharpen(named, resolution=resolution)


def test_a_mask_of_the_same_grid(density):
    inside = (density.data > np.quantile(density.data, 0.9)).astype(np.float32)
    made = sharpen(density, resolution=3.8, mask=DensityMap(inside, density.cell))
    assert made.prepared.volume.source == "mask"
    assert made.prepared.volume.fraction == pytest.approx(0.1, abs=1e-3)


def test_what_is_asked_for_has_no_jump_at_zero(density):
    maps = [
        sharpen(density, resolution=3.8, b_sharpen=b, anisotropy=False).map.data
        for b in (-0.01, 0.0, 0.01, 2.0)
    ]
    step = np.abs(maps[3] - maps[1]).max()
    assert np.abs(maps[2] - maps[1]).max() < 0.02 * step
    assert np.abs(maps[0] - maps[1]).max() < 0.02 * step
