"""Many maps: a table with one row for each, every row as ``sharpem sharpen`` would do it."""

from sharpem.io.table import TableError
from sharpem.many.run import BatchResult, batch

__all__ = ["BatchResult", "TableError", "batch"]
