"""The report and the ChimeraX script: complete, self-contained, safe against hostile names."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from sharpem.analysis.anisotropy import FallOff
from sharpem.analysis.molecular_volume import MolecularVolume
from sharpem.analysis.prepare import Prepared
from sharpem.findings import finding
from sharpem.maps.density import DensityMap, Placement
from sharpem.maps.half_maps import HalfMaps
from sharpem.methods.choice import BIso, Choice, Curve, Trial, Verdict
from sharpem.report import chimerax_script, equal_volume_contours, render_report
from sharpem.report.slices import central_sections
from sharpem.result import Result
from sharpem.spectra.filters import Anisotropy, Filter, SharpenBlur, ShellFilter
from sharpem.spectra.reference import OverallB
from sharpem.spectra.shells import ShellTable

SHAPE = (30, 36, 40)
HOSTILE = "<script>alert(1)</script>&\"'"
VOID = {"meta", "image", "input", "path", "use", "rect", "link", "br"}


def blob(width: float) -> DensityMap:
    """A few atoms off the centre of a box, 1.2 A voxels."""
    z, y, x = np.indices(SHAPE)
    centres = [(12, 16, 22), (14, 19, 25), (10, 18, 20)]
    data = sum(np.exp(-((z - c) ** 2 + (y - b) ** 2 + (x - a) ** 2) / width) for c, b, a in centres)
    return DensityMap.from_array(data.astype(np.float32), 1.2)


def shell_table(noise: bool = True) -> ShellTable:
    s = np.linspace(0.03, 0.37, 20)
    power = 100 * np.exp(-60 * s**2)
    return ShellTable(
        s, np.full(20, 50.0), np.sqrt(power), power, np.full(20, 0.2) if noise else None
    )


def trial(b: float) -> Trial:
    return Trial(b, 110 - b, 0.5, round(4e4 - 80 * b), round(3e4 / (b + 150)), 9e3 - b * b, 18.0)


def curve(name: str, centre: float) -> Curve:
    b = np.linspace(-100, 300, 41)
    return Curve(name, tuple(b), tuple(np.exp(-(((b - centre) / 40) ** 2))))


VERDICT = Verdict(True, 12.3, ("The score is highest at 20 A^2.",), ("The map looks masked.",))
B_ISO = BIso(98.0, 110.0, 20.0, (5.0, 38.0), 24.0, 10.0, 23.0)
TRIALS = tuple(trial(b) for b in range(-100, 301, 20))
CURVES = (curve("prior", 25), curve("likelihood", 10), curve("posterior", 20))
FILTER = Filter(SharpenBlur(90.0, 3.2), 2.67, Anisotropy((100.0, 120.0, 110.0, 1.0, 2.0, 3.0)))


@pytest.fixture
def result() -> Result:
    density = blob(20.0)
    fall = FallOff(
        shells=shell_table(),
        whole=OverallB(98.0, 5.0, 0.0),
        signal=OverallB(110.0, 5.0, 0.0),
        anisotropy=Anisotropy((100.0, 120.0, 110.0, 1.0, 2.0, 3.0)),
        removed=Anisotropy((102.0, 118.0, 110.0, 1.0, 2.0, 3.0)),
    )
    prepared = Prepared(
        density=density,
        resolution=3.2,
        spectrum=cast(Any, SimpleNamespace(d_min=2.67)),
        fall=fall,
        volume=MolecularVolume(0.07, 5000.0, "estimated"),
        fit_limit=3.2,
        signal_and_noise=(),
        molecule=np.ones((2, 2, 2), dtype=np.bool_),
        findings=(finding("masked", "The map looks masked.", "Nothing."),),
    )
    return Result(
        map=blob(8.0),
        filter=FILTER,
        prepared=prepared,
        choice=Choice("surface", FILTER.radial, VERDICT, B_ISO, TRIALS, 79.9, CURVES),
        seconds={"total": 3.2, "scan": 1.9},
        peak_memory_bytes=2**28,
    )


@pytest.fixture
def stopped(result: Result) -> Result:
    verdict = Verdict(False, 1.2, ("The maximum is lost in noise.",))
    changed = chosen(result, verdict=verdict, b_iso=replace(B_ISO, output=None))
    return replace(changed, map=None, filter=None)


def chosen(result: Result, **changes: Any) -> Result:
    """The same result with another choice."""
    return replace(result, choice=replace(result.choice, **changes))


def fallen(result: Result, **changes: Any) -> Prepared:
    """The same map with another fall-off."""
    return replace(result.prepared, fall=replace(result.prepared.fall, **changes))


def of_map(result: Result, density: DensityMap) -> Result:
    """The same result for another map."""
    return replace(result, prepared=replace(result.prepared, density=density))


def placed(result: Result, **changes: Any) -> Result:
    """The same result for a map with another file or header."""
    return of_map(result, replace(result.input, **changes))


class Tags(HTMLParser):
    """Checks that tags close in order; keeps the names and the attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]*>", " ", html, flags=re.S).split())


