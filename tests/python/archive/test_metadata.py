"""Names of entries, and what their header files say, in both data models."""

import pytest
from archive_server import HEADER_1_9, HEADER_3, WITHDRAWN

from sharpem.archive.metadata import parse_metadata
from sharpem.archive.names import emdb_file, entry_id, model_file, packed_or_not, pdb_id


@pytest.mark.parametrize("text", ["EMD-3488", "emd-3488", "emd_3488", "Emd_3488"])
def test_names_of_entries(text):
    assert entry_id(text) == "EMD-3488"


@pytest.mark.parametrize(
    "text", ["EMD-12", "EMD-1234567", "emd_3488.map", "x/EMD-3488", "EMD3488", "EMD-348\uff18", ""]
)
def test_other_names(text):
    assert entry_id(text) is None


@pytest.mark.parametrize("name", ["../x.map", "/etc/passwd", "a/b", "", ".hidden", "a b", "..\\x"])
def test_names_that_lead_elsewhere_are_not_taken(name):
    assert emdb_file("EMD-3488", "map", name) is None


def test_layout():
    assert model_file(pdb_id("5NI1")) == "pdb/data/structures/divided/mmCIF/ni/5ni1.cif.gz"
    assert pdb_id("pdb_00005ni1") == "5ni1"
    assert pdb_id("model.pdb") is None
    assert packed_or_not("a.map") == ("a.map", "a.map.gz")
    assert packed_or_not("a.map.gz") == ("a.map.gz", "a.map")


def test_data_model_3():
    found = parse_metadata(HEADER_3.encode())
    assert found.title == "Haemoglobin with a phase plate"
    assert (found.status, found.resolution, found.contour) == ("REL", 4.0, 0.06)
    assert found.resolution_method == "FSC 0.143 CUT-OFF"
    assert found.pdb_ids == ("5ni1", "5me2")  # the one that overlaps fully first
    assert found.map_names == ("emd_3488.map.gz",)
    assert found.half_map_names == ("emd_3488_half_map_1.map.gz", "emd_3488_half_map_2.map.gz")
    assert found.mask_names == ("emd_3488_msk_1.map",)


def test_data_model_1_9():
    found = parse_metadata(HEADER_1_9.encode())
    assert (found.title, found.status) == ("An old map", "REL")
    assert (found.resolution, found.resolution_method, found.contour) == (8.7, "FSC 0.5", 1.5)
    assert found.pdb_ids == ("1abc",)
    assert (found.map_names, found.half_map_names) == (("emd_1234.map.gz",), ())
    assert found.mask_names == ("emd_1234_msk_1.map",)


def test_namespace_and_successor():
    found = parse_metadata(WITHDRAWN.encode())
    assert (found.status, found.superseded_by) == ("OBS", ("EMD-3488",))
    assert found.resolution is None


@pytest.mark.parametrize("stated", ["", "0", "-3", "nan", "inf", "about 3"])
def test_resolution_that_is_none(stated):
    text = HEADER_3.replace(">4.0</resolution>", f">{stated}</resolution>")
    assert parse_metadata(text.encode()).resolution is None


def test_first_resolution_that_is_one():
    more = '<resolution units="A">n/a</resolution><resolution res_type="BY AUTHOR"'
    text = HEADER_3.replace('<resolution res_type="BY AUTHOR"', more)
    assert parse_metadata(text.encode()).resolution == 4.0


@pytest.mark.parametrize(
    "text", [b"", b"<emd", b"not xml", b"<html></html>", HEADER_3.encode()[:900]]
)
def test_no_header_file(text):
    with pytest.raises(ValueError, match="XML"):
        parse_metadata(text)
