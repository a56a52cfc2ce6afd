"""Half maps found, paired and checked: errors where the answer would be wrong, else warnings."""

from dataclasses import replace

import numpy as np
import pytest

from sharpem import _core
from sharpem.errors import InputError
from sharpem.io.half_maps import find_half_maps, partner, read_half_maps
from sharpem.maps.density import DensityMap, Placement
from sharpem.maps.half_maps import pair_half_maps
from sharpem.methods.half_map_checks import fsc_oddities
from sharpem.spectra.apply import radial_curve
from sharpem.spectra.fsc import HalfMapSpectra, half_map_fsc

N, STEP = 64, 1.5


def noise(seed):
    return np.random.default_rng(seed).standard_normal((N, N, N)).astype(np.float32)


@pytest.fixture(scope="module")
def halves():
    """A blob with structure to about 5 A, and white noise in each half."""
    z, y, x = np.indices((N, N, N)) - N / 2
    inside = np.exp(-(((x**2 + y**2 + z**2) / 14**2) ** 3))
    s2 = sum(g**2 for g in np.meshgrid(*[np.fft.fftfreq(N, STEP)] * 3, indexing="ij"))
    signal = np.fft.ifftn(np.fft.fftn(noise(0) * inside) * np.exp(-240 * s2 / 4)).real
    signal *= 3 / signal.std()
    return tuple(DensityMap.from_array(signal + noise(seed), STEP) for seed in (1, 2))


@pytest.fixture(scope="module")
def mask():
    return np.ones((N, N, N), dtype=np.float32)


def findings_of(one, two, mask):
    pair = pair_half_maps(one, two)
    spectra = HalfMapSpectra(pair.one, pair.two)
    return (*pair.findings, *fsc_oddities(pair, spectra, half_map_fsc(spectra, mask)))


def warnings_of(one, two, mask):
    return tuple(found.text for found in findings_of(one, two, mask))


def codes_of(one, two, mask):
    return {found.code for found in findings_of(one, two, mask)}


def test_a_good_pair_has_no_warnings(halves, mask):
    assert findings_of(*halves, mask) == ()
    pair = pair_half_maps(*halves)
    np.testing.assert_allclose(pair.mean().data, (halves[0].data + halves[1].data) / 2)
    assert pair.names == ("half map 1", "half map 2")


def test_one_map_twice(halves):
    with pytest.raises(InputError, match="the same map twice"):
        pair_half_maps(halves[0], halves[0])
    with pytest.raises(InputError, match="the same map twice"):
        pair_half_maps(halves[0], halves[0].with_data(3 * halves[0].data + 1))


def test_different_grids(halves):
    one, two = halves
    with pytest.raises(
        InputError, match=r"different grids, 64 x 64 x 64 voxels against 64 x 64 x 62"
    ):
        pair_half_maps(one, DensityMap.from_array(two.data[:62], STEP))
    with pytest.raises(InputError, match="voxel size"):
        pair_half_maps(one, DensityMap.from_array(two.data, 1.6))
    moved = replace(two, placement=Placement(nstart=(3, 0, 0)))
    with pytest.raises(InputError, match="first voxel"):
        pair_half_maps(one, moved)


def test_full_map_among_the_half_maps(halves):
    one, two = halves
    full = one.with_data(one.data + two.data)
    assert pair_half_maps(one, two, full=full).warnings == ()
    with pytest.raises(InputError, match="same map as"):
        pair_half_maps(full, two, full=full)
    with pytest.raises(InputError, match="same map as"):
        pair_half_maps(one, two, full=two)
    with pytest.raises(InputError, match="is the mean of"):
        pair_half_maps(full, two, full=one)
    other = DensityMap.from_array(full.data[:62], STEP)
    with pytest.raises(InputError, match="not on the grid of the half maps"):
        pair_half_maps(one, two, full=other)


def test_full_map_in_place_of_a_half_map(halves, mask):
    one, two = halves
    full = one.with_data((one.data + two.data) / 2)
    with pytest.raises(InputError, match="share noise, one may be the full map"):
        warnings_of(full, two, mask)


def test_nothing_in_common(halves, mask):
    stranger = halves[1].with_data(noise(7) + 3 * np.roll(noise(8), 1, axis=0))
    with pytest.raises(InputError, match="do not show one molecule at one place"):
        warnings_of(halves[0], stranger, mask)


