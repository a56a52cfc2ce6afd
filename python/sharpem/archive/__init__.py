"""Entries of the EMDB and the PDB: found, fetched and kept."""
