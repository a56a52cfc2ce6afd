"""Fetch an entry of the EMDB: what is known of it, its map, and what goes with that."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from sharpem.archive.entry import Entry
from sharpem.archive.metadata import read_metadata
from sharpem.archive.names import (
    NotFoundError,
    emdb_file,
    entry_id,
    model_file,
    packed_or_not,
    pdb_id,
)
from sharpem.archive.store import Store
from sharpem.errors import InputError
from sharpem.progress import Progress

__all__ = ["fetch", "fetch_files", "fetch_model", "look_up"]

_HALVES = ("half_map_1", "half_map_2")


def fetch(
    entry: str,
    *,
    half_maps: bool = False,
    mask: bool = False,
    model: bool | str = False,
    cache: str | os.PathLike[str] | None = None,
    mirrors: Iterable[str] | None = None,
    refresh: bool = False,
    progress: Progress | None = None,
) -> Entry:
    """Fetch an entry of the EMDB; what was fetched before is taken from the cache.

    Parameters
    ----------
    entry : str
        Such as ``EMD-3488``.
    half_maps, mask : bool
        Fetch these too.
    model : bool or str
        Fetch the model fitted to the map; if there are several, the first, or the one named
        (``"5ni1"``).
    cache : path, optional
        Folder; default: SHARPEM_CACHE, else the user's cache folder.
    mirrors : iterable of str, optional
        URLs of the archives' roots, asked in this order; default: SHARPEM_MIRRORS, else the EBI,
        the wwPDB and PDBj.
    refresh : bool
        Fetch anew what is in the cache.
    progress : callable, optional
        Called with (stage, bytes done, bytes in all or 0).

    Returns
    -------
    Entry
        Title, resolution (A), contour and the like, and the files' paths.

    Raises
    ------
    InputError
        There is no such entry, or it has no such file, or the network or the disk does not let it
        be fetched. What there is then is whole.

    Examples
    --------
    >>> entry = sharpem.fetch("EMD-3488", model=True)  # doctest: +SKIP
    >>> map_ = sharpem.read_map(entry.map)  # doctest: +SKIP
    >>> result = sharpem.sharpen(map_, resolution=entry.resolution)  # doctest: +SKIP
    """
    store = Store(cache, mirrors, refresh=refresh, progress=progress)
    found = look_up(entry, store)
    wanted = {"map": True, "half_maps": half_maps, "mask": mask, "model": bool(model)}
    kinds = [kind for kind, yes in wanted.items() if yes]
    return fetch_files(found, store, kinds, model=model if isinstance(model, str) else None)


def look_up(name: str, store: Store) -> Entry:
    """Fetch what is known of an entry, without its files; InputError if there is no such entry."""
    entry = entry_id(name)
    if entry is None:
        raise InputError(f"{name}: expected an entry of the EMDB, such as EMD-3488")
    header = f"emdb/structures/{entry}/header/{entry.lower()}"
    try:
        file, url = store.get(f"{header}.xml", f"{header}-v30.xml")
    except NotFoundError as error:
        raise NotFoundError(
            f"{entry}: no such entry in the archive, expected a released one ({error})"
        ) from None
    try:
        found = read_metadata(file, entry)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{file}: {error}, expected the header file of {entry} (fetch --refresh asks anew)"
        ) from None
    return replace(found, urls={"metadata": url})


def fetch_files(
    entry: Entry, store: Store, kinds: Iterable[str], *, model: str | None = None
) -> Entry:
    """Fetch files of an entry: of the kinds map, half_maps, mask and model.

    Of several fitted models `model` names one; default: the first. InputError if the entry has no
    such file.
    """
    files, urls = dict(entry.files), dict(entry.urls)
    for kind in kinds:
        for one in _HALVES if kind == "half_maps" else (kind,):
            try:
                files[one], urls[one] = store.get(*_paths(entry, one, model))
            except NotFoundError:
                raise _lacking(entry, one) from None
    return replace(entry, files=files, urls=urls)


def fetch_model(name: str, store: Store) -> Path:
    """Fetch a model by its PDB entry; InputError if there is no such entry."""
    pdb = pdb_id(name)
    if pdb is None:
        raise InputError(f"{name}: expected an entry of the PDB, such as 5ni1")
    try:
        return store.get(model_file(pdb))[0]
    except NotFoundError as error:
        raise NotFoundError(f"{name}: no such model in the PDB ({error})") from None


def _paths(entry: Entry, kind: str, model: str | None) -> tuple[str, ...]:
    """Where a file may lie: as the metadata name it, else as the archive's habit is."""
    if kind == "model":
        return (model_file(_chosen_model(entry, model)),)
    stem = entry.id.lower().replace("-", "_")
    halves = sorted(entry.half_map_names)
    if len(halves) != 2:  # data model 1.9 lists none
        halves = [f"{stem}_{half}.map.gz" for half in _HALVES]
    folder, name = {
        "map": ("map", (*entry.map_names, f"{stem}.map.gz")[0]),
        "half_map_1": ("other", halves[0]),
        "half_map_2": ("other", halves[1]),
        "mask": ("masks", (*entry.mask_names, f"{stem}_msk_1.map")[0]),
    }[kind]
    listed = emdb_file(entry.id, folder, name)
    if listed is None:
        raise InputError(f"{entry.id}: its metadata name a file {name!r}, expected a plain name")
    return packed_or_not(listed)


def _chosen_model(entry: Entry, wanted: str | None) -> str:
    listed = ", ".join(entry.pdb_ids) or "none"
    if wanted is not None and pdb_id(wanted) not in entry.pdb_ids:
        raise InputError(f"{wanted}: no model fitted to {entry.id}, expected one of: {listed}")
    if not entry.pdb_ids:
        raise InputError(f"{entry.id}: no fitted model listed, expected one")
    return pdb_id(wanted or "") or entry.pdb_ids[0]


def _lacking(entry: Entry, kind: str) -> NotFoundError:
    found, expected = f"has no {kind.replace('_', ' ')} in the archive", "one"
    if kind == "map":
        successors = " and ".join(entry.superseded_by)
        found = f"no map in the archive, its status is {entry.status or '?'}"
        found += f", superseded by {successors}" if successors else ""
        expected = "a released entry (REL)"
    return NotFoundError(f"{entry.id}: {found}, expected {expected}")
