"""Crystals' maps that cover less or more than the unit cell, and volumes that are none."""

from __future__ import annotations

from dataclasses import replace

import gemmi
import numpy as np
import pytest
from crystal import crystal

import sharpem
from sharpem.cli import main
from sharpem.errors import InputError
from sharpem.evaluation.agreement import ModelAgreement
from sharpem.io.accept import to_model
from sharpem.io.mrc import read_map, write_map
from sharpem.maps.crop import box_around_model
from sharpem.maps.crystal import as_in_file, repeated, whole_cell
from sharpem.maps.density import DensityMap, Placement
from sharpem.spectra.filters import Filter, SharpenBlur

D_MIN = 4.0


@pytest.fixture
def cut(tmp_path):
    """Write the part of a crystal's map between two fractional corners, with gemmi."""

    def cut_(low, high, name="part.ccp4"):
        mtz, _ = crystal()
        map_ = gemmi.Ccp4Map()
        map_.grid = mtz.transform_f_phi_to_map("FWT", "PHWT", sample_rate=3)
        map_.update_ccp4_header(2)
        map_.setup(0.0)
        if (low, high) != (0, 1):
            box = gemmi.FractionalBox()
            box.minimum = gemmi.Fractional(*np.broadcast_to(low, 3))
            box.maximum = gemmi.Fractional(*np.broadcast_to(high, 3))
            map_.set_extent(box)
        path = tmp_path / name
        map_.write_ccp4_map(str(path))
        return path

    return cut_


PARTS = [
    (-0.2, 1.1),
    (-0.2, 2.3),
    ((0, 0, 0), (0.5, 1.0, 0.5)),
    ((0.1, -0.3, 0.2), (0.7, 0.9, 0.8)),
]


@pytest.mark.parametrize(("low", "high"), PARTS)
def test_symmetry_makes_the_unit_cell(cut, low, high):
    part, all_ = read_map(cut(low, high)), read_map(cut(0, 1, "whole.ccp4"))
    whole = whole_cell(part)
    assert whole.periodic
    assert whole.shape == all_.shape
    assert whole.cell == pytest.approx(all_.cell)
    start = np.array(whole.placement.nstart[::-1])
    there = np.roll(whole.data, start, axis=(0, 1, 2))
    np.testing.assert_allclose(there, all_.data, atol=1e-4 * all_.data.std())
    again = as_in_file(whole)
    assert again.same_grid(part) is None
    assert again.placement == part.placement
    np.testing.assert_allclose(again.data, part.data, atol=1e-4 * all_.data.std())
    assert whole_cell(whole) is whole


def test_too_little_stays_a_box(cut):
    part = read_map(cut((0.1, 0.1, 0.1), (0.4, 0.5, 0.4)))
    answer = whole_cell(part)
    assert answer.shape == part.shape
    assert not answer.periodic
    assert answer.findings[-1].code == "cut-molecule"


def test_what_should_be_equal_and_is_not_is_no_crystal(cut):
    """The header's symmetry is not believed against the voxels."""
    part = read_map(cut((-0.2, -0.2, -0.2), (1.1, 1.1, 1.1)))
    noise = np.random.default_rng(1).normal(size=part.shape).astype(np.float32)
    assert whole_cell(part.with_data(noise)).shape == part.shape
    asu = read_map(cut((0, 0, 0), (0.6, 1.0, 0.6)))
    noise = np.random.default_rng(1).normal(size=asu.shape).astype(np.float32)
    assert whole_cell(asu.with_data(noise)).shape == asu.shape


def test_volumes_stay_as_they_are(random_array):
    plain = DensityMap.from_array(random_array, 1.05)
    assert whole_cell(plain) is plain
    part = replace(plain, placement=Placement(sampling=(24, 18, 14)))
    assert whole_cell(part) is part


@pytest.mark.parametrize(("low", "high"), [(0, 1), *PARTS, ((0.05, 0.1, 0.0), (0.55, 0.6, 0.5))])
def test_models_agree_as_well_as_with_the_unit_cell(cut, low, high):
    """Symmetry mates enter where the crystal repeats, not where the box ends."""
    model = to_model(crystal()[1])
    density = read_map(cut(low, high))
    found = ModelAgreement(density, model, resolution=D_MIN, xray=True).correlation(density)
    assert found.cc_mask > 0.96
    assert found.cc_box > 0.93
    assert found.cc_peaks > 0.85


