"""What an EMDB entry's header file says: XML of the data model 1.9 (until 2022) or 3."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sharpem.archive.names import pdb_id

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

__all__ = ["Metadata", "parse_metadata"]


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What is known of a map before it is read.

    Attributes
    ----------
    title : str
    status : str
        REL: released; HPUB, HOLD: header only; OBS: withdrawn.
    superseded_by : tuple of str
        Entries that took its place.
    resolution : float or None
        As the authors state it, A.
    resolution_method : str
        As the authors state it, such as FSC 0.143 CUT-OFF.
    contour : float or None
        The recommended level.
    pdb_ids : tuple of str
        Models fitted to it; those that overlap it fully come first.
    map_names, half_map_names, mask_names : tuple of str
        Files, as listed.
    """

    title: str
    status: str
    superseded_by: tuple[str, ...] = ()
    resolution: float | None = None
    resolution_method: str = ""
    contour: float | None = None
    pdb_ids: tuple[str, ...] = ()
    map_names: tuple[str, ...] = ()
    half_map_names: tuple[str, ...] = ()
    mask_names: tuple[str, ...] = ()


def parse_metadata(text: bytes) -> Metadata:
    """Read a header file.

    Parameters
    ----------
    text : bytes
        XML. What it does not say stays empty; namespaces are ignored.

    Raises
    ------
    ValueError
        It is not XML, or not that of an EMDB entry.
    """
    root = _parse(text)
    if root.tag not in ("emd", "emdEntry"):
        raise ValueError(f"XML of <{root.tag}>, expected <emd> or <emdEntry>")
    # For each value where data model 3 has it, then where 1.9 has it.
    return Metadata(
        title=_first(_texts(root, "admin/title", "deposition/title")),
        status=_first(_texts(root, "admin/current_status/code", "deposition/status")).upper(),
        superseded_by=_texts(
            root, "admin/superseded_by_list/entry/entry", "deposition/supersededByList/entry"
        ),
        resolution=_length(
            _texts(root, ".//final_reconstruction/resolution", ".//resolutionByAuthor")
        ),
        resolution_method=_first(
            _texts(root, ".//final_reconstruction/resolution_method", ".//resolutionMethod")
        ),
        contour=_contour(root),
        pdb_ids=_models(root),
        map_names=_texts(root, "map/file"),
        half_map_names=_texts(root, ".//half_map_list/half_map/file"),
        mask_names=_texts(root, ".//segmentation_list/segmentation/file", ".//maskSet/mask/file"),
    )


def _parse(text: bytes) -> Element:
    from xml.etree import ElementTree

    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise ValueError(f"not XML ({error})") from None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _texts(root: Element, *paths: str) -> tuple[str, ...]:
    """Texts that are not empty at the first of the paths where there are any."""
    for path in paths:
        texts = [" ".join((element.text or "").split()) for element in root.findall(path)]
        if any(texts):
            return tuple(text for text in texts if text)
    return ()


def _first(texts: tuple[str, ...]) -> str:
    return texts[0] if texts else ""


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _length(texts: tuple[str, ...]) -> float | None:
    """Take the first positive number: entries without a resolution state nothing, or 0."""
    return next((d for d in map(_number, texts) if 0 < d < math.inf), None)


def _contour(root: Element) -> float | None:
    level = _number(
        _first(
            _texts(
                root,
                "map/contour_list/contour[@primary='true']/level",
                "map/contour_list/contour/level",
                "map/contourLevel",
            )
        )
    )
    return level if math.isfinite(level) else None


def _models(root: Element) -> tuple[str, ...]:
    references = root.findall(".//pdb_list/pdb_reference")
    # sorted() keeps the order of those that are alike.
    references = sorted(
        references, key=lambda one: _first(_texts(one, ".//in_frame")).upper() != "FULLOVERLAP"
    )
    names = [text for one in references for text in _texts(one, "pdb_id")]
    names += _texts(root, ".//fittedPDBEntryId")
    return tuple(dict.fromkeys(found for name in names if (found := pdb_id(name))))
