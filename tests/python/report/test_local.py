"""Report, script and summary of a locally sharpened map: what differs where, and nothing else."""

import base64
import zlib
from dataclasses import replace
from html import unescape
from importlib import resources

import numpy as np
import pytest

from sharpem import _core, read_map, read_model, sharpen
from sharpem.analysis.symmetry import Symmetry
from sharpem.cli.summary import summary
from sharpem.output import star
from sharpem.report import chimerax_script, equal_volume_contours, render_report
from sharpem.report.figures import amplitude_figure, filter_figure
from sharpem.report.local import bar_edges, box_columns, box_rows, local_section
from sharpem.report.palette import COLOURS, Palette, palette_of
from sharpem.simulate import local_b, simulate_map
from sharpem.spectra.shells import shell_table

RESOLUTION, SIZE = 3.2, 28
HEADING = "<h2>Local sharpening</h2>"


@pytest.fixture(scope="module")
def made():
    with resources.as_file(resources.files("sharpem") / "data" / "demo.pdb.gz") as path:
        protein = read_model(path)
    b_iso = local_b(protein, 40.0, 200.0, along="x")
    return simulate_map(protein, resolution=RESOLUTION, b_iso=b_iso, half_maps=True, seed=3)


@pytest.fixture(scope="module")
def result(made):
    """B of the molecule rises along x."""
    return sharpen(made.map, resolution=RESOLUTION, local=True, local_box=SIZE)


@pytest.fixture(scope="module")
def page(result):
    return render_report(result)


@pytest.fixture(scope="module")
def even(result):
    """The same boxes, all of one mind with the overall filter."""
    local = result.local
    boxes = tuple(replace(box, b_sharpen=local.b_sharpen) for box in local.boxes)
    return replace(result, local=replace(local, boxes=boxes, map=local.overall), map=local.overall)


def section_of(result):
    return local_section(result, equal_volume_contours(result))


def pixels(picture):
    """Decode a coloured picture as we write them: each row is differences to the left."""
    data = base64.b64decode(picture.png)
    n_columns, n_rows = (int.from_bytes(data[i : i + 4], "big") for i in (16, 20))
    start = data.index(b"IDAT")
    size = int.from_bytes(data[start - 4 : start], "big")
    rows = np.frombuffer(zlib.decompress(data[start + 4 : start + 4 + size]), np.uint8)
    steps = rows.reshape(n_rows, -1)[:, 1:].reshape(n_rows, n_columns, -1)
    return np.cumsum(steps, axis=1, dtype=np.uint8)


def test_page_has_the_section(result, page):
    assert page.count(HEADING) == 1
    boxes = result.local.boxes
    assert f"<summary>All {len(boxes)} places</summary>" in page
    assert "Where the local filter matters most" in page
    assert page.count("data:image/png") == 6 + 3 + 6
    for reason in result.local.reasons:
        assert unescape(page).count(reason.replace("A^2", "Å²")) == 1


def test_words_call_b_sharpen_the_overall_one(result, page):
    low, high = (end(box.b_sharpen for box in result.local.boxes) for end in (min, max))
    span = f"{low:.0f} to {high:.0f} Å², overall {result.local.b_sharpen:.0f} Å²"
    assert f"Sharpened locally: b_sharpen = {span}" in page
    assert "On the whole: Sharpened by b_sharpen = " in page
    assert ">Parameters of the overall filter</th>" in page
    assert "The overall filter: what each amplitude is multiplied by." in page


def test_page_without_local_sharpening_has_nothing_of_it(result):
    plain = render_report(replace(result, local=None, map=result.local.overall))
    assert HEADING not in plain
    assert "Sharpened: b_sharpen" in plain
    assert ">Parameters of the filter</th>" in plain
    assert "overall filter" not in plain.lower()


