"""The table of options: Python's keywords, the command line, columns and JSON say the same."""

import inspect
import json

import pytest

from sharpem import InputError, sharpen
from sharpem.cli.options import add_options, request_of
from sharpem.cli.parser import Parser
from sharpem.many.rows import columns
from sharpem.methods.registry import COMPARED, METHODS, SCANNING
from sharpem.options.kinds import LABELS, SIZE, SWITCH, number, one_of, whole
from sharpem.options.request import SharpenRequest
from sharpem.options.rules import check_options, chosen_method
from sharpem.options.sharpen import SharpenOptions
from sharpem.options.table import column_of, flag_of, options_of


def test_keywords_are_those_of_the_table():
    parameters = inspect.signature(sharpen).parameters
    for name, option in options_of(SharpenOptions).items():
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[name].default == option.default
    assert next(iter(parameters)) == "density"
    assert all(name in sharpen.__doc__ for name in parameters)


def test_an_unknown_keyword_is_named():
    with pytest.raises(TypeError, match="unexpected keyword argument 'sharpness'"):
        sharpen(None, sharpness=3)


def parsed(*words):
    parser = Parser()
    add_options(parser)
    return request_of(parser.parse_args(words))


def test_what_is_not_given_has_its_default():
    request = parsed()
    assert request.given == frozenset()
    for name, option in options_of(SharpenRequest).items():
        assert getattr(request, name) == option.default


def test_words_json_and_request_are_one():
    words = [
        *("map.mrc", "--resolution=3.2", "--xray", "--mtz-labels=F,PHI", "--no-anisotropy"),
        *("--apix=1.05", "--b-min=-80", "--sym=C4", "--local", "--no-report"),
    ]
    request = parsed(*words)
    assert sorted(request.words()) == sorted(words)
    assert request.words()[:2] == words[:2]
    again = SharpenRequest.from_dict(json.loads(json.dumps(request.to_dict())))
    assert again.words() == request.words()
    assert (again.voxel_size, again.symmetry, again.report) == (1.05, "C4", False)


def test_every_option_has_a_column():
    missing = {column_of(one) for one in options_of(SharpenRequest).values()} - set(columns())
    assert missing == {"threads"}
    assert columns()["report"][0] is columns()["no_report"][0]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (number(above=0), "1e2", "0"),
        (number(), "-3", "nan"),
        (whole(1, 3), "3", "2.5"),
        (one_of("a", "b"), "a", "c"),
        (SWITCH, "no", "perhaps"),
        (SIZE, "4G", "-4G"),
        (LABELS, "F, PHI", "F,"),
    ],
)
def test_kinds(kind, good, bad):
    assert kind.takes(kind.value(good))
    with pytest.raises(InputError, match=f"found {bad}, expected {kind.expected}"):
        kind.value(bad)
    assert not kind.takes(object())


@pytest.mark.parametrize(
    ("spell", "words"),
    [(flag_of, "--sym: found without --local"), (column_of, "sym: found without local")],
)
def test_messages_spell_options_as_they_were_given(spell, words):
    with pytest.raises(InputError, match=words):
        check_options(SharpenRequest.of({"symmetry": "C2"}), spell)


def test_a_request_cannot_be_changed():
    with pytest.raises(AttributeError):
        parsed().method = "given"


def test_what_is_given_decides_the_method():
    asked = SharpenOptions()
    found = [
        chosen_method(asked, half_maps=halves, model=model)
        for halves in (True, False)
        for model in (True, False)
    ]
    assert found == ["half-map", "half-map", "model", "surface"]
    assert chosen_method(SharpenOptions(b_iso=20.0), half_maps=True, model=True) == "given"


def test_methods_are_listed_once():
    assert set(SCANNING) == {name for name, method in METHODS.items() if method.score}
    assert set(METHODS) - {"given"} <= set(COMPARED)
    for name, method in COMPARED.items():
        assert method.name == name
        assert (method.variant_of or name) in METHODS
