"""Entries of the EMDB and the PDB where files are expected: ``EMD-3488`` in place of a map."""

from __future__ import annotations

from pathlib import Path

from sharpem.archive.entry import Entry
from sharpem.archive.fetch import fetch_files, fetch_model, look_up
from sharpem.archive.names import entry_id, pdb_id
from sharpem.archive.store import Store
from sharpem.progress import Progress

__all__ = ["Resolver", "is_entry"]


def is_entry(name: str | None) -> bool:
    """Whether a name stands for an entry of the EMDB: it looks like it, and is no file."""
    return name is not None and entry_id(name) is not None and not Path(name).exists()


class Resolver:
    """Fetches what names stand for; a file's name stands for itself.

    Parameters
    ----------
    entry : Entry, optional
        One that was looked up already.
    progress : callable, optional
        As of :class:`sharpem.archive.store.Store`.

    Attributes
    ----------
    entry : Entry or None
        The entry given, with those of its files that were fetched.
    """

    def __init__(self, entry: Entry | None = None, progress: Progress | None = None) -> None:
        self.entry = entry
        self._progress = progress

    def look_up(self, name: str) -> Entry:
        """Look an entry up, without its files; raises InputError where there is none."""
        self.entry = look_up(name, self._store())
        return self.entry

    def file(self, kind: str, name: str) -> str:
        """File of a kind (map, mask, model) that a name stands for; errors as of `fetch`."""
        if is_entry(name):
            return str(self._fetched(kind, name).files[kind])
        if kind == "model" and pdb_id(name) and not Path(name).exists():
            return str(fetch_model(name, self._store()))
        return name

    def half_maps(self, name: str) -> tuple[str, str]:
        """Both half maps of an entry; errors as of `fetch`."""
        one, two = self._fetched("half_maps", name).half_maps or ("", "")
        return str(one), str(two)

    def _fetched(self, kind: str, name: str) -> Entry:
        store = self._store()
        if self.entry is None or self.entry.id != entry_id(name):
            return fetch_files(look_up(name, store), store, [kind])
        self.entry = fetch_files(self.entry, store, [kind])
        return self.entry

    def _store(self) -> Store:
        return Store(progress=self._progress)
