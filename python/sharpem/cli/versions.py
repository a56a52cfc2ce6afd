"""What takes part in a run, and in which version: one paste for a bug report."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from sharpem import _core
from sharpem._start.loading import version as own_version

__all__ = ["versions"]

_LIBRARIES = ("numpy", "gemmi", "mrcfile")


def versions() -> str:
    """One line for each part: name, version."""
    parts = {
        "sharpem": own_version,
        "core": f"{_core.__version__}, {_core.instruction_set()}, {_core.threads()} threads",
        **{name: _version(name) for name in _LIBRARIES},
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "platform": platform.platform(),
    }
    return "\n".join(f"{name:<9} {text}" for name, text in parts.items())


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