def test_verdict_comes_first_and_in_plain_words(result):
    text = text_of(render_report(result))
    assert text.index("Sharpened by b_sharpen = 90 Å²") < text.index("Detail and connectivity")
    assert "RELION and cryoSPARC would call this B = -90" in text
    assert "Target: 20 Å², about 90 % interval 5 to 38 Å²" in text
    assert "12.3" in text
    assert "The score is highest at 20 Å²." in text
    assert text.count("The map looks masked.") == 1
    assert "What would help" not in text


def test_numbers_have_units(result):
    text = text_of(render_report(result))
    for expected in (
        "40 x 36 x 30 voxels of 1.2 Å",
        "48.0 x 43.2 x 36.0 Å, angles 90 90 90 degrees",
        "3.2 Å",
        "24 Å²; of the signal in it 110",
        "100 120 110 1 2 3 Å²",
        "Of that removed 102 118 110 1 2 3 Å²",
        "5,000 Å³, 7.0 % of the map (estimated)",
        "d_cut = 3.2 Å, k = 10 1/Å, b_blur = 200 Å²",
        "3.20 s (scan 1.90)",
        "256 MiB",
    ):
        assert expected in text
    assert f"All {len(TRIALS)} trials" in text


@pytest.mark.parametrize("kind", ["result", "stopped"])
def test_html_is_well_formed_and_needs_nothing_else(kind, request):
    html = render_report(request.getfixturevalue(kind), command="sharpem sharpen x.mrc")
    tags = Tags(html)
    assert tags.open == []
    assert "script" not in tags.names
    assert not re.search(r"https?:|//[a-z]|@import|file:", html)
    for name, value in tags.attributes:
        assert name != "src"
        if name.endswith("href"):
            assert (value or "").startswith(("#", "data:image/png;base64,"))
    ids = [value for name, value in tags.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    links = [str(value) for name, value in tags.attributes if name == "xlink:href"]
    clips = re.findall(r"url\(#([^)]*)\)", html)
    assert {link[1:] for link in links if link[0] == "#"} | set(clips) <= set(ids)


def test_figures_have_words_for_those_who_cannot_see_them(result):
    tags = Tags(render_report(result))
    labels = [value for name, value in tags.attributes if name == "aria-label"]
    pictures = [value for name, value in tags.attributes if (name, value) == ("role", "img")]
    assert len(pictures) == 6 + 6
    assert len(labels) == len(pictures) + 1
    assert all(labels)


def test_text_from_outside_is_escaped(result):
    hostile = placed(
        result,
        path=None,
        placement=Placement(labels=(HOSTILE,)),
        findings=(finding("header-repaired", f"note {HOSTILE}", "Nothing."),),
    )
    hostile = chosen(
        hostile,
        verdict=replace(VERDICT, reasons=(f"reason {HOSTILE}",), warnings=hostile.input.notes),
        curves=(curve(HOSTILE, 10.0),),
    )
    html = render_report(hostile, command=f"sharpem {HOSTILE}", outputs={"map": f"{HOSTILE}.mrc"})
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 6
    assert Tags(html).open == []


def test_hostile_file_name_is_escaped(result, tmp_path):
    path = tmp_path / "<script>alert(1)<&\"'.mrc"
    path.write_bytes(b"map")
    html = render_report(placed(result, path=path))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "SHA-256" in html


def test_not_applicable_without_a_map(stopped):
    text = text_of(render_report(stopped))
    assert "Not applicable: the surface method cannot judge this map" in text
    assert "No map was written" in text
    assert "The maximum is lost in noise." in text
    assert "Overall B before: 110 Å² (signal; 98 Å² whole map)." in text
    assert "Two half maps" in text
    assert "A model" in text
    html = render_report(stopped)
    assert html.count("data:image/png") == 3
    assert 'class="contour after"' not in html


def test_not_applicable_with_a_fall_back_says_so(result):
    text = text_of(render_report(chosen(result, verdict=Verdict(False, 1.2, ("Noise.",)))))
    assert "cannot judge this map; a fall-back was used" in text
    assert "not one that this map's contours chose" in text.replace("&#39;", "'")
    assert "Sharpened by b_sharpen = 90 Å²" in text
    assert "What would help" in text


def test_without_trials_the_scan_is_left_out(result):
    given = chosen(result, method="given", trials=(), curves=(), region_weight=None)
    given = chosen(given, verdict=Verdict(True), b_iso=replace(B_ISO, interval=(20.0, 20.0)))
    text = text_of(render_report(given))
    assert "Detail and connectivity" not in text
    assert "trials" not in text
    assert "interval 20" not in text
    assert "Signal-to-noise" not in text


def test_kurtosis_has_its_panel(result):
    assert "kurtosis</text>" in render_report(chosen(result, method="kurtosis"))


def test_curves_of_a_choice_are_drawn(result):
    html = render_report(result)
    for name in ("prior", "likelihood", "posterior", "number of regions", "adjusted surface area"):
        assert f">{name}</text>" in html
    bare = replace(result, choice=replace(result.choice, curves=()))
    assert ">posterior</text>" not in render_report(bare)


@pytest.mark.parametrize("b", [-60.0, 0.0, 400.0])
def test_any_strength(result, b):
    changed = replace(result, filter=replace(FILTER, radial=SharpenBlur(b, 3.2)))
    word = {-60.0: "Blurred", 0.0: "Left about as it was", 400.0: "Sharpened"}[b]
    assert word in text_of(render_report(changed))


def test_shell_filter(result):
    radial = ShellFilter((20.0, 5.0, 3.0), (1.0, 2.0, 0.0))
    text = text_of(render_report(replace(result, filter=Filter(radial, 2.67))))
    assert "Sharpened shell by shell" in text
    assert "a factor for each of 3 resolution shells" in text


def test_anisotropy_left_alone(result):
    assert "Anisotropy was removed" in text_of(render_report(result))
    left = replace(result, prepared=fallen(result, removed=None))
    text = text_of(render_report(left))
    assert "Anisotropy was removed" not in text
    assert "Of that removed none" in text


def test_no_noise_no_noise_curve(result):
    quiet = replace(result, prepared=fallen(result, shells=shell_table(noise=False)))
    assert "noise before" in render_report(result)
    assert "noise before" not in render_report(quiet)


@pytest.mark.parametrize("unknown", ["signal", "target", "output"])
def test_an_overall_b_that_is_not_known_is_no_number(result, unknown):
    """Half maps that agree coarsely choose a filter for a map whose B cannot be read."""
    known = {"signal": 50.0, "target": 60.0, "output": 61.0}
    b_iso = replace(B_ISO, **{**known, unknown: math.nan})
    text = text_of(render_report(chosen(result, b_iso=b_iso)))
    assert "Overall B before" in text
    assert not re.search(r"\bnan\b", text)


def test_shell_filter_that_blurs_is_not_called_sharpening(result):
    radial = ShellFilter((20.0, 5.0, 3.0), (1.0, 0.5, 0.0))
    changed = chosen(result, b_iso=replace(B_ISO, target=160.0))
    text = text_of(render_report(replace(changed, filter=Filter(radial, 2.67))))
    assert "Blurred shell by shell" in text
    assert "Sharpened" not in text


def test_an_output_off_its_target_is_explained(result):
    assert "Measured 24 Å², target 20 Å², within the interval" in text_of(render_report(result))
    b_iso = replace(B_ISO, output=42.0)  # 98 - 110 by the noise, and 34 by blurring
    text = text_of(render_report(chosen(result, b_iso=b_iso)))
    assert "Measured 42 Å², target 20 Å², outside the interval" in text
    assert "blurring (+34 Å²)" in text
    assert "less than the signal (-12 Å²)" in text
    same = text_of(render_report(chosen(result, b_iso=replace(B_ISO, output=21.0))))
    assert "Measured on the output: 21 Å²" in same


def test_findings_have_a_table_of_their_own(result):
    found = finding("masked", "The map is cut out.", "Give --half1 of 3 A, please.")
    changed = chosen(result, findings=(found,))
    text = text_of(render_report(changed))
    assert "Findings" in text
    assert "note masked The map is cut out. Give --half1 of 3 Å, please." in text
    assert "Findings" not in text_of(render_report(result))


def test_guinier_and_wilson_plots_and_the_histogram_are_named(result):
    html = render_report(result)
    for words in ("Guinier plot.", "Wilson plot.", "Histogram of the densities", "1/d² (1/Å²)"):
        assert words in html
    assert "B = 98 Å²</text>" in html  # the lines of the overall B's
    assert "B = 24 Å²</text>" in html


def test_sections_switch_without_a_script_and_are_whole_in_print(result):
    html = render_report(result)
    radios = re.findall(r'<input type="radio" name="central" id="([^"]*)"', html)
    assert radios == ["central-both", "central-one", "central-two"]
    assert html.count(" checked>") == 1
    [hidden] = re.findall(r"@media screen\{([^@]*?)\n", html)
    assert "display:none" in hidden  # only on a screen
    assert re.search(r"@media print\{.*\.sections,tr\{break-inside:avoid\}", html)


def test_half_maps_are_named_with_their_checksums(result, tmp_path):
    paths = [tmp_path / "half_1.mrc", tmp_path / "half_2.mrc"]
    for path in paths:
        path.write_bytes(path.name.encode())
    halves = HalfMaps(*(replace(blob(20.0), path=path) for path in paths))
    html = render_report(replace(result, half_maps=halves))
    assert "half_1.mrc and half_2.mrc</h1>" in html
    for path in paths:
        assert hashlib.sha256(path.name.encode()).hexdigest() in html


def test_same_result_same_text(result):
    assert render_report(result) == render_report(result)
    assert chimerax_script(result, "a.mrc") == chimerax_script(result, "a.mrc")


def test_contours_enclose_the_same_volume(result):
    contours = equal_volume_contours(result)
    assert contours.voxels == round(0.2 * 0.07 * result.input.voxels)
    assert np.count_nonzero(result.input.data >= contours.input) == contours.voxels
    assert np.count_nonzero(result.map.data >= contours.output) == contours.voxels
    assert contours.angstrom3 == pytest.approx(contours.voxels * 1.2**3)


def test_sections_go_through_the_density(result):
    sections = central_sections(result, equal_volume_contours(result))
    assert [section.axis for section in sections] == ["z", "y", "x"]
    assert np.allclose([section.index for section in sections], (12, 18, 22), atol=2)
    for section in sections:
        assert section.before.contour.startswith("M")
        assert section.after is not None
        assert section.after.contour.startswith("M")


def test_pictures_have_the_proportions_of_the_map(result):
    flat = replace(result.input, cell=(48.0, 43.2, 72.0, 90.0, 90.0, 90.0))  # voxels 1.2 1.2 2.4
    changed = replace(of_map(result, flat), map=flat)
    z, y, _ = central_sections(result, equal_volume_contours(result))
    _, stretched, _ = central_sections(changed, equal_volume_contours(changed))
    assert z.before.width == 10 * round(z.before.width / 10)
    assert stretched.before.height / stretched.before.width > y.before.height / y.before.width


def test_large_maps_are_binned_and_stay_small(result):
    rng = np.random.default_rng(7)
    data = rng.normal(size=(64, 900, 900)).astype(np.float32)
    noisy = DensityMap.from_array(data, 1.0)
    html = render_report(replace(of_map(result, noisy), map=noisy))
    widths = [int(width) for width in re.findall(r'<image [^>]* width="([0-9]+)"', html)]
    assert max(widths) <= 4000
    assert len(html) < 1_500_000


def test_chimerax_opens_both_maps_at_equal_volume(result, tmp_path):
    contours = equal_volume_contours(result)
    maps = (tmp_path / "out file.mrc", tmp_path / "sub" / "in.map")
    lines = chimerax_script(result, *maps, script_path=tmp_path / "out file.cxc").splitlines()
    assert f'open "{(tmp_path / "sub" / "in.map").as_posix()}"' in lines
    assert 'open "out file.mrc"' in lines
    levels = [line for line in lines if line.startswith("volume #")]
    assert len(levels) == 2
    assert f"level {contours.input:.6g} " in levels[0]
    assert f"level {contours.output:.6g} " in levels[1]
    assert "voxelSize 1.2,1.2,1.2 step 1" in levels[0]
    assert "hide #1 models" in lines


def test_chimerax_takes_the_inputs_own_path(result):
    script = chimerax_script(placed(result, path=Path("/data/in.mrc")), "/out/out.mrc")
    assert 'open "/data/in.mrc"' in script
    assert 'open "out.mrc"' in script


def test_chimerax_of_an_array_opens_the_output_alone(result):
    script = chimerax_script(result, "out.mrc")
    assert script.count("\nopen ") == 1
    assert "volume #1 " in script
    assert "hide" not in script


@pytest.mark.parametrize(
    ("name", "quoted"), [('a "b".mrc', "'a \"b\".mrc'"), ("a'b; exit.mrc", '"a\'b; exit.mrc"')]
)
def test_chimerax_quotes_names(result, name, quoted):
    assert f"open {quoted}\n" in chimerax_script(result, f"/out/{name}")


@pytest.mark.parametrize("name", ["a\nexit.mrc", "a'b\".mrc"])
def test_chimerax_leaves_out_names_it_cannot_read(result, name):
    script = chimerax_script(result, f"/out/{name}")
    assert "\nexit" not in script
    assert "\nopen " not in script
    assert "rename it" in script
