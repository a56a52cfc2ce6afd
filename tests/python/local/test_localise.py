"""Local sharpening: boxes that cover, no seams, B that is recovered, maps that are left alone."""

import json
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest
from real_maps import TINY_MAP, TINY_MODEL, TINY_RESOLUTION, present, real

from sharpem import InputError, read_map, read_model, sharpen
from sharpem.analysis.model_map import model_map
from sharpem.analysis.prepare import prepare
from sharpem.cli import main
from sharpem.evaluation.agreement import ModelAgreement
from sharpem.io.mrc import write_map
from sharpem.local.blend import blended
from sharpem.local.boxes import Ground, covering_boxes, nearest_distance, to_angstrom, to_voxels
from sharpem.maps.density import DensityMap
from sharpem.pipeline import apply
from sharpem.simulate import local_b, simulate_map
from sharpem.spectra.filters import Filter, SharpenBlur

RESOLUTION = 3.2
SIZE = 28


@pytest.fixture(scope="module")
def protein():
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        return read_model(path)


@pytest.fixture(scope="module")
def uneven(protein):
    """A map in which B rises from 40 to 200 A^2 along x, its true B's, and its judge."""
    b_iso = local_b(protein, 40.0, 200.0, along="x")
    made = simulate_map(protein, resolution=RESOLUTION, b_iso=b_iso, half_maps=True, seed=3)
    return made, b_iso, ModelAgreement(made.map, made.model, resolution=RESOLUTION)


@pytest.fixture(scope="module")
def localised(uneven):
    return sharpen(uneven[0].map, resolution=RESOLUTION, local=True, local_box=SIZE)


def true_b(model, b_iso, centres):
    weight = np.exp(-((model.positions[None] - centres[:, None]) ** 2).sum(-1) / 128)
    return weight @ b_iso / weight.sum(axis=1)


def test_local_b_is_recovered(uneven, localised):
    made, b_iso, _ = uneven
    centres = np.array([box.centre for box in localised.local.boxes])
    found = np.array([box.b_iso for box in localised.local.boxes])
    true = true_b(made.model, b_iso, centres)
    assert np.corrcoef(found, true)[0, 1] >= 0.9
    assert np.sqrt(np.mean((found - true) ** 2)) <= 30


@pytest.mark.parametrize(
    ("options", "margin"),
    [
        ({}, 0.015),
        ({"local_blend": "boxes"}, 0.015),
        ({"method": "kurtosis"}, 0.015),
        ({"method": "empirical"}, 0.015),
        ({"prior": "none"}, 0.015),
        ({"prior": "none", "local_blend": "boxes"}, 0.01),
        ({"model": True}, 0.015),
        ({"half": True}, 0.01),
    ],
)
def test_local_beats_overall(uneven, options, margin):
    made, _, by_model = uneven
    options = dict(options)
    if options.pop("model", False):
        options["model"] = made.model
    if options.pop("half", False):
        options |= {"half1": made.half_maps[0], "half2": made.half_maps[1]}
    result = sharpen(made.map, resolution=RESOLUTION, local=True, local_box=SIZE, **options)
    overall = by_model.correlation(result.local.overall).cc_mask
    assert by_model.correlation(result.map).cc_mask > overall + margin


def test_maps_of_local_b_follow_the_places(localised):
    local, density = localised.local, localised.map
    map_ = local.b_sharpen_map()
    assert density.same_grid(map_) is None
    at = np.rint(to_voxels(density, np.array([box.centre for box in local.boxes]))).astype(int)
    there = map_.data[tuple(at.T)]
    wanted = np.array([box.b_sharpen for box in local.boxes])
    assert np.corrcoef(there, wanted)[0, 1] > 0.95
    assert wanted.min() - 10 < there.min() < there.max() < wanted.max() + 10
    assert map_.data[0, 0, 0] == pytest.approx(local.b_sharpen, abs=0.1)  # solvent


def test_resolution_is_local_with_half_maps(uneven):
    made, b_iso, _ = uneven
    result = sharpen(
        half1=made.half_maps[0],
        half2=made.half_maps[1],
        resolution=RESOLUTION,
        local=True,
        local_box=SIZE,
    )
    boxes = result.local.boxes
    assert all(2 < box.resolution < 12 for box in boxes)
    true = true_b(made.model, b_iso, np.array([box.centre for box in boxes]))
    assert np.corrcoef([box.resolution for box in boxes], true)[0, 1] > 0.5
    map_ = result.local.resolution_map()
    assert map_.data.min() > 2


