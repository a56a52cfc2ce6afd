"""The registry of methods: what all entries have in common, and what is read from them."""

import re

import pytest

from sharpem.methods.registry import COMPARED, METHODS, MODEL, SCANNING, Need


@pytest.mark.parametrize("name", METHODS)
def test_an_entry_says_all_that_is_read_of_it(name):
    method = METHODS[name]
    assert method.name == name
    assert re.fullmatch(r"[a-z][a-z-]*", name)
    assert method.label
    assert method.words
    assert re.fullmatch(r"#[0-9a-f]{6}", method.colour)
    assert callable(method.choose)


def test_labels_and_colours_tell_methods_apart():
    for of in ("label", "colour"):
        values = [getattr(method, of) for method in METHODS.values()]
        assert len(values) == len(set(values)), of


def test_variants_are_of_a_method_and_cannot_be_asked_for():
    variants = [method for method in COMPARED.values() if method.variant_of]
    assert variants
    for method in variants:
        assert method.variant_of in METHODS
        assert method.name not in METHODS


def test_what_needs_a_b_has_nothing_to_compare():
    assert METHODS.keys() - COMPARED.keys() == {"given"}
    assert Need.MODEL in METHODS[MODEL].needs


def test_methods_that_scan_have_a_score():
    assert set(SCANNING) == {name for name, method in METHODS.items() if method.score}
