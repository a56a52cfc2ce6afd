"""A small crystal: atoms, and the map coefficients that they give."""

from __future__ import annotations

import gemmi
import numpy as np

__all__ = ["crystal"]


def crystal(
    group: str = "P 21 21 21", lengths: tuple[float, float, float] = (31, 36, 40), atoms: int = 24
) -> tuple[gemmi.Mtz, gemmi.Structure]:
    """Map coefficients to 4 A of some atoms in a cell of these edges (A), and the atoms."""
    positions = np.random.default_rng(5).uniform(2, min(14, lengths[0] - 2), (atoms, 3))
    lines = [
        f"ATOM  {n:5d}  CA  ALA A{n:4d}    {x:8.3f}{y:8.3f}{z:8.3f}  1.00 20.00           C"
        for n, (x, y, z) in enumerate(positions, 1)
    ]
    model = gemmi.read_pdb_string("\n".join([*lines, "END", ""]))
    model.cell, model.spacegroup_hm = gemmi.UnitCell(*lengths, 90, 90, 90), group
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
    return mtz, model