@pytest.mark.parametrize("shift", [0.0, 30.0, -50.0])
def test_one_filter_in_every_box_is_that_filter_everywhere(uneven, shift):
    """No seams: to 1e-2 of the sd, inside the boxes."""
    prepared = prepare(uneven[0].map, RESOLUTION)
    boxes = covering_boxes(prepared, SIZE)
    overall = SharpenBlur(60.0, RESOLUTION)
    whole = apply(prepared.density, _filter(prepared, overall)).data

    sharper = SharpenBlur(60.0 + shift, RESOLUTION)
    expected = apply(prepared.density, _filter(prepared, sharper)).data
    covered = np.zeros(whole.shape, dtype=bool)
    for first in boxes.first:
        covered[
            tuple(slice(f + 3, f + n - 3) for f, n in zip(first, boxes.shape, strict=False))
        ] = True
    d0 = nearest_distance(boxes.centres)
    ground = Ground(prepared, overall, whole, boxes)
    every = np.full(len(boxes), shift)
    deviation = expected[covered].std()
    by_boxes = np.abs(blended(ground, d0, every) - expected)[covered].max()
    assert by_boxes <= 1e-2 * deviation


def _filter(prepared, radial):
    return Filter(radial, prepared.d_min, prepared.removed)


@pytest.mark.parametrize("half", [False, True])
def test_a_map_with_one_b_is_left_to_the_overall_filter(protein, half):
    made = simulate_map(protein, resolution=RESOLUTION, b_iso=100.0, seed=5, half_maps=True)
    halves = {"half1": made.half_maps[0], "half2": made.half_maps[1]} if half else {}
    result = sharpen(made.map, resolution=RESOLUTION, local=True, **halves)
    assert np.array_equal(result.map.data, result.local.overall.data)
    assert result.local.rise == 0
    assert any("nothing local to gain" in reason for reason in result.verdict.reasons)


def test_gains_that_should_not_help_are_dropped(uneven, monkeypatch):
    monkeypatch.setattr("sharpem.local.localise.expected_rise", lambda *_: -0.01)
    result = sharpen(uneven[0].map, resolution=RESOLUTION, local=True)
    assert np.array_equal(result.map.data, result.local.overall.data)
    assert any("would not help" in reason for reason in result.verdict.reasons)


def test_boxes_cover_the_molecule_and_overlap(uneven):
    prepared = prepare(uneven[0].map, RESOLUTION)
    boxes = covering_boxes(prepared, SIZE)
    covered = np.zeros(prepared.density.shape, dtype=int)
    for first in boxes.first:
        covered[tuple(slice(f, f + n) for f, n in zip(first, boxes.shape, strict=False))] += 1
    assert (covered[uneven[0].mask] > 0).mean() > 0.99
    assert (covered[uneven[0].mask] > 1).mean() > 0.8
    assert (boxes.first >= 0).all()
    assert (boxes.first + boxes.shape <= prepared.density.shape).all()
    assert nearest_distance(boxes.centres) >= SIZE / 4


def test_voxels_and_angstroms(uneven):
    density = replace(uneven[0].map, cell=(60.0, 70.0, 80.0, 80.0, 95.0, 100.0))
    at = np.random.default_rng(0).uniform(0, 40, (5, 3))
    there = to_angstrom(density, at)
    assert np.allclose(to_voxels(density, there), at)
    assert np.allclose(there[0], density.origin + density.voxel_axes @ at[0, ::-1])


def test_same_map_for_any_number_of_threads(uneven):
    maps = [
        sharpen(
            uneven[0].map,
            resolution=RESOLUTION,
            local=True,
            local_box=SIZE,
            local_blend=blend,
            threads=threads,
        ).map.data
        for blend in ("bands", "boxes")
        for threads in (1, 2)
    ]
    assert np.array_equal(maps[0], maps[1])
    assert np.array_equal(maps[2], maps[3])


def noise(shape=(60, 60, 60)):
    rng = np.random.default_rng(1)
    return DensityMap.from_array(rng.normal(size=shape).astype(np.float32), 1.0)


def test_noise_alone_has_no_regions():
    result = sharpen(noise(), resolution=3.0, local=True)
    assert result.local.boxes == ()
    assert np.array_equal(result.map.data, result.local.overall.data)
    assert any("nothing stands out" in warning for warning in result.verdict.warnings)
    assert np.ptp(result.local.b_sharpen_map().data) == 0


def test_maps_that_are_not_known_are_not_written(tmp_path):
    """Where the overall B cannot be read there is no local one either."""
    result = sharpen(noise(), resolution=3.0, local=True)
    unknown = replace(result.local, b_sharpen=np.nan, b_iso=np.nan)
    replace(result, local=unknown).write(tmp_path / "out")
    assert (tmp_path / "out.mrc").exists()
    assert not list(tmp_path.glob("out_b_*"))
    result.write(tmp_path / "known")
    assert len(list(tmp_path.glob("known_b_*"))) == 2


def test_a_map_without_coarse_terms_has_no_symmetry():
    checkers = (np.indices((64, 64, 64)).sum(axis=0) % 2 * 2 - 1).astype(np.float32)
    with pytest.raises(InputError, match="coarser, expected a molecule"):
        sharpen(DensityMap.from_array(checkers, 1.0), resolution=3.0, local=True, symmetry="C2")


def test_one_box_is_said(uneven):
    options = {"local": True, "local_box": 400, "local_blend": "boxes"}
    result = sharpen(uneven[0].map, resolution=RESOLUTION, **options)
    assert any("nothing to compare" in warning for warning in result.verdict.warnings)
    assert np.array_equal(result.map.data, result.local.overall.data)


