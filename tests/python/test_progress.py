"""Stages: what is called back, and the seconds that are kept."""

import pytest

from sharpem.progress import Stages, silent


def test_stages_say_how_far_they_are():
    told = []
    stages = Stages("read", "write", progress=lambda *how_far: told.append(how_far))
    with stages("read"):
        assert told == [("read", 0, 2)]
    with stages("write"):
        assert told[1:] == [("write", 1, 2)]
    assert told[2:] == [("write", 2, 2)]


def test_seconds_are_those_of_the_stages():
    stages = Stages("read", "write")
    assert stages.seconds == {"total": 0, "read": 0, "write": 0}
    with stages("read"):
        silent("nothing", 0, 0)
    assert 0 < stages.seconds["read"] <= stages.seconds["total"]
    assert stages.seconds["write"] == 0


def test_a_stage_that_fails_is_not_done():
    told = []
    stages = Stages("only", progress=lambda *how_far: told.append(how_far))
    with pytest.raises(ZeroDivisionError), stages("only"):
        raise ZeroDivisionError
    assert told == [("only", 0, 1)]
