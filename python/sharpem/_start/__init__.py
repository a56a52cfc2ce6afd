"""Before anything else is imported: signals and streams, and the core with its threads."""
