"""Pages as tags and converted, rendered by the same server, many in one process.

The functions are those of the handbook's setting (`tests.tags.setting`) and the real ones.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from cpanel_emu import Emulator
from cpanel_emu.accounts.models import Account
from cpanel_emu.call import Answer, Api, Call, Rows
from cpanel_emu.frontend import PageRequest
from cpanel_emu.migration.convert import (
    LIVEPHP,
    TARGETS,
    TEMPLATE_TOOLKIT,
    Target,
    make_plan,
    write,
)
from cpanel_emu.migration.convert.doubts import Doubts
from cpanel_emu.migration.pages import walk
from cpanel_emu.tags import encode, parse
from tests.server.wsgi import CLOCK
from tests.tags.setting import Calls

FILES: Mapping[str, str] = {
    "lang/english": (
        'HELLO=<i>Hi</i>\nTAGGED=<cpanel print="$user"><cpanel setvar="w=lang">!\n'
        'CYCLE=<cpanel langprint="CYCLE">\n'
    ),
    "demo/h.html": '[h <cpanel printvar="v"><cpanel setvar="w=h">]\n',
    "demo/sub/i.html": '(<cpanel include="h.html"><cpanel print="$basedir">)\r\n',
    "demo/sub/j.html": "no tags <?php echo 1 ?>\n",
    "demo/includes.html": (
        '<cpanel include="style.css"><cpanel include="whole"><cpanel dynamicinclude="*.txt">'
    ),
    "demo/whole": '<cpanel print="$user">',
    "demo/plain.html": "plain <? text",
    "demo/style.css": '.a { color: <cpanel printvar="v"> }\n',
    "demo/t.txt": '<cpanel print="$user">',
    "demo/loop.html": "l<cpanelif $CPVAR{'v'}!=x><cpanel include=\"loop.html\"></cpanelif>\n",
    "branding/b.html": "<cpanel print=\"$CPDATA{'DNS'}\">b",
    "branding/t.txt": '<cpanel print="text">',
    "branding/mail.png": "png",
    "h.html": 'root <cpanel print="$basefile">\n',
}
"""The theme in which the pages stand."""

FORM = {"q": "a&b'<\">\\", "x": "1", "v": "é\u2028\n%[b]", "file": "h"}
PAGE = "demo/.batch.live.php"
"""A hidden file, so that no pattern of a page finds it."""

_DRIVER = """<?php
require_once __DIR__ . '/../cpanel-emu-tags.php';
foreach (glob(__DIR__ . '/batch/*.live.php') as $file) {
    $cpanel = new CPANEL();
    ob_start();
    run_page($file);
    $printed = ob_get_clean();
    echo strlen($printed), "\\n", $printed;
}
"""


_TEMPLATE_PAGE = "demo/.batch.html"

Printed: TypeAlias = list[tuple[bytes, bytes]]
"""What each page printed, old and new."""


class DemoServer(Emulator):
    """An emulator that has the functions of the setting too."""

    def answer(self, call: Call, account: Account, *, page: PageRequest | None = None) -> Answer:
        if call.module.lower() not in {"demo", "nope"}:
            return super().answer(call, account, page=page)
        if call.function == "echo" and call.api is Api.API2:
            return Answer(call, Rows(rows=(dict(call.arguments.named),)))
        return Calls()(call)


class BothWays:
    """One theme with tags and one without, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._old = folder / "old" / "x3"
        for name, content in FILES.items():
            place = self._old / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content, encoding="utf-8", newline="")
        self._new = {target.name: folder / target.name / "x3" for target in TARGETS.values()}
        for target in TARGETS.values():
            write(make_plan(target, walk(self._old)).files.values(), self._new[target.name])

    def livephp(self, sources: Sequence[str]) -> Printed:
        """Return what pages print as tags and as LivePHP, each page on a connection of its own."""
        folder = self._pages(LIVEPHP, sources)
        (folder.parents[1] / PAGE).write_text(_DRIVER, encoding="utf-8")
        old = []
        with self._server(self._old) as server:
            for source in sources:
                open_page = server.frontend.open(self._request(server, PAGE))
                old.append(encode(open_page.text(source)))
        with self._server(folder.parents[1]) as server:
            page = server.pages.render(self._request(server, PAGE))
        complaints = [warning.message for warning in page.warnings if "PHP" in warning.message]
        assert complaints == []
        return list(zip(old, _split(page.body), strict=True))

    def toolkit(self, sources: Sequence[str]) -> Printed:
        """Return what pages print as tags and in Template Toolkit, one after the other.

        All are parts of one page, so each sees the variables that those before it have set.
        """
        folder = self._pages(TEMPLATE_TOOLKIT, sources)
        driver = "".join(
            f"[% printed = PROCESS 'demo/batch/{number:04}.html.tt'; printed.length; %]\n"
            "[% printed %]"
            for number in range(len(sources))
        )
        (folder.parents[1] / f"{_TEMPLATE_PAGE}.tt").write_text(driver, encoding="utf-8")
        with self._server(self._old) as server:
            page = server.frontend.open(self._request(server, _TEMPLATE_PAGE))
            old = [encode(page.text(source)) for source in sources]
        with self._server(folder.parents[1]) as server:
            new = server.pages.render(self._request(server, _TEMPLATE_PAGE)).body
        return list(zip(old, _split(new), strict=True))

    def _pages(self, target: Target, sources: Sequence[str]) -> Path:
        """Write the converted pages and return their folder."""
        folder = self._new[target.name] / "demo" / "batch"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for number, source in enumerate(sources):
            document = parse(source, f"demo/batch/{number:04}.html")
            page = target.page(document, Doubts(document), "\n")
            (folder / target.new_name(f"{number:04}.html")).write_bytes(encode(page))
        return folder

    def _server(self, theme: Path) -> DemoServer:
        return DemoServer(theme=theme, clock=CLOCK, random_seed=1)

    def _request(self, server: Emulator, page: str) -> PageRequest:
        account = server.accounts.get("user")
        assert account is not None
        return PageRequest(account, page, FORM)


def _split(body: bytes) -> list[bytes]:
    pages = []
    while body:
        length, _, rest = body.partition(b"\n")
        assert length.isdigit(), body[:500]
        pages.append(rest[: int(length)])
        body = rest[int(length) :]
    return pages
