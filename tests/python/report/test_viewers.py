"""Scripts for viewers, run with stand-ins for the viewers that note what they are told."""

import gzip
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from real_maps import TINY_MAP, TINY_MODEL, real

from sharpem import read_map, sharpen


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The tiny map and its model, packed, under names that need quotes."""
    folder = tmp_path_factory.mktemp("in put")
    for name, file in (('it\'s; a "map".map.gz', TINY_MAP), ("model.pdb.gz", TINY_MODEL)):
        (folder / name).write_bytes(real(file).read_bytes())
    return folder


@pytest.fixture(scope="module")
def result(source):
    [packed] = source.glob("*.map.gz")
    return sharpen(packed, resolution=3.8, model=source / "model.pdb.gz", method="surface")


class Viewer:
    """Notes the calls of its functions; a file that is opened is read at once."""

    def __init__(self):
        self.calls = []

    def __getattr__(self, name):
        def call(*words, **keywords):
            self.calls.append((name, *words))
            return len(self.calls)

        return call

    def of(self, *names):
        return [call for call in self.calls if call[0] in names]


def volume_inside(path, level):
    return np.count_nonzero(read_map(path).data >= level)


def check_levels(opened, levels, result):
    """Input and output, plain, at levels that enclose one volume (six digits are written)."""
    assert not any(Path(path).name.endswith(".gz") for path in opened)
    np.testing.assert_array_equal(read_map(opened[0]).data, result.input.data)
    np.testing.assert_array_equal(read_map(opened[1]).data, result.map.data)
    before, after = map(volume_inside, opened, levels)
    assert before == pytest.approx(after, abs=2)


def test_coot(result, tmp_path, monkeypatch):
    script = result.write(tmp_path / "out", viewers=["coot"])["coot"]
    assert script.name == "out_coot.py"
    viewer = Viewer()
    monkeypatch.setitem(sys.modules, "coot", viewer)
    exec(compile(script.read_text(), script.name, "exec"), {})
    opened = [call[1] for call in viewer.of("handle_read_ccp4_map")]
    check_levels(opened, [call[2] for call in viewer.of("set_contour_level_absolute")], result)
    [(_, model)] = viewer.of("read_pdb")
    assert model.endswith("model.pdb")
    assert Path(model).read_bytes() == gzip.decompress(real(TINY_MODEL).read_bytes())
    [(_, hidden, shown)] = viewer.of("set_map_displayed")
    assert (viewer.calls[hidden - 1][1], shown) == (opened[0], 0)


def test_pymol(result, tmp_path):
    script = result.write(tmp_path / "out", viewers=["pymol"])["pymol"]
    assert script.name == "out.pml"
    _, _, rest = script.read_text().partition("\npython\n")
    code, end, after = rest.partition("\npython end\n")
    assert end
    assert not after
    viewer = Viewer()
    exec(compile(code, script.name, "exec"), {"cmd": viewer})
    first, *loaded = viewer.of("set", "load")
    assert first == ("set", "normalize_ccp4_maps", 0)  # before anything is loaded
    surfaces = viewer.of("isosurface")
    assert [name for _, name, _, _ in surfaces] == ["before", "after"]
    assert [name for _, _, name in loaded] == ["before_map", "after_map", "model"]
    check_levels([call[1] for call in loaded[:2]], [call[3] for call in surfaces], result)


def test_chimerax_opens_packed_files_through_a_second_script(result, tmp_path, monkeypatch):
    written = result.write(tmp_path / "out")
    lines = written["chimerax"].read_text().splitlines()
    opened = [line for line in lines if line.startswith(("open", "runscript"))]
    model = result.model.path.resolve().as_posix()
    assert opened == ['runscript "out_unpack.py" 0', 'open "out.mrc"', f'open "{model}"']
    ran = []
    commands = ModuleType("chimerax.core.commands")
    commands.run = lambda session, command: ran.append((session, command))
    for name in ("chimerax", "chimerax.core"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, "chimerax.core.commands", commands)
    monkeypatch.setattr(sys, "argv", ["out_unpack.py", "0"])
    text = written["unpack"].read_text()
    exec(compile(text, "out_unpack.py", "exec"), {"session": "the session"})
    [(session, command)] = ran
    assert session == "the session"
    copy = command.removeprefix('open "').removesuffix('"')
    assert Path(copy).name == "it_s__a__map_.map"  # no quote of the name reaches the command
    np.testing.assert_array_equal(read_map(copy).data, result.input.data)


def test_chimerax_opens_half_maps_hidden(result, tmp_path):
    from sharpem.report import chimerax_script, equal_volume_contours

    halves = SimpleNamespace(
        one=SimpleNamespace(path=Path("/in/half1.mrc")),
        two=SimpleNamespace(path=Path("/in/h2.mrc")),
    )
    script = chimerax_script(replace(result, half_maps=halves), "/out/out.mrc")
    volume = equal_volume_contours(result).angstrom3
    assert "packed, which ChimeraX cannot read" in script  # no second script was promised
    assert 'open "/in/half1.mrc"\nopen "/in/h2.mrc"\nvolume #2,3 ' in script
    assert f" encloseVolume {volume:.6g} " in script
    assert "hide #2,3 models" in script
    assert "hide #1 models" not in script


def test_plain_files_need_no_unpacking(tmp_path):
    (tmp_path / "in.mrc").write_bytes(gzip.decompress(real(TINY_MAP).read_bytes()))
    result = sharpen(tmp_path / "in.mrc", resolution=3.8)
    written = result.write(tmp_path / "out", viewers=["coot", "pymol"])
    assert "unpack" not in written
    for kind in ("chimerax", "coot", "pymol"):
        assert "unpack" not in written[kind].read_text()


def test_without_a_map_there_is_no_script(result, tmp_path):
    written = replace(result, map=None, filter=None).write(tmp_path / "out", viewers=["coot"])
    assert set(written) == {"json", "report"}


def test_files_that_will_be_moved_are_named_alone(result, tmp_path):
    from sharpem.output import write_files

    written = write_files(result, tmp_path / "x", viewers=["coot", "pymol"], called="x")
    assert "handle_read_ccp4_map('x.mrc', 0)" in written["coot"].read_text()
    assert "cmd.load('x.mrc', " in written["pymol"].read_text()
