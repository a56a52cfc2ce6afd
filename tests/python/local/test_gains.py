"""Gains of bands and places: what they reach, what they are shrunk to, files of them."""

import json
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest

from sharpem import InputError, read_map, read_model, sharpen
from sharpem.analysis.prepare import prepare
from sharpem.analysis.symmetry import Symmetry
from sharpem.cli import main
from sharpem.io.mrc import write_map
from sharpem.local.bands import bands_of
from sharpem.local.fall_off import fit_fall_off
from sharpem.local.fields import Fields, fields_of
from sharpem.local.gains import Gains, apply_gains
from sharpem.local.lattice import read_at, symmetrised
from sharpem.maps.density import DensityMap
from sharpem.simulate import local_b, simulate_map

RESOLUTION = 3.2


@pytest.fixture(scope="module")
def made():
    """A map in which B rises from 40 to 300 A^2 along z, with half maps."""
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        protein = read_model(path)
    b_iso = local_b(protein, 40.0, 300.0, along="z")
    return simulate_map(protein, resolution=RESOLUTION, b_iso=b_iso, half_maps=True, seed=2)


@pytest.fixture(scope="module")
def halves(made):
    one, two = made.half_maps
    return sharpen(half1=one, half2=two, resolution=RESOLUTION, local=True)


def thirds(made, density):
    """Correlation with the truth in the molecule, and in its thirds along z."""
    height = np.indices(made.mask.shape)[0][made.mask]
    part = np.digitize(height, np.quantile(height, [1 / 3, 2 / 3]))
    found, truth = density.data[made.mask], made.truth.data[made.mask]
    every = np.ones(part.shape, dtype=bool)
    return [np.corrcoef(found[w], truth[w])[0, 1] for w in (every, *(part == i for i in range(3)))]


@pytest.mark.parametrize("half", [False, True])
def test_no_third_of_the_molecule_loses(made, halves, half):
    result = halves if half else sharpen(made.map, resolution=RESOLUTION, local=True)
    before, after = thirds(made, result.local.overall), thirds(made, result.map)
    assert after[0] > before[0] + 0.05
    assert all(new > old for new, old in zip(after, before, strict=True))
    assert 0.02 < result.local.rise < 2 * (after[0] - before[0])


def test_gains_are_smooth_and_the_solvent_keeps_the_overall_filter(halves):
    gains = halves.local.gains.values
    assert np.all(gains[:, 0, 0, 0] == 1)
    steps = np.concatenate([np.abs(np.diff(np.log(gains), axis=i)).ravel() for i in (1, 2, 3)])
    assert steps.max() < 1.0  # of the logarithm, within 4 A
    assert gains.max() > 1.3
    assert gains.min() < 0.8


def test_resolution_is_finer_where_b_is_lower(made, halves):
    at = halves.local.resolution_map().data[made.mask]
    low, high = np.array_split(at, 2)  # z ascending, as B
    assert low.mean() < high.mean()
    single = sharpen(made.map, resolution=RESOLUTION, local=True)
    assert single.local.resolution_map() is not None


def test_bands_add_up_to_one(made):
    bands = bands_of(prepare(made.map, RESOLUTION), 6.0)
    s = np.linspace(0, bands.s_max, 50)
    assert np.allclose(sum(bands.tent(k, s) for k in range(len(bands))), 1)


def test_fall_off_is_found_and_its_absence_too(made):
    """Places that were given a fall-off get it back; places that have none get exactly 0."""
    bands = bands_of(prepare(made.map, RESOLUTION), 6.0)
    rng = np.random.default_rng(0)
    x = 0.5 * bands.centres[:, None, None, None] ** 2
    true = np.linspace(-60, 60, 24)[:, None, None] + np.zeros((24, 24, 24))
    terms = bands.terms[:, None, None, None]
    for b in (true, 0 * true):
        signal = np.exp(-(100 + b) * x)
        noise = np.full(signal.shape, 1e-3)
        power = (signal + noise) * rng.gamma(terms, 1 / terms, signal.shape)
        found = fit_fall_off(Fields(bands, power, noise))
        if b.any():
            assert np.corrcoef(found.b.ravel(), b.ravel())[0, 1] > 0.95
            assert found.tau == pytest.approx(b.std(), rel=0.3)
        else:
            assert found.kept == 0
            assert not found.b.any()