def test_boxes_that_are_too_small(uneven):
    options = {"local": True, "local_box": 12, "local_blend": "boxes"}
    with pytest.raises(InputError, match="too small to tell"):
        sharpen(uneven[0].map, resolution=RESOLUTION, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"local_blend": "paint", "local": True}, "expected bands or boxes"),
        ({"local_box": 2, "local": True}, "found 2, expected a whole number from 8"),
        ({"symmetry": "C4"}, "symmetry: found without local"),
        ({"symmetry": "C4", "local": True}, "C4"),
    ],
)
def test_requests_at_fault(uneven, options, message):
    with pytest.raises(InputError, match=message):
        sharpen(uneven[0].map, resolution=RESOLUTION, **options)


def test_crystals_are_refused(uneven, monkeypatch):
    monkeypatch.setattr(DensityMap, "periodic", True)
    with pytest.raises(InputError, match="crystal"):
        sharpen(uneven[0].map, resolution=RESOLUTION, local=True)


def test_symmetric_places_share_one_choice(protein):
    """Two copies about the axis along z, one of them blurred: both get the mean."""
    away = protein.moved(np.array([18.0, 0.0, 0.0]) - protein.centre)
    turned = replace(away, positions=away.positions * [-1.0, -1.0, 1.0])
    n = 96
    grid = ((n, n, n), (n * 1.1,) * 3 + (90.0,) * 3, (-n * 0.55,) * 3)
    data = sum(
        model_map(copy, grid, d_min=3.2, b_iso=b) for copy, b in ((away, 60.0), (turned, 110.0))
    )
    rng = np.random.default_rng(0)
    data = (data + rng.normal(0, 0.3 * data.std(), data.shape)).astype(np.float32)
    density = DensityMap.from_array(data, 1.1)
    plain = sharpen(density, resolution=3.4, local=True, local_box=SIZE)
    shared = sharpen(density, resolution=3.4, local=True, local_box=SIZE, symmetry="C2")

    def unevenness(result):
        map_ = result.local.b_sharpen_map().data[1:, 1:, 1:]
        turned_map = map_[:, ::-1, ::-1]
        return np.abs(map_ - turned_map).mean()

    assert unevenness(shared) < 0.1 * unevenness(plain)
    assert shared.to_dict()["local_sharpening"]["symmetry"] == "C2"


@pytest.fixture
def source(uneven, tmp_path):
    path = tmp_path / "map.mrc"
    write_map(uneven[0].map, path)
    return path


def test_command_writes_maps_that_overlay_the_input(source, tmp_path, capsys):
    prefix = tmp_path / "out"
    arguments = ["sharpen", str(source), "-r", "3.2", "--local", "--local-box", str(SIZE)]
    assert main([*arguments, "-o", str(prefix)]) == 0
    text = capsys.readouterr().out
    values = json.loads((tmp_path / "out.json").read_text())
    assert values["local"] is True
    boxes = values["local_sharpening"]["boxes"]
    assert len(boxes) > 3
    assert {"centre", "b_sharpen", "b_iso", "error", "applicable", "reason"} <= boxes[0].keys()
    original = read_map(source)
    for ending in ("", "_b_sharpen", "_b_iso"):
        written = read_map(f"{prefix}{ending}.mrc")
        assert original.same_grid(written) is None
        assert replace(written.placement, labels=()) == replace(original.placement, labels=())
    assert "_b_sharpen.mrc" in text
    assert main([*arguments, "-o", str(prefix)]) == 2
    assert "out" in capsys.readouterr().err


@pytest.mark.parametrize(
    "option", [["--local-box", "30"], ["--local-blend", "boxes"], ["--sym", "C2"]]
)
def test_options_without_local(source, tmp_path, capsys, option):
    assert main(["sharpen", str(source), "-r", "3.2", *option, "-o", str(tmp_path / "x")]) == 2
    assert "without --local" in capsys.readouterr().err
    assert not list(tmp_path.glob("x*"))


@pytest.mark.parametrize(
    ("map_", "model", "resolution"),
    present(
        [
            (TINY_MAP, TINY_MODEL, TINY_RESOLUTION),
            ("emd_4413/6i5a_box.ccp4.gz", "emd_4413/initial.pdb", 2.3),
            ("emd_3488/emd_3488.mrc.gz", "emd_3488/5ni1_updated.cif", 3.2),
            ("emd_30342/390_emd_30342_A_z4.mrc.gz", "emd_30342/390_7cec_A.cif", 3.9),
        ]
    ),
)
@pytest.mark.parametrize("with_model", [False, True])
def test_real_maps_lose_nothing(map_, model, resolution, with_model):
    density, atoms = read_map(real(map_)), read_model(real(model))
    by_model = ModelAgreement(density, atoms, resolution=resolution)
    options = {"model": atoms} if with_model else {}
    result = sharpen(density, resolution=resolution, local=True, **options)
    overall = by_model.correlation(result.local.overall).cc_mask
    assert by_model.correlation(result.map).cc_mask > overall - 0.01
