"""Map coefficients that are not as programs expect them: cells, columns, operators, formats."""

from __future__ import annotations

import gzip
from dataclasses import replace

import gemmi
import numpy as np
import pytest
from crystal import crystal

import sharpem
from sharpem.errors import InputError
from sharpem.evaluation.agreement import ModelAgreement
from sharpem.io.accept import to_model
from sharpem.io.mtz import read_mtz
from sharpem.io.read import read_map
from sharpem.io.write_mtz import write_box_mtz, write_filtered_mtz
from sharpem.maps.crystal import space_group_of
from sharpem.maps.density import DensityMap, Placement
from sharpem.spectra.filters import Filter, SharpenBlur


@pytest.fixture
def write(tmp_path):
    """Write an MTZ object, its bytes changed on the way."""

    def write_(mtz, change=lambda raw: raw, name="x.mtz"):
        path = tmp_path / name
        path.write_bytes(change(bytes(mtz.write_to_bytes())))
        return path

    return write_


@pytest.fixture
def mtz():
    return crystal()[0]


def with_columns(*labels, values=None):
    """Coefficients under other labels: (label, type) each, the same numbers for each type."""
    source, _ = crystal()
    made = gemmi.Mtz(with_base=True)
    made.spacegroup = source.spacegroup
    made.set_cell_for_all(source.cell)
    made.add_dataset("data")
    for label, kind in labels:
        made.add_column(label, kind)
    numbers = {"F": 3, "P": 4}
    table = [source.array[:, numbers.get(kind, 3)] for _, kind in labels]
    made.set_data(np.column_stack([source.array[:, :3], *table]).astype(np.float32))
    return made


def test_the_cell_is_that_of_the_columns_data_set(write, mtz, tmp_path):
    right = read_mtz(write(mtz))
    mtz.cell = gemmi.UnitCell(33, 38, 42, 90, 90, 90)
    path = write(mtz)
    density = read_mtz(path)
    assert density.cell == (31, 36, 40, 90, 90, 90)
    assert density.reflections == right.reflections
    np.testing.assert_array_equal(density.data, right.data)
    assert "data set is 31, 36, 40" in density.notes[0]
    filter_ = Filter(SharpenBlur(50, d_cut=4.0), 4.0)
    written = []
    for source in (density, replace(right, path=write(crystal()[0], name="y.mtz"))):
        write_filtered_mtz(source, filter_, tmp_path / "out.mtz")
        again = gemmi.read_mtz_file(str(tmp_path / "out.mtz"))
        written.append(np.array(again.column_with_label("FWT_sharp").array))
    np.testing.assert_array_equal(*written)


def test_the_number_for_a_missing_value_is_none(write, mtz):
    right = read_mtz(write(mtz))
    absent = mtz.array.copy()
    absent[::7, 3:] = np.nan
    mtz.set_data(absent)
    expected = read_mtz(write(mtz))
    mtz.valm = -999.0
    mtz.set_data(np.where(np.isnan(absent), np.float32(-999), absent))
    found = read_mtz(write(mtz))
    np.testing.assert_array_equal(found.data, expected.data)
    assert not np.array_equal(found.data, right.data)
    assert "reflections have no value" in found.notes[-1]


def test_operators_before_the_name(write, mtz):
    """A file that says P 21 21 21 in its name and has the operators of P 21 21 2."""
    operators = gemmi.SpaceGroup("P 21 21 2").operations()

    def change(raw):
        lines = [op.triplet().upper().encode() for op in operators]
        for old, new in zip((b"-X+1/2,-Y,Z+1/2", b"X+1/2,-Y+1/2,-Z", b"-X,Y+1/2,-Z+1/2"),
                            lines[1:], strict=True):  # fmt: skip
            raw = raw.replace(b"SYMM " + old.ljust(75), b"SYMM " + new.ljust(75))
        return raw

    assert space_group_of(read_mtz(write(mtz, change))).xhm() == "P 21 21 2"
    with pytest.raises(InputError, match=r"operators \(SYMM\) .* make no known space group"):
        read_mtz(write(mtz, lambda raw: raw.replace(b"-X+1/2,-Y,Z+1/2", b"-X+1/3,-Y,Z+1/5")))


ORDINARY = (("FP", "F"), ("FWT", "F"), ("PHWT", "P"), ("DELFWT", "F"), ("PHDELWT", "P"))


@pytest.mark.parametrize(
    ("columns", "taken"),
    [
        (ORDINARY, ("FWT", "PHWT")),
        ((("DELFWT", "F"), ("PHDELWT", "P"), ("FWT", "F"), ("PHWT", "P")), ("FWT", "PHWT")),
        ((("PHWT", "P"), ("FWT", "F")), ("FWT", "PHWT")),
        ((("2FOFCWT", "F"), ("PH2FOFCWT", "P"), ("2FOFCWT_no_fill", "F"),
          ("PH2FOFCWT_no_fill", "P")), ("2FOFCWT", "PH2FOFCWT")),
        ((("FWT", "G"), ("PHWT", "P"), ("MYF", "F"), ("MYPHI", "P")), ("MYF", "MYPHI")),
        ((("FAN", "F"), ("PHAN", "P"), ("MYF", "F"), ("MYPHI", "P")), ("MYF", "MYPHI")),
    ],
)  # fmt: skip
def test_columns_by_label_and_type_and_always_said(write, columns, taken):
    density = read_mtz(write(with_columns(*columns)))
    assert density.reflections.labels == taken
    assert density.findings[0].code == "columns-guessed"
    said = density.findings[0].text
    assert ",".join(taken) in said
    assert all(f"{label} ({kind})" in said for label, kind in columns)
    assert density.notes == ()
    assert read_mtz(write(with_columns(*columns)), taken).findings == ()


