"""The example notebooks run from the first cell to the last, with a kernel of their own."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from real_maps import PACKAGE, TINY_MAP, TINY_MODEL, real

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

NOTEBOOKS = sorted((Path(__file__).parents[2] / "docs/notebooks").glob("*.ipynb"))


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """A kernel of this Python under a name of its own, which finds this package."""
    folder = tmp_path / "jupyter/kernels/tested"
    folder.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    words = ", ".join(f'"{word}"' for word in argv)
    (folder / "kernel.json").write_text(f'{{"argv": [{words}], "display_name": "tested"}}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(PACKAGE.parent), *sys.path[:1]]))
    monkeypatch.delenv("MPLBACKEND", raising=False)  # that of notebooks
    return "tested"


@pytest.mark.filterwarnings("default")  # of the kernel's client
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.name)
def test_notebook_runs(notebook, kernel, tmp_path):
    pytest.importorskip("matplotlib", reason="no matplotlib, the extra called plot")
    for name in (TINY_MAP, TINY_MODEL):
        shutil.copy(real(name), tmp_path)
    book = nbformat.read(notebook, as_version=4)
    where = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(book, timeout=300, kernel_name=kernel, resources=where).execute()
    shown = [
        data for cell in book.cells for out in cell.get("outputs", ())
        if (data := out.get("data"))
    ]  # fmt: skip
    assert any("<h3>" in data.get("text/html", "") for data in shown)  # the result
    assert sum("image/png" in data for data in shown) == 1  # its figure
    texts = [data["text/plain"] for data in shown if "text/plain" in data]
    [(before, after)] = [eval(text) for text in texts if text.startswith("(0.")]
    assert after == pytest.approx(before, abs=0.02)  # as the notebook says
    assert (tmp_path / "first_map_coot.py").is_file()


def test_notebooks_are_kept_without_output():
    assert NOTEBOOKS
    for path in NOTEBOOKS:
        for cell in nbformat.read(path, as_version=4).cells:
            assert not cell.get("outputs")
            assert cell.get("execution_count") is None
