"""``sharpem box`` on the command line."""

from __future__ import annotations

from pathlib import Path

import gemmi
import numpy as np
import pytest

import sharpem
from sharpem.cli import main
from sharpem.io.model import read_model
from sharpem.maps.density import DensityMap, Placement

PDB = """\
ATOM      1  CA  GLY A   1      12.000  14.000  16.000  1.00 20.00           C
ATOM      2  CA  GLY A   2      15.000  14.000  16.000  1.00 20.00           C
END
"""


@pytest.fixture
def files(tmp_path, monkeypatch) -> Path:
    """A folder with map.mrc, mask.mrc and model.pdb, all in one place; the current folder."""
    monkeypatch.chdir(tmp_path)
    data = np.random.default_rng(5).normal(size=(30, 28, 26)).astype(np.float32)
    whole = DensityMap(data, (26.0, 28.0, 30.0, 90.0, 90.0, 90.0), Placement(nstart=(2, 2, 2)))
    mask = np.zeros_like(data)
    mask[10:14, 9:13, 8:15] = 1
    sharpem.write_map(whole, "map.mrc")
    sharpem.write_map(whole.with_data(mask), "mask.mrc")
    Path("model.pdb").write_text(PDB)
    return tmp_path


def test_box_about_a_model(files, capsys):
    assert main(["box", "map.mrc", "--model", "model.pdb"]) == 0
    out = capsys.readouterr().out
    assert "14 x 11 x 11 voxels from voxel (5, 7, 9), at (7.00, 9.00, 11.00) A" in out
    box, whole = sharpem.read_map("map_box.mrc"), sharpem.read_map("map.mrc")
    np.testing.assert_array_equal(box.data, whole.data[9:20, 7:18, 5:19])
    assert box.placement.labels[-1] == "sharpem: box, 5 A about model.pdb"


def test_box_about_a_mask_with_a_soft_edge(files):
    assert main(["box", "map.mrc", "--mask", "mask.mrc", "--soft", "3", "-o", "out", "-q"]) == 0
    box, whole = sharpem.read_map("out.mrc"), sharpem.read_map("map.mrc")
    assert box.origin == (8 + 2 - 5, 9 + 2 - 5, 10 + 2 - 5)
    np.testing.assert_array_equal(box.data[5:9, 5:9, 5:12], whole.data[10:14, 9:13, 8:15])
    assert not box.data[:2].any()


def test_model_in_the_frame_of_the_box(files):
    options = ["--model", "model.pdb", "--write-model", "--new-origin", "-o", "out", "-q"]
    assert main(["box", "map.mrc", *options]) == 0
    box, model = sharpem.read_map("out.mrc"), read_model("out_model.pdb")
    assert box.origin == (0, 0, 0)
    assert model.positions[0] == pytest.approx([5, 5, 5])
    assert gemmi.read_structure("out_model.pdb").cell.parameters == pytest.approx(box.cell)


def test_nothing_is_written_over_by_chance(files, capsys):
    command = ["box", "map.mrc", "--model", "model.pdb", "--write-model", "-q"]
    assert main(command) == 0
    Path("map_box.mrc").unlink()
    assert main(command) == 2
    assert "map_box_model.pdb: exists already" in capsys.readouterr().err
    assert not Path("map_box.mrc").exists()
    assert main([*command, "--overwrite"]) == 0


def test_atoms_outside_are_told(files, capsys):
    Path("model.pdb").write_text(PDB.replace("  15.000", " 115.000"))
    assert main(["box", "map.mrc", "--model", "model.pdb"]) == 0
    assert "50.0% of the atoms lie in the map" in capsys.readouterr().out


def test_margin_that_the_map_does_not_have_is_told(files, capsys):
    assert main(["box", "map.mrc", "--model", "model.pdb", "--padding", "11"]) == 0
    assert "The margin of 11 A ends at the map's edge." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "one of the arguments --model --mask is required"),
        (["--model", "model.pdb", "--mask", "mask.mrc"], "not allowed with"),
        (["--model", "none.pdb"], "none.pdb: no such file"),
        (["--model", "map.mrc"], "map.mrc: not a PDB or mmCIF file"),
        (["--model", "far.pdb"], "no atom lies in map.mrc"),
        (["--model", "empty.pdb"], "empty.pdb: no atoms"),
        (["--mask", "other.mrc"], "other.mrc: not on the map's grid"),
        (["--mask", "mask.mrc", "--write-model"], "--write-model: found without --model"),
        (["--model", "model.pdb", "--padding", "-3"], "--padding: found -3"),
        (["--model", "model.pdb", "--soft", "0"], "--soft: found 0"),
        (["--model", "model.pdb", "--mtz-labels", "F,PHI"], "expected an MTZ file"),
        (["--model", "model.pdb", "-o", "none/out"], "none: no such folder"),
        (["--model", "model.pdb", "-o", "map"], "map.mrc: is an input"),
    ],
)
def test_wrong_requests_are_refused_in_one_line(files, capsys, options, message):
    Path("far.pdb").write_text(PDB.replace("  14.000", " 314.000"))
    Path("empty.pdb").write_text(
        "CRYST1   50.000   60.000   70.000  90.00  90.00  90.00 P 1\nEND\n"
    )
    sharpem.write_map(DensityMap.from_array(np.eye(9)[None].repeat(9, 0), 1.0), "other.mrc")
    before = sorted(files.iterdir())
    assert main(["box", "map.mrc", *options]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert sorted(files.iterdir()) == before


def test_crystal_is_cut_across_the_edge_of_its_cell(files):
    path = files / "x.mtz"
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = gemmi.SpaceGroup("P 21 21 21")
    mtz.set_cell_for_all(gemmi.UnitCell(26, 28, 30, 90, 90, 90))
    mtz.add_dataset("x")
    mtz.add_column("FWT", "F")
    mtz.add_column("PHWT", "P")
    hkl = gemmi.make_miller_array(mtz.cell, mtz.spacegroup, 3.0)
    random = np.random.default_rng(0)
    values = [random.exponential(size=len(hkl)), random.choice([0.0, 90, 180, 270], size=len(hkl))]
    mtz.set_data(np.column_stack([hkl, *values]).astype(np.float32))
    mtz.write_to_file(str(path))
    Path("model.pdb").write_text(
        PDB.replace("  12.000", "  -3.000").replace("  15.000", "   0.000")
    )
    assert main(["box", "x.mtz", "--model", "model.pdb", "-o", "out", "-q"]) == 0
    box, whole = sharpem.read_map("out.mrc"), sharpem.read_map(path)
    assert box.placement.nstart[0] < 0
    assert box.placement.space_group == 19
    assert box.full_cell == pytest.approx(whole.cell, rel=1e-6)
    x, y, z = box.placement.nstart
    assert box.data[0, 0, 0] == pytest.approx(whole.data[z, y, x % whole.shape[2]], rel=1e-6)
