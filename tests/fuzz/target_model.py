"""Atomic models: PDB and mmCIF."""

from __future__ import annotations

import gzip
from pathlib import Path

import gemmi
import numpy as np
from target import Target

import sharpem
from sharpem.io.model import read_model

REAL = Path(sharpem.__file__).parent / "data" / "emd_5830" / "A_box_complete.pdb.gz"
WORDS = (
    b"ATOM  ", b"HETATM", b"CRYST1", b"MODEL ", b"ENDMDL", b"TER", b"CONECT", b"MTRIX1",
    b"REMARK 350", b"SEQRES", b"ANISOU", b"SSBOND", b"LINK", b"HELIX", b"SHEET", b"X", b"H",
    b"ZZ", b"loop_", b"data_x", b"_atom_site.Cartn_x", b"_atom_site.occupancy", b"_entity.id",
    b"_cell.length_a", b"?", b".", b"save_", b"global_", b"stop_",
)  # fmt: skip


def seeds() -> list[bytes]:
    """Some atoms of a real model, in both formats, and with what else a file may hold."""
    text = gzip.decompress(REAL.read_bytes()).splitlines()
    atoms = b"\n".join([*text[:40], b"TER", b"END", b""])
    structure = gemmi.read_pdb_string(atoms.decode())
    structure.setup_entities()
    two = b"\n".join(
        [b"MODEL        1", *text[4:20], b"ENDMDL", b"MODEL        2", *text[4:20], b"ENDMDL"]
    )
    return [atoms, two, structure.make_mmcif_document().as_string().encode()]


def read(path: Path) -> None:
    """Read a model, whose positions are numbers."""
    model = read_model(path)
    assert np.isfinite(model.positions).all()
    assert np.isfinite(model.occupancies).all()
    assert np.isfinite([model.mass, model.dry_volume]).all()


TARGET = Target("pdb", seeds, read, WORDS)
