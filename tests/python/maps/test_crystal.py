"""Crystal symmetry: the space group of a map, and what it makes of a tensor and a model."""

import gemmi
import numpy as np
import pytest

from sharpem.maps.crystal import OPERATOR_LENGTH, space_group_of, symmetrised, with_symmetry_mates
from sharpem.maps.density import DensityMap, Placement
from sharpem.maps.model import Model

CRYSTALS = {
    "P 21 21 21": (31.0, 36.5, 40.2, 90.0, 90.0, 90.0),
    "C 1 2 1": (45.0, 30.0, 28.0, 90.0, 104.0, 90.0),
    "P 32 2 1": (33.0, 33.0, 41.0, 90.0, 90.0, 120.0),
    "P 1": (28.0, 30.0, 34.0, 80.0, 95.0, 101.0),
}


def crystal(name):
    """A map of a unit cell; values do not matter."""
    group = gemmi.find_spacegroup_by_name(name)
    lines = [op.triplet().upper().ljust(OPERATOR_LENGTH) for op in group.operations()]
    placement = Placement(space_group=group.ccp4, extended_header="".join(lines).encode())
    return DensityMap(np.zeros((8, 8, 8), np.float32), CRYSTALS[name], placement)


@pytest.mark.parametrize("name", CRYSTALS)
def test_space_group_by_operators_and_by_number(name):
    density = crystal(name)
    assert space_group_of(density).xhm() == name
    by_number = DensityMap(
        density.data, density.cell, Placement(space_group=density.placement.space_group)
    )
    assert space_group_of(by_number).ccp4 == density.placement.space_group


def test_operators_that_cannot_be_read_leave_the_number():
    placement = Placement(space_group=19, extended_header=b"no operator".ljust(OPERATOR_LENGTH))
    density = DensityMap(np.zeros((8, 8, 8), np.float32), CRYSTALS["P 21 21 21"], placement)
    assert space_group_of(density).xhm() == "P 21 21 21"


def test_tensor_follows_the_crystal():
    found = np.array([10.0, 30, 50, 5, 6, 7])
    by_name = {name: symmetrised(found, crystal(name)) for name in CRYSTALS}
    assert by_name["P 1"] == pytest.approx(found)
    assert by_name["P 21 21 21"] == pytest.approx([10, 30, 50, 0, 0, 0], abs=1e-9)
    assert by_name["P 32 2 1"] == pytest.approx([20, 20, 50, 0, 0, 0], abs=1e-9)
    assert by_name["C 1 2 1"] == pytest.approx([10, 30, 50, 0, 6, 0], abs=1e-9)


def test_symmetry_mates_fill_the_cell_and_special_positions_count_once():
    density = crystal("C 1 2 1")
    general, on_axis = (3.0, 4.0, 5.0), (0.0, 7.0, 0.0)  # the twofold axis runs along b
    model = Model(
        np.array([general, on_axis]), ("C", "Zn"), np.ones(2), np.ones(2), mass=10, dry_volume=12
    )
    cell = with_symmetry_mates(model, density)
    assert cell.elements == ("C", "Zn", "C", "C", "Zn", "C")
    assert cell.mass == pytest.approx(30)
    assert cell.dry_volume == pytest.approx(36)
