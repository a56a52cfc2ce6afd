"""Maximum of adjusted surface area: detail less fragmentation (Terwilliger et al. 2018, Eq. 6)."""

from __future__ import annotations

from sharpem.methods.scanned import ScanMethod

__all__ = ["SURFACE"]

SURFACE = ScanMethod(
    "surface",
    "adjusted surface area",
    lambda trial: trial.adjusted_surface_area,
    error=3.0,
    weighs_regions=True,
)
