"""``jsonpretty`` of the command line (``liveapi_cli §2.3``)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.call import Tree
from cpanel_emu.tongues import json_pretty
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
SUCCESS_TEXT = """\
{
   "cpanelresult" : {
      "apiversion" : 2,
      "func" : "gencsr",
      "data" : [
         {
            "output" : "Certificate Signing Request generated!",
            "result" : 1
         }
      ],
      "event" : {
         "result" : 1
      },
      "module" : "SSL"
   }
}
"""


def test_document_of_the_handbook() -> None:
    assert json_pretty.dump(SUCCESS) == SUCCESS_TEXT


def test_empties_stay_on_their_line() -> None:
    assert json_pretty.dump({"a": [], "b": {}}) == '{\n   "a" : [],\n   "b" : {}\n}\n'


def test_members_keep_their_order() -> None:
    assert json_pretty.dump({"z": 1, "a": None}) == '{\n   "z" : 1,\n   "a" : null\n}\n'


def test_strings_are_spelled_as_in_compact_json() -> None:
    assert json_pretty.dump('"\\\n\t\r\b\f/é\x1b\x7f') == '"\\"\\\\\\n\\t\\r\\b\\f/é\\u001b\x7f"\n'


def test_any_mapping_and_sequence() -> None:
    tree: Tree = MappingProxyType({"rows": (MappingProxyType({"n": 1}), range(1))})
    assert json.loads(json_pretty.dump(tree)) == {"rows": [{"n": 1}, [0]]}


# JSON::PP escapes U+007F too; the handbook does not (``wire §5.3``).
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x7f"), max_size=12)
leaf = st.none() | st.integers(-(2**53), 2**53) | text
tree_strategy: st.SearchStrategy[Tree] = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)


def in_key_order(value: Tree) -> Tree:
    """Return *value* with sorted keys, the only order in which JSON::PP can be asked to write."""
    if isinstance(value, dict):
        return {key: in_key_order(value[key]) for key in sorted(value)}
    return [in_key_order(inner) for inner in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def json_pp() -> Iterator[PerlOracle]:
    perl = require_perl_module("JSON::PP")
    emit = "JSON::PP->new->pretty->canonical->allow_nonref->encode($data)"
    with perl_oracle(perl, "JSON::PP", emit) as oracle:
        yield oracle


@given(tree=tree_strategy)
def test_agrees_with_json_pp(json_pp: PerlOracle, tree: Tree) -> None:
    assert json_pretty.dump(in_key_order(tree)) == json_pp.dump(tree)


@given(tree=tree_strategy)
def test_reads_back(tree: Tree) -> None:
    assert json.loads(json_pretty.dump(tree)) == tree
