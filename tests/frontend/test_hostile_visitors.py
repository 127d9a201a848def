"""Nothing that a visitor sends to any page of the demo theme is parsed, or leads outside it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from cpanel_emu import resources
from cpanel_emu.journal import CallEntry
from cpanel_emu.root import TEMPORARY_PREFIX
from cpanel_emu.tags import processes_tags
from tests.server.conftest import client_of
from tests.server.wsgi import Client

if TYPE_CHECKING:
    from cpanel_emu import Emulator

THEME = resources.templates() / "x3"
SOURCES = {
    str(path.relative_to(THEME)): path.read_text("utf-8")
    for path in sorted(THEME.rglob("*"))
    if path.is_file() and processes_tags(path.name)
}
FIELDS = sorted(
    {name for text in SOURCES.values() for name in re.findall(r"FORM\{'([^']+)'\}", text)}
    | {name for text in SOURCES.values() for name in re.findall(r' name="([a-z]+)"', text)}
)
USED = {
    f"{module}::{function}"
    for text in SOURCES.values()
    for pattern in (r"<\?cp (\w+)::(\w+)", r"<cpanel ([A-Z]\w+)=\"(\w+)")
    for module, function in re.findall(pattern, text)
}
"""The functions that the theme itself calls; a visitor must not get another one called."""

ATTACKS = {
    "tag": '"><cpanel print="canary$user"><cpanel setvar="title=canary$user">',
    "call": '<cpanel SSL="deletekey(example.com)"><?cp SSL::getcnname(canary%,cn) crt=$user ?>',
    "condition": "canary<cpanelif 1>user</cpanelif><cpanelelse></cpanelfeature>",
    "arguments": "a,b)canary$user',\"x\" || 'canary$user' api2_sort=1 =gt= == && !",
    "variables": "$CPDATA{'USER'}canary$user${host}maketext('canary[_1]',user)",
    "brackets": "canary[_1][output,url,_1,canary]~[%[b]\\{comma}[[x]]",
    "jinja": "{{ 1234 * 4321 }}canary{% if page %}user{% endif %}{# x #}",
    "include": '<cpanel include="../../secret.html">',
    "up": "../../secret",
    "up-html": "../../../secret.html",
    "absolute": "/etc/passwd",
    "null": "csr\0/../../secret.html\0",
    "lines": "a\r\nSet-Cookie: a=1\r\n\r\n<html>",
    "php": "<?php echo 'canary', 'user' ?>",
    "markup": "<script>canary()</script>'\"><svg onload=canary()>",
    "long": "../" * 2000,
    "bytes": "\ud800\udcff\ufffe\u2028",
}
FORBIDDEN = (
    b"canaryuser",
    b"5332114",
    b"secret of the house",
    b"root:x:",
    b"<script>canary",
    b"<svg onload",
    b"[A fatal error",
)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Return an emulator over a copy of the demo theme with secrets round it."""
    from cpanel_emu import Emulator

    folder = tmp_path_factory.mktemp("house")
    theme = folder / "themes" / "x3"
    shutil.copytree(THEME, theme)
    for place in (folder, theme.parent):
        (place / "secret.html").write_text("secret of the house")
        (place / "secret").write_text("secret of the house")
    with Emulator(theme=theme) as running:
        yield running


@pytest.fixture(scope="module")
def client(emulator: Emulator) -> Client:
    return client_of(emulator)


def stored(emulator: Emulator) -> set[Path]:
    """Return what lies in the account's certificate folder, but for ``ssl.db`` being written."""
    folder = emulator.root.home("user") / "ssl"
    view = ("ssl.db", TEMPORARY_PREFIX)
    return {
        path
        for path in folder.rglob("*")
        if not (path.parent == folder and path.name.startswith(view))
    }


def test_the_fields_and_pages_of_the_theme_are_known() -> None:
    assert {"host", "country", "pass", "key", "crt", "item", "domain"} <= set(FIELDS)
    assert {"index.html", "ssl/gencsr.html", "ssl/items.json", "ssl/download.html"} <= set(SOURCES)
    assert "SSL::gencsr" in USED


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("page", SOURCES)
def test_nothing_a_visitor_sends_does_anything(
    emulator: Emulator, client: Client, page: str, attack: str
) -> None:
    text = ATTACKS[attack].encode("utf-8", "surrogatepass").decode("latin-1")
    pairs = [(name, text.encode("latin-1")) for name in FIELDS]
    query = urlencode([*pairs, (text.encode("latin-1"), b"1")])
    before, newest = stored(emulator), _last(emulator)
    for answer in (
        client.get(f"/frontend/x3/{page}?{query}", login="user"),
        client.ask("POST", f"/frontend/x3/{page}", query.encode(), login="user"),
    ):
        assert answer.status == "200 OK"
        assert {name for name, _ in answer.headers} <= {
            "Server", "Date", "Content-Type", "Content-Length",
        }  # fmt: skip
        for word in FORBIDDEN:
            assert word not in answer.body
    assert stored(emulator) == before
    called = {
        f"{one.module}::{one.function}"
        for one in emulator.journal.entries()
        if isinstance(one, CallEntry) and one.number > newest
    }
    assert called <= USED


def _last(emulator: Emulator) -> int:
    entries = emulator.journal.entries()
    return entries[-1].number if entries else 0


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_path_is_not_found(client: Client, attack: str) -> None:
    text = ATTACKS[attack].encode("utf-8", "surrogatepass").decode("latin-1")
    for path in (f"/frontend/x3/{text}", f"/frontend/x3/ssl/{text}.html", f"/frontend/{text}/a"):
        answer = client.get(path.replace("?", "%3f"), login="user")
        assert answer.status == "404 Not Found"
        assert answer.body == b"Not Found\r\n"


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_upload_is_a_file(client: Client, attack: str) -> None:
    text = ATTACKS[attack].encode("utf-8", "surrogatepass")
    body = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="host"; filename="%s"\r\n\r\n%s\r\n'
        % (name, text)
        for name in (text, text.replace(b"\r\n", b" ").replace(b'"', b"'"))
    )
    answer = client.ask(
        "POST",
        "/frontend/x3/ssl/uploadkey.html",
        body + b"--x--\r\n",
        login="user",
        CONTENT_TYPE="multipart/form-data; boundary=x",
    )
    assert answer.status == "200 OK"
    for word in FORBIDDEN:
        assert word not in answer.body
