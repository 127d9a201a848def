"""The YAML of the command line (``liveapi_cli §2.4``)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.call import Tree
from cpanel_emu.tongues import yaml_cli
from tests.requirements import require_perl_module
from tests.tongues.perl_oracle import PerlOracle, perl_oracle

SUCCESS: Tree = {
    "cpanelresult": {
        "apiversion": 2,
        "func": "gencsr",
        "data": [{"output": "Certificate Signing Request generated!", "result": 1}],
        "event": {"result": 1},
        "module": "SSL",
    }
}
SUCCESS_YAML = (
    "--- \n"
    "cpanelresult: \n"
    "  apiversion: 2\n"
    "  data: \n"
    "    - \n"
    "      output: Certificate Signing Request generated!\n"
    "      result: 1\n"
    "  event: \n"
    "    result: 1\n"
    "  func: gencsr\n"
    "  module: SSL\n"
)

EMPTY_LIST: Tree = {
    "cpanelresult": {
        "apiversion": 2,
        "func": "listcsrs",
        "data": [],
        "event": {"result": 1},
        "module": "SSL",
    }
}
EMPTY_LIST_YAML = (
    "--- \n"
    "cpanelresult: \n"
    "  apiversion: 2\n"
    "  data: []\n"
    "\n"
    "  event: \n"
    "    result: 1\n"
    "  func: listcsrs\n"
    "  module: SSL\n"
)

REFUSAL: Tree = {
    "cpanelresult": {
        "apiversion": 2,
        "error": "Could not find function 'nosuch' in module 'SSL'",
        "func": "nosuch",
        "module": "SSL",
    }
}
REFUSAL_YAML = (
    "--- \n"
    "cpanelresult: \n"
    "  apiversion: 2\n"
    "  error: Could not find function 'nosuch' in module 'SSL'\n"
    "  func: nosuch\n"
    "  module: SSL\n"
)


@pytest.mark.parametrize(
    ("tree", "document"),
    [(SUCCESS, SUCCESS_YAML), (EMPTY_LIST, EMPTY_LIST_YAML), (REFUSAL, REFUSAL_YAML)],
    ids=["success", "empty list", "refusal"],
)
def test_documents_of_the_handbook(tree: Tree, document: str) -> None:
    assert yaml_cli.dump(tree) == document


def test_nested_lists_and_empties() -> None:
    tree: Tree = {"b": [[], ["x", {"k": None}]], "a": {}}
    assert yaml_cli.dump(tree) == (
        "--- \na: {}\n\nb: \n  - []\n\n  - \n    - x\n    - \n      k: ~\n"
    )


PLAIN = [
    "0",
    "7",
    "-5",
    "123456789",
    "-12345678",
    "+5",
    "+007",
    ".5",
    "-.5",
    "it's",
    "a,b",
    'a "b" c',
    "http://x/y",
    "0x1F",
    "12:30:45",
    "2013-06-04",
    "--",
    "-a",
    "?x",
    ",x",
    "x}",
    "a#b",
    "yEs",
    "Infinit",
    "a\tb",
    "a\rb",
    "Köln",
    'You do not have the feature "sslmanager".',
]
SINGLE_QUOTED = [
    "",
    "~",
    "y",
    "Y",
    "n",
    "N",
    "null",
    "True",
    "FALSE",
    "yes",
    "No",
    "ON",
    "off",
    "inf",
    "-INF",
    "+Infinity",
    "NaN",
    "01",
    "1.5",
    "-0",
    "1e5",
    "+1.5",
    ".5e3",
    "5.",
    "1234567890",
    "-123456789",
    "1386000000",
]
DOUBLE_QUOTED = {
    '"oldpass" is a required argument.': '"\\"oldpass\\" is a required argument."',
    "a: b": '"a: b"',
    "a\nb\n": '"a\\nb\\n"',
    "a:": '"a:"',
    "a #b": '"a #b"',
    "-": '"-"',
    "- a": '"- a"',
    "?": '"?"',
    "? a": '"? a"',
    ",": '","',
    "-\ra": '"-\\ra"',
    " a": '" a"',
    "a ": '"a "',
    "\ta": '"\\ta"',
    "a\t": '"a\\t"',
    "\n": '"\\n"',
    "a\x7f": '"a\\x7F"',
    "a\x00\x07\x08\x0b\x0c\x1b\x1f\\": '"a\\0\\a\\b\\v\\f\\e\\x1F\\\\"',
    " 5": '" 5"',
    "é: ü": '"é: ü"',
} | {first + "x": f'"{first}x"' for first in "[]{}!*&|>'#%@`^:"}


@pytest.mark.parametrize("text", PLAIN)
def test_plain(text: str) -> None:
    assert yaml_cli.dump({"k": text}) == f"--- \nk: {text}\n"


@pytest.mark.parametrize("text", SINGLE_QUOTED)
def test_single_quotes(text: str) -> None:
    assert yaml_cli.dump([text]) == f"--- \n- '{text}'\n"


@pytest.mark.parametrize(("text", "written"), DOUBLE_QUOTED.items())
def test_double_quotes(text: str, written: str) -> None:
    assert yaml_cli.dump([text]) == f"--- \n- {written}\n"


@pytest.mark.parametrize(
    ("key", "written"), [("yes", '"yes"'), ("1.5", '"1.5"'), ("", '""'), ("a: b", '"a: b"')]
)
def test_keys_take_double_quotes(key: str, written: str) -> None:
    assert yaml_cli.dump({key: 1}) == f"--- \n{written}: 1\n"


def test_keys_are_sorted_by_byte_value() -> None:
    tree = dict.fromkeys(("ä", "a", "Z", "\U0001f600", "\uffff", "_"), 1)
    assert yaml_cli.dump(tree) == "--- \nZ: 1\n_: 1\na: 1\nä: 1\n\uffff: 1\n\U0001f600: 1\n"


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, "~"), (True, "1"), (False, "0"), (1.5, "'1.5'"), (10**9, "'1000000000'"), (-1, "-1")],
)
def test_values_that_are_not_text(value: Tree, written: str) -> None:
    assert yaml_cli.dump(value) == f"--- {written}\n"


telling_text = st.text(
    st.sampled_from("-?:,[]{}#&*!|>'\"%@`^~=<. \t\n\r\\+0159eEyYnNoaxé\u20ac\x00\x07\x1b\x7f"),
    max_size=6,
)
word = st.sampled_from([*PLAIN, *SINGLE_QUOTED, *DOUBLE_QUOTED])
text = telling_text | word | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalar = st.none() | st.integers(-(2**53), 2**53) | text


def trees(leaves: st.SearchStrategy[Tree], keys: st.SearchStrategy[str]) -> st.SearchStrategy[Tree]:
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=12,
    )


@pytest.fixture(scope="module")
def syck() -> Iterator[PerlOracle]:
    perl = require_perl_module("YAML::Syck")
    emit = """
        local ($YAML::Syck::SortKeys, $YAML::Syck::ImplicitUnicode) = (1, 1);
        return YAML::Syck::Dump($data);
    """
    with perl_oracle(perl, "YAML::Syck", emit) as oracle:
        yield oracle


# Where YAML::Syck departs from the table of the handbook, which is followed: white space at the
# edges of numbers and dashes; and a reserved word, or U+007F, beside a character that is not ASCII.
_DEPARTURES = re.compile(
    r"""
      [-+0-9.eE]+ [ \t\n\r]+  |  [ \t\n\r]+ [-+0-9.eE]+ [ \t\n\r]*
    | (?:inf|infinity|nan) \r   |  [-+](?:inf|infinity|nan) \r
    | (?:~|null|true|false|yes|no|on|off) [^\x00-\x7f] .*
    | (?=.*\x7f) .* [^\x00-\x7f] .*
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)


