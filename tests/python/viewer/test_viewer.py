"""The 3-D view: what it shows, what it refuses, and its page in a browser."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
from dataclasses import replace
from html.parser import HTMLParser

import gemmi
import numpy as np
import pytest
from browser import needs_chromium, opened, pixels
from real_maps import TINY_MAP, TINY_MODEL, TINY_RESOLUTION, real

import sharpem
from sharpem.cli import main
from sharpem.errors import InputError
from sharpem.io import read_map
from sharpem.maps.density import DensityMap
from sharpem.viewer.files import prefix_of, view_files
from sharpem.viewer.pair import Pair
from sharpem.viewer.region import FRACTIONS, START, region_of
from sharpem.viewer.scene import placement
from sharpem.viewer.trace import Trace, trace_of

MAP, MODEL = real(TINY_MAP), real(TINY_MODEL)
k3d = pytest.importorskip("k3d", reason="no k3d, the extra called view")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run, and the page of it with the model; neither is to be changed."""
    folder = tmp_path_factory.mktemp("run")
    source = shutil.copy(MAP, folder / "in.map.gz")
    prefix = folder / "out"
    assert main(["sharpen", str(source), "-r", str(TINY_RESOLUTION), "-o", str(prefix), "-q"]) == 0
    assert main(["view", str(prefix), "--model", str(MODEL), "-q"]) == 0
    return prefix


@pytest.fixture
def prefix(made, tmp_path):
    """A copy of the run, to be damaged."""
    for path in made.parent.iterdir():
        shutil.copy(path, tmp_path)
    text = (tmp_path / "out.json").read_text("utf-8")
    (tmp_path / "out.json").write_text(text.replace(str(made.parent), str(tmp_path)), "utf-8")
    (tmp_path / "out_view.html").unlink()
    return tmp_path / "out"


CENTRES = [(24, 20, 14), (28, 24, 20), (20, 18, 26)]  # x, y, z, A


def blobs(shape=(40, 44, 48), voxel_size=1.0):
    """Two maps of a few Gaussians, the one sharper than the other."""
    z, y, x = np.indices(shape)
    return [
        DensityMap.from_array(
            sum(
                np.exp(-((z - c) ** 2 + (y - b) ** 2 + (x - a) ** 2) / width) for a, b, c in CENTRES
            ).astype(np.float32),
            voxel_size,
        )
        for width in (24.0, 12.0)
    ]


def pair(**more):
    return Pair(*blobs(), 0.05, "blobs", **more)


def test_contours_enclose_equal_volumes_in_the_whole_maps():
    both = pair()
    contours = region_of(both).contours
    assert [one.fraction for one in contours] == list(FRACTIONS)
    for one in contours:
        wanted = round(one.fraction * 0.05 * both.before.voxels)
        assert one.angstrom3 == pytest.approx(wanted)
        assert np.count_nonzero(both.before.data >= one.before) == wanted
        assert np.count_nonzero(both.after.data >= one.after) == wanted


def test_maps_are_cut_to_the_density_and_stay_where_they_were():
    both = pair()
    region = region_of(both)
    assert region.before.size < both.before.voxels
    first = np.round(region.origin).astype(int)[::-1]
    box = tuple(slice(a, a + n) for a, n in zip(first, region.after.shape, strict=True))
    assert np.array_equal(both.after.data[box], region.after)
    level = region.contours[START].after
    assert np.count_nonzero(region.after >= level) == np.count_nonzero(both.after.data >= level)


def test_maps_are_cut_to_the_model():
    points = np.array([[20, 20, 20], [24, 21, 22]], np.float32)
    region = region_of(pair(trace=Trace(points, np.array([[0, 1]], np.uint32))))
    assert np.allclose(region.origin, (15, 15, 15))
    assert region.before.shape == (13, 12, 15)
    assert "within 5 A of the model" in region.sentences[0]


def test_a_model_elsewhere_is_refused():
    points = np.array([[400, 0, 0], [404, 0, 0]], np.float32)
    with pytest.raises(InputError, match="the model is outside the map, expected"):
        region_of(pair(trace=Trace(points, np.array([[0, 1]], np.uint32))))


def test_large_maps_are_made_coarser_and_it_is_said():
    both = pair()
    fine, coarse = region_of(both), region_of(both, most=3000)
    assert coarse.before.size < 1.2 * 3000 < fine.before.size
    assert "too large for a page" in coarse.sentences[1]
    # The same density at the same place: the highest voxel, and the volume of the contour.
    highest = np.array(np.unravel_index(coarse.after.argmax(), coarse.after.shape))[::-1]
    away = np.linalg.norm(coarse.origin + coarse.axes @ highest - CENTRES, axis=1)
    assert away.min() < coarse.axes[0, 0]
    assert coarse.contours[START].angstrom3 == pytest.approx(
        fine.contours[START].angstrom3, rel=0.1
    )


