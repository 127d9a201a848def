"""The syntax tree: lossless, with places and kinds, and never an exception."""

from __future__ import annotations

from collections import Counter

from hypothesis import given

from cpanel_emu.call import Api
from cpanel_emu.tags import parse
from cpanel_emu.tags.encoding import Place
from cpanel_emu.tags.expression_tree import (
    Choice,
    Field,
    Hash,
    Literal,
    NestedList,
    Parity,
)
from cpanel_emu.tags.parser import MAX_BLOCKS
from cpanel_emu.tags.tree import (
    Api1Call,
    Api2Call,
    Block,
    Copied,
    Dropped,
    Else,
    Localized,
    Parameter,
    TemplateToolkit,
    Text,
    Word,
    function_use,
    single_tag,
    source_of,
    walk,
)
from tests.tags.pages import page_text


@given(page_text())
def test_tree_is_lossless(source: str) -> None:
    document = parse(source)
    assert source_of(document.nodes) == source


@given(page_text())
def test_nodes_and_warnings_are_in_the_order_of_the_source(source: str) -> None:
    document = parse(source, "f")
    places = [node.place for node in walk(document.nodes)]
    assert places == sorted(places)
    found = [(warning.line, warning.column) for warning in document.warnings]
    assert found == sorted(found)
    assert {(place.line, place.column) for place in places} >= set(found)
    assert all(warning.file == "f" for warning in document.warnings)


def test_every_kind_of_node() -> None:
    source = (
        'a<cpanel print="k">\n'
        "<cpanel Demo=\"say(a)\"><cpanel Locale=\"maketext('t')\"><cptext 't'>\n"
        "<?cp Demo::rows(%,on) ?><?cptt Demo::rows(t.tmpl) ?>\n"
        "<cpanelif 1>b<cpanelelse>c</cpanelif><cpanelfeature f></cpanelfeature>\n"
        "</cpanel><cpanelnif>"
    )
    kinds = [(type(node), node.kind, node.place) for node in walk(parse(source).nodes)]
    assert [entry for entry in kinds if entry[0] is not Text] == [
        (Word, "print", Place(1, 2)),
        (Api1Call, "Demo", Place(2, 1)),
        (Localized, "Locale", Place(2, 23)),
        (Localized, "cptext", Place(2, 54)),
        (Api2Call, "cp", Place(3, 1)),
        (TemplateToolkit, "cptt", Place(3, 25)),
        (Block, "cpanelif", Place(4, 1)),
        (Else, "cpanelelse", Place(4, 14)),
        (Block, "cpanelfeature", Place(4, 38)),
        (Dropped, "/cpanel", Place(5, 1)),
        (Copied, "cpanelnif", Place(5, 10)),
    ]


def test_api2_call_is_taken_apart() -> None:
    source = "<?cp A::B::f([b]%[/b]%%%,^h,on=1?y:n,*num,k:o:${s}:c) a=1 || 'm' ?>"
    (call,) = parse(source).nodes
    assert isinstance(call, Api2Call)
    assert (call.module, call.function) == ("A::B", "f")
    assert call.format == (
        Literal("<b>"),
        Field("h", "^"),
        Literal("</b>"),
        Choice(Field("on"), (Literal("1"),), (Literal("y"),), (Literal("n"),)),
        Parity(),
        NestedList(Field("k"), (Literal("o"),), (Field("s"),), (Literal("c"),)),
    )
    assert call.parameters == (Parameter("a", (Literal("1"),)),)
    assert call.message == (Literal("m"),)


def test_api1_call_is_taken_apart() -> None:
    (call,) = parse("<cpanel Demo=\"say('a b',$FORM{'x'}y,%FORM)\">").nodes
    assert isinstance(call, Api1Call)
    key = (Literal("x"),)
    assert call.arguments == ((Literal("a b"),), (Hash("FORM", key, "$FORM{'x'}"), Literal("y")))
    assert call.whole_form


def test_functions_of_a_page() -> None:
    source = (
        '<cpanel Demo="say(a)"><cpanel print="k"><cptext \'t\'><cpanel Locale="maketext(t)">'
        "<cpanelif 1><?cp A::B::f(%,a) ?><cpanelelse><?cptt C::g(t.tmpl) ?><?cptt t.tmpl ?>"
    )
    uses = [use for node in walk(parse(source).nodes) if (use := function_use(node))]
    assert uses == [
        (Api.API1, "Demo", "say"),
        (Api.API1, "Locale", "maketext"),
        (Api.API2, "A::B", "f"),
        (Api.API2, "C", "g"),
    ]


def test_single_tag() -> None:
    assert isinstance(single_tag(parse('<cpanel print="k">')), Word)
    assert isinstance(single_tag(parse('<cpanel Demo="say(a)">')), Api1Call)
    for source in ("", "k", ' <cpanel print="k">', "<cpanelnif", '<cpanel print="k'):
        assert single_tag(parse(source)) is None


def test_blocks_too_deep_are_flat_and_print_the_text_of_a_crash() -> None:
    depth = MAX_BLOCKS + 3
    source = "<cpanelif 1>" * depth + "x<cpanelelse>y" + "</cpanelif>" * depth + "z"
    document = parse(source)
    assert source_of(document.nodes) == source
    assert [warning.rule for warning in document.warnings] == ["tags §1.11"]
    kinds = Counter(node.kind for node in walk(document.nodes))
    assert kinds["cpanelif"] == depth
    deep = [node for node in walk(document.nodes) if isinstance(node, Block) and node.too_deep]
    assert len(deep) == 3
    assert not any(isinstance(node, Block) and node.body for node in deep[1:])
