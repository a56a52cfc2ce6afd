"""STAR as gemmi reads it back, FSC XML as an XML parser does."""

from xml.etree import ElementTree

import gemmi
import numpy as np
import pytest

from sharpem.errors import InputError
from sharpem.io.fsc_xml import fsc_to_xml
from sharpem.io.star import postprocess_star


def test_star_is_read_back():
    text = postprocess_star(
        {"rlnFinalResolution": 3.2125, "rlnUnfilteredMapHalf1": "a name with blanks.mrc"},
        {"rlnSpectralIndex": range(3), "rlnResolution": [0.1, 0.2, 0.3]},
        {"rlnResolutionSquared": [1e-5], "rlnLogAmplitudesOriginal": [-12.5]},
        comment="made here",
    )
    assert text.startswith("# made here\n")
    document = gemmi.cif.read_string(text)
    assert [block.name for block in document] == ["general", "fsc", "guinier"]
    general = document.find_block("general")
    assert float(general.find_value("_rlnFinalResolution")) == pytest.approx(3.2125)
    name = gemmi.cif.as_string(general.find_value("_rlnUnfilteredMapHalf1"))
    assert name == "a name with blanks.mrc"
    fsc = document.find_block("fsc").find(["_rlnSpectralIndex", "_rlnResolution"])
    assert [row[0] for row in fsc] == ["0", "1", "2"]
    assert [float(row[1]) for row in fsc] == [0.1, 0.2, 0.3]
    guinier = document.find_block("guinier").find(["_rlnResolutionSquared"])
    assert float(guinier[0][0]) == pytest.approx(1e-5)


def test_uneven_columns_are_refused():
    with pytest.raises(InputError, match="columns alike"):
        postprocess_star({}, {"a": [1, 2], "b": [1]}, {"a": [1]})


def test_fsc_xml_is_read_back():
    s, fsc = np.linspace(0.01, 0.4, 7), np.linspace(1, -0.02, 7)
    root = ElementTree.fromstring(fsc_to_xml(s, fsc, title='a "map" & more'))
    assert root.tag == "fsc"
    assert root.attrib == {
        "title": 'a "map" & more',
        "xaxis": "Resolution (A-1)",
        "yaxis": "FSC",
    }
    points = [(float(p.findtext("x")), float(p.findtext("y"))) for p in root.findall("coordinate")]
    np.testing.assert_allclose(points, np.stack([s, fsc], axis=1), atol=1e-6)


@pytest.mark.parametrize(("s", "fsc"), [([0.1, 0.2], [1.0]), ([0.1, 0.2], [1.0, np.nan])])
def test_bad_curves_are_refused(s, fsc):
    with pytest.raises(InputError, match="expected"):
        fsc_to_xml(s, fsc, title="x")
