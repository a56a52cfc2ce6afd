"""Readers on damaged files: they answer or refuse, in one line, and within bounds."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from mutations import SOURCES, mutated

from sharpem.cli.apply import load_filter
from sharpem.errors import InputError
from sharpem.io.model import read_model
from sharpem.io.read import read_map
from sharpem.io.sequence import read_sequences
from sharpem.machine import peak_memory

READERS = {
    "x.mtz": read_map,
    "x_map_coef.cif": read_map,
    "x.pdb": read_model,
    "x.cif": read_model,
    "x.mrc": read_map,
    "x.fasta": read_sequences,
    "x.json": load_filter,
}
COUNT, SEED = 300, 20261126
ROOM = 300_000_000  # bytes that reading files of some kilobytes may take


@pytest.mark.parametrize("name", SOURCES)
def test_damaged_files_are_read_or_refused_in_one_line(tmp_path, name):
    source = SOURCES[name](tmp_path)
    path = tmp_path / name
    path.write_bytes(source)
    READERS[name](path)
    before, refusals = peak_memory(), []
    for text in mutated(name, source, COUNT, SEED):
        path.write_bytes(text)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                answer = READERS[name](path)
        except InputError as error:
            refusals.append(str(error))
        else:
            assert np.isfinite(getattr(answer, "data", 0)).all()
    assert 0 < len(refusals) < COUNT
    assert all(text.startswith(str(path)) and "\n" not in text for text in refusals)
    assert peak_memory() - before < ROOM
