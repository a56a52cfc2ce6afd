"""What :func:`sharpem.sharpen` returns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sharpem.outcome import Sharpened
from sharpem.output import write_files
from sharpem.report.notebook import notebook_html, one_line
from sharpem.report.plot import plot

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sharpem.io.accept import ModelLike
    from sharpem.viewer.page import View

__all__ = ["Result"]


@dataclass(frozen=True, kw_only=True)
class Result(Sharpened):
    """A sharpened map and what it rests on: :class:`sharpem.outcome.Sharpened`; as files too."""

    def __repr__(self) -> str:
        """Map, method and verdict in one line."""
        return one_line(self)

    def _repr_html_(self) -> str:
        """Verdict and curves, as notebooks show them."""
        return notebook_html(self)

    def plot(self) -> Figure:
        """Draw what was tried, the mean amplitudes before and after, and the filter.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        InputError
            matplotlib, the extra called plot, is not installed.
        """
        return plot(self)

    def view(self, *, model: ModelLike | None = None) -> View:
        """Show the map before and after in three dimensions: :func:`sharpem.view`."""
        from sharpem.viewer.page import view

        return view(self, model=model)

    def write(
        self,
        prefix: str | Path,
        *,
        report: bool = True,
        overwrite: bool = False,
        command: str | None = None,
        mtz: bool | None = None,
        half_maps: bool = False,
        gains: bool = False,
        viewers: Collection[str] = (),
    ) -> dict[str, Path]:
        """Write map, JSON, report and ChimeraX script; all of them or none.

        Parameters
        ----------
        prefix : path
            What the names start with: ``prefix.mrc``, ``.json``, ``.html``, ``.cxc``.
        report : bool
            Whether the report is wanted.
        overwrite : bool
            Replace existing files; if no map was made, remove that of an earlier run.
        command : str, optional
            The command that made this, for the report.
        mtz : bool, optional
            Whether ``prefix.mtz`` is wanted: for a crystal, its reflections with the columns of the
            new map; else the map's terms (:mod:`sharpem.io.write_mtz`). Default: for crystals.
        half_maps : bool
            Write the half maps too, with the same filter: ``prefix_half1.mrc``,
            ``prefix_half2.mrc``.
        gains : bool
            Write the gains of local sharpening too, where places differ: ``prefix_gains.npz``.
        viewers : collection of str
            Write scripts for these too: ``coot`` (``prefix_coot.py``), ``pymol`` (``prefix.pml``).

        Returns
        -------
        dict of str to Path
            What was written: map, json, report, chimerax (and unpack, where a file that it opens is
            packed: ``prefix_unpack.py``), coot, pymol, mtz, half1, half2; where half maps were
            given also star (RELION's postprocess.star) and fsc (the EMDB's FSC XML).

        Raises
        ------
        InputError
            A file exists, or cannot be written; then none is. Or no half maps were given that
            could be written.
        """
        return write_files(
            self,
            prefix,
            report=report,
            overwrite=overwrite,
            command=command,
            mtz=mtz,
            half_maps=half_maps,
            gains=gains,
            viewers=viewers,
        )
