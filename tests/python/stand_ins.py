"""The files that the pages name: real ones where they are at hand, else made from the tiny map.

The stand-in for haemoglobin is a dimer with the symmetry C2, simulated with half maps from the
subunit of the tiny map and a turned copy of it; that for the crystal is the tiny map itself in P 1.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import gemmi
from archive_server import HEADER_3
from real_maps import TINY_MAP, TINY_MODEL, real

from sharpem.cli import main
from sharpem.io.mrc import read_map
from sharpem.io.write_mtz import write_box_mtz

REAL = {
    "emd_3488.map.gz": "emd_3488/emd_3488.mrc.gz",
    "large.mrc": "emd_3488/emd_3488.mrc.gz",
    "emd_3488.mrc.gz": "emd_3488/emd_3488.mrc.gz",
    "5ni1.cif": "emd_3488/5ni1_updated.cif",
    "half_map_1.mrc": "synthetic_halfmaps_5ni1/half_map_1.mrc.gz",
    "half_map_2.mrc": "synthetic_halfmaps_5ni1/half_map_2.mrc.gz",
    "refined.mtz": "xray_rnase_sa/rnasa-1.8-all_refmac1.mtz",
    "model.pdb": "xray_rnase_sa/tutorial-modern.pdb",
}


def files_of_the_pages(folder: Path) -> dict[str, Path]:
    """Where the files lie that the pages name; what has to be made is made in a folder."""
    found = {name: real(file) for name, file in REAL.items()}
    if all(file.is_file() for file in found.values()):
        return found
    return {**_dimer(folder), **_crystal(folder)}


def _dimer(folder: Path) -> dict[str, Path]:
    structure = gemmi.read_structure(str(real(TINY_MODEL)))
    copy = structure[0][0].clone()
    copy.name = "B"
    for residue in copy:
        for atom in residue:
            x, y, z = atom.pos.tolist()
            atom.pos = gemmi.Position(-x, -y, z)  # the box begins at 0: the copies touch there
    structure[0].add_chain(copy)
    structure.make_mmcif_document().write_file(str(folder / "dimer.cif"))
    made = folder / "made"
    command = f"simulate {folder}/dimer.cif -r 3.2 --b-iso 90 --half-maps --noise 0.5 -o {made}"
    assert main(command.split()) == 0
    whole, half1, half2 = (Path(f"{made}{end}.mrc") for end in ("", "_half1", "_half2"))
    maps = dict.fromkeys(("emd_3488.map.gz", "large.mrc", "emd_3488.mrc.gz"), whole)
    model = {"5ni1.cif": Path(f"{made}_model.cif")}
    return {**maps, **model, "half_map_1.mrc": half1, "half_map_2.mrc": half2}


def _crystal(folder: Path) -> dict[str, Path]:
    write_box_mtz(read_map(real(TINY_MAP)), folder / "box.mtz", d_min=3.2)
    mtz = gemmi.read_mtz_file(str(folder / "box.mtz"))
    mtz.history = []  # it says that the cell is a box of cryo-EM
    mtz.write_to_file(str(folder / "refined.mtz"))
    return {"refined.mtz": folder / "refined.mtz", "model.pdb": real(TINY_MODEL)}


def place(file, name):
    """Put a file where a page has it, compressed or not as the name says."""
    packed, wanted = file.suffix == ".gz", name.suffix == ".gz"
    if packed == wanted:
        name.symlink_to(file)
    else:
        name.write_bytes((gzip.compress if wanted else gzip.decompress)(file.read_bytes()))


def fill_cache(cache, files):
    """Put EMD-3488 where `sharpem fetch` keeps it."""
    entry, models = cache / "emdb/structures/EMD-3488", cache / "pdb/data/structures/divided/mmCIF"
    for folder in (entry / "header", entry / "map", entry / "other", models / "ni"):
        folder.mkdir(parents=True)
    (entry / "header/emd-3488.xml").write_text(HEADER_3.replace(">4.0<", ">3.2<"), "utf-8")
    place(files["emd_3488.map.gz"], entry / "map/emd_3488.map.gz")
    for name in ("half_map_1", "half_map_2"):
        place(files[f"{name}.mrc"], entry / f"other/emd_3488_{name}.map.gz")
    place(files["5ni1.cif"], models / "ni/5ni1.cif.gz")
