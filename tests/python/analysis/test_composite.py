"""Maps put together from regions on different scales, and those that are not."""

from importlib import resources

import numpy as np
import pytest

from sharpem import simulate_map
from sharpem.analysis.composite import composite
from sharpem.io.model import read_model


@pytest.fixture(scope="module")
def cut_out():
    """A ball of protein, with exact zeros beyond 4.5 A from its atoms."""
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        protein = read_model(path)
    inside = np.linalg.norm(protein.positions - protein.centre, axis=1) < 30
    return simulate_map(protein.selected(inside), resolution=3.5, b_iso=80.0, box="cut").map


def with_one_half_scaled(density, factor):
    scaled = density.data.copy()
    middle = int(np.median(np.nonzero(scaled)[2]))
    scaled[:, :, middle:] *= factor
    return density.with_data(scaled)


@pytest.mark.parametrize("factor", [2.5, 4.0])
def test_two_scales_are_seen(cut_out, factor):
    found = composite(with_one_half_scaled(cut_out, np.float32(factor)))
    assert found is not None
    assert found.code == "composite"


@pytest.mark.parametrize("factor", [1.0, 1.3])
def test_one_scale_is_one(cut_out, factor):
    assert composite(with_one_half_scaled(cut_out, np.float32(factor))) is None


def test_noise_beside_a_molecule_is_no_region_of_it(cut_out):
    noise = np.random.default_rng(3).standard_normal(cut_out.shape).astype(np.float32)
    rms = float(cut_out.data[cut_out.data != 0].std())
    beside = np.where(cut_out.data == 0, 0.2 * rms * noise, cut_out.data)
    z, y, x = np.indices(cut_out.shape)
    middle = [n / 2 for n in cut_out.shape]
    sphere = sum((a - b) ** 2 for a, b in zip((z, y, x), middle, strict=True))
    beside[sphere > (0.48 * min(cut_out.shape)) ** 2] = 0
    assert composite(cut_out.with_data(beside)) is None


def test_a_map_with_solvent_is_not_looked_at(cut_out):
    noise = np.random.default_rng(3).standard_normal(cut_out.shape).astype(np.float32)
    scaled = with_one_half_scaled(cut_out, np.float32(3.0))
    assert composite(scaled.with_data(scaled.data + 1e-3 * noise)) is None
