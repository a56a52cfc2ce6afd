"""Oddities of a map, in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from real_maps import TINY_MAP, present, real

from sharpem.findings import finding
from sharpem.io.mrc import read_map
from sharpem.maps.checks import flat_value, map_findings
from sharpem.maps.density import DensityMap, Placement


@pytest.fixture
def ordinary(random_array):
    return DensityMap.from_array(random_array, voxel_size=1.05)


def oddity(density: DensityMap) -> str:
    (found,) = map_findings(density)
    return found.text


def test_an_ordinary_map_is_not_odd(ordinary):
    assert map_findings(ordinary) == ()


def test_what_the_header_had_wrong_comes_first(ordinary):
    both = replace(
        ordinary,
        findings=(finding("header-repaired", "A note.", "Nothing."),),
        placement=Placement(mode=0),
    )
    first, second = map_findings(both)
    assert (first.code, first.text) == ("header-repaired", "A note.")
    assert second.code == "quantised"
    assert "8-bit integers (mode 0)" in second.text


@pytest.mark.parametrize("value", [0.0, -0.25, 3.0])
def test_a_repeated_value_is_solvent_cut_away(ordinary, value):
    data = ordinary.data.copy()
    data[:, :, 6:] = value
    data[0, 0, 0] = value
    cut = ordinary.with_data(data)
    sentence = oddity(cut)
    assert sentence.startswith(f"50 % of the voxels are exactly {value:g}: the map was cut out")
    assert flat_value(cut) == (value, pytest.approx(0.5, abs=0.01))


def test_a_few_zeros_are_no_mask(ordinary):
    data = ordinary.data.copy()
    data[:, :, 0] = 0
    assert map_findings(ordinary.with_data(data)) == ()


def test_almost_all_zeros_is_not_called_100_percent(ordinary):
    data = np.zeros_like(ordinary.data)
    data[3, 4, 5], data[3, 4, 6] = 1, 3
    assert oddity(ordinary.with_data(data)).startswith("More than 99 % of the voxels")


def test_a_binary_mask_is_called_one(ordinary):
    data = (ordinary.data > 2).astype(np.float32)
    assert oddity(ordinary.with_data(data)) == "All voxels are 0 or 1: this is a mask, not a map."


def test_a_soft_mask_is_suspected(ordinary):
    data = np.clip(ordinary.data, 0, 1)
    assert "may be a soft mask" in map_findings(ordinary.with_data(data))[0].text


def test_a_normalised_map_from_0_to_1_is_no_mask(ordinary):
    data = ordinary.data - ordinary.data.min()
    assert map_findings(ordinary.with_data(data / data.max())) == ()


def test_inverted_contrast_is_noticed(ordinary):
    inverted = ordinary.with_data(-ordinary.data)
    sentence = oddity(inverted)
    assert "long negative tail" in sentence
    assert f"{inverted.statistics.all.skewness:.1f}" in sentence


def test_inverted_contrast_is_noticed_behind_a_mask(ordinary):
    data = -ordinary.data
    data[:, :, :4] = 0
    assert map_findings(ordinary.with_data(data))[1].code == "inverted"


@pytest.mark.parametrize(
    "text",
    ["phenix: sharpened_map", "RELION postprocess", "sharpem: sharpened by 90 A^2",
     "Map after post-processing"],
)  # fmt: skip
def test_labels_that_tell_of_sharpening(ordinary, text):
    labelled = replace(ordinary, placement=Placement(labels=("EMD-1", text)))
    assert oddity(labelled) == (
        f"The map seems to be sharpened already: its label or name says {text!r}."
    )


@pytest.mark.parametrize(
    "text", ["EMReady", "deepEMhancer tightTarget", "resolve_cryo_em density-modified map"]
)
def test_labels_that_tell_of_density_modification(ordinary, text):
    (found,) = map_findings(replace(ordinary, placement=Placement(labels=("EMD-1", text))))
    assert (found.code, found.severity) == ("density-modified", "warning")
    assert repr(text) in found.text


@pytest.mark.parametrize("name", ["J37_map_sharp.mrc", "postprocess.mrc", "x_locscale.map.gz"])
def test_file_names_that_tell_of_sharpening(ordinary, name):
    assert repr(name) in oddity(replace(ordinary, path=Path("run1") / name))


@pytest.mark.parametrize(
    "text", ["unsharpened map", "not sharpened", "sharpem: written", "Sharpless lab", "unmasked"]
)
def test_labels_that_do_not(ordinary, text):
    assert map_findings(replace(ordinary, placement=Placement(labels=(text,)))) == ()


def test_a_label_tells_of_a_cut_out_box(ordinary):
    labelled = replace(ordinary, placement=Placement(labels=("map_box on emd_1.map",)))
    assert "'map_box on emd_1.map'" in oddity(labelled)


@pytest.mark.parametrize(("mode", "bits"), [(0, "8-bit"), (1, "16-bit"), (6, "16-bit")])
def test_integer_files(ordinary, mode, bits):
    sentence = oddity(replace(ordinary, placement=Placement(mode=mode)))
    assert sentence.startswith(f"The file holds {bits} integers (mode {mode})")


def test_voxel_sizes(random_array):
    odd = DensityMap.from_array(random_array, voxel_size=(1.05, 1.05, 1.3))
    assert oddity(odd).startswith("The voxel size differs by axis: 1.05, 1.05 and 1.3 A")
    assert map_findings(replace(odd, placement=Placement(space_group=4))) == ()
    assert "exactly 1 A" in oddity(DensityMap.from_array(random_array, 1.0))


def test_two_origins_are_odd_only_where_they_differ(ordinary):
    def placed(x: float) -> DensityMap:
        placement = Placement(nstart=(10, 0, 0), origin_words=(x, 0.0, 0.0))
        return replace(ordinary, placement=placement)

    assert map_findings(placed(10.5)) == ()
    assert map_findings(placed(10.9)) == ()
    assert oddity(placed(21.0)) == (
        "NSTART puts the first voxel at (10.50, 0.00, 0.00) A, ORIGIN at (21.00, 0.00, 0.00) A: "
        "programs will differ in where they show it; NSTART was used."
    )


def test_a_large_number_added_to_the_densities_is_named(ordinary):
    (found,) = map_findings(ordinary.with_data(ordinary.data + np.float32(1e5)))
    assert found.code == "offset"
    assert "number near 1e+05 was added" in found.text


def test_coarse_half_precision_is_named(ordinary):
    data = (ordinary.data + 100).astype(np.float16).astype(np.float32)
    (found,) = map_findings(ordinary.with_data(data))
    assert found.code == "quantised"
    assert map_findings(ordinary.with_data(ordinary.data.astype(np.float16))) == ()


REAL = [
    (TINY_MAP, "69 % of the voxels are exactly 0"),
    ("emd_20026/emd20026_prot.mrc.gz", "83 % of the voxels are exactly 0"),
    ("emd_3488/emd_3488.mrc.gz", "71 % of the voxels are exactly 0"),
    ("emd_6770/B_no_ligand_box.ccp4.gz", "87 % of the voxels are exactly 0"),
    ("emd_32143/low-res-emd-32143.map.gz", None),
    ("emd_3001/EMD-3001.map.gz", None),
    ("synthetic_halfmaps_5ni1/half_map_1.mrc.gz", None),
]


@pytest.mark.parametrize(("name", "start"), present(REAL))
def test_real_maps(name, start):
    found = map_findings(read_map(real(name)))
    assert len(found) == (start is not None)
    assert all(one.text.startswith(start) for one in found)
