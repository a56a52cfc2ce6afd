"""Entries of the EMDB and the PDB where a command expects files: ``sharpem compare EMD-3488``."""

from __future__ import annotations

from argparse import Namespace

from sharpem.archive.entry import Entry
from sharpem.archive.resolve import Resolver, is_entry
from sharpem.progress import Progress

__all__ = ["fetch_entries", "fetch_map", "find_entry", "is_entry"]


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
        request.entry = Resolver().look_up(first)
        if request.resolution is None and request.entry.resolution is not None:
            request.resolution = request.entry.resolution
            request.resolution_source = request.entry.id


def fetch_entries(request: Namespace, tell: Progress) -> None:
    """Fetch what MAP, --half1, --mask and --model name, and put files where the names stand.

    ``request.entry``, if there is one, comes to know the files that are its own.

    Raises
    ------
    InputError
        An entry has no such file, or it cannot be fetched.
    """
    resolver = Resolver(getattr(request, "entry", None), tell)
    if isinstance(request.map, list):
        request.map = [resolver.file("map", name) for name in request.map]
    for option in ("map", "mask", "model"):
        name = getattr(request, option, None)
        if isinstance(name, str):
            setattr(request, option, resolver.file(option, name))
    if is_entry(getattr(request, "half1", None)):
        request.half1, request.half2 = resolver.half_maps(request.half1)
    request.entry = resolver.entry


def fetch_map(name: str, tell: Progress) -> tuple[str, Entry | None]:
    """Fetch the map of an entry, if it is one that is named; the file, and the entry."""
    resolver = Resolver(progress=tell)
    if is_entry(name):
        resolver.look_up(name)
    return resolver.file("map", name), resolver.entry