def test_masked_half_maps(halves, mask):
    z, y, x = np.indices((N, N, N)) - N / 2
    ball = (x**2 + y**2 + z**2 < 22**2).astype(np.float32)
    cut = [half.with_data(half.data * ball) for half in halves]
    assert any("they were masked" in text for text in warnings_of(*cut, mask))


def filtered(half, factor):
    spectrum = _core.analyse(half.data, half.cell, 2 * STEP)
    return half.with_data(_core.synthesise(spectrum, radial_curve(factor, 1 / (2 * STEP))))


def test_sharpened_half_maps(halves, mask):
    sharp = [filtered(half, lambda s: np.exp(150 * s**2 / 4)) for half in halves]
    assert any("sharpened already" in text for text in warnings_of(*sharp, mask))


def test_half_maps_with_a_filter_each(halves, mask):
    one, two = halves
    blurred = filtered(two, lambda s: np.exp(-100 * s**2 / 4))
    assert any("differ in filter" in text for text in warnings_of(one, blurred, mask))


def test_shift_hand_and_sign_are_named(halves):
    one, two = halves
    for data, words in (
        (np.roll(two.data, (0, -1, 3), axis=(0, 1, 2)), r"shifted .* \(3, -1, 0\) voxels .* 4.7 A"),
        (np.roll(two.data, 1, axis=0), r"shifted .* \(0, 0, 1\) voxels"),
        (np.roll(two.data[:, ::-1], 9, axis=2), "mirror image"),
        (-two.data, "inverted"),
    ):
        with pytest.raises(InputError, match=words):
            pair_half_maps(one, two.with_data(np.ascontiguousarray(data)))


@pytest.mark.parametrize("factor", [3.0, 0.4])
def test_halves_are_brought_to_one_scale_whatever_their_order(halves, factor):
    one, two = halves
    pair = pair_half_maps(one, two.with_data(np.float32(factor) * two.data))
    assert [found.code for found in pair.findings] == ["halves-scale"]
    plain = pair_half_maps(one, two).mean().data
    assert np.corrcoef(pair.mean().data.ravel(), plain.ravel())[0, 1] > 0.9999
    swapped = pair_half_maps(two.with_data(np.float32(factor) * two.data), one)
    np.testing.assert_array_equal(pair.mean().data, swapped.mean().data)


def test_full_map_of_something_else(halves):
    one, two = halves
    full = one.data + two.data
    moved = one.with_data(np.roll(full, 5, axis=1))
    with pytest.raises(InputError, match=r"full map: shifted against the half maps by \(0, 5, 0\)"):
        pair_half_maps(one, two, full=moved)
    with pytest.raises(InputError, match="it is not their full map"):
        pair_half_maps(one, two, full=one.with_data(np.ascontiguousarray(full.transpose(2, 0, 1))))
    masked = one.with_data(np.where(np.abs(full) > 3, full, 0))
    assert pair_half_maps(one, two, full=masked).findings == ()


def test_order_of_the_halves_changes_nothing(halves, mask):
    ball = np.zeros_like(mask)
    ball[16:48, 16:48, 16:48] = 1
    forth = half_map_fsc(HalfMapSpectra(*halves), ball)
    back = half_map_fsc(HalfMapSpectra(*halves[::-1]), ball)
    for name in ("unmasked", "masked", "randomised", "corrected"):
        np.testing.assert_array_equal(getattr(forth, name), getattr(back, name))
    assert forth.resolution() == back.resolution()


def test_noise_in_both_halves_is_taken_off_the_fsc(halves, mask):
    """A quarter of the noise power shared: the FSC ends at 0.25, the resolution is the true one."""
    signal = halves[0].data - noise(1)
    same = [
        half.with_data(signal + 0.5 * noise(5) + np.sqrt(np.float32(0.75)) * noise(seed))
        for half, seed in zip(halves, (1, 2), strict=True)
    ]
    assert codes_of(*same, mask) == {"halves-not-independent"}
    found, true = (half_map_fsc(HalfMapSpectra(*pair), mask) for pair in (same, halves))
    assert found.plateau == pytest.approx(0.25, abs=0.02)
    assert true.plateau == 0
    assert found.resolution() == pytest.approx(true.resolution(), abs=0.1)


def without_shells(half, low, high, seed):
    """The map with noise only in a range of s (1/A)."""
    own = noise(seed)
    gone = filtered(half, lambda s: 1.0 * ((s < low) | (s > high)))
    kept = filtered(half.with_data(own), lambda s: 1.0 * ((s >= low) & (s <= high)))
    return half.with_data(gone.data + kept.data)


