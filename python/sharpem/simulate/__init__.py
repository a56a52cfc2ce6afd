"""Simulated experiments: maps, half maps and models of which the truth is known."""

from sharpem.simulate.experiment import Simulated, simulate_map
from sharpem.simulate.local_b import ALONG, local_b
from sharpem.simulate.shake import displacements, shaken

__all__ = ["ALONG", "Simulated", "displacements", "local_b", "shaken", "simulate_map"]
