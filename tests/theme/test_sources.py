"""The theme's files as such: which tags they use, and that nothing in them is broken or unused."""

from __future__ import annotations

import re
import struct
import zlib
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from cpanel_emu.functions.stubs import stub_functions
from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.tags import parse
from cpanel_emu.tags.tree import Api1Call, Api2Call, Node, walk
from tests.theme.conftest import STUBS
from tests.theme.visitor import THEME

_TEXT = {".html", ".json", ".xml", ".css", ".js", ".txt", ".svg", ""}
_UNPROCESSED = {"ssl/help/tag.txt"}
FILES = sorted(path for path in THEME.rglob("*") if path.is_file())
PARSED = {
    name: parse(path.read_text("utf-8"), name)
    for path in FILES
    if path.suffix in _TEXT and (name := path.relative_to(THEME).as_posix()) not in _UNPROCESSED
}
NODES: list[Node] = [node for document in PARSED.values() for node in walk(document.nodes)]
SOURCES = "\n".join(
    path.read_text("utf-8") for path in FILES if path.suffix in {".html", ".json", ".xml"}
)
_KEY = re.compile(r"""(?:langprint="|\$LANG\{')([A-Z_0-9]+)""")


def test_no_file_has_a_broken_tag() -> None:
    found = {name: document.warnings for name, document in PARSED.items() if document.warnings}
    assert found == {}


def test_the_common_tags_are_all_used() -> None:
    used = Counter(node.kind for node in NODES)
    common = {
        "langprint",
        "setvar",
        "print",
        "printvar",
        "include",
        "relinclude",
        "rawinclude",
        "relrawinclude",
        "dynamicinclude",
        "formprint",
        "uriprint",
        "jsprint",
        "unsafeprint",
        "sprint",
        "getcharset",
        "hostname",
        "version",
        "cptext",
        "cp",
        "cpanelif",
        "cpanelfeature",
    }
    assert {kind for kind in common if not used[kind]} == set()
    assert not used["cptt"]


def test_branding_and_magic_revision_are_used() -> None:
    called = {(node.module, node.function) for node in NODES if isinstance(node, Api1Call)}
    assert {
        ("Branding", "include"),
        ("Branding", "image"),
        ("Branding", "file"),
        ("Branding", "text"),
        ("MagicRevision", "uri"),
    } <= called


def test_every_function_called_is_known() -> None:
    known = {(one.module, one.name) for one in REGISTRY}
    known |= {(one.module, one.name) for one in stub_functions(STUBS)}
    called = {
        (node.module, node.function) for node in NODES if isinstance(node, Api1Call | Api2Call)
    }
    built_in = {"Branding", "MagicRevision", "Locale"}
    assert {one for one in called - known if one[0] not in built_in} == set()


def test_every_text_is_there_once_and_used() -> None:
    lines = (THEME / "lang/english").read_text("utf-8").splitlines()
    keys = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch("[A-Z_0-9]+", key) for key in keys)
    assert [key for key, count in Counter(keys).items() if count > 1] == []
    assert set(_KEY.findall(SOURCES)) == set(keys)


def test_every_included_file_is_included_somewhere() -> None:
    for path in FILES:
        name = path.relative_to(THEME).as_posix()
        if "/parts/" in name or name.startswith("stds/"):
            shown = re.sub(r"about-\w+", "about-$CPVAR{'item'}", path.name)
            assert f"{path.parent.name}/{shown}" in SOURCES, name


def test_files_are_utf_8_with_plain_line_ends() -> None:
    for path in FILES:
        if path.suffix in _TEXT:
            content = path.read_bytes()
            assert b"\r" not in content, path
            assert b"\t" not in content, path
            content.decode("utf-8")


def test_nothing_comes_from_elsewhere() -> None:
    for path in FILES:
        if path.suffix in _TEXT:
            text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
            assert "://" not in text, path
            assert "@import" not in text, path


@pytest.mark.parametrize("path", sorted(THEME.rglob("*.svg")), ids=lambda path: path.name)
def test_drawings_are_plain_svg(path: Path) -> None:
    root = etree.fromstring(path.read_bytes())
    names = {etree.QName(one).localname for one in root.iter()}
    assert etree.QName(root).localname == "svg"
    assert not names & {"script", "foreignObject", "image", "use", "a", "style"}


@pytest.mark.parametrize("path", sorted(THEME.rglob("*.png")), ids=lambda path: path.name)
def test_pictures_are_small_square_png(path: Path) -> None:
    content = path.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, colours = struct.unpack(">IIBB", content[16:26])
    assert (width, height, depth, colours) == (96, 96, 8, 6)
    assert struct.unpack(">I", content[29:33])[0] == zlib.crc32(content[12:29])
    assert len(content) < 8192