def test_a_hole_is_not_the_resolution(halves, mask):
    holed = [without_shells(h, 0.09, 0.11, 10 + i) for i, h in enumerate(halves)]
    found, true = (half_map_fsc(HalfMapSpectra(*pair), mask) for pair in (holed, halves))
    assert found.corrected[np.abs(found.s - 0.1) < 0.005].max() < 0.3
    assert found.resolution() == pytest.approx(true.resolution(), abs=0.1)
    assert "fsc-hole" in codes_of(*holed, mask)


def test_voxels_too_coarse(halves, mask):
    low = [filtered(half, lambda s: 1.0 * (s < 0.1)) for half in halves]
    coarse = [DensityMap.from_array(half.data[::3, ::3, ::3], 3 * STEP) for half in low]
    small = np.ones(coarse[0].shape, dtype=np.float32)
    assert any("limit of the grid" in text for text in warnings_of(*coarse, small))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("run_half1_class001_unfil.mrc", "run_half2_class001_unfil.mrc"),
        (
            "cryosparc_P1_J10_005_volume_map_half_A.mrc",
            "cryosparc_P1_J10_005_volume_map_half_B.mrc",
        ),
        ("emd_1234_half_map_1.map.gz", "emd_1234_half_map_2.map.gz"),
        ("J1_half_a.mrc", "J1_half_b.mrc"),
    ],
)
def test_partner_by_name(tmp_path, first, second):
    (tmp_path / first).touch()
    assert partner(tmp_path / first) is None
    (tmp_path / second).touch()
    assert partner(tmp_path / first) == tmp_path / second


def test_no_partner_by_name(tmp_path):
    for name in ("map1.mrc", "half12.mrc", "half10.mrc", "behalf_another.mrc"):
        (tmp_path / name).touch()
        assert partner(tmp_path / name) is None


def folder_with(tmp_path, *names):
    for name in names:
        (tmp_path / name).touch()
    return tmp_path


def test_relion_folder(tmp_path):
    folder = folder_with(
        tmp_path,
        *("run_class001.mrc", "run_half1_class001.mrc", "run_half2_class001.mrc"),
        *("run_half1_class001_unfil.mrc", "run_half2_class001_unfil.mrc"),
        *("run_it019_half1_class001.mrc", "run_it019_half2_class001.mrc", "run.log"),
    )
    one, two = find_half_maps(folder)
    assert (one.name, two.name) == ("run_half1_class001_unfil.mrc", "run_half2_class001_unfil.mrc")


def test_relion_folder_of_an_unfinished_run(tmp_path):
    names = [f"run_it{i:03}_half{h}_class001.mrc" for i in (2, 10, 9) for h in (1, 2)]
    assert find_half_maps(folder_with(tmp_path, *names))[0].name == "run_it010_half1_class001.mrc"


def test_cryosparc_folder_takes_the_last_iteration(tmp_path):
    names = [f"cryosparc_P1_J42_{i:03}_volume_map_half_{h}.mrc" for i in (3, 11) for h in "AB"]
    one, two = find_half_maps(folder_with(tmp_path, *names, "cryosparc_P1_J42_011_volume_map.mrc"))
    assert one.name == "cryosparc_P1_J42_011_volume_map_half_A.mrc"
    assert two.name == "cryosparc_P1_J42_011_volume_map_half_B.mrc"


def test_folder_with_several_classes(tmp_path):
    names = [f"run_half{h}_class00{c}_unfil.mrc" for c in (1, 2) for h in (1, 2)]
    with pytest.raises(InputError, match=r"2 pairs of half maps .*expected one"):
        find_half_maps(folder_with(tmp_path, *names))


def test_folder_without_half_maps(tmp_path):
    with pytest.raises(InputError, match=r"no pair of half maps among 1 maps \(postprocess.mrc\)"):
        find_half_maps(folder_with(tmp_path, "postprocess.mrc", "postprocess.star"))
    with pytest.raises(InputError, match="no such folder"):
        find_half_maps(tmp_path / "job007")


def test_read_by_folder_and_by_partner(tmp_path, mrc_file, random_array):
    one = mrc_file("run_half1_class001_unfil.mrc")
    with pytest.raises(InputError, match="half map 2 is not beside it"):
        read_half_maps(one)
    mrc_file("run_half2_class001_unfil.mrc", random_array[::-1].copy())
    for place in (one, tmp_path):
        pair = read_half_maps(place)
        assert pair.two.path.name == "run_half2_class001_unfil.mrc"
        assert pair.names[0] == str(one)
