"""Map coefficients: MTZ files and the PDB's mmCIF files of the same."""

from __future__ import annotations

from pathlib import Path

import gemmi
import numpy as np
from target import Target

from sharpem.io.read import read_map

WORDS = (
    b"NCOL", b"CELL", b"DCELL", b"SYMINF", b"SYMM", b"X,Y,Z", b"1/2+X", b"RESO", b"VALM NAN",
    b"COLUMN", b"COLSRC", b"NDIF", b"PROJECT", b"DATASET", b"BATCH", b"END", b"MTZHIST",
    b"MTZBATS", b"H", b"F", b"P", b"loop_", b"data_r", b"_refln.index_h", b"_refln.pdbx_FWT",
    b"_cell.length_a", b"?", b".",
)  # fmt: skip


def reflections(group: str = "P 21 21 21") -> gemmi.Mtz:
    """Map coefficients to 4 A of a few atoms."""
    atoms = np.random.default_rng(5).uniform(1, 10, (8, 3))
    lines = [
        f"ATOM  {n:5d}  CA  ALA A{n:4d}    {x:8.3f}{y:8.3f}{z:8.3f}  1.00 20.00           C"
        for n, (x, y, z) in enumerate(atoms, 1)
    ]
    model = gemmi.read_pdb_string("\n".join([*lines, "END", ""]))
    model.cell, model.spacegroup_hm = gemmi.UnitCell(12, 14, 15, 90, 90, 90), group
    calculator = gemmi.DensityCalculatorX()
    calculator.d_min = 4.0
    calculator.grid.setup_from(model)
    calculator.put_model_density_on_grid(model[0])
    terms = gemmi.transform_map_to_f_phi(calculator.grid).prepare_asu_data(dmin=4.0)
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = gemmi.SpaceGroup(group)
    mtz.set_cell_for_all(model.cell)
    mtz.add_dataset("data")
    mtz.add_column("FWT", "F")
    mtz.add_column("PHWT", "P")
    values = np.asarray(terms.value_array)
    phases = np.degrees(np.angle(values))
    mtz.set_data(np.column_stack([terms.miller_array, np.abs(values), phases]).astype(np.float32))
    return mtz


def seeds() -> list[bytes]:
    """MTZ of two space groups, the second as sharpem writes a cryo-EM map, and mmCIF."""
    mtz, plain = reflections(), reflections("P 1")
    plain.history = [
        "sharpem: cryo-EM map, grid 12 14 15, NSTART 1 2 -3",
        "sharpem: its ORIGIN 0 1.5 0",
    ]
    cif = gemmi.MtzToCif().write_cif_to_string(mtz).encode()
    return [bytes(mtz.write_to_bytes()), bytes(plain.write_to_bytes()), cif]


def read(path: Path) -> None:
    """Read a map, whose voxels are numbers."""
    density = read_map(path)
    assert density.data.size <= 2**24
    assert np.isfinite(density.data).all()
    assert np.isfinite(density.cell).all()


TARGET = Target("mtz", seeds, read, WORDS, range(80))
