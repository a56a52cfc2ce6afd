"""Dialects of the format: modes, byte orders, and headers that other programs left half filled."""

from __future__ import annotations

import bz2
import gzip

import mrcfile
import numpy as np
import pytest

from sharpem.io.mrc import read_map, write_map


@pytest.mark.parametrize("axis_order", [(1, 2, 3), (3, 2, 1)], ids=str)
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(
    ("mode", "dtype"), [(0, "i1"), (1, "i2"), (2, "f4"), (6, "u2"), (12, "f2")]
)
def test_modes_and_byte_orders(*, mrc_file, random_array, mode, dtype, order, axis_order):
    values = random_array * 10
    if dtype == "u2":
        values = values + 40000
    values = values.astype(np.dtype(dtype).newbyteorder(order))
    columns, rows, sections = axis_order
    path = mrc_file(
        array=values.transpose(3 - sections, 3 - rows, 3 - columns),
        mapc=columns,
        mapr=rows,
        maps=sections,
    )
    density = read_map(path)
    assert density.placement.mode == mode
    assert density.notes == ()
    assert density.data.dtype == np.float32
    np.testing.assert_array_equal(density.data, values.astype(np.float32))


def test_untidy_labels_are_read(mrc_file, tmp_path):
    labels = np.zeros(10, "S80")
    labels[0], labels[3], labels[4] = b"first", b"B = 90 \xc5\x00junk", b" " * 80
    density = read_map(mrc_file(label=labels, nlabl=1))
    assert density.placement.labels == ("first", "B = 90 ??junk")
    write_map(density, tmp_path / "out.mrc")
    assert mrcfile.validate(tmp_path / "out.mrc")


def test_apix_overrides_the_header_but_not_the_origin(mrc_file):
    density = read_map(mrc_file(nystart=2, origin=(5, 6, 7)), voxel_size=2.0)
    assert density.cell == (24.0, 18.0, 14.0, 90.0, 90.0, 90.0)
    assert density.origin == (0.0, 4.0, 0.0)
    assert density.placement.origin_words == (5.0, 6.0, 7.0)
    assert read_map(mrc_file(), voxel_size=(1, 2, 3)).voxel_size == (1.0, 2.0, 3.0)


def test_apix_mends_an_empty_cell(mrc_file, tmp_path):
    density = read_map(mrc_file(cella=(0, 0, 0), cellb=(0, 0, 0), mx=0, my=0, mz=0), voxel_size=1.5)
    assert density.full_cell == density.cell == (18.0, 13.5, 10.5, 90.0, 90.0, 90.0)
    assert density.notes == (
        "The header's MX, MY, MZ are 0, 0, 0: 12 x 9 x 7 was assumed.",
        "The header's cell angles are 0: 90 degrees were assumed.",
    )
    write_map(density, tmp_path / "out.mrc")
    assert mrcfile.validate(tmp_path / "out.mrc")


def test_header_without_the_word_map(mrc_file, random_array):
    density = read_map(mrc_file(map=b"\0\0\0\0", machst=0))
    np.testing.assert_array_equal(density.data, random_array)
    assert density.notes == (
        "The header lacks the word MAP: it was read as MRC2014, which may be wrong.",
    )


@pytest.mark.parametrize(("order", "stamp"), [("<", 0x11), (">", 0x44)])
def test_wrong_machine_stamp(mrc_file, random_array, order, stamp):
    path = mrc_file(array=random_array.astype(f"{order}f4"))
    raw = bytearray(path.read_bytes())
    raw[212:214] = [stamp, stamp]
    path.write_bytes(raw)
    density = read_map(path)
    np.testing.assert_array_equal(density.data, random_array)
    assert density.notes == ("The header's machine stamp names the wrong byte order.",)


def test_missing_machine_stamp_of_a_big_endian_file(mrc_file, random_array):
    path = mrc_file(array=random_array.astype(">f4"), machst=0)
    np.testing.assert_array_equal(read_map(path).data, random_array)


def test_axis_order_left_at_zero_is_the_usual_one(mrc_file, random_array):
    density = read_map(mrc_file(mapc=0, mapr=0, maps=0))
    np.testing.assert_array_equal(density.data, random_array)
    assert density.placement.axis_order == (1, 2, 3)


@pytest.mark.parametrize(("flags", "last"), [(0, 200.0), (1, -56.0)])
def test_imods_unsigned_bytes(mrc_file, flags, last):
    array = np.arange(48, dtype=np.uint8).reshape(3, 4, 4)
    array[2, 3, 3] = 200
    extra = bytearray(84)
    extra[40:48] = b"IMOD"[::-1] + bytes([flags, 0, 0, 0])
    assert read_map(mrc_file(array=array.view(np.int8), extra2=bytes(extra))).data[2, 3, 3] == last


def test_bytes_after_the_voxels_are_noted(mrc_file, random_array):
    for name, packed in (("a.mrc", bytes), ("b.mrc", gzip.compress), ("c.mrc", bz2.compress)):
        path = mrc_file(name)
        path.write_bytes(packed(path.read_bytes() + b"more"))
        density = read_map(path)
        np.testing.assert_array_equal(density.data, random_array)
        assert density.notes == ("The file goes on after the voxels; what follows was not read.",)


def test_a_space_group_that_makes_no_sense_is_noted(mrc_file):
    density = read_map(mrc_file(ispg=-7))
    assert density.placement.space_group == 1
    assert density.notes == ("The header's space group (ISPG) is -7: 1 was assumed.",)


def test_an_origin_that_makes_no_sense_is_noted(mrc_file):
    density = read_map(mrc_file(origin=(np.nan, 0, 0)))
    assert density.origin == (0.0, 0.0, 0.0)
    assert "ORIGIN (nan, 0, 0) makes no sense" in density.notes[0]


def test_binary_extended_header_of_a_big_endian_file_is_dropped(mrc_file, random_array, tmp_path):
    path = mrc_file(array=random_array.astype(">f4"))
    with mrcfile.open(path, mode="r+") as mrc:
        mrc.set_extended_header(np.zeros(100, "V1"))
        mrc.header.exttyp = b"FEI1"
    density = read_map(path)
    np.testing.assert_array_equal(density.data, random_array)
    assert density.notes == ("The extended header (FEI1) is big-endian: dropped.",)
    write_map(density, tmp_path / "out.mrc")
    assert mrcfile.validate(tmp_path / "out.mrc")
