"""What an EMDB entry's header file says: XML of the data model 1.9 (until 2022) or 3."""

from __future__ import annotations

import math
from pathlib import Path
from xml.etree import ElementTree

from sharpem.archive.entry import Entry
from sharpem.archive.names import HEADER_LIMIT, pdb_id

__all__ = ["parse_metadata", "read_metadata"]

Element = ElementTree.Element


def read_metadata(path: Path, entry: str) -> Entry:
    """Read the header file of an entry; ValueError as :func:`parse_metadata`, or if it is large."""
    size = path.stat().st_size
    if size > HEADER_LIMIT:
        raise ValueError(f"{size} bytes, at most {HEADER_LIMIT} in a header file")
    return parse_metadata(path.read_bytes(), entry)


def parse_metadata(text: bytes, entry: str = "") -> Entry:
    """Read the XML of a header file; what it does not say stays empty, namespaces are ignored.

    Raises
    ------
    ValueError
        It is not XML, or not that of an EMDB entry.
    """
    root = _parse(text)
    if root.tag not in ("emd", "emdEntry"):
        raise ValueError(f"XML of <{root.tag}>, expected <emd> or <emdEntry>")
    # For each value where data model 3 has it, then where 1.9 has it.
    return Entry(
        id=entry,
        title=_first(root, "admin/title", "deposition/title"),
        status=_first(root, "admin/current_status/code", "deposition/status").upper(),
        superseded_by=_texts(
            root, "admin/superseded_by_list/entry/entry", "deposition/supersededByList/entry"
        ),
        resolution=_length(
            _texts(root, ".//final_reconstruction/resolution", ".//resolutionByAuthor")
        ),
        resolution_method=_first(
            root, ".//final_reconstruction/resolution_method", ".//resolutionMethod"
        ),
        contour=_contour(root),
        pdb_ids=_models(root),
        map_names=_texts(root, "map/file"),
        half_map_names=_texts(root, ".//half_map_list/half_map/file"),
        mask_names=_texts(root, ".//segmentation_list/segmentation/file", ".//maskSet/mask/file"),
    )


def _parse(text: bytes) -> Element:
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, LookupError) as error:  # LookupError: unknown encoding
        raise ValueError(f"not XML ({error})") from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _texts(root: Element, *paths: str) -> tuple[str, ...]:
    """Texts that are not empty at the first of the paths where there are any."""
    for path in paths:
        texts = [" ".join((element.text or "").split()) for element in root.findall(path)]
        if found := tuple(filter(None, texts)):
            return found
    return ()


def _first(root: Element, *paths: str) -> str:
    return next(iter(_texts(root, *paths)), "")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _length(texts: tuple[str, ...]) -> float | None:
    """Take the first positive number: entries without a resolution state nothing, or 0."""
    return next((d for d in map(_number, texts) if 0 < d < math.inf), None)


def _contour(root: Element) -> float | None:
    contours = "map/contour_list/contour"
    primary = f"{contours}[@primary='true']/level"
    level = _number(_first(root, primary, f"{contours}/level", "map/contourLevel"))
    return level if math.isfinite(level) else None


def _models(root: Element) -> tuple[str, ...]:
    references = root.findall(".//pdb_list/pdb_reference")
    # sorted() keeps the order of those that are alike.
    references = sorted(references, key=lambda r: _first(r, ".//in_frame").upper() != "FULLOVERLAP")
    names = [text for one in references for text in _texts(one, "pdb_id")]
    names += _texts(root, ".//fittedPDBEntryId")
    return tuple(dict.fromkeys(found for name in names if (found := pdb_id(name))))
