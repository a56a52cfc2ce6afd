"""Maximum of the map's kurtosis (Terwilliger et al. 2018, section 2.6)."""

from __future__ import annotations

from sharpem.methods.scanned import ScanMethod

__all__ = ["KURTOSIS"]

KURTOSIS = ScanMethod("kurtosis", "kurtosis", lambda trial: trial.kurtosis, error=4.0)
