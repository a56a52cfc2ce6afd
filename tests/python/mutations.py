"""Damaged files: small ones of every kind, and ways to damage them that reach deep into readers."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import gemmi
import mrcfile
import numpy as np

__all__ = ["SOURCES", "mutated"]

_NUMBERS = (0, 1, -1, 2, 255, 2**15, 2**31 - 1, -(2**31), 10**6)
_FLOATS = (0.0, -1.0, 1e-30, 1e30, float("nan"), float("inf"), 3e38, 1e6)
_TOKEN = re.compile(rb"[^\s,:|]+")
_WORDS = (
    b"nan", b"inf", b"-1", b"0", b"1e308", b"99999999999", b"?", b".", b"'", b";", b"loop_",
    b"\xe9\xff", b"********", b"X", b"H",
)  # fmt: skip


def crystal() -> tuple[gemmi.Mtz, gemmi.Structure]:
    """Map coefficients to 4 A of a few atoms in P 21 21 21, and the atoms."""
    atoms = np.random.default_rng(5).uniform(2, 14, (24, 3))
    lines = [
        f"ATOM  {n:5d}  CA  ALA A{n:4d}    {x:8.3f}{y:8.3f}{z:8.3f}  1.00 20.00           C"
        for n, (x, y, z) in enumerate(atoms, 1)
    ]
    model = gemmi.read_pdb_string("\n".join([*lines, "END", ""]))
    model.cell, model.spacegroup_hm = gemmi.UnitCell(31, 36, 40, 90, 90, 90), "P 21 21 21"
    calculator = gemmi.DensityCalculatorX()
    calculator.d_min = 4.0
    calculator.grid.setup_from(model)
    calculator.put_model_density_on_grid(model[0])
    terms = gemmi.transform_map_to_f_phi(calculator.grid).prepare_asu_data(dmin=4.0)
    mtz = gemmi.Mtz(with_base=True)
    mtz.spacegroup = gemmi.SpaceGroup("P 21 21 21")
    mtz.set_cell_for_all(model.cell)
    mtz.add_dataset("data")
    mtz.add_column("FWT", "F")
    mtz.add_column("PHWT", "P")
    values = np.asarray(terms.value_array)
    phases = np.degrees(np.angle(values))
    mtz.set_data(np.column_stack([terms.miller_array, np.abs(values), phases]).astype(np.float32))
    return mtz, model


def _mtz(_: Path) -> bytes:
    return bytes(crystal()[0].write_to_bytes())


def _coefficients(_: Path) -> bytes:
    return gemmi.MtzToCif().write_cif_to_string(crystal()[0]).encode()


def _pdb(_: Path) -> bytes:
    return crystal()[1].make_pdb_string().encode()


def _mmcif(_: Path) -> bytes:
    return crystal()[1].make_mmcif_document().as_string().encode()


def _mrc(folder: Path) -> bytes:
    path = folder / "source.mrc"
    data = np.random.default_rng(3).normal(size=(12, 14, 16)).astype(np.float32)
    with mrcfile.new(path, overwrite=True) as mrc:
        mrc.set_data(data)
        mrc.voxel_size = 1.2
    return path.read_bytes()


def _fasta(_: Path) -> bytes:
    return b">5NI1_1|Chains A, C[auth X]|subunit|Homo\nVLSPADKTNV(MSE)KAAW\n>P1;B\ntitle\nACGT*\n"


def _filter(_: Path) -> bytes:
    values = {"filter": {"kind": "sharpen-blur", "b_sharpen": 90.0, "b_blur": 200.0, "d_cut": 3.4,
                         "k": 10.0, "d_min": 2.8}}  # fmt: skip
    return json.dumps(values).encode()


SOURCES: dict[str, Callable[[Path], bytes]] = {
    "x.mtz": _mtz,
    "x_map_coef.cif": _coefficients,
    "x.pdb": _pdb,
    "x.cif": _mmcif,
    "x.mrc": _mrc,
    "x.fasta": _fasta,
    "x.json": _filter,
}


def mutated(name: str, source: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Yield `count` damaged copies of a file; the same ones for the same seed."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        text = bytearray(source)
        for _ in range(int(random.choice([1, 1, 1, 2, 3, 5]))):
            _damage(text, name, random)
        yield bytes(text)


def _damage(text: bytearray, name: str, random: np.random.Generator) -> None:
    """Change a byte, a word, a line or the length."""
    kind = random.integers(0, 8)
    at = _place(len(text), name, random)
    if kind == 0:
        text[at : at + 1] = bytes([random.integers(0, 256)])
    elif kind in (1, 2) and name.endswith((".mtz", ".mrc")):
        word = 4 * (at // 4)
        value = random.choice(_FLOATS) if random.integers(0, 2) else None
        number = int(random.choice(_NUMBERS))
        text[word : word + 4] = struct.pack("<i" if value is None else "<f", value or number)
    elif kind in (1, 2) and (token := _TOKEN.search(text, at)):
        text[token.start() : token.end()] = bytes(random.choice(np.array(_WORDS, dtype=object)))
    elif kind in (1, 2, 3):
        found = bytes(random.choice(np.array(_WORDS, dtype=object)))
        text[at : at + len(found)] = found
    elif kind == 4:
        del text[at : at + int(random.integers(1, 200))]
    elif kind == 5:
        text[at:at] = text[at : at + int(random.integers(1, 200))]
    elif kind == 6:
        del text[max(at, 1) :]
    else:
        text[at : at + 80] = bytes(random.integers(32, 127, 80, dtype=np.uint8))


def _place(length: int, name: str, random: np.random.Generator) -> int:
    """Any byte, more often one of the header."""
    if length < 2:
        return 0
    if random.integers(0, 3) and name.endswith(".mrc"):
        return int(random.integers(0, min(256, length)))
    if random.integers(0, 3) and name.endswith(".mtz"):
        near_end = random.integers(0, 4)
        return int(random.integers(0, 24) if not near_end else random.integers(length // 2, length))
    return int(random.integers(0, length))
