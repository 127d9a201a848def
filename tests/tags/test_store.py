"""Compiled pages are kept while their files stay the same, within bounds."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache

from cpanel_emu.call import Answer, Call
from cpanel_emu.tags import Renderer, parse
from cpanel_emu.tags import store as store_module
from cpanel_emu.tags.cache import BoundedCache
from cpanel_emu.tags.page import Page
from cpanel_emu.tags.store import TemplateStore
from cpanel_emu.tags.tree import (
    Document,
)
from tests.tags.setting import VALUES, Calls, Site


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that are parsed from here on."""
    seen: list[str] = []

    def counting(source: str, file: str) -> Document:
        seen.append(source)
        return parse(source, file)

    monkeypatch.setattr(store_module, "parse", counting)
    return seen


def test_page_is_compiled_once(site: Site, parsed: list[str]) -> None:
    site.write("a.html", '<cpanel print="k">')
    for _ in range(3):
        assert site.renderer.render("a.html", VALUES, site.calls).body == b"k"
    assert len(parsed) == 1


def test_text_and_language_values_are_compiled_once(site: Site, parsed: list[str]) -> None:
    for _ in range(3):
        assert site.renderer.render_text('<cpanel langprint="TAGGED">', VALUES, site.calls).body
    assert len(parsed) == 2


def test_bytecode_on_disk_saves_the_compiling(
    site: Site, tmp_path: Path, parsed: list[str]
) -> None:
    folder = tmp_path / "bytecode"
    folder.mkdir()
    source = b'\xe9<?cp Demo::rows(%,on) ?><cpanel Nope="f()"><cpanelif 0>'
    site.write("a.html", source)
    pages = []
    for _ in range(2):
        renderer = Renderer(site.theme, bytecode=FileSystemBytecodeCache(str(folder)))
        pages.append(renderer.render("a.html", VALUES, site.calls))
    assert len(parsed) == 1
    assert pages[0] == pages[1]
    assert pages[0].body == b"\xe910"
    assert [warning.rule for warning in pages[1].warnings] == ["tags §1.12", "tags §1.10"]
    site.write("a.html", '<cpanel print="changed">')
    renderer = Renderer(site.theme, bytecode=FileSystemBytecodeCache(str(folder)))
    assert renderer.render("a.html", VALUES, site.calls).body == b"changed"


def test_traced_and_plain_pages_do_not_share_bytecode(site: Site, tmp_path: Path) -> None:
    site.write("a.html", '<cpanel print="k">')
    for _ in range(2):
        renderer = Renderer(site.theme, bytecode=FileSystemBytecodeCache(str(tmp_path)))
        seen: list[object] = []
        renderer.render("a.html", VALUES, site.calls)
        renderer.render("a.html", VALUES, site.calls, trace=seen.append)
        assert len(seen) == 1


def test_an_open_page_keeps_what_texts_and_calls_set(site: Site) -> None:
    page = site.renderer.open("demo/a.live.php", VALUES, Calls())
    assert page.text('<cpanel setvar="v=1">') == ""
    assert page.condition("$CPVAR{v}==1")
    page.text('<cpanel Demo="bad()"><cpanel Nope="f()">')
    assert page.errors == {"demo": "no"}
    assert page.text("<cpanel print=\"$CPERROR{'demo'} $basefile\">") == "no demo/a.live"
    assert page.feature("g")
    assert not page.feature("f")
    assert page.feature("!f")
    assert [warning.rule for warning in page.warnings] == ["tags §1.10"]


def test_a_crash_inside_an_include_leaves_the_page_usable(site: Site) -> None:
    class Broken(Exception):
        """No answer of ours."""

    def calls(_: Call) -> Answer:
        raise Broken

    page = site.renderer.open("demo/p.html", VALUES, calls)
    with pytest.raises(Broken):
        page.text('<cpanel Demo="say(a)">')
    assert page.text('<cpanel print="k">') == "k"


def test_cache_forgets_what_was_unused_longest() -> None:
    cache: BoundedCache[str, int] = BoundedCache(entries=2, weight=100)
    cache.put("a", 1, 10)
    cache.put("b", 2, 10)
    assert cache.get("a") == 1
    cache.put("c", 3, 10)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (1, None, 3)
    assert len(cache) == 2


def test_cache_keeps_its_weight() -> None:
    cache: BoundedCache[str, int] = BoundedCache(entries=10, weight=100)
    cache.put("a", 1, 60)
    cache.put("a", 2, 60)
    cache.put("b", 3, 40)
    assert (cache.get("a"), cache.get("b")) == (2, 3)
    cache.put("c", 4, 50)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (None, 3, 4)
    cache.put("d", 5, 101)
    assert cache.get("d") is None
    cache.put("c", 6, 101)
    assert cache.get("c") is None


def test_values_are_what_the_page_sees(site: Site) -> None:
    values = dataclasses.replace(VALUES, scalars={"homedir": "/srv/user", "user": "other"})
    page = Page("p.html", values, site.calls, TemplateStore(site.theme))
    assert page.scalars["homedir"] == "/srv/user"
    assert page.scalars["abshomedir"] == "/home/user"
    assert page.scalars["user"] == "other"
