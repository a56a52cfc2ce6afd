"""The maps of a run by its prefix: found by the JSON, and checked to belong together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sharpem.errors import InputError
from sharpem.io.checksum import checksum_of, other_map
from sharpem.io.half_maps import read_half_maps
from sharpem.io.read import read_map
from sharpem.maps.density import DensityMap
from sharpem.viewer.page import View, page_of
from sharpem.viewer.pair import Pair
from sharpem.viewer.scene import needs_k3d
from sharpem.viewer.trace import trace_of

__all__ = ["prefix_of", "view_files"]

_SIZES_DIFFER = 1e-4  # of voxels, relative


def prefix_of(given: str) -> Path:
    """Prefix of a run's files, from itself or from the name of one of them.

    Examples
    --------
    >>> str(prefix_of("out/emd_3488.json"))
    'out/emd_3488'
    """
    path = Path(given)
    return path.with_suffix("") if path.suffix in (".json", ".mrc", ".html", ".cxc") else path


def view_files(
    prefix: Path,
    *,
    model: str | None = None,
    source: str | None = None,
    command: str | None = None,
) -> View:
    """Show the maps of a run.

    Parameters
    ----------
    prefix : path
        As of ``sharpem sharpen -o``.
    model : path, optional
        Shown as a trace.
    source : path, optional
        Where the input map is now, if it was moved.
    command : str, optional
        The command line that does it again, for the page.

    Raises
    ------
    InputError
        k3d is not installed; a file is missing; or the files do not belong together.
    """
    needs_k3d()
    json_path = Path(f"{prefix}.json")
    values = _values(json_path)
    after = _after(json_path, values)
    before = _before(json_path, values, source)
    pair = Pair(
        before,
        after,
        values["molecular_volume"]["fraction"],
        prefix.name,
        None if model is None else trace_of(model),
        _sources(values, after, model),
    )
    return page_of(pair, command)


def _sources(values: Mapping[str, Any], after: DensityMap, model: str | None) -> dict[str, str]:
    named = {"Before": str(values["input"]["map"]), "After": str(after.path)}
    return named if model is None else {**named, "Model": model}


def _values(path: Path) -> dict[str, Any]:
    """What a run's JSON holds."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(
            f"{path}: {reason}, expected the JSON of `sharpem sharpen`: give its prefix"
        ) from None
    except ValueError:
        raise InputError(f"{path}: not JSON, expected that of `sharpem sharpen`") from None
    wanted = {"input": dict, "output": dict, "molecular_volume": dict}
    if not isinstance(values, dict) or not all(
        isinstance(values.get(key), kind) for key, kind in wanted.items()
    ):
        raise InputError(f"{path}: not of a run, expected the JSON of `sharpem sharpen`")
    return values


def _after(json_path: Path, values: Mapping[str, Any]) -> DensityMap:
    if values["output"].get("map") is None:
        raise InputError(f"{json_path}: no map was made (not applicable), expected a run with one")
    if sentence := other_map(json_path, values):
        raise InputError(sentence.rstrip("."))
    path = json_path.with_suffix(".mrc") if json_path.suffix == ".json" else json_path
    if not path.is_file():
        raise InputError(f"{path}: no such file, expected the map of {json_path.name} beside it")
    return read_map(path)


def _before(json_path: Path, values: Mapping[str, Any], source: str | None) -> DensityMap:
    """The input map, or the half maps' mean; as it was when the run read it."""
    about = values["input"]
    halves = about.get("half_maps")
    if halves and source is None and about.get("sha256") is None:
        sums = about.get("half_maps_sha256") or (None, None)
        one, two = (
            _found(json_path, name, digest) for name, digest in zip(halves, sums, strict=True)
        )
        return read_half_maps(one, two).mean()
    path = _found(json_path, source or about.get("map"), about.get("sha256"))
    labels = about.get("mtz_labels")
    if labels is not None:
        return read_map(path, labels=(labels[0], labels[1]))
    return _of_size(path, about.get("voxel_size"))


def _of_size(path: Path, size: Any) -> DensityMap:
    """Read a map, with the voxel size that the run used: it may have been given by --apix."""
    density = read_map(path)
    if size is None or all(
        abs(a / b - 1) < _SIZES_DIFFER for a, b in zip(size, density.voxel_size, strict=True)
    ):
        return density
    x, y, z = size
    return read_map(path, (x, y, z))


def _found(json_path: Path, name: Any, digest: str | None) -> Path:
    """Where an input is: as named, or beside the JSON; and whether it is still what it was."""
    if not isinstance(name, str):
        raise InputError(f"{json_path}: the input was no file, expected where it is: --input MAP")
    places = (Path(name), json_path.parent / name, json_path.with_name(Path(name).name))
    path = next((one for one in places if one.is_file()), None)
    if path is None:
        raise InputError(
            f"{name}: not there, expected the input of {json_path.name}; was it moved? --input MAP"
        )
    if digest is not None and checksum_of(path) != digest:
        raise InputError(
            f"{path}: not the input of {json_path.name} (its checksum differs), expected the map "
            "as it was: run `sharpem sharpen` again, or give it by --input MAP"
        )
    return path