@pytest.mark.parametrize(("low", "high"), PARTS)
def test_filters_act_on_the_crystal_and_the_file_keeps_its_extent(cut, tmp_path, low, high):
    filter_ = Filter(SharpenBlur(60.0, d_cut=D_MIN), D_MIN)
    expected = sharpem.apply(read_map(cut(0, 1, "whole.ccp4")), filter_)
    path = cut(low, high)
    part = read_map(path)
    direct = sharpem.apply(part, filter_)
    assert direct.same_grid(part) is None
    result = sharpem.sharpen(replace(part, xray=True), resolution=D_MIN, b_sharpen=60.0,
                             anisotropy=False)  # fmt: skip
    assert result.map.same_grid(part) is None
    assert result.map.placement == part.placement
    result.write(tmp_path / "out", report=False)
    written = read_map(tmp_path / "out.mrc")
    assert written.same_grid(part) is None
    assert written.sampling == part.sampling
    z, y, x = (
        np.arange(s, s + n) % m
        for s, n, m in zip(part.placement.nstart[::-1], part.shape, expected.shape, strict=True)
    )
    there = expected.data[np.ix_(z, y, x)]
    np.testing.assert_allclose(direct.data, there, atol=1e-3 * there.std())
    assert np.corrcoef(written.data.ravel(), there.ravel())[0, 1] > 0.99


def test_a_box_about_a_model_crosses_the_edges_of_the_file(cut):
    model = to_model(crystal()[1])
    expected = box_around_model(read_map(cut(0, 1, "whole.ccp4")), model)
    box = box_around_model(read_map(cut((0.1, -0.3, 0.2), (0.7, 0.9, 0.8))), model)
    assert box.inside == 1.0
    assert box.map.shape == expected.map.shape
    assert box.map.same_grid(expected.map) is None
    assert box.map.placement.extent is None
    np.testing.assert_allclose(box.map.data, expected.map.data, atol=1e-4)


def test_repeated():
    data = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    np.testing.assert_array_equal(repeated(data, (4, 3, 2)), data)
    np.testing.assert_array_equal(repeated(data, (8, 6, 4)), np.tile(data, (2, 2, 2)))


@pytest.mark.parametrize(
    ("ispg", "group", "periodic"),
    [(0, 1, False), (1, 1, False), (401, 1, False), (419, 19, True), (19, 19, True),
     (4005, 4005, True), (1018, 1018, True), (231, 1, False), (777, 1, False), (999999, 1, False)],
)  # fmt: skip
def test_only_a_space_group_makes_a_crystal(mrc_file, tmp_path, ispg, group, periodic):
    density = read_map(mrc_file(ispg=ispg))
    assert density.placement.space_group == group
    assert density.periodic is periodic
    write_map(density, tmp_path / "out.mrc")
    assert read_map(tmp_path / "out.mrc").periodic is periodic
    assert not DensityMap(density.data, density.cell, Placement(space_group=401)).periodic


def test_a_stack_of_one_volume_is_sharpened_as_the_volume(mrc_file, tmp_path):
    data = np.random.default_rng(1).normal(size=(40, 40, 40)).astype(np.float32)
    data[12:28, 12:28, 12:28] += 3
    for name, ispg in (("stack", 401), ("volume", 1)):
        path = mrc_file(f"{name}.mrc", data, ispg=ispg)
        output = str(tmp_path / f"{name}_out")
        assert main(["sharpen", str(path), "-r", "3", "-o", output, "-q", "--no-report"]) == 0
    stack, volume = (read_map(tmp_path / f"{name}_out.mrc") for name in ("stack", "volume"))
    np.testing.assert_array_equal(stack.data, volume.data)


@pytest.mark.parametrize(
    "skew",
    [
        (np.eye(3), (0, 0, 0), True),
        (np.zeros((3, 3)), (0, 0, 0), True),
        (np.eye(3), (5, 0, 0), False),
        (np.eye(3)[[1, 0, 2]], (0, 0, 0), False),
        (np.diag([1, 1, -1]), (0, 0, 0), False),
        (2 * np.eye(3), (0, 0, 0), False),
        (np.full((3, 3), 1e30), (0, 0, 0), True),
    ],
)
@pytest.mark.parametrize("order", "<>")
def test_a_skew_transformation_is_refused_unless_it_does_nothing(mrc_file, skew, order):
    matrix, shift, fine = skew
    path = mrc_file()
    raw = bytearray(path.read_bytes())
    if order == ">":
        raw[:224] = np.frombuffer(bytes(raw[:224]), "<i4").astype(">i4").tobytes()
        raw[208:216] = b"MAP \x11\x11\0\0"
        raw[1024:] = np.frombuffer(bytes(raw[1024:]), "<f4").astype(">f4").tobytes()
    words = np.concatenate([np.ravel(matrix), shift])
    raw[96:100] = np.array(1, f"{order}i4").tobytes()
    raw[100:148] = words.astype(f"{order}f4").tobytes()
    path.write_bytes(raw)
    if not fine:
        with pytest.raises(InputError, match=r"skew transformation .* expected none"):
            read_map(path)
        return
    output = path.with_name("out.mrc")
    write_map(read_map(path), output)
    written = output.read_bytes()
    if np.abs(matrix).max() < 2:
        assert written[96:104] == bytes(8)
        assert written[112:148] == bytes(36)
    assert written[108:112] == np.array(20141, "<i4").tobytes()