def test_grids_that_differ_are_refused():
    before, after = blobs()
    with pytest.raises(InputError, match="different grids"):
        Pair(before, DensityMap.from_array(after.data[1:].copy(), 1.0), 0.05, "t")


def test_surfaces_stand_at_the_places_of_voxels():
    """k3d's cube: -0.5 at the first voxel, 0.5 at the last."""
    region = region_of(pair())
    matrix = placement(region.before.shape, region)
    ends = [matrix @ np.array([*corner, 1.0]) for corner in ((-0.5,) * 3, (0.5,) * 3)]
    last = region.origin + region.axes @ (np.array(region.before.shape[::-1]) - 1)
    assert np.allclose([end[:3] for end in ends], [region.origin, last], atol=1e-4)


def test_trace_follows_chains_and_has_gaps():
    trace = trace_of(MODEL)
    steps = np.linalg.norm(np.diff(trace.points[trace.bonds], axis=1)[:, 0], axis=1)
    assert len(trace.bonds) >= 0.9 * (len(trace.points) - 1)
    assert np.all((steps > 2.5) & (steps <= 4.5))
    structure = gemmi.read_structure(str(MODEL))
    for atom in structure[0][0][10]:
        atom.pos += gemmi.Position(50, 0, 0)
    assert len(trace_of(structure).bonds) == len(trace.bonds) - 2


def test_trace_of_a_ligand_is_refused():
    structure = gemmi.read_structure(str(MODEL))
    for chain in structure[0]:
        for residue in chain:
            for atom in residue:
                atom.name = "X1"
    with pytest.raises(InputError, match="no C-alpha or P atoms, expected a protein"):
        trace_of(structure)


@pytest.mark.parametrize("name", ["out/a", "out/a.json", "out/a.mrc", "out/a.html"])
def test_a_prefix_may_be_a_file(name):
    assert str(prefix_of(name)) == "out/a"


