"""A map before and after in three dimensions: one page with two linked views."""

from sharpem.viewer.files import view_files
from sharpem.viewer.page import View, view

__all__ = ["View", "view", "view_files"]
