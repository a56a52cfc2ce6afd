"""Atoms of a part of a model as a PDB file, for tests that need a small one."""

from __future__ import annotations


def pdb_text(model):
    """Text of a PDB file with the model's atoms, each a residue of its own."""
    lines = [
        f"ATOM  {n % 100000:5d}  {e:<2}  ALA A{n % 10000:4d}    {x:8.3f}{y:8.3f}{z:8.3f}"
        f"  1.00  0.00          {e:>2}"
        for n, (e, (x, y, z)) in enumerate(
            zip(model.elements, model.positions, strict=True), start=1
        )
    ]
    return "\n".join([*lines, "END", ""])
