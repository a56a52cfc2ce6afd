"""Atomic models from files: what is kept, what is refused."""

import gzip
from importlib import resources

import gemmi
import numpy as np
import pytest
from real_maps import TINY_MODEL, present, real

from sharpem.errors import InputError
from sharpem.io.model import read_model

ATOM = "{:6s}{:5d} {:4s}{:1s}{:3s} A{:4d}    {:8.3f}{:8.3f}{:8.3f}{:6.2f}{:6.2f}          {:>2s}\n"


def atom(number, name, element, *, residue="ALA", seq=1, alt="", occ=1.0, b=20.0, het=False):
    kind = "HETATM" if het else "ATOM"
    xyz = (1.5 * number, 2.0, -3.0)
    return ATOM.format(kind, number, f" {name}"[:4], alt, residue, seq, *xyz, occ, b, element)


SMALL = [atom(1, "N", "N"), atom(2, "CA", "C", b=31.0), atom(3, "C", "C"), atom(4, "O", "O")]


@pytest.fixture
def pdb(tmp_path):
    def write(*lines, name="model.pdb"):
        path = tmp_path / name
        path.write_text("".join(lines) + "END\n")
        return path

    return write


@pytest.fixture(scope="module")
def demo():
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        return read_model(path)


def test_arrays_of_a_small_model(pdb):
    model = read_model(pdb(*SMALL))
    assert len(model) == 4
    assert model.elements == ("N", "C", "C", "O")
    np.testing.assert_allclose(model.positions[:, 0], [1.5, 3.0, 4.5, 6.0])
    np.testing.assert_allclose(model.b_iso, [20, 31, 20, 20])
    np.testing.assert_allclose(model.occupancies, 1)
    np.testing.assert_allclose(model.centre, [3.75, 2, -3])
    np.testing.assert_allclose(model.extent, [4.5, 0, 0])
    assert model.notes == ()


def test_mass_and_volume_of_a_protein(demo):
    residues = 297
    assert len(demo) == 2426
    assert demo.mass == pytest.approx(residues * 115, rel=0.05)
    assert demo.dry_volume == pytest.approx(1.23 * demo.mass)


def test_mass_agrees_with_the_sequence(demo):
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        chain = gemmi.read_structure(str(path))[0][0]
    expected = gemmi.calculate_sequence_weight([residue.name for residue in chain])
    assert demo.mass == pytest.approx(expected, rel=0.005)


def test_volume_of_nucleotides(pdb):
    lines = [atom(1, "P", "P", residue="DA"), atom(2, "O5'", "O", residue="DA")]
    model = read_model(pdb(*lines))
    assert model.dry_volume == pytest.approx(1.15 * model.mass)


def test_formats_agree(demo, tmp_path):
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        structure = gemmi.read_structure(str(path))
    structure.setup_entities()
    structure.make_mmcif_document().write_file(str(tmp_path / "model.cif"))
    text = (tmp_path / "model.cif").read_bytes()
    (tmp_path / "model.cif.gz").write_bytes(gzip.compress(text, mtime=0))
    for name in ("model.cif", "model.cif.gz"):
        other = read_model(tmp_path / name)
        np.testing.assert_allclose(other.positions, demo.positions, atol=1e-6)
        assert other.elements == demo.elements
        assert other.mass == pytest.approx(demo.mass)


def test_hydrogens_and_waters_are_dropped_unless_asked_for(pdb):
    hydrogen = atom(5, "H", "H")
    water = atom(6, "O", "O", residue="HOH", seq=2, het=True)
    path = pdb(*SMALL, hydrogen, water)
    assert len(read_model(path)) == 4
    assert read_model(path, hydrogens=True).elements.count("H") == 1
    assert len(read_model(path, waters=True)) == 5
    assert read_model(path, hydrogens=True).mass == read_model(path).mass


def test_alternate_conformations_are_kept_with_their_occupancies(pdb):
    sides = [
        atom(5, "CB", "C", alt="A", occ=0.7),
        atom(6, "CB", "C", alt="B", occ=0.3),
    ]
    model = read_model(pdb(*SMALL, *sides))
    np.testing.assert_allclose(model.occupancies, [1, 1, 1, 1, 0.7, 0.3])
    single = read_model(pdb(*SMALL, atom(5, "CB", "C")))
    assert model.mass == pytest.approx(single.mass)


def test_first_of_several_models(pdb):
    path = pdb("MODEL        1\n", *SMALL, "ENDMDL\n", "MODEL        2\n", SMALL[0], "ENDMDL\n")
    model = read_model(path)
    assert len(model) == 4
    assert model.notes == ("The file holds 2 models; the first was taken.",)


def test_moved_and_selected(demo):
    moved = demo.moved((1, -2, 3.5))
    np.testing.assert_allclose(moved.positions - demo.positions, [[1, -2, 3.5]] * len(demo))
    half = demo.selected(np.arange(len(demo)) < 1213)
    assert len(half) == 1213
    assert half.mass == pytest.approx(demo.mass / 2)


def test_arrays_are_read_only(demo):
    with pytest.raises(ValueError, match="read-only"):
        demo.positions[0, 0] = 0


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("absent.pdb", None, "no such file"),
        ("empty.pdb", b"", "no atoms"),
        ("prose.pdb", b"This is not a model.\n", "no atoms"),
        ("prose.cif", b"This is not a model.\n", "not a PDB or mmCIF"),
        ("map.mrc", b"\0" * 1024, "not a PDB or mmCIF"),
        (
            "cut.pdb.gz",
            gzip.compress("".join(SMALL).encode() * 50, mtime=0)[:60],
            "damaged or cut off",
        ),
        ("noatoms.cif", b"data_x\n_cell.length_a 10\n", "no atoms"),
        ("waters.pdb", atom(1, "O", "O", residue="HOH", het=True).encode(), "no atoms"),
        (
            "x.pdb",
            atom(2, "X1", "X", residue="UNK").encode(),
            "1 of 1 atoms are of unknown element",
        ),
    ],
)
def test_refused_in_one_line(tmp_path, name, content, says):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=says) as caught:
        read_model(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    assert "expected" in message or "cut off" in message


def test_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="a folder, expected an atomic model"):
        read_model(tmp_path)


REAL = [
    (TINY_MODEL, 91 * 110),  # residues of 110 Da
    ("emd_3488/5ni1_updated.cif", 64_500),
    ("emd_3240/5fn5_box_complete.pdb.gz", 1227 * 110),
]


@pytest.mark.parametrize(("name", "mass"), present(REAL))
def test_real_models(name, mass):
    assert read_model(real(name)).mass == pytest.approx(mass, rel=0.02)
