"""Figures: values land where the axes say, ticks are round, text is escaped."""

import re

import numpy as np
import pytest

from sharpem.report.panel import BLUE, Panel, svg
from sharpem.report.scale import Scale, resolution_ticks


def test_linear_scale_is_linear():
    scale = Scale(-100.0, 300.0, 74.0, 474.0)
    np.testing.assert_allclose(scale([-100, 0, 300]), [74, 174, 474])


def test_logarithmic_scale_gives_decades_equal_lengths():
    scale = Scale(0.01, 100.0, 200.0, 0.0, logarithmic=True)
    np.testing.assert_allclose(scale([0.01, 0.1, 1, 10, 100]), [200, 150, 100, 50, 0])
    assert scale(0.0) > 200  # below the axis, and finite
    assert np.isfinite(scale(0.0))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-100, 300, ["-100", "0", "100", "200", "300"]),
        (0, 1.05, ["0", "0.25", "0.5", "0.75", "1"]),
        (0, 47_000, ["0", "10k", "20k", "30k", "40k"]),
        (9e5, 2.1e6, ["1M", "1.25M", "1.5M", "1.75M", "2M"]),
        (0.8123, 0.8124, ["0.8123", "0.81232", "0.81234", "0.81236", "0.81238", "0.8124"]),
    ],
)
def test_even_ticks_are_round(low, high, expected):
    assert [text for _, text in Scale(low, high, 0, 1).ticks()] == expected


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (3e-5, 2, ["10⁻⁴", "0.001", "0.01", "0.1", "1"]),
        (0.3, 7, ["0.5", "1", "2", "5"]),
        (0.5, 9e5, ["1", "10", "100", "10³", "10⁴", "10⁵"]),
    ],
)
def test_logarithmic_ticks_are_decades(low, high, expected):
    assert [text for _, text in Scale(low, high, 0, 1, logarithmic=True).ticks()] == expected


def test_resolution_ticks_keep_apart():
    places = [s for s, _ in resolution_ticks(0.4)]
    assert np.all(np.diff(places) >= 0.085 * 0.4 - 1e-12)
    assert resolution_ticks(0.4)[0] == (0.05, "20")


def points(text, colour):
    path = re.search(rf'<path d="M([^"]*)" fill="none" stroke="{colour}"', text)[1]
    return np.array([[float(v) for v in pair.split()] for pair in path.split("L")])


def drawn(panel, words="words"):
    return svg([panel], [200], "figure", words, "below")


def test_a_line_lands_where_its_ticks_are():
    panel = Panel("value", x_range=(0, 10), y_range=(0, 100))
    panel.line([0, 5, 10], [0, 50, 100], BLUE)
    np.testing.assert_allclose(points(drawn(panel), BLUE), [[74, 224], [271, 124], [468, 24]])


def test_values_that_are_no_numbers_are_left_out():
    panel = Panel(x_range=(0, 10), y_range=(0, 100))
    panel.line([0, 5, 10], [0, np.nan, 100], BLUE)
    assert len(points(drawn(panel), BLUE)) == 2
    empty = Panel()
    empty.line([np.nan], [np.nan], BLUE)
    assert "nan" not in drawn(empty)


def test_one_value_has_a_range():
    panel = Panel()
    panel.line([3.0, 3.0], [7.0, 7.0], BLUE)
    assert np.isfinite(points(drawn(panel), BLUE)).all()


def test_text_is_escaped():
    panel = Panel("<b>")
    panel.line([0, 1], [0, 1], BLUE, name="<script>&")
    text = drawn(panel, words='"><script>')
    assert "<script" not in text
    assert "&lt;script&gt;&amp;" in text
    assert "&lt;b&gt;" in text


def test_circles_land_where_the_ticks_are():
    panel = Panel(x_range=(0, 10), y_range=(0, 100))
    panel.scatter([0, 5, np.nan], [0, 50, 100], BLUE, hollow=True)
    found = re.findall(r'<circle cx="([0-9.]+)" cy="([0-9.]+)"[^>]*fill="none"', drawn(panel))
    assert found == [("74.0", "224.0"), ("271.0", "124.0")]


def test_ranges_follow_circles_and_areas():
    panel = Panel()
    panel.scatter([0, 1], [0, 1], BLUE)
    panel.area([0, 1], [-3, -3], [5, 5], BLUE)
    assert panel.span() == pytest.approx((-0.05, 1.05))
    assert panel._y_range() == pytest.approx((-3.4, 5.4))


def test_counts_have_whole_ticks():
    scale = Scale(0, 1.08, 200, 0)
    assert [text for _, text in scale.ticks(whole=True)] == ["0", "1"]
    assert len(scale.ticks()) > 2


def test_long_axes_have_more_ticks():
    few, many = (Scale(0.54, 0.8, 0, length).ticks() for length in (200, 394))
    assert [text for _, text in few] == ["0.6", "0.7", "0.8"]
    assert [text for _, text in many] == ["0.55", "0.6", "0.65", "0.7", "0.75", "0.8"]


def test_ticks_with_names():
    panel = Panel(x_range=(-1, 2), y_range=(0, 1), x_ticks=[(0, "surface"), (1, "half-map")])
    text = drawn(panel)
    assert ">surface</text>" in text
    assert ">half-map</text>" in text


def test_a_long_legend_has_rows_and_the_axes_make_room():
    panel = Panel(x_range=(0, 1), y_range=(0, 1))
    for number in range(8):
        panel.line([0, 1], [0, 1], BLUE, name=f"EMD-1234{number}")
    text = drawn(panel)
    names = re.findall(r'<text x="([0-9.]+)" y="([0-9.]+)"[^>]*>EMD', text)
    rows = sorted({float(y) for _, y in names})
    assert len(rows) > 1
    assert np.diff(rows) == pytest.approx(17)
    assert len({x for x, y in names if float(y) == rows[0]}) > 1
    top = float(re.search(r'<rect x="74" y="([0-9.]+)"', text)[1])
    assert top == pytest.approx(rows[-1] + 8)
    assert max(float(x) for x, _ in names) < 480 - 8 * 0.6 * 11.5
