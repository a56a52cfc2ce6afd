"""What a molecule is made of, from options, sequences and models."""

from dataclasses import replace
from importlib import resources

import pytest

from sharpem.errors import InputError
from sharpem.io.model import read_model
from sharpem.maps.composition import (
    UNKNOWN,
    Composition,
    as_composition,
    composition_of_model,
    composition_of_sequences,
)

DNA = """\
CRYST1   30.000   30.000   30.000  90.00  90.00  90.00 P 1           1
ATOM      1  P    DA A   1      10.000  10.000  10.000  1.00 20.00           P
ATOM      2  C1'  DA A   1      12.000  10.000  10.000  1.00 20.00           C
END
"""


@pytest.mark.parametrize(
    ("value", "nucleic"), [("protein", 0.0), ("nucleic", 1.0), ("0.25", 0.25), (0.5, 0.5), (1, 1.0)]
)
def test_as_given(value, nucleic):
    assert as_composition(value) == Composition(nucleic, "given")


def test_nothing_given():
    assert as_composition(None) is UNKNOWN
    assert UNKNOWN.to_dict() == {"nucleic": None, "source": "unknown"}
    assert as_composition(Composition(0.3, "model")).source == "model"


@pytest.mark.parametrize("value", ["rna", "", 1.1, -0.1, "nan", float("nan"), "inf"])
def test_what_is_no_composition(value):
    with pytest.raises(InputError, match="expected protein, nucleic, or a number"):
        as_composition(value)


def test_of_sequences():
    assert composition_of_sequences([("MKVL", 1), ("GASA", 2)]) == Composition(0.0, "sequence")
    assert composition_of_sequences([("ACGUN", 1), ("acgt", 1)]).nucleic == 1
    mixed = composition_of_sequences([("MKVLAG", 1), ("ACGU", 1)])
    assert mixed.nucleic == pytest.approx(4 * 330 / (4 * 330 + 6 * 110))
    assert composition_of_sequences([]) is UNKNOWN


def test_of_models(tmp_path):
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        protein = read_model(path)
    assert composition_of_model(protein) == Composition(0.0, "model")
    (tmp_path / "dna.pdb").write_text(DNA)
    assert composition_of_model(read_model(tmp_path / "dna.pdb")).nucleic == 1
    assert composition_of_model(replace(protein, nucleic=0.4)).nucleic == 0.4


def test_dry_volume():
    assert Composition(0.0).volume_per_dalton == pytest.approx(1.23)
    assert Composition(1.0).volume_per_dalton == pytest.approx(1.15)
    assert UNKNOWN.volume_per_dalton == pytest.approx(1.23)