def test_one_box_gives_a_warning_and_no_section(made):
    options = {"local": True, "local_box": 4096, "local_blend": "boxes"}
    alone = sharpen(made.map, resolution=RESOLUTION, **options)
    assert alone.local.boxes == ()
    html = render_report(alone)
    assert HEADING not in html
    assert html.count("nothing to compare. The map is sharpened as a whole.") == 1
    assert "Sharpened: b_sharpen" in html
    script = chimerax_script(alone, "/out/map.mrc", colour_path="/out/map_b_sharpen.mrc")
    assert "color sample" not in script
    assert "local" not in dict(summary(alone, {}))


def test_no_pictures_where_none_would_differ(even):
    section = section_of(even)
    assert section.tinted == section.pairs == ()
    html = render_report(even)
    assert html.count("data:image/png") == 6
    assert "no picture would show" in html
    assert "everywhere" in html
    assert "Where the local filter matters most" not in html


def test_text_from_outside_is_escaped(result):
    settings = replace(result.local.settings, symmetry=Symmetry("<script>", np.eye(3, 4)[None], 1))
    html = render_report(replace(result, local=replace(result.local, settings=settings)))
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 2  # the sentence, and the table of numbers


def test_colours_say_where_the_map_was_sharpened_more(result):
    local = result.local
    for section in section_of(result).tinted[:2]:  # normal to z and to y: x runs to the right
        red, _, blue = np.moveaxis(pixels(section.before).astype(int), -1, 0)
        bright = np.maximum(red, blue) > 60
        columns = np.nonzero(bright)[1]
        redness = (red - blue)[bright]
        assert np.corrcoef(columns, redness)[0, 1] > 0.3
        assert redness.min() < 0 < redness.max()
    low, middle, high = palette_of(local).ends
    assert middle == local.b_sharpen
    assert low <= min(box.b_sharpen for box in local.boxes)
    assert high >= max(box.b_sharpen for box in local.boxes)


def test_palette_meets_its_colours():
    found = Palette(100.0, 20.0)(np.array([60.0, 80.0, 100.0, 120.0, 130.0]))
    hexes = ["#" + "".join(f"{round(255 * c):02x}" for c in colour) for colour in found]
    assert hexes == [COLOURS[0], *COLOURS, COLOURS[2]]


def test_pairs_are_cut_where_the_filters_differ_most(result):
    local = result.local
    peak = np.unravel_index(np.argmax(local.overall.data), local.overall.shape)
    data = local.overall.data.copy()
    data[peak] *= 3
    data[0, 0, 0] += 100 * data.max()  # no molecule there
    map_ = local.map.with_data(data)
    bumped = replace(result, map=map_, local=replace(local, map=map_))
    assert tuple(pair.index for pair in section_of(bumped).pairs) == peak


def test_bars_hold_every_box_and_the_overall_filter():
    for values, middle in (([3.0], 3.0), ([-20.0, 180.0], 400.0), ([1.2, 7.9], -3.0)):
        edges = bar_edges(np.array(values), middle)
        assert edges[0] < min(*values, middle) <= max(*values, middle) < edges[-1]
        assert len(edges) <= 26
        assert np.allclose(edges, np.rint(edges))


def test_rows_are_the_boxes(result):
    columns, rows = box_columns(result.local), box_rows(result.local)
    assert {len(row) for row in rows} == {len(columns)}
    assert columns[6] == "resolution (Å)"
    box, row = result.local.boxes[0], rows[0]
    assert row[:3] == tuple(f"{x:.1f}" for x in box.centre)
    assert row[3:6] == (
        f"{box.b_sharpen:.1f}",
        f"{box.b_iso:.0f} ± {box.error:.0f}",
        f"{100 * box.molecule:.0f}",
    )
    assert row[-1] == box.reason


def test_amplitudes_after_are_those_of_the_map(result):
    cell, d_min = result.map.cell, result.d_min
    measured = shell_table(_core.analyse(result.map.data, cell, d_min)).amplitude
    np.testing.assert_array_equal(result.shells_after.amplitude, measured)
    overall = replace(result, local=None, map=result.local.overall)
    by_filter = shell_table(_core.analyse(overall.map.data, cell, d_min)).amplitude
    np.testing.assert_allclose(overall.shells_after.amplitude, by_filter, rtol=0.03)
    assert np.abs(measured / by_filter - 1).max() > 0.1
    assert amplitude_figure(result) != amplitude_figure(overall)
    assert "sharpest place" in filter_figure(result)
    assert "sharpest place" not in filter_figure(overall)


