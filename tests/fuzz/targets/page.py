"""Pages with what a visitor sends (``tags §1`` to ``tags §6``)."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cpanel_emu.tags.page import MAX_INSERTED
from tests.fuzz.tag_words import TAG_WORDS
from tests.fuzz.target import Check, Target, as_text, joined, parts
from tests.tags.setting import VALUES, Calls, Site

_EVIL = "<?cp Evil::run() ?><cpanel Evil=\"run()\">[% Evil.run %]$CPVAR{'x'}"
"""What a visitor adds to what he sends; if it were parsed, a call would be seen."""


def _check(site: Site, data: bytes) -> None:
    source, value = (as_text(part) for part in parts(data, 2))
    form = {**VALUES.form, "v": value + _EVIL, "x": value, value: _EVIL}
    calls = Calls()
    page = site.renderer.render_text(source, site.values(form=form), calls, path="demo/p.html")
    assert len(page.body) <= 4 * (MAX_INSERTED + len(source) * (len(value) + 200))
    if "evil" not in source.lower():
        assert not [call for call in calls.seen if call.module.lower() == "evil"]


@contextlib.contextmanager
def _opened() -> Iterator[Check]:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder) / "x3")
        site.write("demo/p.html", "<b>page</b>")
        yield lambda data: _check(site, data)


TARGET = Target(
    about="pages and forms: every page is rendered, nothing that a visitor sends is parsed",
    opened=_opened,
    covers=(
        "cpanel_emu.tags.arguments",
        "cpanel_emu.tags.brackets",
        "cpanel_emu.tags.compiler",
        "cpanel_emu.tags.condition_compiler",
        "cpanel_emu.tags.conditions",
        "cpanel_emu.tags.escapes",
        "cpanel_emu.tags.expression_compiler",
        "cpanel_emu.tags.expressions",
        "cpanel_emu.tags.formats",
        "cpanel_emu.tags.operations.calling",
        "cpanel_emu.tags.operations.inclusion",
        "cpanel_emu.tags.operations.values",
        "cpanel_emu.tags.operations.variables",
        "cpanel_emu.tags.page",
        "cpanel_emu.tags.parameters",
        "cpanel_emu.tags.row_compiler",
        "cpanel_emu.tags.tag_parser",
        "cpanel_emu.tags.word_compiler",
    ),
    words=TAG_WORDS,
    seeds=(
        joined(b"<cpanel print=\"$FORM{'v'}\"><cpanel setvar=\"w=$RAW_FORM{'v'}\">", b"<b>"),
        joined(b"<?cp Demo::odd(<b>%</b>\\{colon},quote,on=1?a:b) || $FORM{'v'} ?>", b"'"),
        joined(
            b"<?cp Demo::rows(%;%,host,ip:[u]:${n}:[/u]) ?><cptext '[quant,_1,a,b]',$FORM{'v'}>",
            b"2",
        ),
        joined(b"<cpanelif $FORM{'x'} =gt= 1 && !$user>a<cpanelelse>b</cpanelif>", b"2"),
        joined(
            b'<cpanel include="p.html"><cpanel langprint="TAGGED"><cpanel Branding="image(a)">', b""
        ),
    ),
)
