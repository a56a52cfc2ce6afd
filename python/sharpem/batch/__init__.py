"""Many maps: a table with one row for each, every row as ``sharpem sharpen`` would do it."""

from sharpem.batch.run import BatchResult, batch
from sharpem.batch.table import TableError

__all__ = ["BatchResult", "TableError", "batch"]