def agreed(value: Tree) -> bool:
    """Whether the handbook lets YAML::Syck have its way with all scalars of *value*."""
    if isinstance(value, dict):
        return all(agreed(key) and agreed(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(agreed(inner) for inner in value)
    return not (isinstance(value, str) and _DEPARTURES.fullmatch(value))


@given(tree=trees(scalar.filter(agreed), text.filter(agreed)))
def test_agrees_with_yaml_syck(syck: PerlOracle, tree: Tree) -> None:
    assert yaml_cli.dump(tree) == syck.dump(tree)


@pytest.mark.parametrize("tree", [SUCCESS, EMPTY_LIST, REFUSAL, *PLAIN, *SINGLE_QUOTED])
def test_agrees_with_yaml_syck_on_the_handbook(syck: PerlOracle, tree: Tree) -> None:
    assert yaml_cli.dump(tree) == syck.dump(tree)


class TextLoader(yaml.SafeLoader):
    """Reads plain scalars as text, for YAML 1.1 takes ``12:30:45`` for a number; ``~`` is null."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.yaml_implicit_resolvers = {"~": [("tag:yaml.org,2002:null", re.compile(r"~\Z"))]}


def as_text(value: Tree) -> Tree:
    """Return *value* with every number as text."""
    if isinstance(value, dict):
        return {key: as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value]
    return str(value) if isinstance(value, int) else value


# YAML 1.1 cannot carry all that YAML::Syck writes plain: a comma in front, TAB, other line breaks.
readable_text = (word | telling_text | st.text(st.characters(codec="latin-1"), max_size=8)).filter(
    lambda text: not re.search(r"\A,|[\r\t\x80-\xa0]", text)
)


@given(tree=trees(st.none() | st.integers(-(2**53), 2**53) | readable_text, readable_text))
def test_pyyaml_reads_the_same_data(tree: Tree) -> None:
    assert yaml.load(yaml_cli.dump(tree), Loader=TextLoader) == as_text(tree)
