"""What RELION's pipeline and an External job tell each other through files in the job's folder.

https://relion.readthedocs.io/en/latest/Reference/Using-RELION.html, "Executing external programs".
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import gemmi

from sharpem.errors import InputError
from sharpem.io.contents import reason_of
from sharpem.io.half_maps import find_half_maps, partner

__all__ = ["DENSITY_MAP", "Ending", "Node", "RelionJob", "half_maps_of", "nodes_star"]

Ending: TypeAlias = Literal["SUCCESS", "FAILURE", "ABORTED"]

_ENDINGS: tuple[Ending, ...] = ("SUCCESS", "FAILURE", "ABORTED")
_EXIT, _ABORT, _NODES = "RELION_JOB_EXIT_", "RELION_JOB_ABORT_NOW", "RELION_OUTPUT_NODES.star"


@dataclass(frozen=True)
class Node:
    """A file that a job makes for other jobs: its name as in the project's folder, and its type.

    ``label`` is the type as RELION 4 and 5 read it, ``number`` as RELION 3.1 does.
    """

    name: str
    label: str
    number: int


DENSITY_MAP = ("DensityMap.mrc", 6)
"""Type of a map, which the later jobs take as input."""


@dataclass(frozen=True)
class RelionJob:
    """The folder of an External job.

    Attributes
    ----------
    folder : Path
        As RELION gives it with ``--o``.
    control : Path
        Where the flags are; the same folder, unless ``--pipeline_control`` names another.
    """

    folder: Path
    control: Path

    def begin(self) -> None:
        """Make the folder, and remove the flags of an earlier try.

        Raises
        ------
        InputError
            The folder cannot be made or written to.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for name in (_ABORT, *(_EXIT + ending for ending in _ENDINGS)):
                (self.control / name).unlink(missing_ok=True)
        except OSError as error:
            raise InputError(
                f"--o: {self.folder}: {reason_of(error)}, expected a folder to write to"
            ) from None

    def is_to_abort(self) -> bool:
        """Whether RELION asks the job to end."""
        return (self.control / _ABORT).exists()

    def end(self, ending: Ending) -> None:
        """Say how the job ended; where the folder is not there, nobody waits for that."""
        with suppress(OSError):
            (self.control / _ABORT).unlink(missing_ok=True)
            (self.control / (_EXIT + ending)).touch()

    def write_nodes(self, nodes: Sequence[Node]) -> None:
        """Write the list of the files for other jobs."""
        (self.folder / _NODES).write_text(nodes_star(nodes), encoding="utf-8")


def nodes_star(nodes: Sequence[Node]) -> str:
    """Table ``output_nodes``, with the types both by label and by number.

    Examples
    --------
    >>> nodes_star([Node("External/job006/sharpened.mrc", *DENSITY_MAP)]).split()[-3:]
    ['External/job006/sharpened.mrc', 'DensityMap.mrc', '6']
    """
    document = gemmi.cif.Document()
    columns = ["rlnPipeLineNodeName", "rlnPipeLineNodeTypeLabel", "rlnPipeLineNodeType"]
    loop = document.add_new_block("output_nodes").init_loop("_", columns)
    for node in nodes:
        loop.add_row([gemmi.cif.quote(node.name), node.label, str(node.number)])
    return document.as_string().strip() + "\n"


def half_maps_of(given: Path) -> tuple[Path, Path]:
    """Both half maps, where one of them, their job's folder, or another map in it is given.

    Raises
    ------
    InputError
        There are none, or more than one pair.
    """
    if not given.exists():
        raise InputError(f"{given}: no such file, expected a half map of a Refine3D job")
    if not given.is_dir() and (second := partner(given)) is not None:
        return given, second
    return find_half_maps(given if given.is_dir() else given.parent)
