"""Built-in words are API 1 modules to a tracer (rule 1.14)."""

from __future__ import annotations

import pytest

from cpanel_emu.call import Api, Arguments, Call
from tests.tags.setting import Site


@pytest.mark.parametrize(
    ("source", "module", "function", "arguments"),
    [
        ('<cpanel langprint="HELLO">', "langprint", "", ("HELLO",)),
        ("<cpanel print=\"n$FORM{'q'}\">", "print", "", ("na&b'",)),
        ('<cpanel setvar="a=b">', "setvar", "", ("a", "b")),
        ('<cpanel getcharset="">', "getcharset", "", ("",)),
        ('<cpanel Branding="include(x.html,1)">', "branding", "include", ("x.html", "1")),
        ('<cpanel MagicRevision="uri(/a)">', "magicrevision", "uri", ("/a",)),
        ("<cptext 'Hi [_1]',a>", "locale", "maketext", ("Hi [_1]", "a")),
    ],
)
def test_word_is_seen(
    site: Site, source: str, module: str, function: str, arguments: tuple[str, ...]
) -> None:
    seen: list[Call] = []
    traced = site.page(source, trace=seen.append)
    assert seen == [Call(Api.API1, module, function, Arguments({}, arguments))]
    assert traced.body == site.page(source).body


def test_what_does_not_run_is_not_seen(site: Site) -> None:
    seen: list[Call] = []
    site.page('<cpanelif 0><cpanel print="k"></cpanelif>', trace=seen.append)
    assert seen == []