def test_no_signal_no_fall_off(made):
    fields = fields_of(prepare(made.map, RESOLUTION), None)
    assert fit_fall_off(replace(fields, power=fields.noise + 0.0)) is None


def test_lattices_are_read_linearly_and_shared_by_symmetry():
    values = np.random.default_rng(1).normal(size=(5, 6, 7))
    assert read_at(values, np.array([[2.0, 3.0, 4.0]]))[0] == pytest.approx(values[2, 3, 4])
    assert read_at(values, np.array([[4.0, 5.0, 6.5]]))[0] == pytest.approx(values[4, 5, 6])
    middle = read_at(values, np.array([[1.5, 3.0, 4.0]]))[0]
    assert middle == pytest.approx(values[1:3, 3, 4].mean())
    density = DensityMap.from_array(np.arange(729, dtype=np.float32).reshape(9, 9, 9), 1.0)
    turn = np.array([[-1.0, 0, 0, 8], [0, -1, 0, 8], [0, 0, 1, 0]])
    symmetry = Symmetry("C2", np.stack([np.eye(3, 4), turn]), 1.0)
    field = np.random.default_rng(2).normal(size=(5, 5, 5))
    shared = symmetrised(field, 2, density, symmetry)
    assert np.allclose(shared, shared[:, ::-1, ::-1])
    assert np.allclose(shared, 0.5 * (field + field[:, ::-1, ::-1]))


@pytest.fixture
def run(made, tmp_path):
    write_map(made.map, tmp_path / "map.mrc")
    assert main(["sharpen", str(tmp_path / "map.mrc"), "-r", "3.2", "--local", "--write-gains",
                 "--no-report", "-o", str(tmp_path / "x"), "-q"]) == 0  # fmt: skip
    return tmp_path


def apply_to(folder, name, *options):
    arguments = ["apply", str(folder / name), str(folder / "x.json"), "-o", str(folder / "again")]
    return main([*arguments, "--overwrite", *options])


def test_apply_takes_the_gains_of_a_run(run, capsys):
    values = json.loads((run / "x.json").read_text())
    assert values["output"]["gains"].endswith("x_gains.npz")
    assert apply_to(run, "map.mrc") == 0
    assert "x_gains.npz" in capsys.readouterr().out
    wanted, found = read_map(run / "x.mrc").data, read_map(run / "again.mrc").data
    assert np.abs(found - wanted).max() < 1e-5 * wanted.std()


def test_gains_of_another_grid_are_refused(run, made, capsys):
    small = DensityMap.from_array(np.ascontiguousarray(made.map.data[1:]), made.map.voxel_size)
    write_map(small, run / "small.mrc")
    assert apply_to(run, "small.mrc") == 2
    assert "of the gains" in capsys.readouterr().err
    with pytest.raises(InputError, match="of the gains"):
        apply_gains(small, None, Gains.load(run / "x_gains.npz"))


@pytest.mark.parametrize(
    "fault", ["missing", "no archive", "other archive", "cut", "not finite", "negative", "complex"]
)
def test_files_that_are_no_gains(run, capsys, fault):
    path = run / "x_gains.npz"
    whole = path.read_bytes()
    with np.load(path) as file:
        values = dict(file)
    path.unlink()
    if fault == "no archive":
        path.write_bytes(b"nothing")
    elif fault == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif fault == "other archive":
        np.savez(path, a=np.zeros(3))
    elif factor := {"not finite": np.nan, "negative": -1.0, "complex": 1j}.get(fault):
        np.savez(path, **{**values, "gains": factor * values["gains"]})
    assert apply_to(run, "map.mrc") == 2
    error = capsys.readouterr().err
    assert "x_gains.npz" in error
    assert "expected" in error


def test_write_gains_without_local(made, tmp_path, capsys):
    write_map(made.map, tmp_path / "map.mrc")
    assert main(["sharpen", str(tmp_path / "map.mrc"), "-r", "3.2", "--write-gains"]) == 2
    assert "without --local" in capsys.readouterr().err
