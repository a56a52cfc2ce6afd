"""Half-map results as a STAR file with the blocks and labels of RELION's postprocess.star."""

from __future__ import annotations

from collections.abc import Sequence

import gemmi
import numpy as np

from sharpem.errors import InputError

__all__ = ["Table", "postprocess_star"]

Table = dict[str, Sequence[float]]
"""Column name (without the leading underscore) to values; all columns of one length."""


def postprocess_star(
    general: dict[str, str | float], fsc: Table, guinier: Table, *, comment: str = ""
) -> str:
    """Write blocks ``general``, ``fsc`` and ``guinier``.

    Parameters
    ----------
    general : dict
        Label, as RELION spells it (``rlnFinalResolution``), to value.
    fsc, guinier : dict of str to sequence
        One loop each; label to column.
    comment : str
        First line, without ``#``.

    Returns
    -------
    str

    Raises
    ------
    InputError
        The columns of a table differ in length, or there are none.

    Examples
    --------
    >>> text = postprocess_star({"rlnFinalResolution": 3.2}, {"x": [1]}, {"y": [2]})
    >>> text.splitlines()[0]
    'data_general'
    """
    document = gemmi.cif.Document()
    block = document.add_new_block("general")
    for label, value in general.items():
        block.set_pair(f"_{label}", _text(value))
    _add_loop(document.add_new_block("fsc"), fsc)
    _add_loop(document.add_new_block("guinier"), guinier)
    head = f"# {comment}\n\n" if comment else ""
    return head + document.as_string().strip() + "\n"


def _add_loop(block: gemmi.cif.Block, table: Table) -> None:
    lengths = {len(column) for column in table.values()}
    if len(lengths) != 1:
        raise InputError(
            f"table {block.name} with columns of {sorted(lengths)} rows, expected columns alike"
        )
    loop = block.init_loop("_", list(table))
    for row in zip(*table.values(), strict=True):
        loop.add_row([_text(value) for value in row])


def _text(value: str | float) -> str:
    """Write a number with seven digits, text quoted where STAR needs it."""
    if isinstance(value, str):
        return gemmi.cif.quote(value.encode("utf-8", "backslashreplace").decode("utf-8"))
    if isinstance(value, int | np.integer):
        return str(int(value))
    return f"{value:.6f}" if 1e-3 <= abs(value) < 1e6 or value == 0 else f"{value:.6e}"
