"""Models as people have them: odd atoms, odd names, cards of before 1996."""

from __future__ import annotations

import gzip

import gemmi
import numpy as np
import pytest
from crystal import crystal

from sharpem.cli import main
from sharpem.errors import InputError
from sharpem.io.model import read_model
from sharpem.io.write_model import model_text


def card(n, name, residue, occupancy="  1.00", *, tail=" " * 11, record="ATOM  ", x=1.0):
    """An atom's line; `name` as it stands in columns 13-16, `tail` from column 67."""
    return (
        f"{record}{n:5d} {name:<4} {residue:>3} A{n:4d}    {x:8.3f}{2.0:8.3f}{3.0:8.3f}"
        f"{occupancy} 20.00{tail}\n"
    )


@pytest.fixture
def pdb(tmp_path):
    """Write lines to a file."""

    def write(*lines, name="x.pdb"):
        path = tmp_path / name
        path.write_text("".join(lines))
        return path

    return write


LEFT = (("N", "N"), ("CA", "C"), ("C", "C"), ("O", "O"), ("CB", "C"), ("CD1", "C"), ("HG1", "H"),
        ("NE2", "N"), ("SG", "S"), ("1HB", "H"), ("OXT", "O"))  # fmt: skip


def test_names_from_column_13_without_elements(pdb):
    """CA is the alpha carbon, not calcium; the element comes from the residue."""
    path = pdb(*(card(n, name, "LEU", x=n) for n, (name, _) in enumerate(LEFT, 1)))
    model = read_model(path, hydrogens=True)
    assert model.elements == tuple(element for _, element in LEFT)
    assert "11 of 11 atoms have no element" in model.notes[0]


def test_ligands_among_names_from_column_13(pdb):
    names = (("CA", "ALA", "C"), ("CA", "CA", "Ca"), ("FE", "HEM", "Fe"), ("NA", "HEM", "N"),
             ("CHA", "HEM", "C"), ("CL1", "LIG", "Cl"), ("SE", "MSE", "Se"), ("ZN", "ZN", "Zn"),
             ("C1'", "DA", "C"), ("P", "DA", "P"))  # fmt: skip
    lines = [card(n, name, residue, x=n) for n, (name, residue, _) in enumerate(names, 1)]
    assert read_model(pdb(*lines)).elements == tuple(element for _, _, element in names)


def test_names_in_their_columns_follow_the_standard(pdb):
    names = ((" CA ", "ALA", "C"), ("CA  ", " CA", "Ca"), (" NA ", "HEM", "N"))
    lines = [card(n, name, residue, x=n) for n, (name, residue, _) in enumerate(names, 1)]
    model = read_model(pdb(*lines))
    assert model.elements == ("C", "Ca", "N")
    assert model.notes == ()


def test_cards_of_before_1996(pdb):
    """Columns 73-80 held the entry and the line's number."""
    tails = ("      1ABC  12", "      1ABC 112", "      1ABCC112")
    lines = [card(n, " CA ", "GLY", tail=tail, x=n) for n, tail in enumerate(tails, 1)]
    assert read_model(pdb(*lines)).elements == ("C",) * 3


@pytest.mark.parametrize(
    ("name", "residue", "tail"),
    [
        ("UNK ", "UNX", "          X"), (" UNK", "UNX", "           "),
        (" X  ", "UNL", "           "), (" XE1", "GLX", "          X"),
        (" AE1", "GLX", "           "), (" C1 ", "LIG", "          ES"),
    ],
)  # fmt: skip
def test_atoms_of_unknown_element_are_left_out(pdb, name, residue, tail):
    path = pdb(card(1, " CA ", "ALA", x=5), card(2, name, residue, tail=tail, record="HETATM"))
    model = read_model(path)
    assert model.elements == ("C",)
    assert model.notes == ("1 of 2 atoms is of unknown element, and left out.",)
    assert model.findings[0].code == "model-odd-atoms"
    cif = path.with_suffix(".cif")
    gemmi.read_structure(str(path)).make_mmcif_document().write_file(str(cif))
    assert "C" in read_model(cif).elements
    text, _ = model_text(model, (30, 30, 30, 90, 90, 90))
    assert text.count("CA  ALA") == 1


def test_blank_occupancies_count_as_1(pdb):
    model = read_model(pdb(card(1, " CA ", "ALA", "      "), card(2, " CB ", "ALA", "  0.50", x=4)))
    assert model.occupancies.tolist() == [1.0, 0.5]
    assert model.notes == ("1 of 2 atoms have no occupancy: counted as 1.",)


@pytest.mark.parametrize(
    ("occupancy", "message"),
    [
        ("  0.00", "all 1 occupancies are 0, so that nothing scatters"),
        ("   nan", "1 of 1 atoms have an occupancy such as nan, expected 0 to 1"),
        (" -0.50", "1 of 1 atoms have an occupancy such as -0.5, expected 0 to 1"),
        ("   inf", "an occupancy such as inf"),
        ("******", "line 1 has .* in columns 31-60, expected x, y, z and the occupancy"),
    ],
)
def test_occupancies_that_are_none_are_refused(pdb, tmp_path, capsys, occupancy, message):
    path = pdb(card(1, " CA ", "ALA", occupancy))
    with pytest.raises(InputError, match=message):
        read_model(path)
    output = str(tmp_path / "out")
    assert main(["simulate", str(path), "-r", "4", "--b-iso", "100", "-o", output]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("value", ["nan", "inf", "1e30", "?"])
def test_coordinates_that_are_none_are_refused_in_mmcif(tmp_path, value):
    text = crystal()[1].make_mmcif_document().as_string().split("\n")
    row = next(n for n, line in enumerate(text) if line.startswith("ATOM"))
    words = text[row].split()
    words[10] = value
    path = tmp_path / "x.cif"
    path.write_text("\n".join([*text[:row], " ".join(words), *text[row + 1 :]]))
    with pytest.raises(InputError, match="atoms without coordinates"):
        read_model(path)


@pytest.mark.parametrize("name", ["1abc.pdb1", "noending", "x.ent", "x.cif", "x.txt", "x.pdb.gz"])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("form", ["pdb", "cif"])
def test_format_by_content_not_by_name(tmp_path, name, packed, form):
    _, structure = crystal()
    text = structure.make_pdb_string()
    if form == "cif":
        text = "# a remark\n\n" + structure.make_mmcif_document().as_string()
    raw = text.encode()
    path = tmp_path / name
    path.write_bytes(gzip.compress(raw) if packed else raw)
    assert len(read_model(path)) == 24


def test_all_models_of_an_assembly(pdb):
    first, second = card(1, " CA ", "ALA", x=1), card(2, " CA ", "ALA", x=9)
    path = pdb("MODEL        1\n", first, "ENDMDL\n", "MODEL        2\n", second, "ENDMDL\n")
    one, both = read_model(path), read_model(path, all_models=True)
    assert (len(one), len(both)) == (1, 2)
    assert both.positions[:, 0].tolist() == [1.0, 9.0]
    assert both.mass == pytest.approx(2 * one.mass)
    assert "--all-models" in one.findings[0].do
    assert both.findings == ()
    text, _ = model_text(both.moved((1, 0, 0)), (30, 30, 30, 90, 90, 90))
    assert np.isclose(float(text.split("ATOM")[2][26:34]), 10.0)


def test_text_that_is_not_ascii(pdb, tmp_path):
    path = tmp_path / "x.pdb"
    path.write_bytes(b"REMARK Andr\xe9\n" + card(1, " CA ", "ALA").encode())
    assert len(read_model(path)) == 1
