"""What must not change the choice: how a map lies in its box, and on which scale it is.

The molecule's outline is drawn on a grid as coarse as the resolution allows. Maps that are turned
over, or shifted round the box, so that this grid falls on itself give the same answer; any other
shift moves the outline by a part of a voxel, and with it the noise that the solvent shows. What
the method surface counts ends at the faces of the box, so there the molecule must not be cut.
Half maps are corrected by the FSC of phases made random, others for each orientation: a few percent
of the last shells' factors in a small box, so that they are held to scale and offset alone.
"""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import sharpem
from sharpem import _core
from sharpem.spectra.filters import Anisotropy, Filter, SharpenBlur

METHODS = ("surface", "single-map", "half-map")
RESOLUTION, VOXEL = 6.0, 2.0  # A
D_MIN = 4.5  # A
FEW = settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # shrinking would take minutes
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def maps():
    """Map and half maps of the demo's protein in a full box of 48 voxels of 2 A along an edge."""
    model = Path(sharpem.__file__).parent / "data" / "demo.pdb.gz"
    made = sharpem.simulate_map(
        model, resolution=RESOLUTION, b_iso=120.0, voxel_size=VOXEL, seed=3, half_maps=True
    )
    return [each.data for each in (made.map, *made.half_maps)]


def chosen(maps, method):
    """The factor for amplitudes that a method chooses, over s to the resolution; 1 at first."""
    full, one, two = (sharpem.DensityMap.from_array(data, VOXEL) for data in maps)
    halves = {"half1": one, "half2": two} if method == "half-map" else {}
    found = sharpem.sharpen(full, resolution=RESOLUTION, method=method, threads=1, **halves)
    factors = found.filter.radial(np.linspace(0.02, 1 / RESOLUTION, 20))
    return factors / factors[0]


@pytest.fixture(scope="module")
def plain(maps):
    return {method: chosen(maps, method) for method in METHODS}


@pytest.mark.parametrize("method", METHODS)
def test_of_the_map_as_it_is(maps, plain, method):
    assert np.ptp(plain[method]) > 0.1
    assert maps[0].shape == (48, 48, 48)
    assert _core.coarse_grid(maps[0].shape, (96, 96, 96, 90, 90, 90), RESOLUTION) == [40, 40, 40]


@pytest.mark.parametrize("method", METHODS)
@FEW
@given(scale=st.floats(1e-6, 1e6), level=st.floats(-10, 10))
def test_scale_and_offset(maps, plain, method, scale, level):
    """Offsets of standard deviations: larger ones cost float32 its digits before we see them."""
    offset = level * float(maps[0].std())
    changed = [scale * (data.astype(np.float64) + offset) for data in maps]
    np.testing.assert_allclose(chosen(changed, method), plain[method], rtol=2e-6)


@pytest.mark.parametrize("method", ["surface", "single-map"])
@FEW
@given(axes=st.sets(st.integers(0, 2)), order=st.permutations(range(3)))
def test_flips_and_permutations(maps, plain, method, axes, order):
    """About the first voxel, where the coarse grid begins."""
    once = [int(axis in axes) for axis in range(3)]
    turned = [np.roll(np.flip(data, tuple(axes)), once, range(3)).transpose(order) for data in maps]
    np.testing.assert_allclose(chosen(turned, method), plain[method], rtol=2e-6)


@FEW
@given(shift=st.tuples(*[st.integers(0, 7).map(lambda n: 6 * n)] * 3))
def test_shifts_by_whole_voxels_of_the_coarse_grid(maps, plain, shift):
    moved = [np.roll(data, shift, range(3)) for data in maps]
    np.testing.assert_allclose(chosen(moved, "single-map"), plain["single-map"], rtol=2e-6)


@FEW
@given(shift=st.tuples(*[st.integers(0, 47)] * 3), axes=st.sets(st.integers(0, 2)))
def test_wraps_and_flips_by_anything(maps, plain, shift, axes):
    moved = [np.roll(np.flip(data, tuple(axes)), shift, range(3)) for data in maps]
    np.testing.assert_allclose(chosen(moved, "single-map"), plain["single-map"], rtol=2e-3)


@FEW
@given(b=st.floats(0, 300), tensor=st.lists(st.floats(-50, 50), min_size=6, max_size=6))
def test_b_then_minus_b(maps, b, tensor):
    """A Gaussian fall-off of B, with an anisotropy, and its opposite: the map is as before."""

    def filter_(sign):
        radial = SharpenBlur(-sign * b, D_MIN, b_blur=sign * b)
        return Filter(radial, D_MIN, Anisotropy(tuple(sign * each for each in tensor)))

    density = sharpem.DensityMap.from_array(maps[0], VOXEL)
    cut = sharpem.apply(density, Filter(SharpenBlur.unchanged(D_MIN), D_MIN))
    back = sharpem.apply(sharpem.apply(density, filter_(1)), filter_(-1))
    error = np.abs(back.data - cut.data).max() / np.abs(cut.data).max()
    assert error < 2e-6 * np.exp((b + max(map(abs, tensor))) / 4 / D_MIN**2)
