"""Files in and out."""

from __future__ import annotations

from sharpem.io.mrc import read_map, write_map

__all__ = ["read_map", "write_map"]