def fails(capsys, *words):
    """The one line that a command fails with."""
    assert main(["view", *map(str, words)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    return line


def test_without_the_extra(prefix, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "k3d", None)
    assert "k3d is not installed, expected it (pip install 'sharpem[view]')" in fails(
        capsys, prefix
    )
    with pytest.raises(InputError, match="k3d is not installed"):
        view_files(prefix)


def test_without_the_json(tmp_path, capsys):
    assert "no.json: no such file" in fails(capsys, tmp_path / "no")


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": 1, "input": {}}'])
def test_other_json(prefix, capsys, text):
    prefix.with_suffix(".json").write_text(text)
    assert "expected th" in fails(capsys, prefix)


def test_no_map_was_made(prefix, capsys):
    path = prefix.with_suffix(".json")
    values = json.loads(path.read_text("utf-8"))
    values["output"]["map"] = None
    path.write_text(json.dumps(values))
    assert "no map was made" in fails(capsys, prefix)


def test_map_of_another_run(prefix, capsys):
    shutil.copy(real(TINY_MAP), prefix.with_suffix(".mrc"))
    assert "out.mrc beside out.json is not the map of the run" in fails(capsys, prefix)
    prefix.with_suffix(".mrc").unlink()
    assert "out.mrc: no such file" in fails(capsys, prefix)


def test_input_that_changed_or_moved(prefix, capsys):
    source, away = prefix.with_name("in.map.gz"), prefix.with_name("elsewhere.map.gz")
    source.rename(away)
    assert "in.map.gz: not there, expected the input of out.json" in fails(capsys, prefix)
    assert main(["view", str(prefix), "--input", str(away), "-q"]) == 0
    source.write_bytes(prefix.with_suffix(".mrc").read_bytes())
    line = fails(capsys, prefix, "--overwrite")
    assert "not the input of out.json (its checksum differs)" in line


def test_an_existing_page_stays(prefix, capsys):
    page = prefix.with_name("out_view.html")
    page.write_text("mine")
    assert "out_view.html: exists" in fails(capsys, prefix)
    assert page.read_text() == "mine"


def test_half_maps_are_shown_by_their_mean(tmp_path):
    density = read_map(MAP)
    random = np.random.default_rng(1)
    for name in ("half1.mrc", "half2.mrc"):
        noise = 0.2 * density.data.std() * random.normal(size=density.shape)
        half = density.with_data((density.data + noise).astype(np.float32))
        sharpem.write_map(half, tmp_path / name)
    words = ["--half1", "half1.mrc", "--half2", "half2.mrc"]
    words = [str(tmp_path / word) if word.endswith("mrc") else word for word in words]
    assert main(["sharpen", *words, "-r", "4", "-o", str(tmp_path / "out"), "-q"]) == 0
    assert "mean of" in view_files(tmp_path / "out").html


def test_from_python(tmp_path):
    result = sharpem.sharpen(read_map(MAP), resolution=TINY_RESOLUTION)
    view = result.view(model=MODEL)
    assert view.html == sharpem.view(result, model=sharpem.read_model(MODEL)).html
    assert "MB" in repr(view)
    assert view.write(tmp_path / "page.html").read_text("utf-8") == view.html
    with pytest.raises(InputError, match="exists"):
        view.write(tmp_path / "page.html")
    with pytest.raises(InputError, match="no map was made"):
        sharpem.view(replace(result, map=None))


def test_page_needs_nothing_else_and_runs_only_its_scripts(made):
    html = made.with_name("out_view.html").read_text("utf-8")
    [policy] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert policy.count("'sha256-") == len(Scripts(html).found) == 3
    assert "unsafe-eval" not in policy
    assert "http" not in re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL).replace(
        "http-equiv", ""
    )
    assert len(html) < 6_000_000


class Scripts(HTMLParser):
    """Whether every tag is what it seems: no text of a script ends it."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "script":
            self.found.append(attrs)


READY = "document.documentElement.dataset.ready"
TRIANGLES = "[...document.querySelectorAll('.scene')].map((box) => Number(box.dataset.triangles))"
SLIDE = "(slider.value = {}, slider.dispatchEvent(new Event('input')))"


def coloured(image):
    """Share of the pixels of either half that are of the surfaces' colours: warm, cool."""
    half = image.shape[1] // 2
    red, blue = (image[..., channel].astype(int) for channel in (0, 2))
    warm, cool = red - blue > 40, blue - red > 40
    return warm[:, :half].mean(), cool[:, half:].mean()


@needs_chromium
def test_both_surfaces_are_there_and_follow_the_slider(made, tmp_path):
    async def look():
        async with opened(made.with_name("out_view.html"), tmp_path / "profile") as tab:
            await tab.until(READY)
            few, picture = await tab.value(TRIANGLES), pixels(await tab.screenshot())
            await tab.value("var slider = document.getElementById('fraction')")
            await tab.value(SLIDE.format(len(FRACTIONS) - 1))
            await tab.until(f"({TRIANGLES}).every((n, i) => n !== {few}[i])")
            words = await tab.value("document.querySelector('output').textContent")
            return few, await tab.value(TRIANGLES), picture, words, tab.logged

    few, many, picture, words, errors = asyncio.run(look())
    assert not errors
    assert len(few) == 2
    assert min(few) > 500
    assert min(b / a for a, b in zip(few, many, strict=True)) > 1.2
    assert words.startswith("100 % (")
    assert min(coloured(picture)) > 0.02


@needs_chromium
def test_views_turn_together(made, tmp_path):
    async def look():
        async with opened(made.with_name("out_view.html"), tmp_path / "profile") as tab:
            await tab.until(READY)
            before = pixels(await tab.screenshot())
            for kind, x in (("mousePressed", 300), ("mouseMoved", 420), ("mouseReleased", 420)):
                await tab.call(
                    "Input.dispatchMouseEvent",
                    **{"type": kind, "x": x, "y": 400, "button": "left", "buttons": 1},
                    clickCount=1,
                )
                await asyncio.sleep(0.3)
            return before, pixels(await tab.screenshot())

    before, after = asyncio.run(look())
    changed = np.abs(after.astype(int) - before).max(axis=2) > 40
    half = changed.shape[1] // 2
    assert changed[:, :half].mean() > 0.01
    assert changed[:, half:].mean() > 0.01


@needs_chromium
def test_without_webgl_the_page_says_so(made, tmp_path):
    async def look():
        page = made.with_name("out_view.html")
        async with opened(page, tmp_path / "profile", webgl=False) as tab:
            return await tab.value("document.body.innerText"), await tab.value(READY)

    text, ready = asyncio.run(look())
    assert text.count("The 3-D view needs WebGL 2") == 2
    assert ready is None


@needs_chromium
def test_a_notebook_shows_the_page_in_a_frame(made, tmp_path):
    page = tmp_path / "notebook.html"
    page.write_text(f"<body>{view_files(made)._repr_html_()}</body>", "utf-8")

    async def look():
        async with opened(page, tmp_path / "profile") as tab:
            inner = "document.querySelector('iframe').contentDocument"
            await tab.until(f"{inner}.documentElement.dataset.ready")
            return await tab.value(TRIANGLES.replace("document", inner))

    assert min(asyncio.run(look())) > 500
