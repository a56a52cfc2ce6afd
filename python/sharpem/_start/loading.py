"""Loads the core so that its threads sleep while they wait.

OpenMP reads ``OMP_WAIT_POLICY`` once, when it is loaded. By default its threads spin, which on a
machine that has other things to do costs more CPU time than the work itself. What the user has set
stays; child processes see no change of the environment.
"""

import os

__all__ = ["version"]

_given = "OMP_WAIT_POLICY" in os.environ
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
try:
    from sharpem._core import __version__ as version
finally:
    if not _given:
        del os.environ["OMP_WAIT_POLICY"]
