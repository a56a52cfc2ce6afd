"""Molecular volume: estimated against the dry volume of models, and what users know."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from real_maps import TINY_MODEL, present, real

from sharpem.analysis.molecular_volume import (
    box_volume,
    known_volume,
    sequence_volume,
)
from sharpem.analysis.prepare import prepare
from sharpem.errors import InputError
from sharpem.io.model import read_model
from sharpem.io.sequence import read_sequences
from sharpem.maps.composition import Composition
from sharpem.maps.density import DensityMap
from sharpem.pipeline import sharpen
from sharpem.simulate import simulate_map

MODELS = (
    TINY_MODEL,
    "emd_3488/5ni1_updated.cif",
    "emd_30342/390_7cec_A.cif",
    "xray_rnase_sa/tutorial-modern.pdb",
)


@pytest.fixture
def density(random_array):
    """Voxels of 2 A: 24 x 18 x 14 A."""
    return DensityMap.from_array(random_array, 2.0)


@pytest.mark.parametrize(("resolution", "b"), [(2.5, 60.0), (3.3, 100.0), (4.5, 150.0)])
@pytest.mark.parametrize("noise", [0.0, 1.0])
@pytest.mark.parametrize("model", present(MODELS))
def test_estimate_is_within_a_fifth_of_the_dry_volume(model, resolution, b, noise):
    atoms = read_model(real(model))
    made = simulate_map(atoms, resolution=resolution, b_iso=b, noise=noise, seed=1)
    found = prepare(made.map, resolution).volume
    assert found.source == "estimated"
    assert found.angstrom3 == pytest.approx(made.model.dry_volume, rel=0.2)
    assert found.fraction == pytest.approx(found.angstrom3 / box_volume(made.map))


def test_one_bright_voxel_changes_nothing():
    atoms = read_model(real(TINY_MODEL))
    made = simulate_map(atoms, resolution=3.5, b_iso=100.0, seed=1)
    data = made.map.data.copy()
    data[tuple(n // 2 for n in data.shape)] = 3 * data.max()
    before, after = (prepare(m, 3.5).volume.fraction for m in (made.map, made.map.with_data(data)))
    assert after == pytest.approx(before, rel=0.1)


def test_what_users_know(density, tmp_path):
    box = 24.0 * 18 * 14
    fasta = tmp_path / "all.fasta"
    fasta.write_text(">a\nMKV\nLA*\n>rna\nACGU\n")
    mask = density.with_data((density.data > 2).astype(np.float32))
    assert known_volume(density) is None
    for options, volume, source in [
        ({"angstrom3": 1000.0}, 1000.0, "volume"),
        ({"mass": 2.0}, 2000 * 1.23, "mass"),
        ({"mass": 2.0, "composition": Composition(0.5)}, 2000 * 1.19, "mass"),
        ({"sequence": fasta}, 550 * 1.23 + 1320 * 1.15, "sequence"),
        ({"solvent_content": 0.75}, 0.25 * box, "solvent-content"),
        ({"mask": mask}, np.count_nonzero(density.data > 2) * 8.0, "mask"),
    ]:
        found = known_volume(density, **options)
        assert found.source == source
        assert found.angstrom3 == pytest.approx(volume)
        assert found.fraction == pytest.approx(volume / box)


def test_volume_of_sequences(tmp_path):
    fasta = tmp_path / "one.fasta"
    fasta.write_text(">protein\nmkvl\n\n>dna\nACGTN\n>empty\n")
    sequences = read_sequences(fasta)
    assert [one.letters for one in sequences] == ["MKVL", "ACGTN"]
    assert sequence_volume(sequences) == pytest.approx(440 * 1.23 + 1650 * 1.15)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"angstrom3": -1.0}, "volume -1 A^3"),
        ({"angstrom3": 1e9}, "less than the box's 6048 A^3"),
        ({"angstrom3": float("nan")}, "volume nan"),
        ({"mass": 0.0}, "from mass"),
        ({"solvent_content": 1.0}, "from solvent-content"),
        ({"solvent_content": -0.5}, "from solvent-content"),
        ({"mass": 1.0, "solvent_content": 0.5}, "mass and solvent-content, expected one"),
        ({"sequence": "no/such.fasta"}, "no/such.fasta: "),
    ],
)
def test_what_users_cannot_know(density, options, message):
    with pytest.raises(InputError) as caught:
        known_volume(density, **options)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["", "MKV\n", ">name\n", ">a\n>b\n\n"])
def test_files_without_a_sequence(density, tmp_path, text):
    (tmp_path / "bad.fasta").write_text(text)
    with pytest.raises(InputError, match=r"bad.fasta: no sequence found, expected FASTA"):
        known_volume(density, sequence=tmp_path / "bad.fasta")


def test_masks_that_do_not_fit(density):
    small = replace(DensityMap.from_array(density.data[1:], 2.0), path=Path("small.mrc"))
    with pytest.raises(InputError, match=r"small\.mrc: mask of"):
        known_volume(density, mask=small)
    with pytest.raises(InputError, match="from mask"):
        known_volume(density, mask=density.with_data(np.zeros_like(density.data)))


def test_a_known_volume_sets_the_contour():
    atoms = read_model(real(TINY_MODEL))
    made = simulate_map(atoms, resolution=4.0, b_iso=80.0, seed=1)
    small, large = (
        sharpen(made.map, resolution=4.0, molecular_volume=volume) for volume in (8000.0, 16000.0)
    )
    assert small.prepared.volume.source == "volume"
    assert all(
        one.threshold > other.threshold
        for one, other in zip(small.trials, large.trials, strict=False)
        if one.b_iso == other.b_iso
    )