def test_half_maps_add_the_local_resolution(made):
    one, two = made.half_maps
    result = sharpen(None, half1=one, half2=two, local=True, local_box=SIZE)
    section = section_of(result)
    assert section.columns[6] == "resolution (Å)"
    shown = [float(row[6]) for row in section.rows if row[6] != "none"]
    assert shown
    assert all(2.0 < d < 8.0 for d in shown)
    assert any("The signal stands out of the noise" in text for text in section.sentences)
    text = star(result, "map.mrc")
    rows = text[text.index("_rlnLogAmplitudesSharpened") :].splitlines()[1:]
    sharpened = [float(row.split()[-1]) for row in rows if row.strip()]
    after = result.shells_after  # its shells' mean s may differ in the last digits
    measured = np.log(np.interp(result.prepared.shells.s, after.s, after.amplitude))
    np.testing.assert_allclose(sharpened, measured, atol=1e-4)


def test_chimerax_colours_the_output_by_local_b_sharpen(result):
    contours = equal_volume_contours(result)
    lines = chimerax_script(
        result, "/out/map.mrc", "/data/in.mrc", contours=contours,
        colour_path="/out/map_b_sharpen.mrc",
    ).splitlines()  # fmt: skip
    low, middle, high = palette_of(result.local).ends
    opened = [line for line in lines if line.startswith("open ")]
    assert opened == ['open "/data/in.mrc"', 'open "map.mrc"', 'open "map_b_sharpen.mrc"']
    pairs = zip((low, middle, high), COLOURS, strict=True)
    palette = ":".join(f"{value:.6g},{colour}" for value, colour in pairs)
    assert f"color sample #2 map #3 palette {palette}" in lines
    assert "hide #3 models" in lines
    [key] = [line for line in lines if line.startswith("key ")]
    assert f"{COLOURS[0]}:{low:.0f} {COLOURS[1]}:{middle:.0f} {COLOURS[2]}:{high:.0f}" in key
    assert lines.index("hide #3 models") > lines.index('open "map_b_sharpen.mrc"')


def test_chimerax_counts_from_the_output_where_there_is_no_input(result):
    script = chimerax_script(result, "/out/map.mrc", colour_path="/out/map_b_sharpen.mrc")
    assert "color sample #1 map #2 " in script
    assert "color sample" not in chimerax_script(result, "/out/map.mrc")


def test_files_name_each_other(result, tmp_path):
    written = result.write(tmp_path / "x")
    assert 'open "x_b_sharpen.mrc"' in written["chimerax"].read_text()
    labels = read_map(written["map"]).placement.labels
    assert any("local about overall b_sharpen" in label for label in labels)


def test_summary_has_one_line_and_with_verbose_the_boxes(result):
    lines = summary(result, {})
    [line] = [text for label, text in lines if label == "local"]
    boxes = result.local.boxes
    low, high = (round(end(box.b_sharpen for box in boxes)) for end in (min, max))
    told = sum(box.applicable for box in boxes)
    assert line.startswith(f"b_sharpen {low:+d} to {high:+d} A^2 about the overall ")
    assert line.endswith(f"{told} of {len(boxes)} places tell something of their own")
    assert not any(text in result.local.reasons for _, text in lines)
    verbose = summary(result, {}, verbose=True)
    assert sum(label == "box" for label, _ in verbose) == len(boxes)
    settings = replace(result.local.settings, symmetry=Symmetry("C2", np.eye(3, 4)[None], 1))
    shared = replace(result, local=replace(result.local, settings=settings))
    assert dict(summary(shared, {}))["local"].endswith(", symmetry C2")
