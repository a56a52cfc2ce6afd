"""Entries of the EMDB and the PDB where a command expects files: ``sharpem sharpen EMD-3488``."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from sharpem.archive.names import entry_id, pdb_id
from sharpem.cli.progress import Report

if TYPE_CHECKING:
    from sharpem.archive.entry import Entry

__all__ = ["fetch_entries", "fetch_map", "find_entry", "is_entry"]


def is_entry(name: str | None) -> bool:
    """Whether an argument names an entry of the EMDB: it looks like it, and is no file."""
    return name is not None and entry_id(name) is not None and not Path(name).exists()


def find_entry(request: Namespace) -> None:
    """Look the map's entry up, before anything large is fetched.

    Sets ``request.entry`` (None where MAP is a file); where the resolution was not given, that too,
    and ``request.resolution_source``.

    Raises
    ------
    InputError
        There is no such entry, or the archive cannot be reached.
    """
    request.entry = request.resolution_source = None
    first = request.map[0] if isinstance(request.map, list) else request.map
    if is_entry(first):
        from sharpem.archive.fetch import look_up
        from sharpem.archive.store import Store

        request.entry = look_up(first, Store())
        if request.resolution is None and request.entry.resolution is not None:
            request.resolution = request.entry.resolution
            request.resolution_source = request.entry.id


def fetch_entries(request: Namespace, tell: Report) -> None:
    """Fetch what MAP, --half1, --mask and --model name, and put files where the names stand.

    ``request.entry``, if there is one, comes to know the files that are its own.

    Raises
    ------
    InputError
        An entry has no such file, or it cannot be fetched.
    """
    if isinstance(request.map, list):
        request.map = [_file("map", name, request, tell) for name in request.map]
    for option in ("map", "mask", "model"):
        name = getattr(request, option, None)
        if isinstance(name, str):
            setattr(request, option, _file(option, name, request, tell))
    if is_entry(getattr(request, "half1", None)):
        entry = _fetched("half_maps", request.half1, request, tell)
        request.half1, request.half2 = map(str, entry.half_maps or ())


def fetch_map(name: str, tell: Report) -> tuple[str, Entry | None]:
    """Fetch the map of an entry, if it is one that is named; the file, and the entry."""
    if not is_entry(name):
        return name, None
    entry = _fetched("map", name, Namespace(), tell)
    return str(entry.map), entry


def _file(kind: str, name: str, request: Namespace, tell: Report) -> str:
    """Return the name itself where it is that of a file."""
    if is_entry(name):
        return str(_fetched(kind, name, request, tell).files[kind])
    if kind == "model" and pdb_id(name) and not Path(name).exists():
        from sharpem.archive.fetch import fetch_model
        from sharpem.archive.store import Store

        return str(fetch_model(name, Store(progress=tell)))
    return name


def _fetched(kind: str, name: str, request: Namespace, tell: Report) -> Entry:
    from sharpem.archive.fetch import fetch_files, look_up
    from sharpem.archive.store import Store

    store = Store(progress=tell)
    known: Entry | None = getattr(request, "entry", None)
    if known is None or known.id != entry_id(name):
        return fetch_files(look_up(name, store), store, [kind])
    request.entry = known = fetch_files(known, store, [kind])
    return known