@pytest.mark.parametrize(
    "pairs",
    [
        ["DELFWT,PHDELWT"], ["FOFCWT,PHFOFCWT"], ["FAN,PHAN"], ["ANOM,PHANOM"], ["DANO,PDANO"],
        ["FC,PHIC"], ["F-model,PHIF-model"], ["FDIFF,PHIDIFF"], ["mFo-DFc,PHmFo-DFc"],
        ["X,PHDELWT"], ["MYF,MYPHI", "OTHER,PHOTHER"],
    ],
)  # fmt: skip
def test_ambiguous_columns_are_refused_with_the_list(write, pairs):
    columns = [(pair.split(",")[k], kind) for pair in pairs for k, kind in enumerate("FP")]
    with pytest.raises(InputError, match="--mtz-labels F,PHI") as caught:
        read_mtz(write(with_columns(*columns)))
    assert all(f"{label} ({kind})" in str(caught.value) for label, kind in columns)


def test_one_label_of_two_data_sets_is_refused(write, mtz):
    mtz.add_dataset("other")
    mtz.add_column("FWT", "F", dataset_id=2)
    mtz.add_column("PHWT", "P", dataset_id=2)
    with pytest.raises(InputError, match="2 columns 'FWT', expected one"):
        read_mtz(write(mtz))


@pytest.mark.parametrize("packed", [False, True])
def test_coefficients_in_mmcif(tmp_path, write, mtz, packed):
    text = gemmi.MtzToCif().write_cif_to_string(mtz).encode()
    path = tmp_path / "1abc_2fo-fc_map_coef.cif"
    path.write_bytes(gzip.compress(text) if packed else text)
    density, expected = read_map(path), read_map(write(mtz))
    assert density.periodic
    assert density.xray
    np.testing.assert_allclose(density.data, expected.data, atol=1e-3 * expected.data.std())
    write_filtered_mtz(density, Filter(SharpenBlur(50, d_cut=4.0), 4.0), tmp_path / "out.mtz")
    sharp = read_map(tmp_path / "out.mtz", labels=("FWT_sharp", "PHWT_sharp"))
    assert sharp.data.std() > 1.05 * density.data.std()


def test_mmcif_without_reflections(tmp_path):
    path = tmp_path / "x.cif"
    path.write_text(crystal()[1].make_mmcif_document().as_string())
    with pytest.raises(InputError, match="nor mmCIF with _refln"):
        read_map(path)


@pytest.mark.parametrize(
    "placement",
    [Placement(), Placement(nstart=(30, -17, 5)), Placement(origin_words=(-101.5, 7.25, 1e-3))],
)
def test_own_cryo_em_mtz_comes_back_where_it_was(tmp_path, placement):
    data = np.random.default_rng(2).normal(size=(20, 22, 24)).astype(np.float32)
    density = replace(DensityMap.from_array(data, 1.3), placement=placement)
    smooth = sharpem.apply(density, Filter(SharpenBlur(0.0, d_cut=4.0), 3.0))
    path = tmp_path / "own.mtz"
    write_box_mtz(smooth, path, d_min=2.7, label="x" * 100)
    again = read_map(path)
    assert not again.xray
    assert not again.periodic
    assert again.same_grid(density) is None
    assert again.placement.nstart == placement.nstart
    mean = smooth.data.mean()
    np.testing.assert_allclose(again.data, smooth.data - mean, atol=1e-4 * smooth.data.std())
    assert read_map(path, xray=True).xray


def test_cryo_em_mtz_of_0_1_is_recognised_without_its_place(tmp_path, write, mtz):
    mtz.history = ["sharpem: surface: b_sharpen 80 A^2, d 3 A, origin at the box's first voxel"]
    density = read_map(write(mtz))
    assert not density.xray
    assert density.findings[-1].code == "placement-doubtful"


def test_electrons_or_x_rays_are_asked_for(write, mtz, mrc_file):
    assert not read_map(write(mtz), xray=False).xray
    assert read_map(write(mtz), xray=False).periodic
    assert read_map(mrc_file(), xray=True).xray
    assert not read_map(mrc_file()).xray


def test_a_yardstick_serves_maps_of_its_own_radiation_only(write, mtz):
    density = read_map(write(mtz))
    by_model = ModelAgreement(density, to_model(crystal()[1]), resolution=4.0)
    assert by_model.goes_with(density, xray=True)
    assert not by_model.goes_with(density, xray=False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw[:4] + b"\xff\xff\xff\x7f" + raw[8:], "header said to be at byte"),
        (lambda raw: raw.replace(b"NCOL        5", b"NCOL 99999999"), "bytes of reflections"),
        (lambda raw: raw.replace(b"NDIF        2", b"NDIF 99999999"), "NDIF announces 99999999"),
        (lambda raw: raw.replace(b"NCOL", b"NOCL"), "not one line NCOL"),
        (lambda raw: raw[:80] + b"\0\0\x80\x7f" + raw[84:], "index h, k or l of inf"),
        (lambda raw: raw[:80] + b"\0\0\x80\x3e" + raw[84:], "index h, k or l of 0.25"),
        (lambda raw: raw[:80] + b"\0\x40\x1c\x46" + raw[84:], "a map of .* voxels of"),
        (lambda raw: raw.replace(b"   31.0000", b"  310000.0"), "cell lengths|a map of"),
        (lambda raw: raw.replace(b"90.0000   90.0000   90.0000", b"90.0000   10.0000  170.0000"),
         "cell angles"),
    ],
)  # fmt: skip
def test_headers_are_not_believed(write, mtz, change, message):
    with pytest.raises(InputError, match=message):
        read_mtz(write(mtz, change))
